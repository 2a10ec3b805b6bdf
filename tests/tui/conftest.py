"""A dashboard on a newsroom in memory, with a time zone and a clock that stand still."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import asynccontextmanager

import pytest

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
        return self.app.first_screen.reader

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
        for key in keys:
            await self.pilot.press(key)
        await self.settle()

    async def type(self, text: str) -> None:
        names = {
            " ": "space",
            "(": "left_parenthesis",
            ")": "right_parenthesis",
            ":": "colon",
            "/": "slash",
            "-": "minus",
        }
        await self.press(*(names.get(char, char) for char in text))

    async def settle(self) -> None:
        """Wait until nothing is being read from the store and nothing is being drawn."""
        for _ in range(200):
            await self.pilot.pause()
            busy = (
                self.app.desk.pool._work_queue.qsize()
                or any(pane._reading for pane in self.panes.lists)
                or self.app._looking
            )
            if not busy and not any(not worker.is_finished for worker in self.app.workers):
                await self.pilot.pause()
                return
            await asyncio.sleep(0.005)
        raise AssertionError("the dashboard does not come to rest")

    async def look(self) -> None:
        """Look at the store now, as happens twice a second."""
        await self.app._look()
        await self.settle()

    async def until(self, true: Callable[[], bool]) -> None:
        for _ in range(400):
            if true():
                return
            await self.pilot.pause(0.005)
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
            await it.until(lambda: it.app.first_screen.welcome is not None or it.pane.window.loaded)
            yield it
        app.desk.close()

    return make
