"""The commands that hold on every screen, and how any command is run: by its key, from the footer, from the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import App

from monitor.tui import commands, themes
from monitor.tui.screens.base import DeskScreen
from monitor.tui.screens.newsroom import NewsroomScreen
from monitor.tui.widgets.bars import Foot

if TYPE_CHECKING:
    from textual.binding import BindingType

    from monitor.newsroom import Newsroom
    from monitor.tui.desk import Desk


class Everywhere(App[int], inherit_bindings=False):
    """What the dashboard does on every screen."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("everywhere")]

    newsroom: Newsroom
    desk: Desk

    @property
    def first_screen(self) -> NewsroomScreen:
        """The screen that stays."""
        screen = self.screen_stack[0]
        assert isinstance(screen, NewsroomScreen)
        return screen

    async def on_key(self, event: events.Key) -> None:
        """Run what a key is bound to that nobody took, or say that it is bound to nothing."""
        event.prevent_default()
        if not await self._check_bindings(event.key) and isinstance(self.screen, DeskScreen):
            self.screen.say(self.desk.keys.unbound(event.key, read_only=self.newsroom.read_only), "quiet")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Nothing that writes with --read-only."""
        return commands.allowed(action, read_only=self.newsroom.read_only)

    @on(Foot.Pressed)
    async def _pressed(self, event: Foot.Pressed) -> None:
        await self.do(event.command)

    async def do(self, command_id: str | None) -> None:
        """Run a command by its id, as its key would."""
        if command_id is not None:
            action = commands.BY_ID[command_id].action
            for node in (self.focused, self.screen, self):
                if node is not None and hasattr(node, f"action_{action}"):
                    await self.run_action(action, node)
                    return

    async def action_back(self) -> None:
        """One step back."""
        await self._back()

    async def action_leave(self) -> None:
        """One step back, and from the first screen out."""
        if not await self._back():
            self.first_screen.ask_to_quit()

    async def _back(self) -> bool:
        screen = self.screen
        if isinstance(screen, DeskScreen) and screen.step_back():
            return True
        if screen is self.first_screen:
            return False
        screen.dismiss(None)
        return True

    def action_help(self) -> None:
        """Tell all keys, and run what is picked."""
        from monitor.tui.screens.help import HelpScreen

        if isinstance(self.screen, DeskScreen) and not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.desk, self.screen), self.do)

    action_palette = action_help

    def action_theme(self) -> None:
        """Go to the next theme."""
        names = list(themes.COLOURS)
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        if isinstance(self.screen, DeskScreen):
            self.screen.say(f"theme: {self.theme}", "quiet")

    def action_redraw(self) -> None:
        """Draw everything anew."""
        self.screen.refresh(layout=True)

    def action_suspend(self) -> None:
        """Stop until the shell brings us back."""
        self.action_suspend_process()

    async def action_quit(self) -> None:
        """Leave; where that would lose a text, ask first. A second time leaves at once."""
        screen = self.screen
        unsaved = any(isinstance(below, DeskScreen) and below.unsaved for below in self.screen_stack)
        if not unsaved or not isinstance(screen, DeskScreen) or screen.asking:
            self.exit(0)
            return
        from monitor.tui.widgets.prompt import Question

        async def answer(_: str) -> str | None:
            self.exit(0)
            return None

        screen.ask(Question(label="Quit without saving?", answer=answer, confirm=True))
