"""The dashboard's frame: what it is made of, what every line goes through, and leaving in good order."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from textual import events
from textual.filter import NoColor

from monitor.tui import faults, keys, outside, paint, themes
from monitor.tui.desk import Desk
from monitor.tui.everywhere import Everywhere
from monitor.tui.pulse import Pulse
from monitor.tui.screens.newsroom import NewsroomScreen
from monitor.tui.session import Session
from monitor.tui.typeahead import TypeAhead
from monitor.tui.widgets.small import TooSmall

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import RenderableType
    from textual.driver import Driver
    from textual.filter import LineFilter

    from monitor.newsroom import Newsroom

log = logging.getLogger(__name__)


class Dashboard(Everywhere):
    """The newsroom on a terminal."""

    TITLE = "Newsroom"
    CSS_PATH = "dashboard.tcss"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False

    def __init__(
        self,
        newsroom: Newsroom,
        *,
        driver_class: type[Driver] | None = None,
        ascii_only: bool = False,
        poll: bool = False,
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.newsroom = newsroom
        dashboard = newsroom.settings.dashboard
        self.session = Session.read(newsroom.session())
        changed = keys.keymap(dashboard.keys, newsroom.settings.keys)
        self.desk = Desk(newsroom, keys.Keys(changed, plain=ascii_only))
        self.fault: str | None = None
        self._gates: list[LineFilter] = [paint.SAFETY, *([paint.Ascii()] if ascii_only else [])]
        for theme in themes.themes():
            self.register_theme(theme)
        wanted = "newsroom-terminal" if self.no_color else self.session.theme or dashboard.theme
        self.theme = wanted if wanted in themes.COLOURS else themes.DEFAULT
        self.set_keymap(changed)
        self.animation_level = "none"
        self.pulse = Pulse(self, poll=poll)
        self.once_shown: Callable[[], None] = lambda: None
        """Called after the first picture."""
        self.typed = TypeAhead(self, super().on_event)

    async def on_event(self, event: events.Event) -> None:
        """Hand keys on in their turn, everything else at once."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.typed.take(event)
        else:
            await super().on_event(event)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every drawn line goes through before the terminal has it."""
        return [*([NoColor()] if self.no_color else super().get_line_filters()), *self._gates]

    def get_default_screen(self) -> NewsroomScreen:
        """The newsroom."""
        return NewsroomScreen(self.desk, self.session)

    def on_mount(self) -> None:
        """Begin to look at the store, and say what is wrong with the keys."""
        self.pulse.start()
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        self.call_after_refresh(self.once_shown)
        settings = self.newsroom.settings
        for problem in keys.problems(settings.dashboard.keys, settings.keys):
            self.call_after_refresh(self.first_screen.say, problem, "error")

    def on_resize(self, event: events.Resize) -> None:
        """Say so where nothing sensible fits."""
        TooSmall.mind(self.screen, event.size)

    def bell(self) -> None:
        """No sound: a library's fields ring at every key that is too many."""

    def copy_to_clipboard(self, text: str) -> None:
        """Put a text on the reader's clipboard; not with --read-only."""
        if self._driver is not None and not self.newsroom.read_only:
            self._driver.write(outside.clipboard(text, os.environ))

    # -- leaving ----------------------------------------------------------------------------------------------

    def exit(self, *args: Any, **kwargs: Any) -> None:
        """End, remembering where everything stands."""
        self._remember()
        super().exit(*args, **kwargs)

    def leave(self, status: int) -> None:
        """End, asked from another thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(lambda: self.exit(status))

    def _remember(self) -> None:
        if self._screen_stack and isinstance(self.screen_stack[0], NewsroomScreen):
            self.session = self.first_screen.remember()

    def save(self) -> None:
        """Store the session as it was when the end was asked for."""
        self.newsroom.save_session(self.session.document())

    def save_stalled(self) -> None:
        """Store the session from another thread, while the event loop hangs on a terminal that nobody reads."""
        self._remember()
        self.save()

    def panic(self, *renderables: RenderableType) -> None:  # noqa: ARG002
        """A fault told by a library, as a picture that may hold anything: none of it is shown."""
        self._fatal_error()

    def _fatal_error(self) -> None:
        """A fault of our own: where it was goes to the log, without values; the terminal shows none of it."""
        self.fault = faults.place(self._exception)
        log.error("fault: %s", faults.way(self._exception))
        self._close_messages_no_wait()
