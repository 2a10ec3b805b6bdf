"""What all screens share: a foot that tells keys, says things and asks questions, and the way back."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from monitor.errors import MonitorError
from monitor.tui import commands
from monitor.tui.widgets.bars import Foot

if TYPE_CHECKING:
    from textual.widget import Widget

    from monitor.tui.desk import Desk, News
    from monitor.tui.widgets.prompt import Prompt, Question


class DeskScreen(Screen[str | None]):
    """A screen over the newsroom. It may end with a word for the screen below."""

    SCOPES: ClassVar[tuple[commands.Scope, ...]] = ("move",)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.prompt: Prompt | None = None
        self._asked_next: list[Question] = []
        """Questions that wait until the one before is answered."""

    @property
    def scopes(self) -> tuple[commands.Scope, ...]:
        """The scopes of commands that hold here, most particular first."""
        return self.SCOPES

    @property
    @abstractmethod
    def home(self) -> Widget:
        """What has the keys when nothing is asked."""

    @property
    def typing(self) -> bool:
        """Whether letters are text just now, not keys."""
        return False

    @property
    def unsaved(self) -> bool:
        """Whether something written here would be lost with the screen."""
        return False

    @property
    def asking(self) -> bool:
        """Whether something is asked at the foot."""
        return self.prompt is not None and self.prompt.question is not None

    @property
    def awaits(self) -> bool:
        """Whether a key is to wait, because what it would act on is still to come."""
        return self.prompt is not None and self.prompt.answering

    def source_title(self, source_id: str) -> str:
        """What a source is called."""
        source = self.desk.newsroom.settings.source(source_id)
        return source.title if source is not None else source_id

    def take(self, news: News) -> None:
        """Take up what changed in the store."""

    def step_back(self) -> bool:
        """One step back within the screen; False where there is none."""
        return False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Nothing that writes with --read-only."""
        return commands.allowed(action, read_only=self.desk.newsroom.read_only)

    # -- the foot ---------------------------------------------------------------------------------------------

    def tell_keys(self) -> None:
        """Tell the keys of where one is."""
        scopes: tuple[commands.Scope, ...] = (*self.scopes, "everywhere")
        read_only = self.desk.newsroom.read_only
        self.query_one(Foot).offer(self.desk.keys.footer(scopes, read_only=read_only, typing=self.typing))

    def say(self, text: str, role: str = "ink") -> None:
        """Tell something at the foot until the next key."""
        if self.is_mounted:
            self.query_one(Foot).say(text, role)

    async def wish(self, sources: list[str] | None, called: str) -> None:
        """Ask whoever polls for some sources, or for all, and say so; or that nobody does just now."""
        try:
            await self.desk.call(self.desk.newsroom.refresh, sources)
            nobody = await self.desk.call(self.desk.newsroom.poller) == "none"
        except MonitorError as error:
            self.say(str(error), "error")
            return
        self.say(
            f"asked to poll {called}{': nobody polls just now' if nobody else ''}", "warning" if nobody else "quiet"
        )

    def on_key(self) -> None:
        """What was said has been read."""
        self.query_one(Foot).hush()

    def ask(self, question: Question) -> None:
        """Ask something at the foot, after what is asked there already."""
        from monitor.tui.widgets.prompt import Prompt

        if self.asking:
            self._asked_next.append(question)
            return

        async def show() -> None:
            if self.prompt is None:
                self.prompt = Prompt(self._answered)
                await self.mount(self.prompt)
            foot = self.query_one(Foot)
            foot.hush()
            foot.display = False
            self.prompt.ask(question)

        self.call_next(show)

    def give_keys(self) -> None:
        """Give the keys to what is to have them; a question keeps them until it is answered."""
        if not self.asking:
            self.home.focus()

    def _answered(self) -> None:
        self.query_one(Foot).display = True
        self.home.focus()
        if self._asked_next:
            self.ask(self._asked_next.pop(0))
