"""The dashboard's pulse: looks at the store, told to every screen, and the clock once a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.errors import MonitorError
from monitor.tui.desk import BEAT
from monitor.tui.screens.base import DeskScreen

if TYPE_CHECKING:
    from monitor.tui.app import Dashboard
    from monitor.tui.desk import News

UNPOLLED = 12
"""Looks at the poller (one in four seconds) that find none before another is started."""


class Pulse:
    """Beats from `start` on; a beat that comes while the last look is still at work is left out.

    So is every other one while keys come fast. With `poll`, the first beat starts the poller, and a later one another
    when it has gone for a while.
    """

    def __init__(self, app: Dashboard, *, poll: bool) -> None:
        self.app = app
        self._poll = self._to_poll = poll
        self._unpolled = 0
        self._looking = False
        self._rested = False
        """Whether the last beat was left out because keys come fast."""

    def start(self) -> None:
        """Begin, after the first picture."""
        self.app.set_interval(BEAT, self._beat)
        self.app.call_after_refresh(self._beat)
        if self.app.newsroom.settings.dashboard.clock:
            self._wind()

    def _beat(self) -> None:
        """Look without holding up keys: what answers them is the app's own queue of messages."""
        self._rested = self.app.typed.typing and not self._rested
        if not self._rested:
            self.app.run_worker(self.look(), group="look")

    async def look(self) -> None:
        """Look at the store once and tell what is new."""
        if self._looking:
            return
        self._looking = True
        try:
            if self._to_poll:
                self._to_poll, self._unpolled = False, 0
                await self.app.desk.call(self.app.newsroom.start_poller)
            await self.app.typed.lull()
            news = await self.app.desk.look()
            self._mind_poller(news)
            for screen in self.app.screen_stack:
                if self.app.is_running and isinstance(screen, DeskScreen):  # else its widgets are going
                    screen.take(news)
        except MonitorError as error:
            self.app.first_screen.say(str(error), "error")
        finally:
            self._looking = False

    def _mind_poller(self, news: News) -> None:
        if news.poller is not None:
            self._unpolled = self._unpolled + 1 if news.poller == "none" else 0
            self._to_poll = self._poll and self._unpolled >= UNPOLLED

    def _wind(self) -> None:
        self.app.set_timer(60.5 - self.app.newsroom.clock().second, self._tick)

    def _tick(self) -> None:
        self.app.first_screen.tell_status()
        self._wind()
