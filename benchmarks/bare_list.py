"""The smallest Textual program that can show N headlines: what the dashboard is measured against."""

from __future__ import annotations

import sys

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

PLAIN, CHOSEN = Style.parse("white on #1e1e1e"), Style.parse("bold white on blue")


class Lines(ScrollView, can_focus=True):
    """One row an item, drawn on demand."""

    BINDINGS = [Binding("j", "move(1)"), Binding("k", "move(-1)")]  # noqa: RUF012
    DEFAULT_CSS = "Lines { height: 1fr; }"

    def __init__(self, count: int) -> None:
        super().__init__()
        self.rows = [
            f"12:{n % 60:02d}  Newswire {n % 500:03d}  Headline number {n} about talks, ports and budgets"
            for n in range(count)
        ]
        self.cursor = 0
        self.virtual_size = Size(100, count)

    def render_line(self, y: int) -> Strip:
        """One row."""
        number, width = y + self.scroll_offset.y, self.size.width
        style = CHOSEN if number == self.cursor else PLAIN
        if number >= len(self.rows):
            return Strip.blank(width, style)
        return Strip([Segment(self.rows[number][:width].ljust(width), style)], width)

    def action_move(self, step: int) -> None:
        """Another row."""
        old, self.cursor = self.cursor, max(0, min(len(self.rows) - 1, self.cursor + step))
        for number in (old, self.cursor):
            self.refresh(Region(0, number - self.scroll_offset.y, self.size.width, 1))


class Bare(App[None]):
    """Nothing but the list."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012

    def compose(self) -> ComposeResult:
        """The list."""
        yield Lines(int(sys.argv[1]))

    def on_mount(self) -> None:
        """Give it the keys."""
        self.query_one(Lines).focus()


if __name__ == "__main__":
    Bare().run()
