"""The watchlist editor: the query on one side, on the other what it would do to the last days, as it is typed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.containers import Container
from textual.widgets import TextArea

from monitor.errors import MonitorError, QueryError
from monitor.text import clean, clean_line
from monitor.tui import commands, paint
from monitor.tui.desk import BEAT
from monitor.tui.screens.base import DeskScreen
from monitor.tui.widgets.bars import Bar, Foot
from monitor.tui.widgets.preview import PreviewLines, findings, how
from monitor.tui.widgets.query import QueryArea, told_place

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from monitor.model import Topic
    from monitor.tui.desk import Desk
    from monitor.tui.widgets.bars import Parts

SPANS = (7, 30, 90)
"""Days of history that can be looked at."""
PAUSE = 0.35
"""Seconds after the last key before the query is tried."""


class EditorScreen(DeskScreen):
    """Opened with e on a topic's pane, or for a new one; ends with what was saved, in words."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("editor")]
    DEFAULT_CSS = """
    EditorScreen #sides { layout: horizontal; height: 1fr; }
    EditorScreen #sides.-narrow { layout: vertical; }
    EditorScreen QueryArea, EditorScreen QueryArea:focus {
        width: 45%; height: 1fr; border: none; padding: 0 1; background: $background; scrollbar-size: 0 1;
    }
    EditorScreen .-narrow QueryArea { width: 1fr; height: 35%; min-height: 2; max-height: 7; }
    """

    def __init__(self, desk: Desk, topic: Topic) -> None:
        super().__init__(desk)
        self.topic = topic
        self.saved = clean(topic.query).strip()
        self.days = SPANS[0]
        self._saving = False
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
    def awaits(self) -> bool:
        """A key after the one that saves is meant for the newsroom."""
        return super().awaits or self._saving

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

    def on_unmount(self) -> None:
        """Nobody awaits a trial any more."""
        self._stop()

    @property
    def unsaved(self) -> bool:
        """Whether a change would be lost."""
        return self.changed and not self.home.read_only

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
    def _typed(self) -> None:
        """What was said of the text before is over."""
        self.query_one(Foot).hush()
        self.try_soon()

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
                topic=self.topic.id if self.saved else None,
                since=newsroom.clock() - timedelta(days=self.days),
                stop=lambda: turn != self._turn,
                told=told,
            )
        except QueryError as error:
            self._show_wrong(error, text)
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
            self.query_one(PreviewLines).show(list(findings(preview, text, newsroom.clock(), self.source_title)))

    def _tell_how(self) -> None:
        self._tell((("write a query ", "quiet"),))
        self.query_one(PreviewLines).show(how())

    def _show_wrong(self, error: QueryError, text: str) -> None:
        self.home.wrong = error.column - 1
        self.home.refresh()
        where = told_place(text, error.column)
        self._tell(((f"{where} ", "error"),))
        lines: list[Parts] = [((f" {where}: {clean_line(error.message)}", "error"),)]
        if error.hint:
            lines.append(((f" {clean_line(error.hint)}", "quiet"),))
        self.query_one(PreviewLines).show(lines)

    async def action_save(self) -> None:
        """Write the query to topics.toml and go back."""
        text = self.home.text
        self._saving = True
        try:
            await self.desk.call(self.desk.newsroom.save_topic, self.topic.id, text.strip(), title=self.topic.title)
        except QueryError as error:
            error.column += len(text) - len(text.lstrip())
            self._show_wrong(error, text)
            self.home.bring_into_view(error.column)
            self.say(f"not saved: {told_place(text, error.column)}: {error.message}", "error")
        except MonitorError as error:
            self.say(f"not saved: {error}", "error")
        else:
            self._stop()
            self.dismiss(f"saved the watchlist of {self.topic.title}; history is matched again")
        finally:
            self._saving = False

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
        if not self.unsaved:
            self._stop()
            return False
        from monitor.tui.widgets.prompt import Question

        async def answer(_: str) -> str | None:
            self._stop()
            self.dismiss(None)
            return None

        self.ask(Question(label="Leave without saving?", answer=answer, confirm=True))
        return True
