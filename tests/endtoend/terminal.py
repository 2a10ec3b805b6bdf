"""A program on a real pseudo-terminal, seen through a terminal's eyes (pyte)."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Self

import pexpect
import pyte

ANSWERS = ((b"\x1b[?2026$p", b"\x1b[?2026;2$y"), (b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[c", b"\x1b[?62;22c"))


class Terminal:
    """`monitor …` on a pty. Use as a context manager; what is left running is ended."""

    def __init__(
        self,
        *words: str,
        rows: int = 24,
        columns: int = 80,
        env: dict[str, str] | None = None,
        program: tuple[str, ...] = ("-m", "monitor"),
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.output = b""
        surroundings = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC"}
        for name in ("TMUX", "SSH_CONNECTION", "LINES", "COLUMNS"):
            surroundings.pop(name, None)
        surroundings |= env or {}
        self.child = pexpect.spawn(
            sys.executable, [*program, *words], dimensions=(rows, columns), env=surroundings, timeout=5
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.child.close(force=True)

    def read(self, seconds: float) -> None:
        """Take in what the program writes in the next moment."""
        with contextlib.suppress(pexpect.TIMEOUT, pexpect.EOF):
            data = self.child.read_nonblocking(65536, timeout=seconds)
            self.output += data
            for question, answer in ANSWERS:
                if question in data:
                    self.child.send(answer)
            self.stream.feed(data)

    def text(self) -> str:
        """What stands on the screen."""
        lines, columns, buffer = range(self.screen.lines), range(self.screen.columns), self.screen.buffer
        return "\n".join("".join(buffer[y][x].data for x in columns).rstrip() for y in lines)

    def until(self, wanted: str, *, seconds: float = 20.0, gone: bool = False) -> str:
        """Wait until a text stands on the screen (or no longer does); the screen."""
        end = time.monotonic() + seconds
        while (wanted in self.text()) == gone:
            if time.monotonic() > end:
                raise AssertionError(f"{wanted!r} {'still' if gone else 'not'} on the screen:\n{self.text()}")
            self.read(0.05)
        return self.text()

    def press(self, keys: str) -> None:
        """Press keys, one after the other."""
        self.child.send(keys)

    def ended(self, *, seconds: float = 8.0) -> int | None:
        """Wait for the end; the exit status."""
        end = time.monotonic() + seconds
        while self.child.isalive():
            if time.monotonic() > end:
                raise AssertionError(f"still running:\n{self.text()}")
            self.read(0.05)
        return self.child.exitstatus
