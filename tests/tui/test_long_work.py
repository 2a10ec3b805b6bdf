"""What takes long is told, stops when told to, and holds no key up."""

from __future__ import annotations

import itertools
import threading
import time

import pytest

from monitor.model import Page, Progress
from tests.tui.fake import FakeNewsroom, make_story


class Endless(FakeNewsroom):
    """A history in which a query finds nothing for as long as anybody looks."""

    def page(self, view, *, query=None, after=None, limit=200, scan=5000, bodies=False) -> Page:
        if query is None:
            return super().page(view, after=after, limit=limit, bodies=bodies)
        self.calls["looked"] += 1
        time.sleep(0.005)
        return Page(stories=(), next=f"k{self.calls['looked']}", revision=self._revision, scanned=5000)


@pytest.fixture
def endless():
    return Endless([make_story(n) for n in range(20)])


async def search(it, words: str) -> None:
    """Search as a reader does, without waiting for an end that never comes."""
    await it.press("/")
    await it.type(words)
    await it.pilot.press("enter")


async def test_a_search_through_all_history_is_told_and_stops(show, endless):
    async with show(room=endless) as it:
        await search(it, "unicorn")
        await it.until(lambda: "looked at · esc stops" in it.text)
        await it.pilot.press("escape")
        await it.until(lambda: not it.pane.supply.reading)
        looked = endless.calls["looked"]
        await it.settle()
        assert it.pane.pane.id == "search"
        assert "esc stops" not in it.text
        assert "looked at" in it.text
        await it.press("escape")
        assert it.pane.pane.id != "search"
        assert endless.calls["looked"] == looked


async def test_a_pane_that_is_gone_looks_no_further(show, endless):
    async with show(room=endless) as it:
        await search(it, "unicorn")
        await it.until(lambda: endless.calls["looked"] > 1)
        it.panes.remove_pane("search")
        it.panes.show()
        await it.settle()
        looked = endless.calls["looked"]
        await it.pilot.pause(0.05)
        assert endless.calls["looked"] == looked


async def test_the_pollers_work_is_told_and_stops_when_asked(show):
    async with show() as it:
        await it.press("ctrl+g")
        assert it.said == "nothing takes long just now"
        it.room.long_work = (Progress(name="rematch", done=1200, total=90_000),)
        await it.look()
        assert "matching history 1,200/90,000" in it.lines[0]
        await it.press("ctrl+g")
        assert it.room.calls["stop_work"] == 1
        assert "asked to stop" in it.said


async def test_counting_what_is_shown_holds_no_key_up_and_stops(show, monkeypatch):
    async with show() as it:
        ended = threading.Event()

        def pages(*_, **__):
            for _ in itertools.count():
                time.sleep(0.005)
                yield Page(stories=(), next="k", revision=1)

        def walk(*args, **kwargs):
            try:
                yield from pages(*args, **kwargs)
            finally:
                ended.set()

        monkeypatch.setattr(it.room, "pages", walk)
        it.app.screen.action_mark_shown()
        await it.until(lambda: "counting what is shown" in it.said)
        it.app.screen.step_back()
        await it.until(ended.is_set)
        await it.settle()
        assert it.said == "stopped: nothing is marked"
        assert it.room.journal == []
