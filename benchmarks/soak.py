"""A poller among hostile feeds: healthy ones stay on time, memory and descriptors stay flat.

    python benchmarks/soak.py                                     # 20 minutes, 200 feeds, 20 of them hostile
    python benchmarks/soak.py --minutes 2 --feeds 60 --every 10

A server on loopback serves feeds that bring a new entry at each request, and every tenth does harm: it hangs, drips,
sends a compression bomb, a document made to keep a parser busy, half a document, no feed, a wrong length, or endless
headers. Told are how late each healthy feed was asked for, beyond its interval, and memory (proportional) and open
files of the poller with its children, over time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from headline import headline

HOSTILE = ("hang", "drip", "bomb", "busy", "half", "page", "length", "headers", "deep", "refuse")


def feed(number: int, entries: int) -> bytes:
    items = "".join(
        f"<item><title>Report {number}-{entry}: convoy leaves</title><guid>{number}-{entry}</guid>"
        f"<description>Words of report {entry}. {'More of it. ' * 20}</description></item>"
        for entry in range(max(entries - 20, 0), entries)
    )
    return f"<rss version='2.0'><channel><title>Feed {number}</title>{items}</channel></rss>".encode()


@dataclass
class Soak:
    """A run: when each feed was asked for, and what the poller held meanwhile."""

    feeds: int
    every: float
    started: float = field(default_factory=time.monotonic)
    asked: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    samples: list[tuple[float, float, int]] = field(default_factory=list)
    """Seconds, megabytes, open files."""

    def harm(self, number: int) -> str | None:
        """What a feed does to its reader; None for a healthy one."""
        return HOSTILE[number // 10 % len(HOSTILE)] if number % 10 == 9 else None

    def healthy(self) -> list[int]:
        """The feeds that do no harm."""
        return [number for number in range(self.feeds) if self.harm(number) is None]

    def delays(self) -> list[float]:
        """Seconds by which requests for healthy feeds came later than their interval, sorted."""
        gaps = (
            later - earlier
            for number in self.healthy()
            for earlier, later in zip(self.asked[number], self.asked[number][1:], strict=False)
        )
        return sorted(max(gap - self.every, 0.0) for gap in gaps)

    def run(self, seconds: float, *, sample_every: float = 5.0) -> None:
        """Poll for a while."""
        server = _Server(self)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        try:
            with tempfile.TemporaryDirectory() as folder:
                self.poll(Path(folder), server.server_port, seconds, sample_every)
        finally:
            server.over.set()
            server.shutdown()
            server.server_close()

    def configure(self, folder: Path, port: int) -> list[str]:
        """Write a config of these feeds; the words that name it."""
        for name in ("monitor", "topics", "keys"):
            (folder / f"{name}.toml").write_text("" if name != "topics" else "[topics.a]\nquery = 'convoy~'\n")
        (folder / "sources.toml").write_text(
            "[defaults]\ntotal_timeout = '10s'\nread_timeout = '5s'\n"
            + "".join(
                f'[[sources]]\nid = "f{number}"\nurl = "http://127.0.0.1:{port}/{number}"\nevery = {self.every}\n'
                for number in range(self.feeds)
            )
        )
        return ["--config", str(folder)]

    def poll(self, folder: Path, port: int, seconds: float, sample_every: float) -> None:
        """Have a poller at work for so long."""
        words = [sys.executable, "-m", "monitor", "poll", *self.configure(folder, port)]
        words += ["--store", f"tinydb:{folder}/news.db"]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as poller:
            while time.monotonic() - self.started < seconds and poller.poll() is None:
                time.sleep(min(sample_every, max(self.started + seconds - time.monotonic(), 0.1)))
                self.samples.append((time.monotonic() - self.started, *held(poller.pid)))
            poller.terminate()
            try:
                poller.wait(15)
            except subprocess.TimeoutExpired:
                poller.kill()


def held(pid: int) -> tuple[float, int]:
    """Megabytes (proportional) and open files of a process and all below it."""
    parents: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                parents[int((entry / "stat").read_text().rpartition(")")[2].split()[1])].append(int(entry.name))
    family, queue = [], [pid]
    while queue:
        family.append(queue.pop())
        queue += parents[family[-1]]
    memory, files = 0, 0
    for member in family:
        with suppress(OSError):
            lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()
            memory += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            files += len(list(Path(f"/proc/{member}/fd").iterdir()))
    return memory / 1000, files


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, soak: Soak) -> None:
        self.soak = soak
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        number = int(self.path.strip("/"))
        soak = self.server.soak
        soak.asked[number].append(time.monotonic())
        harm = soak.harm(number)
        with suppress(OSError):
            if harm is None:
                self._answer(feed(number, len(soak.asked[number]) + 20))
            else:
                getattr(self, f"_{harm}")(number)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, body: bytes, *, length: int | None = None, encoding: str | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)

    def _hang(self, _: int) -> None:
        self.server.over.wait(60)

    def _drip(self, number: int) -> None:
        self.send_response(200)
        self.end_headers()
        for byte in feed(number, 20):
            self.wfile.write(bytes([byte]))
            if self.server.over.wait(0.5):
                return

    def _bomb(self, _: int) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        self._answer(b"".join(packer.compress(b" " * 1_000_000) for _ in range(300)) + packer.flush(), encoding="gzip")

    def _busy(self, number: int) -> None:
        self._answer(feed(number, 1).replace(b"<guid>", b"<author>" + b"a@" * 32_000 + b"</author><guid>"))

    def _half(self, number: int) -> None:
        self._answer(feed(number, 20)[:2_000])

    def _page(self, _: int) -> None:
        self._answer(b"<!doctype html><html><body>Please log in</body></html>")

    def _length(self, number: int) -> None:
        body = feed(number, 20)
        self._answer(body, length=len(body) + 5_000)

    def _headers(self, _: int) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-Long: y\r\n" * 200_000)

    def _deep(self, number: int) -> None:
        self._answer(feed(number, 1).replace(b"<guid>", b"<a>" * 50_000 + b"<guid>"))

    def _refuse(self, _: int) -> None:
        self.send_response(503)
        self.send_header("Retry-After", "99999999999")
        self.end_headers()


def asked_for(description: str | None) -> argparse.Namespace:
    """How long a soak is to be, and of what."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--every", type=float, default=30, help="seconds between two polls of a feed")
    return parser.parse_args()


def main() -> int:
    wanted = asked_for(__doc__)
    soak = Soak(wanted.feeds, wanted.every)
    soak.run(wanted.minutes * 60)
    delays = soak.delays()
    hostile = wanted.feeds - len(soak.healthy())
    print(f"{wanted.feeds} feeds, {hostile} hostile, every {wanted.every:g} s, for {wanted.minutes:g} minutes")
    print(f"requests: {sum(map(len, soak.asked.values())):,}, of healthy feeds {len(delays) + len(soak.healthy()):,}")
    shares = {"median": 0.5, "95 %": 0.95, "most": 1.0}
    late = (f"{name} {delays[min(int(len(delays) * share), len(delays) - 1)]:.1f}" for name, share in shares.items())
    headline("healthy feeds polled late by, s", ", ".join(late), f"95 % within {wanted.every:g}")
    most = max(memory for _, memory, _ in soak.samples)
    headline("poller with its children among hostile feeds, MB", f"{most:.0f}", "300")
    print("minute   MB   open files")
    step = max(len(soak.samples) // 12, 1)
    for seconds, memory, files in soak.samples[::step]:
        print(f"{seconds / 60:6.1f} {memory:4.0f} {files:12}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
