"""A widget that draws its own lines: made safe once when drawn, and not gone through again while nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from monitor.tui.paint import Safety, safe
from monitor.tui.themes import Look, look

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.filter import LineFilter


class _Lines(StylesCache):
    """The lines drawn so far, as they were drawn: around them is neither border nor padding, and over them no tint."""

    def render_line(self, *given: Any) -> Strip:
        """A line; of what Textual gives for one with all its trimmings, its number and how it is drawn are needed."""
        y, draw = given[1], given[7]
        drawn: Strip = draw(y)
        return drawn


class Drawn(Widget):
    """A child overrides `render_line` and returns `self.strip(…)`."""

    _last: tuple[Region, list[Strip]] | None = None

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._styles_cache = _Lines()

    @property
    def look(self) -> Look:
        """The styles of the theme."""
        return look(self.app.theme)

    def strip(self, segments: Iterable[Segment]) -> Strip:
        """A line as wide as the widget, safe for the terminal."""
        width = self.size.width
        strip = Strip(safe(list(Segment.simplify(segments))))
        return strip if strip.cell_length == width else strip.adjust_cell_length(width, self.look.style("ink"))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The filters of the app but what `strip` has applied, and what a `Look` leaves nothing to do for."""
        return [gate for gate in super().get_line_filters() if not isinstance(gate, Safety | ANSIToTruecolor)]

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines; the compositor asks for all of them whenever anything beside this widget changes."""
        cache = self._styles_cache
        if self._last is not None and self._last[0] == crop and cache._cache and not cache._dirty_lines:  # noqa: SLF001
            return self._last[1]
        strips = super().render_lines(crop)
        self._last = (crop, strips)
        return strips
