"""Every benchmark in one go; docs/benchmarks.md tells what came out.

python benchmarks/all.py                            # what needs nothing but this project
python benchmarks/all.py --data DIR --bench DIR     # with pages saved as text, and with the feed server and rivals
python benchmarks/all.py --only match seedfiles
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

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
MARK = "<!-- from here on made by make bench -->\n"


@dataclass(frozen=True)
class Benchmark:
    """A script beside this one: what it measures, its words, and which folder it takes where one is given."""

    name: str
    measures: str
    words: tuple[str, ...] = ()
    data: str | None = None
    bench: str | None = None

    def command(self, data: Path | None, bench: Path | None) -> list[str]:
        """The words to run it."""
        words = [f"{self.name}.py", *self.words]
        words += [self.data, str(data)] if self.data and data else []
        return words + ([self.bench, str(bench)] if self.bench and bench else [])


BENCHMARKS = (
    Benchmark("match", "tokenising and matching, by number of watchlists"),
    Benchmark("store", "the store beside stock TinyDB, by number of items"),
    Benchmark("seedfiles", "local text: quality on saved pages, speed", data="--data"),
    Benchmark("poll", "polling 500 feeds, beside other readers", bench="--bench"),
    Benchmark("soak", "a poller among hostile feeds", ("--minutes", "3")),
    Benchmark("desk", "a dashboard among hostile feeds", ("--minutes", "3")),
    Benchmark("dashboard", "first screen, keys, bytes, memory, on a real pseudo-terminal", bench="--bench"),
    Benchmark("operations", "what a key in a list costs, by the length of the list"),
)


def main() -> int:
    """Run them, print as they go; write the page when all have run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with page_text/")
    parser.add_argument("--bench", type=Path, help="folder with the feed server and the terminal harness")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in BENCHMARKS], help="run only these")
    wanted = parser.parse_args()
    rows, outputs, failed = [], [], False
    for one in BENCHMARKS:
        if wanted.only and one.name not in wanted.only:
            continue
        words = one.command(wanted.data, wanted.bench)
        print(f"== {' '.join(words)}", flush=True)
        began = time.monotonic()
        output, status = _run(words)
        took = time.monotonic() - began
        failed = failed or status != 0
        rows.append(
            f"| {one.name} | {one.measures} | {took:.0f} s | {'done' if status == 0 else f'ended with {status}'} |"
        )
        outputs.append(f"## {one.name}\n\n```text\n{output.rstrip()}\n```\n")
    table = ["| benchmark | measures | took | |", "|---|---|---|---|", *rows]
    if not wanted.only:
        _write("\n".join([_machine(), "", *table, "", *outputs]))
    return 1 if failed else 0


def _run(words: list[str]) -> tuple[str, int]:
    """A benchmark's standard output, shown as it comes, and its exit status."""
    lines = []
    with subprocess.Popen(
        [sys.executable, str(HERE / words[0]), *words[1:]], stdout=subprocess.PIPE, text=True, cwd=HERE.parent
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    return "".join(lines), process.returncode


def _machine() -> str:
    return (
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} processors."
    )


def _write(made: str) -> None:
    written = PAGE.read_text("utf-8").partition(MARK)[0] if PAGE.exists() else "# Benchmarks\n\n"
    PAGE.write_text(f"{written}{MARK}\n{made.rstrip()}\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
