"""A terminal whose line can drop, and the processes behind it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
import termios
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pyte
from wcwidth import wcwidth

from tests.endtoend.terminal import Terminal
from tests.tui.oracle import violations

ESCAPE = "\x1b"
"""A key of its own only when nothing follows at once."""


class Eyes(pyte.Screen):
    """A screen on which what takes no cell does not end the drawing of what follows it."""

    def draw(self, data: str) -> None:
        super().draw("".join(char for char in data if wcwidth(char) > 0 or unicodedata.combining(char)))


class Shut:
    """Eyes that see nothing."""

    def feed(self, data: bytes) -> None:
        """Look away."""


class Line(Terminal):
    """`monitor …` on a pty, with what the oracle says of its output and what runs behind it."""

    def __init__(self, *words: str, **options) -> None:
        super().__init__(*words, **options)
        self.screen = Eyes(self.screen.columns, self.screen.lines)
        self.stream = pyte.ByteStream(self.screen)
        self.child.delaybeforesend = None
        self.pid = self.child.pid
        assert self.pid is not None

    def settle(self, quiet: float = 0.06, *, most: float = 3.0) -> None:
        """Take in what is written, until nothing comes for a moment."""
        end = time.monotonic() + most
        while time.monotonic() < end:
            before = len(self.output)
            self.read(quiet)
            if len(self.output) == before:
                return

    def heard(self, *, seconds: float = 30.0) -> None:
        """Wait until the program has read all that was typed, and a key that follows is a key of its own."""
        end = time.monotonic() + seconds
        keyboard = os.open(f"/proc/{self.pid}/fd/0", os.O_RDONLY | os.O_NOCTTY)
        try:
            while waiting(keyboard):
                assert time.monotonic() < end, "the keyboard is not read"
                self.read(0.02)
        finally:
            os.close(keyboard)
        self.settle(0.3)

    def stopped(self, *, seconds: float = 10.0) -> None:
        """Wait until the program is suspended, and take in what it wrote before."""
        end = time.monotonic() + seconds
        while state(self.pid) != "T":
            assert time.monotonic() < end, "not suspended"
            self.read(0.02)
        self.settle()

    def resume(self, *, seconds: float = 10.0) -> None:
        """Let a suspended program go on, and wait until it has the terminal again."""
        end, before = time.monotonic() + seconds, len(self.output)
        os.kill(self.pid, signal.SIGCONT)
        while b"\x1b[?1049h" not in self.output[before:]:
            assert time.monotonic() < end, "not resumed"
            self.read(0.02)
        self.settle()

    @contextlib.contextmanager
    def eyes_shut(self) -> Iterator[None]:
        """Read what is written without looking at it."""
        stream, self.stream = self.stream, Shut()
        try:
            yield
        finally:
            self.stream = stream

    def walk(self, *keys: str) -> None:
        """Press keys one by one, each after what the last one wrote."""
        for key in keys:
            self.press(key)
            self.settle(0.25 if key == ESCAPE else 0.06)

    def leave(self) -> int | None:
        """Quit as a reader does; the exit status."""
        self.press("Q")
        return self.ended()

    def injected(self, *, clipboard: bool = False) -> list[str]:
        """What stood in the output that the dashboard itself never writes."""
        return violations(self.output, clipboard=clipboard)

    def drop(self) -> None:
        """Close the master: what a dropped SSH link does."""
        self.child.ptyproc.fileobj.close()
        self.child.ptyproc.closed = self.child.closed = True

    def gone(self, *, seconds: float) -> int:
        """Wait for the process to end, reading nothing; its exit status, negative for a signal."""
        end = time.monotonic() + seconds
        process = self.child.ptyproc
        while process.isalive():
            assert time.monotonic() < end, f"still running after {seconds} s"
            time.sleep(0.02)
        return process.exitstatus if process.signalstatus is None else -process.signalstatus

    def __exit__(self, *details: object) -> None:
        process = self.child.ptyproc
        if process.closed or process.terminated:
            if process.isalive():
                os.kill(self.pid, signal.SIGKILL)
                process.wait()
            self.child.terminated = True
        super().__exit__(*details)


def waiting(keyboard: int) -> int:
    """Bytes typed that nobody has read."""
    return int.from_bytes(fcntl.ioctl(keyboard, termios.FIONREAD, bytes(4)), sys.byteorder)


def state(pid: int) -> str:
    """The state of a process as the kernel tells it: R, S, T …"""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def family(pid: int) -> set[int]:
    """A process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            after_name = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if after_name[0] != "Z":
            parents.setdefault(int(after_name[1]), []).append(int(entry.name))
    found, left = {pid}, [pid]
    while left:
        children = parents.get(left.pop(), [])
        found.update(children)
        left += children
    return found


def running(pids: set[int]) -> set[int]:
    """Those of the processes that still run."""
    alive = set()
    for pid in pids:
        try:
            if state(pid) not in "ZX":
                alive.add(pid)
        except OSError:
            continue
    return alive


def all_gone(pids: set[int], *, seconds: float) -> set[int]:
    """Wait until none of the processes runs; those that still do."""
    end = time.monotonic() + seconds
    while (left := running(pids)) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def resident(pid: int) -> int:
    """Bytes of memory a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
