"""The store against stock TinyDB, side by side in one run, by number of items; a table and a plot for docs/.

    python benchmarks/store.py                                    # 1,000 10,000 100,000 500,000
    python benchmarks/store.py --sizes 1000 10000 --no-docs
    python benchmarks/store.py --folder /mnt/disk                 # where the stores are made

Each figure is the median of its runs in milliseconds unless it says otherwise. Stock TinyDB (JSONStorage) rewrites its
file at each write and reads it whole at each read; above `--stock` items it is left out.
"""

from __future__ import annotations

import argparse
import compileall
import gc
import itertools
import json
import math
import multiprocessing
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from headline import headline

import monitor
from monitor.model import Addition, Body, Hit, Item, Mark, Needle, SourceHealth, Verdict, View
from monitor.poll.keeper import TOGETHER
from monitor.store import open_store
from monitor.store.sqlite import SqliteGround

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOPICS = [f"topic-{number}" for number in range(15)]
SOURCES = [f"source-{number}" for number in range(240)]
FIRST = "from monitor.store import open_store; from monitor.model import View; "
MEASURES = {
    "first": "process → first pane",
    "pane": "pane of 200, a topic",
    "all": "pane of 200, all",
    "deep": "pane of 200, half-way down",
    "counts": "counts",
    "body": "one story with its text",
    "mark": "mark",
    "mark_poll": "mark during a poll of 2,000, p95",
    "add200": "200 new items",
    "add2000": "2,000 new items",
    "rare": "search, a rare word",
    "common": "search, a common word",
    "sync": "(the disk: fdatasync of 8 kB)",
    "rss": "resident memory of a reader, MB",
    "disk": "disk, MB",
}
TARGETS = {
    "first": "100 beside imports",
    "pane": "2",
    "all": "2",
    "deep": "2",
    "counts": "5",
    "body": "0.2",
    "mark": "2",
    "mark_poll": "5",
    "add200": "70",
    "rare": "50",
    "common": "50",
    "rss": "40",
}


class Writer:
    """Makes items, always the same ones for the same numbers."""

    def __init__(self) -> None:
        chance = random.Random(7)
        letters = "abcdefghijklmnoprstuvwz"
        self._words = ["".join(chance.choices(letters, k=chance.randint(3, 9))) for _ in range(20_000)]
        self._weights = [1 / (rank + 10) for rank in range(len(self._words))]
        total = 0.0
        self._heaped = [total := total + weight for weight in self._weights]

    def addition(self, number: int, newest: int) -> Addition:
        """The item of a number; the highest number is the newest, a minute apart."""
        chance = random.Random(number)
        words = chance.choices(self._words, cum_weights=self._heaped, k=320)
        if number % 1000 == 0:
            words[100] = "zyxrare"
        text = "\n\n".join(" ".join(words[start : start + 40]) for start in range(0, 320, 40))
        title = " ".join(words[:9]).capitalize()
        when = NOW - timedelta(seconds=20 * (newest - number))
        source = SOURCES[number % len(SOURCES)]
        scores = {topic: round(chance.uniform(0.5, 9), 2) for topic in TOPICS if chance.random() < 0.05}
        hits = tuple(
            Hit(topic=topic, field="title", term=words[0], text=words[0], start=0, end=len(words[0]))
            for topic in scores
        )
        item = Item(
            id=f"{number * 2654435761 % 2**32:08x}{number:06x}",
            source=source,
            key=f"guid:https://example.org/{source}/{number}",
            digest=f"{number:032x}",
            story=f"{number // 3 if number % 10 == 0 else number:x}s",
            url=f"https://example.org/{source}/{number}",
            title=title,
            dek=" ".join(words[9:30]),
            section=("News", "World"),
            authors=("A. Writer",),
            published=when,
            seen=when + timedelta(minutes=3),
            words=320,
        )
        terms = " ".join(words)
        return Addition(item=item, body=Body(text=text), verdict=Verdict(scores=scores, hits=hits), terms=terms)


def timed(run: Any, times: int) -> list[float]:
    """Milliseconds of each run."""
    took = []
    gc.collect()
    for _ in range(times):
        began = time.perf_counter()
        run()
        took.append((time.perf_counter() - began) * 1000)
    return took


def median(run: Any, times: int) -> float:
    return statistics.median(timed(run, times))


def run(code: str) -> str:
    """What a fresh Python process prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def sync(path: Path) -> None:
    """What the disk takes to make 8 kB durable."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    os.write(descriptor, b"x" * 8192)
    os.fdatasync(descriptor)
    os.close(descriptor)


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, int(len(values) * 0.95) - 1)]


# ---------------------------------------------------------------- ours


def fill(url: str, size: int) -> None:
    """Store so many items and index them, in long transactions, as nobody else is on the store."""
    writer, hold = Writer(), SqliteGround.hold
    SqliteGround.hold = 0.5
    with open_store(url, clock=lambda: NOW) as store:
        for start in range(0, size, 2000):
            store.add([writer.addition(number, size) for number in range(start, min(start + 2000, size))])
            if sys.stderr.isatty():
                print(f"\r{start + 2000:,} items", end="\r", file=sys.stderr)
    with open_store(url, clock=lambda: NOW) as store:
        store._index.follow()  # noqa: SLF001
    SqliteGround.hold = hold


def poll_beside(url: str, size: int, turn: int, ready: Any, done: Any) -> None:
    """In another process: store 2,000 items when asked, as many together as a poller does."""
    writer, first = Writer(), size + 10_000 + 2000 * turn
    additions = [writer.addition(number, size) for number in range(first, first + 2000)]
    health = SourceHealth(source=additions[0].item.source, status="ok")
    with open_store(url, clock=lambda: NOW) as store:
        ready.set()
        ready.clear()
        began = time.perf_counter()
        for start in range(0, len(additions), TOGETHER):
            store.add(additions[start : start + TOGETHER], healths=[health])
        done.put((time.perf_counter() - began) * 1000)


def marks_beside(url: str, size: int, turn: int, mark: Any) -> list[float]:
    """Milliseconds that each mark takes while another process stores 2,000 items."""
    process = multiprocessing.get_context("spawn")
    ready, done = process.Event(), process.Queue()
    child = process.Process(target=poll_beside, args=(url, size, turn, ready, done))
    child.start()
    ready.wait()
    took = []
    while done.empty():
        began = time.perf_counter()
        mark()
        took.append((time.perf_counter() - began) * 1000)
        time.sleep(0.002)
    child.join()
    return took


def ours(folder: Path, size: int) -> dict[str, float]:
    url = f"tinydb:{folder / f'news-{size}.db'}"
    fill(url, size)
    writer = Writer()
    files = [path for path in folder.glob(f"news-{size}.db*") if path.suffix != ".bak"]
    found: dict[str, float] = {"disk": sum(path.stat().st_size for path in files) / 1e6}
    reader = (
        FIRST + f"s = open_store({url!r}, read_only=True); s.page(View(topic='topic-3')); "
        "[print(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')]"
    )
    outputs: list[str] = []
    walls = timed(lambda: outputs.append(run(reader)), 7)
    imports = timed(lambda: run("import msgspec, sqlite3, tinydb"), 7)
    found["first"] = statistics.median(walls) - statistics.median(imports)
    found["rss"] = max(int(output.split()[-1]) / 1024 for output in outputs)
    found["sync"] = median(lambda: sync(folder / "sync"), 100)
    with open_store(url, clock=lambda: NOW) as store:
        ids = [story.id for story in store.page(View(), limit=2000).stories]
        found["pane"] = median(lambda: store.page(View(topic="topic-3")), 30)
        found["all"] = median(lambda: store.page(View()), 30)
        middle = NOW - timedelta(seconds=20 * (size // 2))
        found["deep"] = median(lambda: store.page(View(until=middle)), 30)
        found["counts"] = median(lambda: store.counts(NOW), 30)
        chance = random.Random(1)
        found["body"] = median(lambda: store.get(chance.choice(ids)), 200)
        marks = itertools.count()

        def mark() -> None:
            turn = next(marks)
            store.mark([ids[turn // 2 % 2000]], Mark(action=("star", "unstar")[turn % 2], who="bench", at=NOW))

        found["mark"] = median(mark, 100)
        found["rare"] = median(
            lambda: store.page(View(), needle=Needle(op="term", value="zyxrare"), accept=lambda _: True), 10
        )
        common = writer.addition(1, size).terms.split()[0]
        found["common"] = median(
            lambda: store.page(View(), needle=Needle(op="term", value=common), accept=lambda _: True), 10
        )
        for name, count, turns in (("add200", 200, 9), ("add2000", 2000, 3)):
            runs = []
            for turn in range(turns):
                first = size + 40_000 + turn * 3000 + (0 if count == 200 else 500)
                additions = [writer.addition(number, size) for number in range(first, first + count)]
                runs += timed(lambda some=additions: store.add(some), 1)
                store._index.follow()  # noqa: SLF001
            found[name] = statistics.median(runs)
    with open_store(url, clock=lambda: NOW) as store:  # as a dashboard has it, which stores nothing itself
        found["mark_poll"] = statistics.median(p95(marks_beside(url, size, turn, mark)) for turn in range(3))
    for path in folder.glob(f"news-{size}.db*"):
        path.unlink()
    return found


# ---------------------------------------------------------------- stock TinyDB


def stock(folder: Path, size: int) -> dict[str, float]:
    """The same work as TinyDB users do it: one table of whole items, JSONStorage."""
    import msgspec
    from tinydb import TinyDB, where

    def doc(number: int) -> dict[str, Any]:
        addition = writer.addition(number, size)
        item = msgspec.to_builtins(addition.item)
        return {**item, "scores": addition.verdict.scores, "read": False, "starred": False, "body": addition.body.text}

    writer = Writer()
    path = folder / f"stock-{size}.json"
    path.write_text(json.dumps({"_default": {str(number + 1): doc(number) for number in range(size)}}))
    runs = 1 if size >= 100_000 else 5
    reader = (
        "import time; b = time.perf_counter(); from tinydb import TinyDB; "
        f"db = TinyDB({str(path)!r}); sorted(db.search(lambda d: 'topic-3' in d['scores']), "
        "key=lambda d: d['published'], reverse=True)[:200]; print((time.perf_counter() - b) * 1000); "
        "[print(l.split()[1]) for l in open('/proc/self/status') if l.startswith('VmHWM')]"
    )
    output = run(reader).split()
    found: dict[str, float] = {"first": float(output[0]), "rss": int(output[1]) / 1024}
    db = TinyDB(path)

    def newest(docs: list[Any]) -> list[Any]:
        return sorted(docs, key=lambda d: d["published"], reverse=True)[:200]

    def counts() -> None:
        tally: dict[str, list[int]] = {}
        for document in db:
            for topic in document["scores"]:
                pair = tally.setdefault(topic, [0, 0])
                pair[0] += 1
                pair[1] += not document["read"]

    found["pane"] = median(lambda: newest(db.search(lambda d: "topic-3" in d["scores"])), runs)
    found["all"] = median(lambda: newest(db.all()), runs)
    found["deep"] = found["all"]
    found["counts"] = median(counts, runs)
    found["body"] = median(lambda: db.get(doc_id=size // 2), runs)
    common = writer.addition(1, size).terms.split()[0]

    def search(word: str) -> None:
        db.clear_cache()
        newest(db.search(where("body").search(rf"\b{word}\b")))

    found["rare"] = median(lambda: search("zyxrare"), runs)
    found["common"] = median(lambda: search(common), runs)
    turn = iter(range(100))
    found["mark"] = median(lambda: db.update({"starred": next(turn) % 2 == 0}, doc_ids=[size // 2]), runs)
    found["add200"] = median(lambda: db.insert_multiple([doc(size + n) for n in range(200)]), runs)
    found["add2000"] = median(lambda: db.insert_multiple([doc(size + n) for n in range(2000)]), runs)
    lock, took, stop = threading.Lock(), [], threading.Event()

    def poller() -> None:
        with lock:
            db.insert_multiple([doc(size + 5000 + n) for n in range(2000)])
        stop.set()

    thread = threading.Thread(target=poller)
    thread.start()
    time.sleep(0.01)
    while not took or not stop.is_set():
        began = time.perf_counter()
        with lock:
            db.update({"starred": True}, doc_ids=[1])
        took.append((time.perf_counter() - began) * 1000)
    thread.join()
    found["mark_poll"] = p95(took)
    db.close()
    found["disk"] = path.stat().st_size / 1e6
    path.unlink()
    return found


# ---------------------------------------------------------------- telling


def told(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(results: dict[int, dict[str, dict[str, float]]]) -> str:
    """All figures as Markdown: our store and stock TinyDB in turn."""
    sizes = sorted(results)
    lines = [
        "| ms, median, unless it says otherwise | to reach |" + "".join(f" {size:,} ours | stock |" for size in sizes),
        "|---|---|" + "--:|--:|" * len(sizes),
    ]
    for name, words in MEASURES.items():
        cells = (
            f" {told(results[size]['ours'].get(name))} | {told(results[size].get('stock', {}).get(name))} |"
            for size in sizes
        )
        lines.append(f"| {words} | {TARGETS.get(name, '')} |" + "".join(cells))
    return "\n".join(lines)


PLOTTED = {
    "pane": ("pane of 200", "#1f77b4"),
    "counts": ("counts", "#2ca02c"),
    "mark": ("mark", "#d62728"),
    "add200": ("200 new items", "#9467bd"),
    "rare": ("rare-word search", "#ff7f0e"),
}


def plot(results: dict[int, dict[str, dict[str, float]]]) -> str:
    """Cost against size, both scales logarithmic: ours in full lines, stock TinyDB dashed; as SVG."""
    width, height, left, top, right, bottom = 820, 480, 70, 40, 230, 60
    sizes = sorted(results)
    low, high = -2.0, 4.0

    def x(size: int) -> float:
        first, last = math.log10(sizes[0]), math.log10(sizes[-1])
        return left + (math.log10(size) - first) / max(last - first, 1e-9) * (width - left - right)

    def y(value: float) -> float:
        place = (min(max(math.log10(max(value, 1e-3)), low), high) - low) / (high - low)
        return height - bottom - place * (height - top - bottom)

    middle, label = (left + width - right) / 2, "Cost against stored items: ours (full) and stock TinyDB (dashed)"
    turned = f'transform="rotate(-90 16 {height / 2})" text-anchor="middle"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<g font-size="13"><text x="{left}" y="22">{label}</text>',
        f'<text x="{middle}" y="{height - 16}" text-anchor="middle">items stored</text>',
        f'<text x="16" y="{height / 2}" {turned}>milliseconds</text>',
    ]
    for power in range(int(low), int(high) + 1):
        level = y(10.0**power)
        parts.append(f'<line x1="{left}" x2="{width - right}" y1="{level:.1f}" y2="{level:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{left - 8}" y="{level + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for size in sizes:
        label = f'<text x="{x(size):.1f}" y="{height - bottom + 20}" text-anchor="middle">{size:,}</text>'
        parts.append(label)
    for row, (name, (words, colour)) in enumerate(PLOTTED.items()):
        for whose, dash in (("ours", ""), ("stock", ' stroke-dasharray="6 5"')):
            points = [
                (x(size), y(results[size][whose][name])) for size in sizes if name in results[size].get(whose, {})
            ]
            if points:
                line = " ".join(f"{across:.1f},{up:.1f}" for across, up in points)
                parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        parts.append(f'<rect x="{width - right + 20}" y="{top + 24 * row}" width="14" height="14" fill="{colour}"/>')
        parts.append(f'<text x="{width - right + 42}" y="{top + 24 * row + 12}">{words}</text>')
    return "\n".join([*parts, "</g></svg>", ""])


HEAD = "Medians in milliseconds, unless a line says otherwise; made by `python benchmarks/store.py`.\n\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 500_000])
    parser.add_argument("--stock", type=int, default=100_000, help="the most items that stock TinyDB is tried with")
    parser.add_argument("--folder", type=Path, help="where the stores are made (default: the temporary folder)")
    parser.add_argument("--docs", type=Path, default=Path(__file__).parents[1] / "docs", help="where the plot goes")
    parser.add_argument("--no-docs", action="store_true", help="print only")
    arguments = parser.parse_args()
    compileall.compile_dir(Path(monitor.__file__).parent, quiet=1)  # as an installed program is
    folder = Path(tempfile.mkdtemp(dir=arguments.folder))
    results: dict[int, dict[str, dict[str, float]]] = {}
    try:
        for size in arguments.sizes:
            results[size] = {"ours": ours(folder, size)}
            if size <= arguments.stock:
                results[size]["stock"] = stock(folder, size)
            else:
                print(
                    f"stock TinyDB is left out at {size:,}: each write would take minutes and gigabytes",
                    file=sys.stderr,
                )
            print(json.dumps({size: results[size]}), file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(table(results))
    largest = max(results)
    for name, reach in TARGETS.items():
        unit = "" if "MB" in MEASURES[name] else ", ms"
        headline(f"{MEASURES[name]}{unit}, at {largest:,} items", told(results[largest]["ours"].get(name)), reach)
    if not arguments.no_docs:
        (arguments.docs / "store-cost.svg").write_text(plot(results))
        (arguments.docs / "store-figures.md").write_text(HEAD + table(results) + "\n")


if __name__ == "__main__":
    main()
