"""What covers a screen that is too small for anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

from monitor.tui import paint
from monitor.tui.widgets.drawn import Drawn

if TYPE_CHECKING:
    from textual.geometry import Size
    from textual.screen import Screen

WIDTH, HEIGHT = 32, 6
"""Cells below which nothing sensible fits."""


class TooSmall(Drawn):
    """One line that says so; the focus stays where it is."""

    DEFAULT_CSS = "TooSmall { layer: over; width: 100%; height: 100%; }"

    def render_line(self, y: int) -> Strip:
        """The notice on the first line."""
        text = f"too small: {WIDTH}×{HEIGHT} at least" if y == 0 else ""
        return self.strip(paint.line([(text, "warning")], self.size.width, self.look))

    @classmethod
    def mind(cls, screen: Screen[object], size: Size) -> None:
        """Cover the screen or uncover it."""
        there = screen.query(cls)
        small = size.width < WIDTH or size.height < HEIGHT
        if small and not there:
            screen.mount(cls())
        elif there and not small:
            there.remove()
