"""Textual's Linux driver, hardened: whatever the keyboard's side sends is bounded, and the next key is read.

Input that is not UTF-8 or that the parser cannot read is dropped, a sequence without end is dropped, a paste is cut, a
size that the terminal claims is clamped; and a terminal that has gone holds nothing up.
"""

from __future__ import annotations

import logging
import os
import re
import selectors
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

if TYPE_CHECKING:
    from textual.message import Message

log = logging.getLogger(__name__)

LONGEST_SEQUENCE = 64
_MEANT = re.compile(r"\x1b\[(?:[^t]*[A-Za-su-z~]|48(?:;[\d:]+){4}t)")
"""Control sequences that a keyboard, a mouse or a resized window sends; a lone "t" would be a key."""
LONGEST_PASTE = 20_000
WIDEST, HIGHEST = 1000, 400
PATIENCE = 10
"""Moments without input after which a paste is over."""
PASTE, PASTED = "\x1b[200~", "\x1b[201~"


class Guard:
    """Lets keyboard input through as it comes, but for control sequences that never end and what a paste has too much.

    Control strings (OSC, DCS and their like) are dropped whole: the dashboard asks the terminal for none.
    """

    def __init__(self) -> None:
        self._held = ""
        """A control sequence so far."""
        self._string = self._endless = False
        self._pasted = -1
        """Characters of a paste so far; negative outside of one."""
        self._tail = ""
        self._pauses = 0

    def admit(self, text: str) -> str:
        """What of the text may go on to the parser."""
        self._pauses = 0
        return "".join([self._pasting(char) if self._pasted >= 0 else self._typed(char) for char in text])

    def pause(self) -> str:
        """Nothing came for a moment: what has no end by now never had one."""
        self._pauses += 1
        self._held, self._string, self._endless = "", False, False
        if self._pasted >= 0 and self._pauses >= PATIENCE:
            self._pasted = -1
            return PASTED
        return ""

    def _typed(self, char: str) -> str:
        if self._string:
            self._string = char not in "\x07\x9c" and not (self._held == "\x1b" and char == "\\")
            self._held = char if self._string else ""
            return ""
        if char == "\x1b":
            self._held, self._endless = char, False
            return char
        if self._held == "\x1b":
            self._string = char in "]P_^X"
            self._held = "\x1b[" if char == "[" else ""
            return "" if self._held or self._string else char
        if not self._held:
            return char
        return self._controlled(char)

    def _controlled(self, char: str) -> str:
        if not "@" <= char <= "~":
            self._endless = self._endless or len(self._held) >= LONGEST_SEQUENCE
            self._held += "" if self._endless else char
            return ""
        whole, endless = self._held + char, self._endless
        self._held, self._endless = "", False
        if whole == PASTE:
            self._pasted, self._tail = 0, ""
        return whole[1:] if not endless and _MEANT.fullmatch(whole) else ""

    def _pasting(self, char: str) -> str:
        self._pasted += 1
        self._tail = (self._tail + char)[-len(PASTED) :]
        over = self._pasted > LONGEST_PASTE
        if self._tail == PASTED:
            self._pasted = -1
            return PASTED if over else char
        return "" if over else char


class TerminalDriver(LinuxDriver):
    """What the dashboard runs on."""

    def run_input_thread(self) -> None:
        """Read keys until told to stop."""
        decode = getincrementaldecoder("utf-8")("ignore").decode
        guard, parser = Guard(), XTermParser(self._debug)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(0.1):
                    data = os.read(self.fileno, 4096)
                    if not data:  # the terminal has gone
                        return
                    text = guard.admit(decode(data))
                else:
                    text = guard.pause()
                try:
                    for message in (*(parser.feed(text) if text else ()), *parser.tick()):
                        self.process_message(message)
                except Exception as error:  # noqa: BLE001 - the parser's own faults are not a reason to end
                    log.warning("input dropped: %s", type(error).__name__)
                    parser = XTermParser(self._debug)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:  # the terminal has gone, which `Departure` sees as well
            log.info("the terminal cannot be read")

    def process_message(self, message: Message) -> None:
        """Take no size that no terminal has."""
        if isinstance(message, events.Resize) and (message.size.width > WIDEST or message.size.height > HIGHEST):
            size = Size(min(message.size.width, WIDEST), min(message.size.height, HIGHEST))
            message = events.Resize(size, size)
        super().process_message(message)

    def _get_terminal_size(self) -> tuple[int, int]:
        width, height = super()._get_terminal_size()
        return min(width, WIDEST), min(height, HIGHEST)

    def write(self, data: str) -> None:
        """Write, unless nobody writes any more because the terminal has gone."""
        if self._writer_thread is not None and self._writer_thread.is_alive():
            super().write(data)

    def close(self) -> None:
        """Let the writer finish, if it still can."""
        if self._writer_thread is not None and self._writer_thread.is_alive():
            super().close()
