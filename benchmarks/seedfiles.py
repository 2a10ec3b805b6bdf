"""How well and how fast local text is read.

    python benchmarks/seedfiles.py --data DIR     # DIR holds page_text/ with gold.jsonl; without it: only the speed

Quality: on pages saved as text, whose titles and paragraphs are known. Each figure is given for two halves of the
files, parted by a hash of their names (the rules for article and footer were written looking at A alone, those for
headlines at both), and beside a baseline that does nothing: the first line is the title, all the rest is the body.
Speed: files read the first time per second, and a pass over them unchanged.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path

from headline import headline

from monitor.model import Entry, Memory, Source
from monitor.seedfile import parse_file
from monitor.sources import files
from monitor.text import clean

_SPACE = re.compile(r"\s+")


def squeeze(text: str) -> str:
    return _SPACE.sub(" ", clean(text, cap=10_000_000)).strip()


@dataclass
class Tally:
    """Sums over files; `micro` figures weigh by paragraph and character, `macro` ones by file."""

    files: int = 0
    titled: int = 0
    title_right: int = 0
    paragraphs: int = 0
    kept: int = 0
    other: int = 0
    removed: int = 0
    kept_macro: float = 0.0
    removed_macro: float = 0.0

    def row(self) -> str:
        """The figures as a line of the table."""
        return (
            f"{self.files:5} {self.title_right:4}/{self.titled:<4} {self.title_right / max(1, self.titled):7.1%}"
            f" {self.kept / max(1, self.paragraphs):9.1%} {self.kept_macro / max(1, self.files):9.1%}"
            f" {self.removed / max(1, self.other):10.1%} {self.removed_macro / max(1, self.files):9.1%}"
        )


def half(name: str) -> str:
    return "A" if md5(name.encode(), usedforsecurity=False).digest()[0] % 2 == 0 else "B"


def ours(name: str, data: bytes) -> Entry:
    return parse_file(name, data).entries[0]


def nothing(name: str, data: bytes) -> Entry:
    del name
    lines = [line for line in data.decode().split("\n") if line.strip()]
    return Entry(title=lines[0], body="\n\n".join(lines[1:]))


def score(tally: Tally, entry: Entry, page: str, gold: dict) -> list[str]:
    """Add one page to a tally; what went wrong, a line each."""
    faults: list[str] = []
    whole = squeeze(page)
    title = squeeze(gold["title"] or "")
    shown = squeeze(entry.title or "")
    if title and title in whole:
        tally.titled += 1
        if shown == title:
            tally.title_right += 1
        else:
            faults.append(f"title {shown[:80]!r} instead of {title[:80]!r}")
    article = squeeze("\n".join((entry.title or "", entry.dek or "", entry.body)))
    paragraphs = [text for text in map(squeeze, gold["paragraphs"]) if text and text in whole]
    lost = [text for text in paragraphs if text not in article]
    faults.extend(f"lost {text[:100]!r}" for text in lost)
    right = sum(map(len, paragraphs))
    body = squeeze(entry.body)
    other = max(0, len(whole) - right - len(title if title in whole else ""))
    stray = max(0, len(body) - sum(len(text) for text in paragraphs if text in body))
    removed = max(0, other - stray)
    tally.files += 1
    tally.paragraphs += len(paragraphs)
    tally.kept += len(paragraphs) - len(lost)
    tally.kept_macro += 1 - len(lost) / max(1, len(paragraphs))
    tally.other += other
    tally.removed += removed
    tally.removed_macro += removed / other if other else 1.0
    if other > 500 and removed < 0.6 * other:
        faults.append(f"only {removed} of {other} other characters removed")
    return faults


def quality(pages: Path, *, verbose: str) -> None:
    gold = [json.loads(line) for line in (pages / "gold.jsonl").read_text("utf-8").splitlines()]
    print(f"{'':16}{'files':>5} {'titles right':>17} {'paragraphs kept':>19} {'other text removed':>20}")
    print(f"{'':16}{'':>5} {'':>17} {'all':>9} {'per file':>9} {'all':>10} {'per file':>9}")
    parsers: tuple[tuple[str, Callable[[str, bytes], Entry]], ...] = (("ours", ours), ("nothing", nothing))
    for name, parser in parsers:
        tallies = {"A": Tally(), "B": Tally(), "A+B": Tally()}
        for page in gold:
            data = (pages / page["file"]).read_bytes()
            entry = parser(page["file"], data)
            faults = score(tallies[half(page["file"])], entry, data.decode(), page)
            score(tallies["A+B"], entry, data.decode(), page)
            if name == "ours" and half(page["file"]) in verbose:
                print(page["file"], *faults, sep="\n    ")
        for part, tally in tallies.items():
            print(f"{name:9} {part:5} {tally.row()}")
        if name == "ours":
            whole = tallies["A+B"]
            headline(f"paragraphs kept of {whole.files} saved pages", f"{whole.kept / whole.paragraphs:.1%}")
            headline("other text removed from them", f"{whole.removed / whole.other:.1%}")


def speed(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            text = _article(number)
            place = Path(folder, f"{number % 20:02}")
            place.mkdir(exist_ok=True)
            file = place / f"{number:06}.txt"
            file.write_text(text, "utf-8")
            os.utime(file, (time.time() - 60,) * 2)  # files just written would wait
        source = Source(id="bench", title="bench", path=folder)
        memory, entries, started, cpu = Memory(), 0, time.perf_counter(), time.process_time()
        while True:
            gathered = files.read(source, memory)
            memory, entries = gathered.memory, entries + len(gathered.entries)
            if not gathered.more:
                break
        assert entries == count
        first, cpu = time.perf_counter() - started, time.process_time() - cpu
        passes = []
        for _ in range(5):
            started = time.perf_counter()
            unchanged = files.read(source, memory)
            passes.append(time.perf_counter() - started)
            assert not unchanged.entries
    headline(f"{count:,} files read the first time", f"{count / first:,.0f}/s, {count / cpu:,.0f}/s of CPU")
    headline("a pass over them unchanged", f"{sorted(passes)[2]:.3f} s, median of 5")


def _article(number: int) -> str:
    paragraphs = [
        f"The ministry said on Monday that convoy {number} had left depot {number % 97}, and that "
        f"{place + 2} more would follow within days. Officials in district {(number * 7 + place) % 113} did not "
        f"comment on report {number}-{place}."
        for place in range(10)
    ]
    title = f"Convoy number {number} leaves for the border district"
    head = f"News / World\n\n{title}\n\nBy Mara Lindqvist\n\nNovember 20, 2026 08:15 GMT"
    foot = "Share this article\n\nRelated stories\n\n© 2026 The Example Wire. All rights reserved."
    return "\n\n".join((head, *paragraphs, foot))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder that holds page_text/")
    parser.add_argument("--files", type=int, default=10_000, help="files for the speed measurement, 0: none")
    parser.add_argument("--verbose", default="", help="A, B or AB: list what went wrong in these halves")
    wanted = parser.parse_args()
    if wanted.data is not None:
        quality(wanted.data / "page_text", verbose=wanted.verbose)
    if wanted.files:
        speed(wanted.files)
    return 0


if __name__ == "__main__":
    sys.exit(main())
