"""Every benchmark in one go, in about an hour; one table of what came out is written into docs/benchmarks.md.

python benchmarks/all.py                            # what needs nothing but this project
python benchmarks/all.py --data DIR --bench DIR     # with pages saved as text, and with the feed server and rivals
python benchmarks/all.py --quick                    # small sizes, in some minutes: whether they run, not what they cost
python benchmarks/all.py --largest 100000           # leave out half a million items, which take most of the time
python benchmarks/all.py --only match seedfiles     # these alone; with --page FILE too, a page of them
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from headline import MARK

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
MADE = "<!-- from here on made by make bench -->\n"


@dataclass(frozen=True)
class Benchmark:
    """A script beside this one: what it measures, its words (`quick` ones for small sizes), the folders it takes."""

    name: str
    measures: str
    words: str = ""
    sizes: tuple[int, ...] = ()
    quick: str = ""
    data: str | None = None
    bench: str | None = None

    def command(self, *, quick: bool, largest: int, data: Path | None, bench: Path | None) -> list[str]:
        """The words to run it."""
        words = [f"{self.name}.py", *(self.quick if quick else self.words).split()]
        if self.sizes and not quick:
            words += ["--sizes", *(str(size) for size in self.sizes if size <= largest)]
        words += [self.data, str(data)] if self.data and data else []
        return words + ([self.bench, str(bench)] if self.bench and bench else [])


BENCHMARKS = (
    Benchmark("match", "tokenising and matching, by number of watchlists", quick="--rounds 3"),
    Benchmark("seedfiles", "local text: quality on saved pages, speed", quick="--files 500", data="--data"),
    Benchmark(
        "store",
        "the store beside stock TinyDB, by number of items",
        words="--stock 100000",
        sizes=(1_000, 10_000, 100_000, 500_000),
        quick="--sizes 1000 --no-docs",
    ),
    Benchmark("poll", "polling 500 feeds, beside other readers", quick="--feeds 50", bench="--bench"),
    Benchmark(
        "dashboard",
        "first screen, keys, bytes, memory, on a real pseudo-terminal",
        sizes=(1_000, 100_000, 500_000),
        quick="--sizes 1000 --runs 1 --keys 20",
        bench="--bench",
    ),
    Benchmark(
        "operations",
        "what a key in a list costs, by the length of the list",
        quick="--sizes 1000 2000 --rounds 1 --repeats 1",
    ),
    Benchmark("soak", "a poller among hostile feeds", "--minutes 3", quick="--minutes 0.5 --feeds 20 --every 5"),
    Benchmark("desk", "a dashboard among hostile feeds", "--minutes 3", quick="--minutes 0.5 --feeds 20 --every 5"),
)
"""The soaks of twenty minutes are run by hand: docs/soak.md."""


def main() -> int:
    """Run them, print as they go; write the page when all have run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with page_text/")
    parser.add_argument("--bench", type=Path, help="folder with the feed server and the terminal harness")
    parser.add_argument("--quick", action="store_true", help="small sizes: whether they run, not what they cost")
    parser.add_argument("--largest", type=int, default=500_000, help="the most items that are stored")
    parser.add_argument("--page", type=Path, help="the page to write (default, for a full run: docs/benchmarks.md)")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in BENCHMARKS], help="run only these")
    wanted = parser.parse_args()
    rows, outputs, failed = [], [], False
    for one in BENCHMARKS:
        if wanted.only and one.name not in wanted.only:
            continue
        words = one.command(quick=wanted.quick, largest=wanted.largest, data=wanted.data, bench=wanted.bench)
        print(f"== {' '.join(words)}", flush=True)
        began = time.monotonic()
        output, status = _run(words)
        took = time.monotonic() - began
        failed = failed or status != 0
        rows += [f"| {one.name} | {line.removeprefix(MARK)} |" for line in output if line.startswith(MARK)]
        if status:
            rows.append(f"| {one.name} | **ended with {status}** | | |")
        told = "\n".join(line for line in output if not line.startswith(MARK))
        outputs.append(f"## {one.name}: {one.measures}\n\nTook {took:.0f} s.\n")
        outputs += [f"```text\n{told.rstrip()}\n```\n"] if told.strip() else []
    table = ["| benchmark | what | figure | to reach |", "|---|---|---|---|", *rows]
    page = wanted.page or (None if wanted.only or wanted.quick else PAGE)
    if page:
        _write(page, "\n".join([_machine(), "", *table, "", *outputs]))
    return 1 if failed else 0


def _run(words: list[str]) -> tuple[list[str], int]:
    """The lines of a benchmark's standard output, shown as it comes, and its exit status."""
    lines = []
    with subprocess.Popen(
        [sys.executable, str(HERE / words[0]), *words[1:]], stdout=subprocess.PIPE, text=True, cwd=HERE.parent
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip("\n"))
    return lines, process.returncode


def _machine() -> str:
    return (
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} processors."
    )


def _write(page: Path, made: str) -> None:
    """Put what was made behind the mark; what people wrote before it stays."""
    written = page.read_text("utf-8").partition(MADE)[0] if page.exists() else "# Benchmarks\n\n"
    page.write_text(f"{written}{MADE}\n{made.rstrip()}\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
