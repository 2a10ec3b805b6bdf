"""The look at the store that goes on while the dashboard comes and goes."""

from __future__ import annotations

import asyncio

from monitor.tui import typeahead
from monitor.tui.desk import BEAT, SLOW
from monitor.tui.pulse import UNPOLLED, Pulse


async def test_a_look_that_ends_while_the_screens_go_is_told_to_nobody(show, monkeypatch):
    async with show() as it:
        told = []
        monkeypatch.setattr(it.app.first_screen, "take", told.append)
        await it.app.pulse.look()
        assert len(told) == 1
        with monkeypatch.context() as leaving:
            leaving.setattr(it.app, "_running", False)
            await it.app.pulse.look()
        assert len(told) == 1


async def test_a_poller_that_has_gone_is_started_again_after_a_while(show):
    async with show() as it:
        it.room.polling, started = "none", []
        it.room.start_poller = lambda: started.append(it.room.polling)
        pulse = Pulse(it.app, poll=True)
        await pulse.look()
        assert started == ["none"]
        for _ in range((UNPOLLED + 1) * SLOW):
            await pulse.look()
        assert len(started) == 2
        it.room.polling = "here"
        for _ in range((UNPOLLED + 1) * SLOW):
            await pulse.look()
        assert len(started) == 2


async def test_while_keys_come_fast_every_other_beat_is_left_out(show, monkeypatch):
    async with show() as it:
        looks, pulse = [], Pulse(it.app, poll=False)

        async def look() -> None:
            looks.append("a look")

        monkeypatch.setattr(pulse, "look", look)
        for typing, expected in ((False, 2), (True, 1), (False, 2)):
            monkeypatch.setattr(type(it.app.typed), "typing", typing)
            looks.clear()
            for _ in range(2):
                pulse._beat()
            await it.settle()
            assert len(looks) == expected, typing


def test_what_is_new_is_looked_for_within_a_second_whoever_types():
    assert 2 * BEAT + typeahead.NEXT + typeahead.ANSWER < 1.0


async def test_a_look_waits_for_the_key_that_is_expected(show, monkeypatch):
    monkeypatch.setattr(typeahead, "NEXT", 60.0)
    async with show() as it:
        taken = []
        monkeypatch.setattr(it.app.first_screen, "take", taken.append)
        await it.app.pulse.look()
        assert len(taken) == 1
        monkeypatch.setattr(type(it.app.typed), "typing", True)
        look = asyncio.create_task(it.app.pulse.look())
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(taken) == 1
        await it.press("j")
        await look
        assert len(taken) == 2


async def test_a_look_waits_no_longer_than_a_moment_for_a_key_that_does_not_come(show, monkeypatch):
    monkeypatch.setattr(typeahead, "NEXT", 0.0)
    async with show() as it:
        taken = []
        monkeypatch.setattr(it.app.first_screen, "take", taken.append)
        monkeypatch.setattr(type(it.app.typed), "typing", True)
        await it.app.pulse.look()
        assert len(taken) == 1
