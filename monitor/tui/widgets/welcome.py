"""The first start: nothing is stored yet, and this says what is happening until something is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

from monitor.model import FAILING
from monitor.tui import paint
from monitor.tui.status import WORK
from monitor.tui.widgets.drawn import Drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import PollerState
    from monitor.newsroom import SourceStatus
    from monitor.tui.desk import News
    from monitor.tui.widgets.bars import Parts

BAR = 40


class Welcome(Drawn):
    """In the place of the panes until the first item is there."""

    DEFAULT_CSS = "Welcome { width: 1fr; height: 1fr; }"

    def __init__(self, folder: str, adds: str) -> None:
        super().__init__()
        self.folder = folder
        self.adds = adds
        """What adds a source."""
        self.lines: Sequence[Parts] = ()
        self.sources: Sequence[SourceStatus] = ()
        self.poller: PollerState | None = None

    def take(self, news: News) -> None:
        """Tell how far the first poll is."""
        self.sources = news.sources if news.sources is not None else self.sources
        self.poller = news.poller or self.poller
        lines: list[Parts] = [(("  Nothing is stored yet.", "title"),), ()]
        if news.progress:
            for work in news.progress:
                share = round(BAR * work.done / work.total) if work.total else 0
                lines.append(
                    (
                        (f"  {WORK.get(work.name, work.name):<22}", "ink"),
                        ("█" * share, "accent"),
                        ("─" * (BAR - share), "faint"),
                        (f"  {work.done:,} of {work.total:,} ", "ink"),
                        (paint.cut(work.detail, 60), "quiet"),
                    )
                )
        elif self.poller == "none":
            lines.append((("  Nobody polls: start `monitor poll`, or a dashboard without --no-poll.", "warning"),))
        elif not self.sources:
            lines.append(((f"  There are no sources: {self.adds} adds one.", "warning"),))
        else:
            lines.append((("  The first poll begins; what it finds appears here by itself.", "ink"),))
        bad = [source for source in self.sources if source.health.status in FAILING]
        if bad:
            lines += [(), ((f"  {len(bad)} of {len(self.sources)} sources failed so far:", "error"),)]
            for source in bad[:8]:
                message = paint.cut(source.health.message or source.health.status, 90)
                lines.append(((f"    {paint.fitted(source.source.title, 24)} ", "ink"), (message, "quiet")))
        lines += [(), ((f"  Sources and watchlists are read from {paint.cut(self.folder, 200)}", "quiet"),)]
        lines.append((("  S shows the sources, ? all keys.", "quiet"),))
        if lines != self.lines:
            self.lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, a little below the top."""
        number = y - 2
        parts = self.lines[number] if 0 <= number < len(self.lines) else ()
        return self.strip(paint.line(parts, self.size.width, self.look))
