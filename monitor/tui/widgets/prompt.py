"""The line at the foot where something is asked: a text with a verdict as it is typed, or yes and no."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from rich.cells import cell_len
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from monitor.text import clean_line
from monitor.tui import paint
from monitor.tui.widgets.bars import Bar

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

LONGEST = 2000
"""Characters a person may type or paste."""
PAUSE = 0.15
"""Seconds after the last key before the verdict is asked for."""

ROOM = 24
"""Cells that the text keeps beside its label and what is said of it."""
SHORT = 12
"""Cells of what is said that are always beside the text."""

Verdict = tuple[str, str]
"""A text and its role."""


class Question(Struct, frozen=True, kw_only=True):
    """What is asked. `answer` takes the text or says why not; `judge` says what it would do while it is typed."""

    label: str
    answer: Callable[[str], Awaitable[str | None]]
    value: str = ""
    judge: Callable[[str], Awaitable[Verdict]] | None = None
    trouble: str = ""
    """Why the text as it stands cannot be, where it was asked for before."""
    confirm: bool = False
    """Yes or no: `answer` is called with "y", or not at all."""


class Field(Input):
    """Where the text is typed: no blinking, one clean line."""

    def __init__(self) -> None:
        super().__init__(max_length=LONGEST, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(clean_line(event.text[: 4 * LONGEST], cap=LONGEST))


class Confirm(Bar, can_focus=True):
    """A question that only "y" answers; any other key leaves all as it was."""

    def __init__(self, decide: Callable[[bool], None]) -> None:
        super().__init__(id="confirm")
        self.decide = decide

    def on_key(self, event: events.Key) -> None:
        """Yes or no."""
        event.stop()
        event.prevent_default()
        self.decide(event.key in {"y", "Y"})


class Prompt(Vertical):
    """Shown only while something is asked; Enter answers, Esc leaves all as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("tab,shift+tab,up,down,pageup,pagedown", "nothing", show=False),
    ]
    DEFAULT_CSS = """
    Prompt { height: auto; display: none; }
    Prompt #line { height: 1; }
    Prompt #above { display: none; }
    Prompt.-long #above { display: block; }
    Prompt.-asking { display: block; }
    Prompt Field, Prompt Field:focus { width: 1fr; background: $background; color: $foreground; padding: 0; }
    Prompt #verdict { width: 0; }
    Prompt.-confirm #line, Prompt #confirm { display: none; }
    Prompt.-confirm #confirm { display: block; }
    """

    def __init__(self, done: Callable[[], None]) -> None:
        super().__init__(id="prompt")
        self.done = done
        self.question: Question | None = None
        self.answering = False
        """The answer is being worked on: a key that comes now is meant for what follows."""
        self._judging: object = None

    def compose(self) -> ComposeResult:
        """A label, the text, what it would do, above where there is no room for that beside; or only a question."""
        yield Bar(id="above")
        with Horizontal(id="line"):
            yield Bar(id="label")
            yield Field()
            yield Bar(id="verdict")
        yield Confirm(self._decide)

    def ask(self, question: Question) -> None:
        """Show the question and take the keys."""
        self.question = question
        self.add_class("-asking")
        self.set_class(question.confirm, "-confirm")
        if question.confirm:
            confirm = self.query_one(Confirm)
            confirm.put(((f" {question.label} ", "star"), ("y", "accent"), ("/", "quiet"), ("n ", "accent")))
            confirm.focus()
            return
        label = f" {paint.cut(question.label, max(8, self.app.size.width * 2 // 3))} "
        self._put("#label", label, "accent")
        self._judged(question.trouble, "error")
        field = self.query_one(Field)
        with self.prevent(Input.Changed):
            field.value = question.value
        field.cursor_position = len(question.value)
        field.focus()
        if not question.trouble:
            self._judge(question.value)

    def _put(self, where: str, text: str, role: str) -> None:
        bar = self.query_one(where, Bar)
        bar.styles.width = cell_len(text)
        bar.put(((text, role),))

    def _judged(self, words: str, role: str) -> None:
        """Tell what the text would do: beside it, or on a line above where that would hide the text."""
        words = f" {words} " if words.strip() else ""
        label = f" {self.question.label} " if self.question else ""
        long = cell_len(label) + ROOM + cell_len(words) > self.app.size.width and cell_len(words) > SHORT
        self.set_class(long, "-long")
        self._put("#verdict", "" if long else words, role)
        self.query_one("#above", Bar).put(((words, role),))

    def _close(self) -> None:
        self.question, self._judging = None, None
        self.remove_class("-asking", "-long")
        self.done()

    def action_nothing(self) -> None:
        """Keys that mean something elsewhere."""

    def action_cancel(self) -> None:
        """Leave all as it was."""
        self._close()

    def _decide(self, yes: bool) -> None:
        question = self.question
        self._close()
        if yes and question is not None:
            self.run_worker(question.answer("y"), exclusive=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what the text would do, once the typing pauses."""
        event.stop()
        self._judge(event.value)

    def _judge(self, text: str) -> None:
        question = self.question
        if question is None or question.judge is None:
            return
        self._judging = mine = object()

        async def judge() -> None:
            if self._judging is not mine or question.judge is None:
                return
            words, role = await question.judge(text)
            if self._judging is mine:
                self._judged(words, role)

        self.set_timer(PAUSE, judge)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer; a text that cannot be is said and may be mended."""
        event.stop()
        question = self.question
        if question is None:
            return
        self.answering = True
        try:
            trouble = await question.answer(event.value)
        finally:
            self.answering = False
        if self.question is not question:
            return
        if trouble is None:
            self._close()
        else:
            self._judging = None
            self._judged(trouble, "error")
