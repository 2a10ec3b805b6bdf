"""A program on a real pseudo-terminal, measured as the person at the other end sees it."""

from __future__ import annotations

import fcntl
import os
import pty
import queue
import re
import signal
import statistics
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

QUERY = re.compile(rb"\x1b\[\?(\d+)\$p")
KITTY = re.compile(rb"\x1b\[[<>]\d*u")


class Tty:
    """A program on 40 rows of 140 columns. Times are seconds since just before it started or a key was written.

    What it writes is read on a thread: when it came is not to depend on how long what came before takes to be parsed.
    """

    def __init__(
        self, argv: Sequence[str], env: Mapping[str, str] | None = None, rows: int = 40, cols: int = 140
    ) -> None:
        self.screen = pyte.Screen(cols, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.fd, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            list(argv), stdin=slave, stdout=slave, stderr=slave, start_new_session=True, close_fds=True,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", **(env or {})},
        )  # fmt: skip
        os.close(slave)
        self.written = 0
        self._came: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        sys.setswitchinterval(0.0005)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self.fd, 1 << 20)
            except OSError:
                return
            self._came.put((time.perf_counter(), data))
            for match in QUERY.finditer(data):
                os.write(self.fd, b"\x1b[?%b;%d$y" % (match[1], 2 if match[1] == b"2026" else 0))

    def pump(self, seconds: float) -> float | None:
        """Take in what is written within so many seconds; when it came."""
        try:
            at, data = self._came.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None
        self.written += len(data)
        self._stream.feed(KITTY.sub(b"", data))
        return at

    def until(self, true: Callable[[Sequence[str]], bool], since: float | None = None, limit: float = 60.0) -> float:
        """Seconds until the screen is so."""
        since = self.began if since is None else since
        end = time.perf_counter() + limit
        while time.perf_counter() < end:
            at = self.pump(0.5)
            if at is not None and true(self.screen.display):
                return at - since
        raise TimeoutError("\n".join(self.screen.display))

    def calm(self, seconds: float = 0.3, limit: float = 10.0) -> None:
        """Wait until nothing is written for so long."""
        end = time.perf_counter() + limit
        while time.perf_counter() < end and self.pump(seconds) is not None:
            pass

    def press(self, key: bytes) -> float:
        """Write a key; when."""
        at = time.perf_counter()
        os.write(self.fd, key)
        return at

    def _cursor(self) -> tuple[object, ...]:
        buffer = self.screen.buffer
        return tuple(
            (buffer[y][x].bg, buffer[y][x].reverse) for y in range(1, self.screen.lines - 2) for x in (3, 12, 34)
        )

    def keys(self, count: int, gap: float = 0.06) -> tuple[list[float], list[int]]:
        """Press j ten times, k ten times, …: milliseconds until the row moved, bytes for each."""
        times, sizes = [], []
        self.calm(0.2)
        for n in range(count):
            was, before = self._cursor(), self.written
            at = self.press(b"j" if n // 10 % 2 == 0 else b"k")
            try:
                times.append(self.until(lambda _, was=was: self._cursor() != was, at, 3.0) * 1e3)
            except TimeoutError:
                continue
            while self.pump(0.02) is not None:
                pass
            sizes.append(self.written - before)
            while (left := gap - (time.perf_counter() - at)) > 0:
                self.pump(left)
        return times, sizes

    def idle(self, seconds: float) -> tuple[int, float]:
        """Bytes written and per cent of a processor used while nobody touches it."""
        self.calm(0.5)
        before, cpu, at = self.written, self.cpu(), time.perf_counter()
        while (left := seconds - (time.perf_counter() - at)) > 0:
            self.pump(left)
        return self.written - before, (self.cpu() - cpu) / seconds * 100

    def cpu(self) -> float:
        """Seconds of processor used so far."""
        parts = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Resident megabytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0

    def end(self) -> None:
        """End this program, and only this one."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            end = time.perf_counter() + 5
            while self.process.poll() is None and time.perf_counter() < end:
                self.pump(0.05)
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
        self._reader.join()
        os.close(self.fd)


def median(values: Sequence[float]) -> float:
    """The middle one; not a number where there is none."""
    return statistics.median(values) if values else float("nan")


def p95(values: Sequence[float]) -> float:
    """What 95 of 100 stay below."""
    return sorted(values)[int(0.95 * (len(values) - 1))] if values else float("nan")
