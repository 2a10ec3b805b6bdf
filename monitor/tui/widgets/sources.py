"""The table of sources: a line for each, with how it is doing in words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.message import Message

from monitor.model import FAILING, SourceHealth
from monitor.text import clean_line
from monitor.tui import paint
from monitor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.newsroom import SourceStatus
    from monitor.tui.themes import Ground

ROLES = {"ok": "good", "unmodified": "good", "new": "quiet", "disabled": "faint", "quiet": "warning"}
GLYPHS = {"ok": "●", "unmodified": "●", "new": "○", "disabled": "○", "quiet": "◔"}


def in_words(health: SourceHealth, now: datetime) -> str:
    """How a source is, as a person would say it."""
    match health.status:
        case "new":
            return "not polled yet"
        case "ok" | "unmodified":
            return "ok" if health.status == "ok" else "ok, not modified"
        case "quiet":
            usual = f"usually every {paint.age(health.gap)}, " if health.gap else ""
            silent = paint.age((now - health.last_new).total_seconds()) if health.last_new else "always"
            return f"quiet: {usual}silent {silent}"
        case "not-a-feed":
            return "not a feed"
        case "gone":
            return "gone"
        case "disabled":
            return "disabled"
        case "failing":
            since = paint.moment(health.failing_since, now) if health.failing_since else "now"
            return f"failing since {since}"


def remarks(status: SourceStatus) -> str:
    """What there is to say about a source: its last error, where it moved to, that its TLS is not verified."""
    notes = [status.health.message or ""]
    notes += [f"moved to {status.health.moved_to}"] if status.health.moved_to else []
    notes += ["TLS is not verified"] if status.source.insecure else []
    return clean_line(" · ".join(note for note in notes if note))


def figures(health: SourceHealth) -> str:
    """How often a source is polled, what it brings and how late, where that is known."""
    told = [f"every {paint.age(health.interval)}"] if health.interval else []
    told += [f"{health.items_per_day:.1f} a day"] if health.items else []
    told += [f"{paint.age(health.latency)} behind"] if health.latency is not None else []
    return " · ".join(told)


def unstored(health: SourceHealth) -> str:
    """How much of what a source brought was not stored, by reason, the most first."""
    counted = sorted(health.drops.items(), key=lambda drop: -drop[1])
    return f"not stored: {', '.join(f'{count:,} {clean_line(why)}' for why, count in counted)}" if counted else ""


class SourceRows(Rows):
    """The table of sources, a line for each."""

    HEAD: ClassVar[int] = 1

    class Moved(Message):
        """The cursor stands on another source, or its source says something else."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.clock = clock
        self.sources: Sequence[SourceStatus] = ()

    @property
    def count(self) -> int:
        """How many."""
        return len(self.sources)

    @property
    def selected(self) -> SourceStatus | None:
        """The source under the cursor."""
        return self.sources[self.cursor] if 0 <= self.cursor < len(self.sources) else None

    def moved(self) -> None:
        """Tell that the cursor stands elsewhere."""
        self.post_message(self.Moved())

    def show(self, sources: Sequence[SourceStatus]) -> None:
        """Show these; the cursor stays on its source."""
        if sources == self.sources:
            return
        was = self.selected.source.id if self.selected else None
        self.sources = sources
        self.cursor = next(
            (n for n, status in enumerate(sources) if status.source.id == was), min(self.cursor, self.count - 1)
        )
        self.cursor = max(0, self.cursor)
        self.show_cursor()
        self.refresh()
        self.moved()

    def stand_on(self, source_id: str) -> None:
        """Put the cursor on a source, where it is shown."""
        self.cursor = next((n for n, status in enumerate(self.sources) if status.source.id == source_id), self.cursor)
        self.show_cursor()
        self.refresh()
        self.moved()

    def _columns(self, width: int) -> tuple[int, int, bool]:
        """Cells of title and state, and whether figures fit as well."""
        return (26, 40, True) if width >= 150 else (24, 34, False) if width >= 110 else (18, 24, False)

    def draw_head(self, y: int, width: int) -> list[Segment]:  # noqa: ARG002
        """What the columns are."""
        title, state, wide = self._columns(width)
        text = f"   {'source':<{title}} {'state':<{state}} {'last':<6} {'next':<6} "
        if wide:
            text += f"{'every':>6} {'a day':>6} {'behind':>7}  "
        return paint.line([(text + "last error", "faint")], width, self.look)

    def draw(self, number: int, width: int, ground: Ground) -> list[Segment]:
        """State, title, times, figures, the last error."""
        status, now = self.sources[number], self.clock()
        source, health = status.source, status.health
        title, state, wide = self._columns(width)
        role = "error" if health.status in FAILING else ROLES[health.status]
        bar = "▌" if ground == "raised" else " "
        parts = [
            (f"{bar}{GLYPHS.get(health.status, '×')} ", role),
            (f"{paint.fitted(source.title, title)} ", "ink" if source.enabled else "quiet"),
            (f"{paint.fitted(in_words(health, now), state)} ", role),
            (f"{paint.moment(health.last_try, now) if health.last_try else '':<6} ", "quiet"),
            (f"{paint.moment(health.next_at, now) if health.next_at else '':<6} ", "quiet"),
        ]
        if wide:
            every = paint.age(health.interval) if health.interval else ""
            behind = paint.age(health.latency) if health.latency is not None else ""
            daily = f"{health.items_per_day:.1f}" if health.items else ""
            parts.append((f"{every:>6} {daily:>6} {behind:>7}  ", "quiet"))
        parts.append((remarks(status), "error" if health.status in FAILING else "quiet"))
        return paint.line(parts, width, self.look, ground)
