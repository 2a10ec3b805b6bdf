"""What a query would do to the last days, as lines to read; and the language by example, before there is a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment

from monitor.text import clean_line
from monitor.tui import paint
from monitor.tui.widgets.query import told_place
from monitor.tui.widgets.rows import Lines

if TYPE_CHECKING:
    from monitor.model import Story
    from monitor.preview import Preview
    from monitor.tui.themes import Ground
    from monitor.tui.widgets.bars import Parts

BAR = 24
"""Cells of the longest bar."""
HOW = (
    ("missile~", "the word in all its forms"),
    ('"foreign minister"', "words next to each other"),
    ("(truce OR ceasefire) NOT football", "any of them, and not that"),
    ("Iran NEAR/8 sanction~", "at most eight words between"),
    ("{NATO}", "with just these capitals"),
    ("title:coup  lang:fr  @sport-noise", "in one field, a fact, a list"),
)
"""What is told of the language while there is no query."""


class PreviewLines(Lines):
    """What the query would do, as lines."""

    HEAD: ClassVar[int] = 1

    def __init__(self) -> None:
        super().__init__()
        self.lines: Sequence[Parts] = ()

    @property
    def count(self) -> int:
        """How many lines."""
        return len(self.lines)

    def show(self, lines: Sequence[Parts]) -> None:
        """Show these lines."""
        if lines != self.lines:
            self.lines = lines
            self.scroll_rows(0)
            self.refresh()

    def draw_head(self, y: int, width: int) -> list[Segment]:  # noqa: ARG002
        """What stands below, and how much of it is out of sight."""
        left = [(" what it would do ", "head" if self.has_focus else "title")]
        below = self.count - self.top - self.height
        right = [(f" {below} more ", "quiet"), ("─", "faint")] if below > 0 else []
        return paint.between(left, right, width, self.look, "─")

    def draw(self, number: int, width: int, ground: Ground) -> list[Segment]:  # noqa: ARG002
        """One line."""
        return paint.line(self.lines[number], width, self.look)


def findings(preview: Preview, query: str, now: datetime, source_title: Callable[[str], str]) -> Iterator[Parts]:
    """What `query` would do: doubts, gains and losses, hits a day, sources, samples."""
    for lint in preview.lints:
        yield ((f" {told_place(query, lint.column)}: {clean_line(lint.message)}", "warning"),)
        if lint.hint:
            yield ((f"   {clean_line(lint.hint)}", "quiet"),)
    if preview.gained or preview.lost:
        yield (
            (f" gains {len(preview.gained):,}", "good"),
            (f"   loses {len(preview.lost):,}", "error"),
            (" against the saved one", "quiet"),
        )
        yield from (_story("+", "good", story, now) for story in preview.gained[:5])
        yield from (_story("−", "error", story, now) for story in preview.lost[:5])
        yield ()
    top = max(preview.per_day.values(), default=0) or 1
    for day, hits in list(preview.per_day.items())[-14:]:
        bar = "█" * max(1 if hits else 0, round(hits * BAR / top))
        yield ((f" {day[5:]} ", "quiet"), (f"{hits:>6,} ", "ink"), (bar, "accent"))
    if preview.sources:
        yield ()
        for source_id, hits in preview.sources[:6]:
            yield ((f" {hits:>6,} ", "ink"), (paint.cut(source_title(source_id), 30), "quiet"))
    if preview.samples:
        yield ()
        yield from (_story(" ", "quiet", story, now) for story in preview.samples[:10])


def _story(sign: str, role: str, story: Story, now: datetime) -> Parts:
    when = paint.moment(story.item.published, now)
    return ((f" {sign} ", role), (f"{when:<6} ", "quiet"), (clean_line(story.item.title), "ink"))


def how() -> list[Parts]:
    """The language by example."""
    return [((f" {query:<34} ", "accent"), (means, "quiet")) for query, means in HOW]
