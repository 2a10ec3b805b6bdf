"""How it looks, by size, theme and state. `pytest tests/tui/test_snapshots.py --snapshot-update` after looking at each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.model import Progress, SourceHealth
from monitor.tui.app import Dashboard
from tests.tui.conftest import Show
from tests.tui.fake import NOW, FakeNewsroom, make_story


def newsroom() -> FakeNewsroom:
    room = FakeNewsroom([make_story(n) for n in range(60)])
    room.put(
        make_story(
            900,
            title="Ceasefire talks collapse in Vienna, army on alert",
            kind="breaking",
            at=NOW - timedelta(minutes=1),
        )
    )
    room.mark(["i000003"], "watch")
    room.healths["bbc"] = SourceHealth(
        source="bbc", status="failing", failing_since=NOW - timedelta(hours=2), message="timed out after 40 s", last_try=NOW,
        next_at=NOW + timedelta(minutes=5), interval=300.0, items=90, items_per_day=12.5, latency=75.0, failures=4,
    )  # fmt: skip
    room.healths["afp"] = SourceHealth(
        source="afp", status="quiet", gap=360.0, last_new=NOW - timedelta(hours=3), last_try=NOW - timedelta(minutes=2),
        next_at=NOW + timedelta(minutes=8), interval=600.0, items=900, items_per_day=240.0, latency=30.0,
    )  # fmt: skip
    return room


@pytest.fixture
def picture(snap_compare):
    """Compare a picture of the dashboard after some keys."""

    def compare(size, *keys, theme=None, room=None, then=None, **kwargs):
        app = Dashboard(room or newsroom(), **kwargs)

        async def before(pilot):
            it = Show(app, pilot, app.newsroom)
            await it.look()
            await it.settle()
            if theme:
                app.theme = theme
                await it.settle()
            for key in keys:
                await it.press(key)
            if then:
                await then(it)
            await it.look()
            await it.settle()

        same = snap_compare(app, terminal_size=size, run_before=before)
        app.desk.close()
        return same

    return compare


def test_80x24(picture):
    assert picture((80, 24), "j", "j")


def test_120x30(picture):
    assert picture((120, 30), "j")


def test_160x45(picture):
    assert picture((160, 45), "j", "j", "s")


@pytest.mark.parametrize("theme", ["newsroom-light", "newsroom-contrast", "newsroom-terminal"])
def test_themes(picture, theme):
    assert picture((120, 24), "j", "j", theme=theme)


def test_without_utf8(picture):
    assert picture((80, 24), "j", ascii_only=True)


def test_reading_over_the_panes(picture):
    assert picture((80, 24), "enter", "n", "n")


def test_reading_beside_the_panes(picture):
    assert picture((160, 45), "j", "enter", "n")


def test_selected_rows_and_a_waiting_pill(picture):
    async def then(it):
        it.room.put(*(make_story(9100 + n, title=f"Army news {n}", at=NOW + timedelta(seconds=n)) for n in range(12)))
        await it.look()

    assert picture((100, 24), "space", "space", "j", then=then)


def test_limit_with_an_error(picture):
    async def then(it):
        await it.press("l")
        await it.type("(army")
        await it.press("enter")

    assert picture((80, 24), then=then)


def test_confirmation(picture):
    assert picture((80, 24), "A")


def test_sources(picture):
    assert picture((160, 24), "S")


def test_sources_narrow(picture):
    assert picture((80, 24), "S")


def test_help(picture):
    assert picture((100, 30), "question_mark")


def test_editor(picture):
    async def then(it):
        it.screen.home.text = '"foreign minister*" OR NATO OR (navy NOT {Navy Pier}) OR @allies'
        await it.pilot.pause(0.5)
        it.screen.home.text = "army OR NATO"
        await it.until(lambda: "in 7 days" in it.lines[0] and "changed" in it.lines[0])

    assert picture((140, 40), "e", then=then)


def test_first_start(picture):
    room = FakeNewsroom([])
    room.long_work = (Progress(name="poll", done=12, total=42, detail="BBC World"),)
    room.healths["bbc"] = SourceHealth(source="bbc", status="failing", message="timed out after 40 s")
    assert picture((80, 24), room=room)
