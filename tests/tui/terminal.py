"""A real pseudo-terminal with the dashboard on it, as a person at the other end of SSH has it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[2]
USUAL = 0.8
"""Seconds a first screen takes on a machine with nothing else to do."""
ANSWERS = ((re.compile(rb"\x1b\[\?(\d+)\$p"), lambda m: b"\x1b[?%b;%d$y" % (m[1], 2 if m[1] == b"2026" else 0)),)


class Terminal:
    """Runs `tests.tui.stand`, reads all it writes unless told to stall, and keeps a screen of it."""

    def __init__(self, *words: str, size=(24, 80), env=None, cwd=None, argv=None) -> None:
        master, slave = pty.openpty()
        self.fd = master
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        environ = {
            **{k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES", "NO_COLOR", "TMUX", "SSH_CONNECTION", "SSH_TTY"}},
            "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "PYTHONPATH": str(ROOT), **(env or {}),
        }  # fmt: skip
        self.slowness, self._started, self._began_at = 1.0, time.monotonic(), 0.0
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            argv or [sys.executable, "-m", "tests.tui.stand", *words],
            stdin=slave, stdout=slave, stderr=slave, env=environ, cwd=cwd or ROOT, start_new_session=True, close_fds=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        )  # fmt: skip
        self.slave = slave
        self.output = bytearray()
        self.screen = pyte.Screen(size[1], size[0])
        self._stream = pyte.ByteStream(self.screen)
        self._fed = 0
        self.stalled = threading.Event()
        self.lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        """Never within a read when the line is closed: that would hold it open, or take what the next one writes."""
        while not self._closing.is_set():
            if self.stalled.is_set() or not select.select([self.fd], [], [], 0.02)[0]:
                self._closing.wait(0.02 if self.stalled.is_set() else 0)
                continue
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            if not data:
                return
            with self.lock:
                self.output += data
            for pattern, answer in ANSWERS:
                for match in pattern.finditer(data):
                    with contextlib.suppress(OSError):
                        os.write(self.fd, answer(match))

    def write(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    @property
    def text(self) -> str:
        with self.lock:
            new = bytes(self.output[self._fed :])
        unfinished = re.search(rb"\x1b(?:\[[<>?\d;$]*)?\Z", new)
        new = new[: unfinished.start()] if unfinished else new
        self._fed += len(new)
        self._stream.feed(re.sub(rb"\x1b\[[<>?][\d;]*(?:\$p|[a-z])", b"", new))
        return "\n".join(self.screen.display)

    def until(self, words: str, limit: float = 20.0) -> None:
        """Wait for words on the screen. The first wait also tells how slow the machine is now."""
        end = time.monotonic() + limit * self.slowness
        while words not in self.text:
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError(f"{words!r} never came\n{self.text}\n{bytes(self.output[-500:])!r}")
            time.sleep(0.01)
        if not self._began_at:
            self._began_at = time.monotonic()
            self.slowness = max(1.0, (self._began_at - self._started) / USUAL)

    def quiet(self, seconds: float = 0.3, limit: float = 10.0) -> int:
        """Wait until nothing is written for so long; bytes so far."""
        end = time.monotonic() + limit
        last, since = len(self.output), time.monotonic()
        while time.monotonic() < end and time.monotonic() - since < seconds:
            time.sleep(0.01)
            if len(self.output) != last:
                last, since = len(self.output), time.monotonic()
        return len(self.output)

    def resize(self, rows: int, cols: int) -> None:
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGWINCH)

    def wait(self, limit: float) -> int:
        """The exit status; fails when the process has not gone in that many seconds of a machine that is not busy."""
        return self.process.wait(limit * self.slowness)

    def children(self) -> list[int]:
        found = []
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            found += [int(pid) for pid in (task / "children").read_text().split()]
        return found

    def hang_up(self) -> None:
        """The SSH link drops."""
        self._closing.set()
        self._thread.join()
        os.close(self.slave)
        os.close(self.fd)
        self.slave = self.fd = -1

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        if self.fd >= 0:
            self.hang_up()
