"""The panes side by side: how many columns and rows, which of them are seen, which is current."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.containers import Container

from monitor.tui.widgets.headlines import Headlines

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Size

    from monitor.newsroom import Pane

BARS = 3
"""Lines that the bars above and below take."""
LOWEST = 11
"""Lines that a pane gets at the least where several stand above each other."""
PASSING = frozenset({"search", "source"})
"""Panes that no config names: they go with the next step back."""


def columns_for(width: int) -> int:
    """How many panes stand beside each other."""
    return 1 if width < 100 else 2 if width < 160 else 3


class Panes(Container):
    """All panes; only those that are seen exist as widgets. Panes beyond the screen come as further pages of it."""

    DEFAULT_CSS = """
    Panes { layout: grid; width: 1fr; height: 1fr; grid-gutter: 0 1; }
    """

    def __init__(
        self, panes: tuple[Pane, ...], make: Callable[[Pane, str], Headlines], changed: Callable[[], None]
    ) -> None:
        super().__init__(id="panes")
        self.can_focus = False
        self.panes = list(panes)
        self.make, self.changed = make, changed
        self.index = 0
        self._before = ""
        """The pane from which the last added one was opened."""
        self.zoomed = False
        self.shown: tuple[int, ...] = ()
        self._lists: dict[str, Headlines] = {}
        self._grid = (0, 0)

    @property
    def current(self) -> Headlines:
        """The list of the current pane."""
        return self.list_of(self.panes[self.index])

    @property
    def lists(self) -> list[Headlines]:
        """The lists that exist."""
        return list(self._lists.values())

    def list_of(self, pane: Pane) -> Headlines:
        """A pane's list, made when first asked for."""
        if pane.id not in self._lists:
            self._lists[pane.id] = self.make(pane, self.label(self.panes.index(pane)))
        return self._lists[pane.id]

    def label(self, index: int) -> str:
        """How a pane is called by key."""
        if self.panes[index].id in PASSING:
            return "/"
        return str(index + 1) if index < 9 else "·"

    def plan(self, width: int, height: int) -> tuple[int, int, tuple[int, ...]]:
        """Columns, rows, and which panes are seen in them."""
        count = len(self.panes)
        columns = 1 if self.zoomed else min(columns_for(width), count)
        rows = 1 if columns == 1 else max(1, min(height // LOWEST, -(-count // columns)))
        size = columns * rows
        first = self.index // size * size
        shown = tuple(range(first, min(first + size, count)))
        return columns, max(1, -(-len(shown) // columns)), shown

    def prepare(self, size: Size) -> int:
        """Lay out for a screen of this size before there is one; how many lines a pane gets at the most."""
        columns, rows, self.shown = self.plan(size.width, size.height - BARS)
        self._grid = (columns, rows)
        self.styles.grid_size_columns, self.styles.grid_size_rows = columns, rows
        self._span([self.list_of(self.panes[index]) for index in self.shown])
        return -(-size.height // rows)

    def compose(self) -> ComposeResult:
        """The panes that are seen at first."""
        for index in self.shown:
            yield self.list_of(self.panes[index])

    def show(self, index: int | None = None, *, zoomed: bool | None = None, focus: bool = True) -> None:
        """Make a pane current, zoomed or among the others."""
        self.index = self.index if index is None else max(0, min(index, len(self.panes) - 1))
        self.zoomed = self.zoomed if zoomed is None else zoomed
        self.lay_out()
        if focus:
            self.current.focus()
        self.changed()

    def lay_out(self) -> None:
        """Show the panes that belong on the screen, and only those."""
        columns, rows, shown = self.plan(*(self.size or self.app.size))
        if (columns, rows) != self._grid:
            self._grid = (columns, rows)
            self.styles.grid_size_columns, self.styles.grid_size_rows = columns, rows
        if shown == self.shown:
            return
        self.shown = shown
        wanted = [self.list_of(self.panes[index]) for index in shown]
        for rows_list in self._lists.values():
            if rows_list not in wanted:
                rows_list.display = False
        fresh = [rows_list for rows_list in wanted if not rows_list.is_attached]
        for rows_list in wanted:
            rows_list.display = True
        self._span(wanted)
        if fresh:
            self.mount(*fresh)
            order = {id(self._lists[pane.id]): n for n, pane in enumerate(self.panes) if pane.id in self._lists}
            self.sort_children(key=lambda child: order.get(id(child), 0))

    def _span(self, wanted: list[Headlines]) -> None:
        """The last pane takes what its row has left."""
        columns = self._grid[0]
        for number, rows_list in enumerate(wanted):
            left = columns - 1 - number % columns if number == len(wanted) - 1 else 0
            if rows_list.styles.column_span != 1 + left:
                rows_list.styles.column_span = 1 + left

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        """Another width may hold another number of panes."""
        self.lay_out()
        self.changed()

    def add(self, pane: Pane) -> None:
        """Show one more pane, zoomed, in the place of an earlier one of its kind."""
        self.remove_pane(pane.id)
        self._before = self.panes[self.index].id
        self.panes.append(pane)
        self.show(len(self.panes) - 1, zoomed=True)

    def remove_pane(self, pane_id: str) -> bool:
        """Take a pane away, going back to where it was opened; whether there was one."""
        at = next((n for n, pane in enumerate(self.panes) if pane.id == pane_id), None)
        if at is None:
            return False
        del self.panes[at]
        gone = self._lists.pop(pane_id, None)
        if gone is not None and gone.is_attached:
            gone.remove()
        if at == self.index:
            self.index = next((n for n, pane in enumerate(self.panes) if pane.id == self._before), 0)
        elif at < self.index:
            self.index -= 1
        self.shown = ()
        return True

    def renew(self, panes: tuple[Pane, ...]) -> None:
        """Take up other panes after the config changed; lists whose pane is as it was stay, and so does a search."""
        current = self.panes[self.index].id
        panes += tuple(pane for pane in self.panes if pane.id in PASSING)
        stay = {pane.id for pane in panes if pane in self.panes}
        for pane_id in [pane_id for pane_id in self._lists if pane_id not in stay]:
            gone = self._lists.pop(pane_id)
            if gone.is_attached:
                gone.remove()
        self.panes = list(panes)
        for number, pane in enumerate(panes):
            if pane.id in self._lists:
                self._lists[pane.id].label = self.label(number)
        self.shown = ()
        self.show(next((n for n, pane in enumerate(panes) if pane.id == current), 0), focus=False)
