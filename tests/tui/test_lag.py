"""The event loop only paints: whatever goes on, it is back for the next key in the wink of an eye.

A probe ticks on the loop. Between two ticks it allows so much work of the loop's own thread, whatever else the machine
does, and a generous while on the clock, which only a loop that waits for something could use up.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from msgspec.structs import replace

from monitor.model import Body, Source, SourceHealth
from monitor.text import CAP_BODY
from monitor.tui.app import Dashboard
from tests.tui.fake import NOW, FakeNewsroom, make_story

TICK = 0.002
WORK = 0.3
"""Seconds of processor time on the loop's thread between two ticks."""
WAIT = 2.0
"""Seconds on the clock between two ticks."""


class Probe:
    """The longest the loop was away."""

    def __init__(self) -> None:
        self.work = self.wait = 0.0

    async def run(self) -> None:
        work, clock = time.thread_time(), time.monotonic()
        while True:
            await asyncio.sleep(TICK)
            now, at = time.thread_time(), time.monotonic()
            self.work, self.wait = max(self.work, now - work), max(self.wait, at - clock)
            work, clock = now, at

    @property
    def fine(self) -> bool:
        return self.work < WORK and self.wait < WAIT


@asynccontextmanager
async def probed():
    """A probe that ticks meanwhile."""
    probe = Probe()
    task = asyncio.create_task(probe.run())
    try:
        yield probe
        await asyncio.sleep(2 * TICK)
    finally:
        task.cancel()


@pytest.mark.parametrize("block", [lambda: time.sleep(WAIT), lambda: sum(range(40_000_000))], ids=["waits", "works"])
async def test_the_probe_sees_a_block(show, block):
    async with show() as it, probed() as probe:
        it.app.call_later(block)
        await it.settle()
    assert not probe.fine


BODIES = {
    "10 MB": "word " * 2_000_000,
    "200k newlines": "line\n" * 200_000,
    "one word": "x" * 1_000_000,
    "5,000 paragraphs": "\n\n".join(["A paragraph of news."] * 5_000),
    "wide": "漢字" * 300_000,
}


@pytest.mark.parametrize("body", BODIES)
async def test_case_10_a_huge_body_opens_at_once_and_says_that_it_is_cut(show, body):
    story = replace(make_story(0), body=Body(text=BODIES[body]))
    async with show([story, make_story(1)], size=(100, 30)) as it:
        async with probed() as probe:
            await it.press("enter")
            assert it.reader.count > 20
        assert probe.work < 0.1
        await it.press("G")
        assert ("truncated" in it.text) == (len(BODIES[body]) > CAP_BODY)


async def test_an_article_as_long_as_any(show):
    text = "\n\n".join(
        f"Paragraph {n} about the army and its missiles, which were seen again. " * 5 for n in range(1100)
    )
    assert len(text) > CAP_BODY * 0.9
    story = replace(make_story(0), body=Body(text=text[:CAP_BODY]))
    async with show([story, make_story(1)]) as it, probed() as probe:
        await it.press("enter", "n", "n", "pagedown", "G", "tab", "escape")
    assert probe.fine, (probe.work, probe.wait)


async def test_two_thousand_items_at_once(show):
    stories = [make_story(5000 + n, at=NOW - timedelta(seconds=n)) for n in range(2000)]
    async with show(count=200) as it, probed() as probe:
        await it.press("j")
        await asyncio.to_thread(it.room.put, *stories)
        await it.look()
        await it.press("g")
    assert probe.fine, (probe.work, probe.wait)


async def test_a_storm_of_resizes(show):
    async with show(count=500) as it:
        await it.press("enter")
        async with probed() as probe:
            for n in range(30):
                await it.pilot.resize_terminal(40 + n * 37 % 180, 10 + n * 13 % 60)
            await it.settle()
    assert probe.fine, (probe.work, probe.wait)


async def test_a_search_over_all_history(show):
    async with show(count=5000) as it, probed() as probe:
        await it.press("slash")
        await it.type("army")
        await it.press("enter")
        await it.press("G")
        await it.until(lambda: not it.pane.supply.reading)
    assert probe.fine, (probe.work, probe.wait)


async def test_a_changed_config_whose_watchlists_match_everything(show):
    stories = [make_story(n) for n in range(3000)]
    async with show(count=5000) as it, probed() as probe:
        for n in range(3):
            topics = tuple(replace(topic, title=f"{topic.title} {n}") for topic in it.room.settings.topics)
            it.room.settings = replace(it.room.settings, topics=topics)
            it.app.first_screen.panes.renew(it.room.panes())
            await asyncio.to_thread(it.room.put, *stories)
            await it.look()
    assert probe.fine, (probe.work, probe.wait)


async def test_a_thousand_sources(show):
    sources = tuple(Source(id=f"s{n}", title=f"Source {n}", url=f"http://localhost/{n}") for n in range(1000))
    room = FakeNewsroom([make_story(n) for n in range(50)])
    room.settings = replace(room.settings, sources=sources)
    for n in range(0, 1000, 3):
        room.healths[f"s{n}"] = SourceHealth(source=f"s{n}", status="failing", message="timed out " * 9)
    async with show(room=room) as it, probed() as probe:
        await it.press("S", "G", "g", "pagedown", "slash")
        await it.type("source 99")
        await it.press("enter", "escape")
    assert probe.fine, (probe.work, probe.wait)


async def test_what_waits_for_the_first_picture_is_called_once_it_is_there():
    app = Dashboard(FakeNewsroom([make_story(n) for n in range(20)]))
    pictures: list[str] = []
    app.once_shown = lambda: pictures.append("".join(strip.text for strip in app.screen._compositor.render_strips()))
    async with app.run_test() as pilot:
        await pilot.pause()
    app.desk.close()
    assert len(pictures) == 1
    assert "Defense" in pictures[0]
