"""The detail view: one story to read, with its hits to go through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.message import Message

from monitor.tui import article, commands, paint
from monitor.tui.widgets.rows import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from textual import events
    from textual.binding import BindingType

    from monitor.model import Story
    from monitor.tui.themes import Ground

AHEAD = 100
"""Lines wrapped beyond what is seen."""


class Reader(Lines):
    """A story, wrapped to a readable measure as far as it has been read."""

    HEAD: ClassVar[int] = 1
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("detail")]

    class Turned(Message):
        """The reader wants the next item (1) or the previous one (-1)."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, measure: int, *, source_title: Callable[[str], str], clock: Callable[[], datetime]) -> None:
        super().__init__(id="reader")
        self.measure, self.source_title, self.clock = measure, source_title, clock
        self.story: Story | None = None
        self.topics: Mapping[str, str] = {}
        self.raw = False
        self._lines: list[article.Line] = []
        self._rest: Iterator[article.Line] = iter(())
        self._hits: list[int] = []
        self._hit = -1
        self._more = False

    @property
    def count(self) -> int:
        """Lines wrapped so far."""
        return len(self._lines)

    def show_story(self, story: Story, topics: Mapping[str, str], *, keep_place: bool = False) -> None:
        """Show a story from its head, or where it was when only its state changed."""
        self.story, self.topics = story, topics
        if not keep_place:
            self.raw, self.top, self._hit = False, 0, -1
        self._start()

    def _start(self) -> None:
        width = max(10, min(self.measure, self.size.width - 4))
        self._lines, self._hits = [], []
        if self.story is not None:
            self._rest = (
                article.raw(self.story, width)
                if self.raw
                else article.lines(
                    self.story,
                    width,
                    source=self.source_title(self.story.item.source),
                    topics=self.topics,
                    now=self.clock(),
                )
            )
        self._more = True
        self._need(self.top + self.height + AHEAD)
        self.top = max(0, min(self.top, self.count - self.height))
        self.refresh()

    def _need(self, count: int) -> None:
        """Wrap on until there are so many lines."""
        while self._more and len(self._lines) < count:
            line = next(self._rest, None)
            if line is None:
                self._more = False
                return
            if line.spans:
                self._hits += [len(self._lines)] * len(line.spans)
            self._lines.append(line)

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        """Wrap to the new width."""
        self._start()

    # -- moving -----------------------------------------------------------------------------------------------

    def scroll_rows(self, rows: int) -> None:
        """Move the text."""
        self._need(self.top + rows + self.height + AHEAD)
        super().scroll_rows(rows)

    def action_line_on(self) -> None:
        """One line on."""
        self.scroll_rows(1)

    def action_line_back(self) -> None:
        """One line back."""
        self.scroll_rows(-1)

    def action_read_on(self) -> None:
        """One screen on, or the next item where there is no more of this one."""
        before = self.top
        self.action_page_down()
        if self.top == before:
            self.action_next_item()

    def action_last(self) -> None:
        """Go to the end."""
        self._need(10**9)
        self.move_to(self.count)

    def action_links(self) -> None:
        """Go to the links below the text; where there are none, to the head, which has the item's own."""
        self._need(10**9)
        head = next((number for number, line in enumerate(self._lines) if not line.text), self.count)
        self.move_to(next((n for n in range(head, self.count) if self._lines[n].role == "accent"), 0))

    # -- hits -------------------------------------------------------------------------------------------------

    def action_next_hit(self) -> None:
        """Go to the next hit."""
        self._need_hit()
        self._go_hit(self._hit + 1)

    def action_previous_hit(self) -> None:
        """Go to the previous hit."""
        self._go_hit(self._hit - 1 if self._hit > 0 else len(self._hits) - 1)

    def _need_hit(self) -> None:
        while self._more and len(self._hits) <= self._hit + 1:
            self._need(len(self._lines) + AHEAD)

    def _go_hit(self, hit: int) -> None:
        if not self._hits:
            return
        self._hit = hit % len(self._hits)
        line = self._hits[self._hit]
        if not self.top <= line < self.top + self.height:
            self.move_to(max(0, line - self.height // 3))
        self.refresh()

    def action_next_item(self) -> None:
        """Read the next item."""
        self.post_message(self.Turned(1))

    def action_previous_item(self) -> None:
        """Read the previous item."""
        self.post_message(self.Turned(-1))

    def action_raw(self) -> None:
        """Change between the text as it came and as it is read."""
        self.raw, self.top = not self.raw, 0
        self._start()

    # -- drawing ----------------------------------------------------------------------------------------------

    def draw_head(self, y: int, width: int) -> list[Segment]:  # noqa: ARG002
        """What is being read, and which hit."""
        focused = self.has_focus
        left = [(" as it came " if self.raw else " reading ", "head" if focused else "title")]
        right = []
        if self._hits:
            at = f"{self._hit + 1} of " if self._hit >= 0 else ""
            right = [
                (
                    f" {at}{len(self._hits)}{'+' if self._more else ''} {'hit' if len(self._hits) == 1 else 'hits'} ",
                    "quiet",
                ),
                ("─", "faint"),
            ]
        return paint.between(left, right, width, self.look, "─")

    def draw(self, number: int, width: int, ground: Ground) -> list[Segment]:  # noqa: ARG002
        """One line of the text."""
        line, look = self._lines[number], self.look
        segments = [Segment("  ", look.style("ink"))]
        room = max(0, width - 2)
        if not line.spans:
            return segments + paint.line([(line.text, line.role)], room, look)
        current = self._hit - self._hits.index(number) if self._hit >= 0 and self._hits[self._hit] == number else -1
        at = 0
        for n, (start, end) in enumerate(line.spans):
            segments.append(Segment(line.text[at:start], look.style(line.role)))
            segments.append(Segment(line.text[start:end], look.style("hit-now" if current == n else "hit")))
            at = end
        used = sum(segment.cell_length for segment in segments)
        return segments + paint.line([(line.text[at:], line.role)], max(0, width - used), look)
