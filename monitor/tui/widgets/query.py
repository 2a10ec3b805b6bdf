"""Where a query is written: its parts coloured, the place of an error marked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.geometry import Region
from textual.widgets import TextArea

from monitor.text import clean
from monitor.tui.themes import look

if TYPE_CHECKING:
    from rich.text import Text
    from textual import events
    from textual.binding import BindingType

_PARTS = re.compile(
    r"""(?P<good>"(?:[^"\\]|\\.)*"~?|\{[^}]*\})"""
    r"""|(?P<accent>\b(?:AND|OR|NOT)\b|\b(?:NEAR|ONEAR|NOTNEAR|ATLEAST)(?:/\d+)?)"""
    r"""|(?P<hit>@[\w-]+)|(?P<warning>\b[a-z]+:)|(?P<star>/(?:[^/\s\\]|\\.)+/[a-z]*)|(?P<quiet>[()^~]|\*)"""
)


class QueryArea(TextArea):
    """A query with its parts coloured and the place of an error marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+end", "end_of_text", show=False),
        Binding("ctrl+home", "start_of_text", show=False),
    ]

    wrong: int | None = None
    """Where the query cannot be read: a 0-based offset."""

    def get_line(self, line_index: int) -> Text:
        """A line with its colours."""
        line = super().get_line(line_index)
        styles = look(self.app.theme)
        for part in _PARTS.finditer(line.plain):
            line.stylize(
                styles.style(part.lastgroup or "ink").without_color + styles.style(part.lastgroup or "ink"),
                *part.span(),
            )
        if self.wrong is not None:
            before = sum(len(self.document.get_line(n)) + 1 for n in range(line_index))
            at = self.wrong - before
            if 0 <= at <= len(line.plain):
                line.stylize(styles.style("error") + styles.style("hit-now"), at, at + 1)
        return line

    async def _on_paste(self, event: events.Paste) -> None:
        """Clean what Textual's own handler, which is called after this one, puts in."""
        event.text = clean(event.text[:20_000], cap=10_000)

    def bring_into_view(self, column: int) -> None:
        """Scroll to a column counted through the whole text; the cursor stays where it is."""
        line, within = place(self.text, column)
        x, y = self.wrapped_document.location_to_offset((line - 1, within - 1))
        self.scroll_to_region(Region(x, y, 1, 1), animate=False)

    def action_end_of_text(self) -> None:
        """Go to the end of the query."""
        self.move_cursor(self.document.end)

    def action_start_of_text(self) -> None:
        """Go to the beginning of the query."""
        self.move_cursor((0, 0))


def place(text: str, column: int) -> tuple[int, int]:
    """The line and the column in it, both from 1, of a column counted through the whole text."""
    before = text[: column - 1]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def told_place(text: str, column: int) -> str:
    """Where in a query something is, as a person would look for it there: "line 3, column 7"."""
    line, within = place(text, column)
    return f"line {line}, column {within}" if "\n" in text else f"column {column}"
