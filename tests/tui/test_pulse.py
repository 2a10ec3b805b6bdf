"""The look at the store that goes on while the dashboard comes and goes."""

from __future__ import annotations


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
