"""A dashboard on a newsroom in memory, with a time zone and a clock that stand still."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.keys import _character_to_key, key_to_character

from monitor.tui.app import Dashboard
from tests.tui.fake import FakeNewsroom, make_story


@pytest.fixture(autouse=True)
def quiet_terminal(monkeypatch: pytest.MonkeyPatch):
    """UTC, a plain environment: the same picture on every machine."""
    for name in ("NO_COLOR", "TMUX", "SSH_CONNECTION", "SSH_TTY", "DISPLAY", "WAYLAND_DISPLAY", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    if "TZ" in os.environ:
        monkeypatch.undo()
        time.tzset()


class Show:
    """A running dashboard, as a test handles it."""

    def __init__(self, app: Dashboard, pilot, room: FakeNewsroom) -> None:
        self.app, self.pilot, self.room = app, pilot, room
        self.asked = 0
        call = app.desk.call

        async def counted(function, *args, **kwargs):
            self.asked += 1
            try:
                return await call(function, *args, **kwargs)
            finally:
                self.asked -= 1

        app.desk.call = counted

    @property
    def screen(self):
        return self.app.screen

    @property
    def panes(self):
        return self.app.first_screen.panes

    @property
    def pane(self):
        return self.panes.current

    @property
    def selected(self) -> str | None:
        return self.pane.story.id if self.pane.story else None

    @property
    def reader(self):
        return self.app.first_screen.spread.reader

    @property
    def said(self) -> str:
        from monitor.tui.widgets.bars import Foot

        return self.app.screen.query_one(Foot).said

    @property
    def lines(self) -> list[str]:
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def ids(self) -> list[str]:
        return [story.id for story in self.pane.window.rows]

    async def press(self, *keys: str) -> None:
        """Press keys as the driver would tell of them, each once the last has been dealt with."""
        for name in keys:
            key = _character_to_key(name) if len(name) == 1 else name
            event = events.Key(key, name if len(name) == 1 else key_to_character(key))
            event.set_sender(self.app)
            self.app._driver.send_message(event)
            await self.settle()

    async def click(self, x: int, y: int) -> None:
        """Press and let go of the first button on a cell."""
        for kind in (events.MouseDown, events.MouseUp):
            event = kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)
            event.set_sender(self.app)
            self.app._driver.send_message(event)
        await self.settle()

    async def type(self, text: str) -> None:
        await self.press(*text)

    async def settle(self) -> None:
        """Wait until nothing is asked of the store, no message is under way, and nothing is left to draw."""
        still = 0
        for _ in range(20_000):
            await asyncio.sleep(0.001)
            still = 0 if self._busy() else still + 1
            if still == 3:
                return
        raise AssertionError("the dashboard does not come to rest")

    def _busy(self) -> bool:
        nodes = [self.app, *self.app.screen_stack, *self.app.screen.walk_children()]
        return bool(
            self.asked
            or any(node.message_queue_size or node._next_callbacks for node in nodes)
            or self.app.screen._layout_required
            or self.app.screen._dirty_widgets
            or self.app.screen._callbacks
            or any(pane.supply.reading for pane in self.panes.lists)
            or any(not worker.is_finished for worker in self.app.workers)
        )

    async def look(self) -> None:
        """Look at the store now, as happens twice a second."""
        await self.app.pulse.look()
        await self.settle()

    async def until(self, true: Callable[[], bool]) -> None:
        for _ in range(400):
            if true():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"never came true\n{self.text}")


@pytest.fixture
def show():
    """`async with show(stories=…, size=…) as it`."""

    @asynccontextmanager
    async def make(stories=None, *, size=(140, 40), room: FakeNewsroom | None = None, count: int = 60, **kwargs):
        if room is None:
            room = FakeNewsroom(stories if stories is not None else [make_story(n) for n in range(count)], **kwargs)
        app = Dashboard(room)
        async with app.run_test(size=size) as pilot:
            it = Show(app, pilot, room)
            await it.look()
            await it.until(lambda: it.app.first_screen.spread.welcome is not None or it.pane.window.loaded)
            yield it
        app.desk.close()

    return make
