"""Polling many feeds on loopback beside other readers: first load, twice nothing new, two new entries a feed.

    python benchmarks/poll.py                             # 500 feeds of 50 entries, from a server of its own
    python benchmarks/poll.py --bench DIR                 # from DIR/feedserver.py
    python benchmarks/poll.py --feeds 100 --rounds 3

Each round begins with empty stores; within a run the programs follow one another, so that a machine's moods meet all
of them. Figures are medians: seconds of wall clock, seconds of processor (children included), megabytes of the largest
process. A program that is not installed is left out, with a note. `newsboat tuned` has its database in WAL mode with
the indexes it lacks.
"""

from __future__ import annotations

import argparse
import asyncio
import compileall
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from headline import headline

ROOT = Path(__file__).resolve().parent.parent
RUNS = (
    ("first load", "validators=1&tick=0"),
    ("nothing new, validators", "validators=1"),
    ("nothing new, none", "validators=0"),
    ("two new a feed", "validators=1&tick=%2B1"),
)
LIMIT = 600.0


# ---------------------------------------------------------------- the programs


@dataclass
class Program:
    """A reader: how it is set up in a folder of its own, and the command that fetches everything once."""

    name: str
    folder: Path
    command: list[str]
    before: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """What is done before each run and not measured."""

    def begin(self) -> None:
        """An empty store."""


class Monitor(Program):
    """This project."""

    def __init__(self, folder: Path, urls: list[str]) -> None:
        config = folder / "config"
        command = [
            sys.executable,
            "-m",
            "monitor",
            "--config",
            str(config),
            "--store",
            f"tinydb:{folder}/store/news.db",
        ]
        super().__init__(
            "newsroom monitor", folder, [*command, "poll", *(f"w{n}" for n in range(len(urls))), "--once", "--json"]
        )
        config.mkdir(parents=True)
        shutil.copy(ROOT / "config" / "topics.toml", config)
        sources = (f'[[sources]]\nid = "w{n}"\ntitle = "Newswire {n}"\nurl = "{url}"\n' for n, url in enumerate(urls))
        (config / "sources.toml").write_text("\n".join(sources))

    def begin(self) -> None:
        """An empty store."""
        shutil.rmtree(self.folder / "store", ignore_errors=True)


class Newsboat(Program):
    """newsboat, as it comes or with its database tuned."""

    def __init__(self, folder: Path, urls: list[str], *, tuned: bool) -> None:
        words = ["newsboat", "-u", f"{folder}/urls", "-C", f"{folder}/config", "-c", f"{folder}/cache.db"]
        super().__init__("newsboat tuned" if tuned else "newsboat", folder, [*words, "-x", "reload"])
        self.tuned = tuned
        self._empty = [*words, "-x", "print-unread"]
        folder.mkdir(parents=True)
        (folder / "urls").write_text("\n".join(urls) + "\n")
        (folder / "config").write_text("reload-threads 8\ndownload-retries 1\n")

    def begin(self) -> None:
        """An empty store."""
        for file in self.folder.glob("cache.db*"):
            file.unlink()
        subprocess.run(self._empty, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)

    def prepare(self) -> None:
        """Tune what there is by now."""
        if not self.tuned:
            return
        with sqlite3.connect(self.folder / "cache.db") as database:
            database.execute("pragma journal_mode = wal")
            database.execute("create index if not exists a on rss_item (guid, feedurl)")
            database.execute("create index if not exists b on rss_item (feedurl, deleted, pubDate desc, id desc)")
            database.execute("analyze")


class Sfeed(Program):
    """sfeed: one process and one file per feed."""

    def __init__(self, folder: Path, urls: list[str]) -> None:
        super().__init__("sfeed", folder, ["sfeed_update", f"{folder}/sfeedrc"])
        folder.mkdir(parents=True)
        feeds = "\n".join(f"\tfeed 'Newswire {n:04d}' '{url}'" for n, url in enumerate(urls))
        (folder / "sfeedrc").write_text(f"sfeedpath='{folder}/feeds'\nmaxjobs=8\nfeeds() {{\n{feeds}\n}}\n")

    def begin(self) -> None:
        """An empty store."""
        shutil.rmtree(self.folder / "feeds", ignore_errors=True)


class Newsraft(Program):
    """newsraft needs a terminal; it is measured only for being fetched by its own reload on start."""

    def __init__(self, folder: Path, urls: list[str]) -> None:
        feeds = folder / "feeds"
        super().__init__(
            "newsraft", folder, ["newsraft", "-f", str(feeds), "-d", f"{folder}/news.sqlite3", "-e", "reload-all"]
        )
        folder.mkdir(parents=True)
        feeds.write_text("\n".join(urls) + "\n")

    def begin(self) -> None:
        """An empty store."""
        for file in self.folder.glob("news.sqlite3*"):
            file.unlink()


# ---------------------------------------------------------------- measuring


@dataclass(frozen=True)
class Figures:
    """One run of one program."""

    wall: float
    cpu: float
    megabytes: float
    status: int


def measured(program: Program) -> Figures:
    """Run a program's command once."""
    began = time.perf_counter()
    process = subprocess.Popen(
        program.command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=program.folder,
    )
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if time.perf_counter() - began > LIMIT:
            process.kill()
        time.sleep(0.001)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    return Figures(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode)


def compare(programs: list[Program], server: str, rounds: int) -> None:
    """Run all programs in all runs and print a table."""
    figures: dict[tuple[str, str], list[Figures]] = {}
    for _ in range(rounds):
        for program in programs:
            program.begin()
        for run, state in RUNS:
            ask(f"{server}/ctl?{state}")
            for program in programs:
                program.prepare()
                took = measured(program)
                figures.setdefault((run, program.name), []).append(took)
                print(f"{run}, {program.name}: {took.wall:.2f} s, cpu {took.cpu:.2f} s", file=sys.stderr, flush=True)
    print(f"{'':26s} {'':18s} {'wall s':>8s} {'cpu s':>8s} {'MB':>7s} {'wall / ours':>12s} {'cpu / ours':>11s}")
    for run, _ in RUNS:
        ours = figures[run, programs[0].name]
        for name, what in (("wall", "s"), ("cpu", "s of processor")):
            told = (
                f"{program.name} {statistics.median(getattr(each, name) for each in figures[run, program.name]):.2f}"
                for program in programs
            )
            headline(f"{run}, {what}", ", ".join(told))
        for program in programs:
            mine = figures[run, program.name]
            wall, cpu = (statistics.median(getattr(each, name) for each in mine) for name in ("wall", "cpu"))
            ratios = [
                statistics.median(
                    getattr(a, name) / max(getattr(b, name), 1e-9) for a, b in zip(mine, ours, strict=True)
                )
                for name in ("wall", "cpu")
            ]
            bad = "" if all(each.status in (0, 1) for each in mine) else f"  exit {mine[-1].status}"
            megabytes = statistics.median(each.megabytes for each in mine)
            row = f"{run:26s} {program.name:18s} {wall:8.2f} {cpu:8.2f} {megabytes:7.0f}"
            print(f"{row} {ratios[0]:12.2f} {ratios[1]:11.2f}{bad}")
        print()


def ask(url: str) -> bytes:
    """What the server answers."""
    with urllib.request.urlopen(url, timeout=120) as answer:
        return answer.read()


# ---------------------------------------------------------------- a feed server


class Feeds:
    """Feeds whose every entry is always the same text; a tick brings two new ones to each."""

    def __init__(self, entries: int) -> None:
        self.entries = entries
        self.tick = 0
        self.validators = True
        words = random.Random(5)
        letters = "aeioubcdfglmnprst"
        vocabulary = ["".join(words.choices(letters, k=words.randint(3, 10))) for _ in range(3000)]
        self._sentences = [" ".join(words.choices(vocabulary, k=14)).capitalize() + "." for _ in range(2000)]
        self._bodies: dict[tuple[int, int], bytes] = {}

    def control(self, query: dict[str, list[str]]) -> None:
        """Move on in time, or stop sending validators."""
        tick = query.get("tick", [""])[0].replace(" ", "+")
        if tick:
            self.tick = self.tick + int(tick) if tick[0] in "+-" else int(tick)
        if "validators" in query:
            self.validators = query["validators"][0] == "1"

    def answer(self, number: int, headers: dict[str, str]) -> bytes:
        """The answer to a request for a feed."""
        tag = f'"{number}-{self.tick}"'
        own = f"ETag: {tag}\r\n" if self.validators else ""
        if self.validators and headers.get("if-none-match") == tag:
            return f"HTTP/1.1 304 Not Modified\r\n{own}\r\n".encode()
        body = self._bodies.get((number, self.tick))
        if body is None:
            body = self._bodies[number, self.tick] = self._feed(number)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(body)}\r\n{own}\r\n"
        return head.encode() + body

    def _feed(self, number: int) -> bytes:
        first = 2 * self.tick
        items = "".join(self._item(number, n) for n in range(first + self.entries - 1, first - 1, -1))
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<channel><title>Newswire {number:04d}</title><link>http://news.invalid/{number}</link>"
            f"<description>Feed {number}</description><language>en</language>\n{items}</channel></rss>\n"
        ).encode()

    def _item(self, number: int, n: int) -> str:
        said = [self._sentences[(number * 7919 + n * 104_729 + k * 1_299_709) % 2000] for k in range(9)]
        html = f"<p><b>{said[1]}</b></p><p>{said[2]} {said[3]}</p><ul><li>{said[4]}</li></ul><p>{said[5]} {said[6]}</p>"
        at = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(minutes=7 * n, seconds=number % 420)
        return (
            f"<item><title>{said[0][:70]} {number}.{n}</title><link>http://news.invalid/{number}/{n}</link>"
            f'<guid isPermaLink="false">urn:{number}:{n}</guid><pubDate>{format_datetime(at)}</pubDate>'
            f"<dc:creator>Desk {number % 37}</dc:creator><category>world</category>"
            f"<description>{escape(said[7])}</description><content:encoded><![CDATA[{html}]]></content:encoded></item>\n"
        )


async def serve(port: int, entries: int) -> None:
    """Serve until killed; says "ready" when it does."""
    feeds = Feeds(entries)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                target = urlsplit(lines[0].split(" ")[1])
                headers = {
                    name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
                }
                if target.path == "/ctl":
                    feeds.control(parse_qs(target.query))
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                else:
                    writer.write(feeds.answer(int(Path(target.path).stem), headers))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", port, backlog=1024) as listener:
        print("ready", flush=True)
        await listener.serve_forever()


def start_server(bench: Path | None, port: int, feeds: int, entries: int) -> subprocess.Popen[str]:
    """A feed server that is ready."""
    if bench is None:
        words = [sys.executable, __file__, "--serve", str(port), "--entries", str(entries)]
    else:
        words = [sys.executable, str(bench / "feedserver.py"), "--port", str(port)]
        words += ["--feeds", str(feeds), "--entries", str(entries)]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    if server.stdout.readline().strip() != "ready":
        raise SystemExit("the feed server did not start")
    return server


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bench", type=Path, help="folder with a feedserver.py to use instead of the one in this file")
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--entries", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--port", type=int, default=18765)
    parser.add_argument("--folder", type=Path, help="where the stores are made (default: a temporary folder)")
    parser.add_argument("--serve", type=int, metavar="PORT", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.serve:
        asyncio.run(serve(wanted.serve, wanted.entries))
        return
    compileall.compile_dir(ROOT / "monitor", quiet=1)  # as an installed program is
    urls = [f"http://127.0.0.1:{wanted.port}/f/{n}.xml" for n in range(wanted.feeds)]
    server = start_server(wanted.bench, wanted.port, wanted.feeds, wanted.entries)
    try:
        with tempfile.TemporaryDirectory(dir=wanted.folder) as folder:
            programs: list[Program] = [Monitor(Path(folder, "monitor"), urls)]
            for needs, make in (
                ("newsboat", lambda: Newsboat(Path(folder, "newsboat"), urls, tuned=False)),
                ("newsboat", lambda: Newsboat(Path(folder, "tuned"), urls, tuned=True)),
                ("sfeed_update", lambda: Sfeed(Path(folder, "sfeed"), urls)),
                ("newsraft", lambda: Newsraft(Path(folder, "newsraft"), urls)),
            ):
                if shutil.which(needs):
                    programs.append(make())
                else:
                    print(f"{needs} is not installed and left out")
            print(f"{wanted.feeds} feeds of {wanted.entries} entries, {wanted.rounds} rounds, median")
            compare(programs, f"http://127.0.0.1:{wanted.port}", wanted.rounds)
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
