"""The look at the store that goes on while the dashboard comes and goes."""

from __future__ import annotations

from monitor.tui.desk import SLOW
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
