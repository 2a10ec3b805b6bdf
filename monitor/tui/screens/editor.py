"""The watchlist editor: the query on one side, on the other what it would do to the last days, as it is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events, on
from textual.containers import Container
from textual.widgets import TextArea

from monitor.errors import MonitorError, QueryError
from monitor.text import clean, clean_line
from monitor.tui import commands, paint
from monitor.tui.desk import BEAT
from monitor.tui.screens.base import DeskScreen
from monitor.tui.themes import look
from monitor.tui.widgets.bars import Bar, Foot
from monitor.tui.widgets.rows import Lines

if TYPE_CHECKING:
    from rich.text import Text
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from monitor.model import Story, Topic
    from monitor.preview import Preview
    from monitor.tui.desk import Desk
    from monitor.tui.themes import Ground
    from monitor.tui.widgets.bars import Parts

SPANS = (7, 30, 90)
"""Days of history that can be looked at."""
PAUSE = 0.35
"""Seconds after the last key before the query is tried."""
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


class EditorScreen(DeskScreen):
    """Opened with e on a topic's pane, or for a new one; ends with what was saved, in words."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("editor")]
    DEFAULT_CSS = """
    EditorScreen #sides { layout: horizontal; height: 1fr; }
    EditorScreen #sides.-narrow { layout: vertical; }
    EditorScreen QueryArea, EditorScreen QueryArea:focus {
        width: 45%; height: 1fr; border: none; padding: 0 1; background: $background; scrollbar-size: 0 1;
    }
    EditorScreen .-narrow QueryArea { width: 1fr; height: 7; }
    """

    def __init__(self, desk: Desk, topic: Topic) -> None:
        super().__init__(desk)
        self.topic = topic
        self.saved = clean(topic.query).strip()
        self.days = SPANS[0]
        self._turn = 0
        self._looked: int | None = None
        """Items looked at by the trial that runs; None where none does."""

    def compose(self) -> ComposeResult:
        """A bar, the query, the preview, the foot."""
        yield Bar(id="status")
        with Container(id="sides"):
            area = QueryArea(self.saved, soft_wrap=True, compact=True, read_only=self.desk.newsroom.read_only)
            area.cursor_blink = False
            area.highlight_cursor_line = False
            yield area
            yield PreviewLines()
        yield Foot(id="foot")

    @property
    def home(self) -> QueryArea:
        """The query."""
        return self.query_one(QueryArea)

    @property
    def typing(self) -> bool:
        """Whether the query has the keys."""
        return self.home.has_focus and not self.home.read_only

    @property
    def scopes(self) -> tuple[commands.Scope, ...]:
        """Beside the query also what moves in lines."""
        return ("editor",) if self.home.has_focus else ("editor", "move")

    def on_mount(self) -> None:
        """Try the query as it is saved."""
        self.tell_keys()
        self.home.focus()
        self._tell(())
        self.set_interval(BEAT, self._tell_looked)
        self.try_soon()

    @property
    def changed(self) -> bool:
        """Whether the text says something else than what is saved."""
        return self.home.text.strip() != self.saved

    def on_descendant_focus(self) -> None:
        """Other keys hold on the other side."""
        self.tell_keys()

    def action_other_side(self) -> None:
        """Go from the query to what it would do, or back."""
        (self.query_one(PreviewLines) if self.home.has_focus else self.home).focus()

    def on_resize(self, event: events.Resize) -> None:
        """One above the other where the screen is narrow."""
        self.query_one("#sides").set_class(event.size.width < 100, "-narrow")

    def _tell(self, right: Parts) -> None:
        changed = " · changed" if self.changed else ""
        left = ((" Watchlist ", "head"), (f" {paint.cut(self.topic.title, 40)}", "title"), (changed, "star"))
        self.query_one("#status", Bar).put(left, right)

    def _tell_looked(self) -> None:
        if self._looked:
            self._tell(((f"looking at {self.days} days, {self._looked:,} items · esc stops ", "quiet"),))

    @on(TextArea.Changed)
    def try_soon(self) -> None:
        """Try the query once the typing pauses; an earlier trial ends."""
        self._stop()
        turn = self._turn
        self.set_timer(PAUSE, lambda: self.run_worker(self._try(turn), group="preview"))

    async def _try(self, turn: int) -> None:
        if turn != self._turn:
            return
        text = self.home.text
        if not text.strip():
            self._tell_how()
            return
        newsroom = self.desk.newsroom

        def told(looked: int) -> None:
            if turn == self._turn:
                self._looked = looked

        told(0)
        self._tell(((f"looking at {self.days} days… ", "quiet"),))
        try:
            preview = await self.desk.call_aside(
                newsroom.preview,
                text,
                topic=self.topic.id,
                since=newsroom.clock() - timedelta(days=self.days),
                stop=lambda: turn != self._turn,
                told=told,
            )
        except QueryError as error:
            self._show_wrong(error)
            return
        except MonitorError as error:
            self.say(str(error), "error")
            return
        finally:
            self._looked = None if turn == self._turn else self._looked
        if turn == self._turn and self.is_mounted:
            self.home.wrong = None
            self.home.refresh()
            self._tell(((f"{preview.matched:,} in {self.days} days ", "good" if preview.matched else "warning"),))
            self.query_one(PreviewLines).show(list(self._lines(preview)))

    def _tell_how(self) -> None:
        self._tell((("write a query ", "quiet"),))
        self.query_one(PreviewLines).show([((f" {query:<34} ", "accent"), (means, "quiet")) for query, means in HOW])

    def _show_wrong(self, error: QueryError) -> None:
        self.home.wrong = error.column - 1
        self.home.refresh()
        self._tell(((f"column {error.column} ", "error"),))
        lines: list[Parts] = [((f" column {error.column}: {clean_line(error.message)}", "error"),)]
        if error.hint:
            lines.append(((f" {clean_line(error.hint)}", "quiet"),))
        self.query_one(PreviewLines).show(lines)

    def _lines(self, preview: Preview) -> Iterator[Parts]:
        for lint in preview.lints:
            yield ((f" column {lint.column}: {clean_line(lint.message)}", "warning"),)
            if lint.hint:
                yield ((f"   {clean_line(lint.hint)}", "quiet"),)
        if preview.gained or preview.lost:
            yield (
                (f" gains {len(preview.gained):,}", "good"),
                (f"   loses {len(preview.lost):,}", "error"),
                (" against the saved one", "quiet"),
            )
            yield from (self._story("+", "good", story) for story in preview.gained[:5])
            yield from (self._story("−", "error", story) for story in preview.lost[:5])
            yield ()
        top = max(preview.per_day.values(), default=0) or 1
        for day, hits in list(preview.per_day.items())[-14:]:
            bar = "█" * max(1 if hits else 0, round(hits * BAR / top))
            yield ((f" {day[5:]} ", "quiet"), (f"{hits:>6,} ", "ink"), (bar, "accent"))
        if preview.sources:
            yield ()
            for source_id, hits in preview.sources[:6]:
                source = self.desk.newsroom.settings.source(source_id)
                title = source.title if source else source_id
                yield ((f" {hits:>6,} ", "ink"), (paint.cut(title, 30), "quiet"))
        if preview.samples:
            yield ()
            yield from (self._story(" ", "quiet", story) for story in preview.samples[:10])

    def _story(self, sign: str, role: str, story: Story) -> Parts:
        when = paint.moment(story.item.published, self.desk.newsroom.clock())
        return ((f" {sign} ", role), (f"{when:<6} ", "quiet"), (clean_line(story.item.title), "ink"))

    async def action_save(self) -> None:
        """Write the query to topics.toml and go back."""
        text = self.home.text.strip()
        try:
            await self.desk.call(self.desk.newsroom.save_topic, self.topic.id, text, title=self.topic.title)
        except QueryError as error:
            self._show_wrong(error)
            self.say(f"not saved: {error}", "error")
        except MonitorError as error:
            self.say(f"not saved: {error}", "error")
        else:
            self._stop()
            self.dismiss(f"saved the watchlist of {self.topic.title}; history is matched again")

    def _stop(self) -> None:
        self._turn += 1
        self._looked = None

    def action_more_history(self) -> None:
        """Look further back, or at the last days again."""
        self.days = SPANS[(SPANS.index(self.days) + 1) % len(SPANS)]
        self.try_soon()

    def step_back(self) -> bool:
        """Go back to the query, stop a trial that takes long; ask before a change is lost."""
        if self.query_one(PreviewLines).has_focus:
            self.home.focus()
            return True
        if self._looked:
            self._stop()
            self._tell((("stopped ", "warning"),))
            return True
        if not self.changed or self.home.read_only:
            self._stop()
            return False
        from monitor.tui.widgets.prompt import Question

        async def answer(_: str) -> str | None:
            self._stop()
            self.dismiss(None)
            return None

        self.ask(Question(label="Leave without saving?", answer=answer, confirm=True))
        return True
