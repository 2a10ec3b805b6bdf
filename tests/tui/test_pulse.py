"""The look at the store that goes on while the dashboard comes and goes."""

from __future__ import annotations

import asyncio

from monitor.tui.desk import News


async def test_a_look_that_ends_after_the_screens_is_told_to_nobody(show, monkeypatch):
    ends = asyncio.Event()
    async with show() as it:
        news = News(counts=it.room.counts())

        async def look() -> News:
            await ends.wait()
            return news

        monkeypatch.setattr(it.app.desk, "look", look)
        under_way = asyncio.create_task(it.app.pulse.look())
        await asyncio.sleep(0)
    ends.set()
    await under_way
