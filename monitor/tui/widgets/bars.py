"""The one-line bars: status above, panes below it, keys and messages at the foot; drawn anew only when they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from rich.cells import cell_len
from textual.message import Message
from textual.strip import Strip

from monitor.text import clean_line
from monitor.tui import paint
from monitor.tui.widgets.drawn import Drawn

if TYPE_CHECKING:
    from textual import events

Parts = Sequence[tuple[str, str]]
"""Texts and the roles they are drawn in."""


class Bar(Drawn):
    """One line with something at either end."""

    DEFAULT_CSS = "Bar { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.left: Parts = ()
        self.right: Parts = ()

    def put(self, left: Parts, right: Parts = ()) -> None:
        """Show this; nothing is drawn when it is what stands there."""
        if (left, right) != (self.left, self.right):
            self.left, self.right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """The line."""
        return self.strip(paint.between(self.left, self.right, self.size.width, self.look))

    @property
    def text(self) -> str:
        """What stands there, as plain text."""
        return "".join(text for text, _ in (*self.left, *self.right))


class Tab(Struct, frozen=True):
    """A pane as the strip tells it."""

    label: str
    title: str
    unread: str
    current: bool


class Tabs(Bar):
    """The panes by number, name and unread count; those that do not fit scroll with the current one."""

    class Picked(Message):
        """A pane was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.tabs: tuple[Tab, ...] = ()
        self._from = 0
        self._ends: list[tuple[int, int]] = []

    def show_tabs(self, tabs: tuple[Tab, ...]) -> None:
        """Show these panes."""
        if tabs != self.tabs:
            self.tabs = tabs
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """As many panes as fit, the current one among them."""
        width = self.size.width
        sizes = [cell_len(self._words(tab)) for tab in self.tabs]
        current = next((n for n, tab in enumerate(self.tabs) if tab.current), 0)
        self._from = min(self._from, current)
        while self._from < current and sum(sizes[self._from : current + 1]) > width - 2:
            self._from += 1
        parts: list[tuple[str, str]] = [("‹" if self._from else "", "faint")]
        self._ends, at = [], len(parts[0][0])
        for n in range(self._from, len(self.tabs)):
            tab = self.tabs[n]
            if at + sizes[n] > width - 1:
                parts.append((" …", "faint"))
                break
            role = "head" if tab.current else "ink" if tab.unread else "quiet"
            name = self._words(tab, count=False)
            parts += [(name, role), (self._words(tab)[len(name) :], "fresh" if tab.unread else role)]
            at += sizes[n]
            self._ends.append((at, n))
        return self.strip(paint.line(parts, width, self.look))

    @staticmethod
    def _words(tab: Tab, *, count: bool = True) -> str:
        unread = f" {tab.unread}" if tab.unread and count else ""
        return f" {tab.label} {paint.cut(tab.title, 20)}{unread}{' ' if count else ''}"

    def on_click(self, event: events.Click) -> None:
        """Tell which pane was meant."""
        for end, n in self._ends:
            if event.x < end:
                self.post_message(self.Picked(n))
                return


class Foot(Bar):
    """The keys of where one is, or what was just said."""

    class Pressed(Message):
        """A command was clicked."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.keys: tuple[tuple[str, str, str], ...] = ()
        self.said = ""

    def offer(self, keys: tuple[tuple[str, str, str], ...]) -> None:
        """The commands to tell: (id, key, word)."""
        self.keys = keys
        if not self.said:
            self._tell_keys()

    def say(self, text: str, role: str = "ink") -> None:
        """Say something until the next key."""
        self.said = text
        self.put(((f" {clean_line(text)} ", role),))

    def hush(self) -> None:
        """Go back to the keys."""
        if self.said:
            self.said = ""
            self._tell_keys()

    def _tell_keys(self) -> None:
        parts: list[tuple[str, str]] = []
        for _, key, word in self._fitting():
            parts += [(f" {key} ", "accent"), (f"{word} ", "quiet")]
        self.put(tuple(parts))

    def _fitting(self) -> list[tuple[str, str, str]]:
        """As many keys as there is room for, the last two (the way back, and help) always among them."""
        kept = list(self.keys)
        width = self.size.width or self.app.size.width
        while len(kept) > 2 and sum(cell_len(f" {key} {word} ") for _, key, word in kept) > width:
            del kept[-3]
        return kept

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        """Another number of keys may fit."""
        if not self.said:
            self._tell_keys()

    def on_click(self, event: events.Click) -> None:
        """Run what was clicked."""
        if self.said:
            return
        at = 0
        for command, key, word in self._fitting():
            at += cell_len(f" {key} {word} ")
            if event.x < at:
                self.post_message(self.Pressed(command))
                return
