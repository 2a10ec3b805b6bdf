"""The dashboard's frame: themes, keys, the look at the store twice a second, and leaving in good order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import App

from monitor.errors import MonitorError
from monitor.tui import commands, outside, paint, themes
from monitor.tui.desk import BEAT, Desk
from monitor.tui.screens.newsroom import NewsroomScreen
from monitor.tui.session import Session
from monitor.tui.widgets.bars import Foot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType
    from textual.driver import Driver
    from textual.filter import LineFilter

    from monitor.newsroom import Newsroom

CRASHED = 70
"""Exit status after a fault of our own."""


class Dashboard(App[int]):
    """The newsroom on a terminal."""

    TITLE = "Newsroom"
    CSS_PATH = "dashboard.tcss"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("everywhere")]

    def __init__(
        self, newsroom: Newsroom, *, driver_class: type[Driver] | None = None, ascii_only: bool = False
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.newsroom = newsroom
        self.read_only = newsroom.read_only
        self.session = Session.read(newsroom.session())
        dashboard = newsroom.settings.dashboard
        self.desk = Desk(newsroom, commands.keymap(dashboard.keys, newsroom.settings.keys))
        self._gates: list[LineFilter] = [paint.Safety(), *([paint.Ascii()] if ascii_only else [])]
        for theme in themes.themes():
            self.register_theme(theme)
        wanted = "newsroom-terminal" if self.no_color else self.session.theme or dashboard.theme
        self.theme = wanted if wanted in themes.COLOURS else themes.DEFAULT
        self.set_keymap(self.desk.keys)
        self.animation_level = "none"
        self._looking = False

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every drawn line goes through before the terminal has it."""
        return [*super().get_line_filters(), *self._gates]

    def get_default_screen(self) -> NewsroomScreen:
        """The newsroom."""
        return NewsroomScreen(self.desk, self.session)

    @property
    def newsroom_screen(self) -> NewsroomScreen:
        """The screen that stays."""
        screen = self.screen_stack[0]
        assert isinstance(screen, NewsroomScreen)
        return screen

    def on_mount(self) -> None:
        """Begin to look at the store."""
        self.set_interval(BEAT, self._look)
        self.call_after_refresh(self._look)
        if self.newsroom.settings.dashboard.clock:
            self._wind()

    async def _look(self) -> None:
        if self._looking:
            return
        self._looking = True
        try:
            news = await self.desk.look()
        except MonitorError as error:
            self.newsroom_screen.say(str(error), "error")
        else:
            for screen in self.screen_stack:
                if callable(take := getattr(screen, "take", None)):
                    take(news)
        finally:
            self._looking = False

    def _wind(self) -> None:
        now = self.newsroom.clock()
        self.set_timer(60.5 - now.second, self._tick)

    def _tick(self) -> None:
        self.newsroom_screen.tell_status()
        self._wind()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Nothing that writes with --read-only."""
        return commands.allowed(action, read_only=self.read_only)

    @on(Foot.Pressed)
    async def run_command(self, event: Foot.Pressed) -> None:
        """Run a command that was clicked or picked, as its key would."""
        await self.do(event.command)

    async def do(self, command_id: str) -> None:
        """Run a command by its id."""
        action = commands.BY_ID[command_id].action
        for node in (self.focused, self.screen, self):
            if node is not None and hasattr(node, f"action_{action}"):
                await self.run_action(action, node)
                return

    def copy_to_clipboard(self, text: str) -> None:
        """Put a text on the reader's clipboard; not with --read-only."""
        if self._driver is not None and not self.read_only:
            self._driver.write(outside.clipboard(text, os.environ))

    # -- keys that hold everywhere ----------------------------------------------------------------------------

    async def action_back(self) -> None:
        """One step back."""
        await self._back()

    async def action_leave(self) -> None:
        """One step back, and from the first screen out."""
        if not await self._back():
            from monitor.tui.widgets.prompt import Question

            async def answer(_: str) -> str | None:
                self.exit(0)
                return None

            self.newsroom_screen.ask(Question(label="Quit?", answer=answer, confirm=True))

    async def _back(self) -> bool:
        if self.screen is self.newsroom_screen:
            return self.newsroom_screen.step_back()
        await self.pop_screen()
        return True

    def action_theme(self) -> None:
        """Go to the next theme."""
        names = list(themes.COLOURS)
        self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]

    def action_redraw(self) -> None:
        """Draw everything anew."""
        self.screen.refresh(layout=True)

    def action_suspend(self) -> None:
        """Stop until the shell brings us back."""
        self.action_suspend_process()

    async def action_quit(self) -> None:
        """Leave."""
        self.exit(0)

    def remember(self) -> dict[str, Any]:
        """Where everything stands, for the next start."""
        return self.newsroom_screen.remember().document()
