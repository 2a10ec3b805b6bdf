"""Where a query is written: its parts coloured, the place of an error marked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.widgets import TextArea

from monitor.text import clean
from monitor.tui.themes import look

if TYPE_CHECKING:
    from rich.text import Text
    from textual import events

_PARTS = re.compile(
    r"""(?P<good>"(?:[^"\\]|\\.)*"~?|\{[^}]*\})"""
    r"""|(?P<accent>\b(?:AND|OR|NOT)\b|\b(?:NEAR|ONEAR|NOTNEAR|ATLEAST)(?:/\d+)?)"""
    r"""|(?P<hit>@[\w-]+)|(?P<warning>\b[a-z]+:)|(?P<star>/(?:[^/\s\\]|\\.)+/[a-z]*)|(?P<quiet>[()^~]|\*)"""
)


class QueryArea(TextArea):
    """A query with its parts coloured and the place of an error marked."""

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
        event.text = clean(event.text[:20_000], cap=10_000)
        await super()._on_paste(event)
