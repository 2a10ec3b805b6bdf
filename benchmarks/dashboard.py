"""The dashboard on a real pseudo-terminal, beside a bare Textual list and newsboat, in one run.

    python benchmarks/dashboard.py                                  # 1,000 100,000 500,000 items
    python benchmarks/dashboard.py --sizes 1000 --runs 1
    python benchmarks/dashboard.py --bench DIR                      # DIR/feedserver.py: keys while 500 feeds are polled

Programs take turns, medians are told. "pane" is the time from the key that opens the pane of all items to its first
rows; for newsboat, opening a query feed over all items. A bare list holds its rows in memory and opens nothing.
"""

# ruff: noqa: SLF001 - an index is waited for only here

from __future__ import annotations

import argparse
import compileall
import hashlib
import json
import math
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from headline import headline
from screen import Tty, median, p95

import monitor
from monitor.model import Addition, Body, Hit, Item, SourceHealth, Verdict
from monitor.store import open_store

BEGAN = datetime.now(UTC)
TOPICS = 8
SOURCES = 240
WORDS = (
    "talks",
    "ports",
    "budget",
    "army",
    "minister",
    "strait",
    "court",
    "grain",
    "missile",
    "rates",
    "storm",
    "vote",
)
HEADLINES = {
    0: ("first screen, s", "1.3 times the bare list's"),
    2: ("key to screen, median, ms", "2 times the bare list's"),
    4: ("bytes a key", "700"),
    5: ("a pane opens, s", "20 times faster than newsboat's, at 500,000"),
}
"""Columns told in the one table, each as what is measured and what it is to reach."""
COLUMNS = ("first s", "MB", "key ms", "p95 ms", "bytes", "pane s", "idle B", "idle %")


def addition(number: int) -> Addition:
    """Item number n, the greater the older."""
    title = f"Headline {number}: " + " ".join(WORDS[(number * k) % len(WORDS)] for k in (1, 3, 5, 7, 11))
    when = BEGAN - timedelta(seconds=40 * number + 60)
    topic = f"topic-{number % TOPICS}"
    start = title.index(":") + 2
    end = title.index(" ", start)
    hit = Hit(topic=topic, field="title", term="x", text=title[start:end], start=start, end=end)
    item = Item(
        id=hashlib.sha1(str(number).encode(), usedforsecurity=False).hexdigest()[:16],
        source=f"source-{number % SOURCES}",
        key=f"guid:{number}", digest=str(number), story=f"s{number}", url=f"https://example.org/{number}", title=title,
        published=when, seen=when, words=40,
    )  # fmt: skip
    return Addition(
        item=item, body=Body(text=f"{title}. " * 6), verdict=Verdict(scores={topic: 3.0}, hits=(hit,)), terms=""
    )


def make_store(folder: Path, count: int) -> Path:
    """A store of so many items, its history indexed, and a config that shows them, in a folder."""
    config = folder / f"config-{count}"
    config.mkdir()
    topics = "".join(f'[topics.topic-{n}]\ntitle = "Topic {n}"\nquery = "{WORDS[n]}"\n' for n in range(TOPICS))
    (config / "topics.toml").write_text(topics)
    sources = "".join(
        f'[[sources]]\nid = "source-{n}"\ntitle = "Newswire {n:03d}"\nurl = "http://127.0.0.1:9/{n}"\n'
        for n in range(SOURCES)
    )
    (config / "sources.toml").write_text(sources)
    (config / "monitor.toml").write_text("")
    with open_store(f"tinydb:{folder / f'{count}.db'}") as store:
        for start in range(0, count, 5000):
            store.add(
                [addition(n) for n in range(start, min(start + 5000, count))],
                healths=[SourceHealth(source="source-0", status="ok")],
            )
    with open_store(f"tinydb:{folder / f'{count}.db'}") as store:
        store._index.follow()  # else what is measured would share its processors with the rest of that
    return config


def make_newsboat(folder: Path, count: int) -> list[str]:
    """A cache of so many items for newsboat, with a query feed over all of them."""
    home = folder / f"newsboat-{count}"
    home.mkdir()
    (home / "urls").write_text('"query:All items:title != \\"x\\""\nhttp://127.0.0.1:9/feed\n')
    (home / "config").write_text("auto-reload no\n")
    words = ["newsboat", "-q", "-u", str(home / "urls"), "-C", str(home / "config"), "-c", str(home / "cache.db")]
    subprocess.run([*words, "-x", "print-unread"], capture_output=True, check=False, timeout=60)
    with sqlite3.connect(home / "cache.db") as base:
        base.execute(
            "INSERT INTO rss_feed (rssurl, url, title) VALUES (?, ?, ?)",
            ("http://127.0.0.1:9/feed", "http://127.0.0.1:9", "Feed"),
        )
        base.executemany(
            "INSERT INTO rss_item (guid, title, author, url, feedurl, pubDate, content, unread)"
            " VALUES (?, ?, '', ?, ?, ?, ?, 1)",
            (
                (
                    str(n),
                    f"Headline {n}",
                    f"https://example.org/{n}",
                    "http://127.0.0.1:9/feed",
                    int(BEGAN.timestamp()) - 40 * n,
                    "text " * 40,
                )
                for n in range(count)
            ),
        )
    base.close()
    return words


def measure(argv: Sequence[str], shown: str, pane: tuple[bytes, str, int] | None, presses: int) -> list[float]:
    """One run of one program: the figures of COLUMNS."""
    tty = Tty(argv)
    try:
        first = tty.until(lambda lines: sum(shown in line for line in lines) >= 2)
        tty.calm()
        opened = 0.0
        if pane is not None:
            opened = tty.until(lambda lines: sum(pane[1] in line for line in lines) >= pane[2], tty.press(pane[0]))
            tty.calm()
        times, sizes = tty.keys(presses) if presses else ([], [])
        written, busy = tty.idle(4.0)
        return [first, tty.memory(), median(times), p95(times), median(sizes), opened, written, busy]
    finally:
        tty.end()


def keys_while_polling(bench: Path, folder: Path, presses: int) -> None:
    """Keys in a dashboard whose own poller fetches 500 feeds for the first time, beside the same with nothing polled.

    A key counts only when the status bar tells of the poll both before and after it.
    """
    port = 8790
    words = [sys.executable, str(bench / "feedserver.py"), "--feeds", "500", "--entries", "50", "--port", str(port)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    config = folder / "polling"
    config.mkdir()
    (config / "topics.toml").write_text('[topics.talks]\ntitle = "Talks"\nquery = "the OR a OR of"\n')
    (config / "sources.toml").write_text(
        "".join(f'[[sources]]\nid = "f{n}"\nurl = "http://127.0.0.1:{port}/f/{n}.xml"\n' for n in range(500))
    )
    words = [sys.executable, "-m", "monitor", "--config", str(config), "--store", f"tinydb:{folder / 'polling.db'}"]
    try:
        _ask(f"http://127.0.0.1:{port}/ctl?latency=50-300")
        tty = Tty(words)
        try:
            tty.until(lambda lines: "polling" in lines[0] and sum("127.0.0.1" in line for line in lines) >= 12)
            before = _ask(f"http://127.0.0.1:{port}/stats")["requests"]
            busy: list[float] = []
            while len(busy) < presses and _polled(tty):
                times, _ = tty.keys(10)
                busy += times if _polled(tty) else []
            after = _ask(f"http://127.0.0.1:{port}/stats")["requests"]
            tty.until(lambda lines: "polling" not in lines[0], limit=120)
        finally:
            tty.end()
    finally:
        server.terminate()
        server.wait()
    tty = Tty([*words, "--no-poll"])
    try:
        tty.until(lambda lines: sum("127.0.0.1" in line for line in lines) >= 12)
        idle, _ = tty.keys(max(20, len(busy)))
    finally:
        tty.end()
    for label, times in (("polled", busy), ("nothing polled", idle)):
        print(f"{label:>16}: median {median(times):.1f} ms, p95 {p95(times):.1f} ms of {len(times)} keys")
    headline(
        f"keys while 500 feeds are polled ({before} to {after} of them asked so far) beside keys while none is",
        f"median {median(busy) / median(idle):.2f} times, p95 {p95(busy) / p95(idle):.2f} times, {p95(busy):.1f} ms",
        "p95 20 ms",
    )


def _polled(tty: Tty) -> bool:
    tty.calm(0.03, limit=1.0)  # a line may be half drawn
    return "polling" in tty.screen.display[0]


def _ask(url: str) -> dict[str, int]:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                told: dict[str, int] = json.loads(answer.read())
                return told
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 500_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keys", type=int, default=60)
    parser.add_argument("--bench", type=Path, help="folder with feedserver.py")
    parser.add_argument("--only-polling", action="store_true", help="only the keys while 500 feeds are polled")
    wanted = parser.parse_args()
    compileall.compile_dir(Path(monitor.__file__).parent, quiet=1)  # as an installed program is
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not wanted.only_polling:
            print(f"{'':34}" + "".join(f"{column:>10}" for column in COLUMNS))
        for size in () if wanted.only_polling else wanted.sizes:
            compared = _compare(folder, size, wanted.runs, wanted.keys)
            for label, figures in compared:
                print(f"{size:>9,} items  {label:<18}" + "".join(f"{figure:>10.3f}" for figure in figures), flush=True)
            for place, (what, reach) in HEADLINES.items():
                told = (
                    f"{label} {figures[place]:.3f}" for label, figures in compared if not math.isnan(figures[place])
                )
                headline(f"{what}, at {size:,} items", ", ".join(told), reach)
        if wanted.bench:
            keys_while_polling(wanted.bench, folder, wanted.keys * 2)
    return 0


def _compare(folder: Path, size: int, runs: int, presses: int) -> list[tuple[str, list[float]]]:
    config = make_store(folder, size)
    store = f"tinydb:{folder / f'{size}.db'}"
    ours = [sys.executable, "-m", "monitor", "--config", str(config), "--store", store, "--no-poll"]
    bare = [sys.executable, str(Path(__file__).parent / "bare_list.py"), str(size)]
    programs: list[tuple[str, Callable[[], list[float]]]] = [
        ("bare Textual list", lambda: measure(bare, "Headline", None, presses)),
        ("monitor", lambda: measure(ours, "Headline", (b"9z", "Headline", 36), presses)),
    ]
    if shutil.which("newsboat"):
        newsboat = make_newsboat(folder, size)
        programs.append(("newsboat", lambda: measure(newsboat, "/", (b"\r", "Headline", 30), 0)))
    figures: dict[str, list[list[float]]] = {label: [] for label, _ in programs}
    for _ in range(runs):
        for label, run in programs:
            try:
                figures[label].append(run())
            except TimeoutError as error:
                print(f"{label}: never showed it\n{error}", file=sys.stderr)
    return [(label, [median(column) for column in zip(*rows, strict=True)]) for label, rows in figures.items() if rows]


if __name__ == "__main__":
    sys.exit(main())
