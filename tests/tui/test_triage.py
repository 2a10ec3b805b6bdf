"""Triage: each key acts on the selection and moves on; bulk only with confirmation; everything comes back with U."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from textual import events

from monitor.errors import StoreError, UsageError
from monitor.tui.screens.triage import until
from tests.tui.fake import NOW, make_story


@pytest.mark.parametrize(
    ("key", "field", "value", "said"),
    [
        ("r", "read", True, "read: Army commander"),
        ("s", "starred", True, "starred: Army commander"),
        ("w", "triage", "watching", "watching: Army commander"),
        ("d", "triage", "dismissed", "dismissed: Army commander"),
        ("x", "triage", "done", "done: Army commander"),
    ],
)
async def test_a_key_marks_the_selection_and_moves_on(show, key, field, value, said):
    async with show() as it:
        first, second = it.ids()[:2]
        await it.press(key)
        assert getattr(it.room.state(first), field) == value
        assert it.selected == second
        assert it.said.startswith(said)


async def test_put_away_items_leave_every_pane_at_once_and_the_cursor_takes_the_next(show):
    async with show() as it:
        first, second, third = it.ids()[:3]
        await it.press("d", "x")
        assert it.selected == third
        assert it.pane.cursor == 0
        assert not {first, second} & {s.id for pane in it.panes.lists for s in pane.window.rows}


async def test_unread_keeps_the_selection(show):
    async with show() as it:
        first = it.ids()[0]
        await it.press("r", "k", "u")
        assert not it.room.state(first).read
        assert it.selected == first


async def test_starring_again_takes_the_star_away(show):
    async with show() as it:
        first = it.ids()[0]
        await it.press("s", "k", "s")
        assert not it.room.state(first).starred
        assert "star taken away" in it.said


async def test_a_mark_on_what_was_pruned_meanwhile_is_no_mark_and_says_so(show):
    async with show() as it:
        first = it.ids()[0]
        del it.room.stories[first]
        await it.press("s")
        assert it.said.startswith("no longer in the store: Army commander")
        assert first not in it.ids()


async def test_undo_brings_back_one_mark_after_the_other_and_selects_what_came_back(show):
    async with show() as it:
        first, second = it.ids()[:2]
        await it.press("d", "d", "j", "j", "U")
        assert "undone: dismiss on 1 item" in it.said
        assert it.room.state(second).triage == "new"
        assert it.selected == second
        await it.press("U")
        assert it.ids()[:2] == [first, second]
        await it.press("U")
        assert it.said == "nothing to undo"


async def test_space_selects_and_semicolon_applies_once(show):
    async with show() as it:
        ids = it.ids()[:5]
        await it.press("space", "space", "space")
        assert "3 selected" in it.said
        await it.press("s")
        assert it.room.state(ids[3]).starred, "without ; a key acts on the selection"
        await it.press("semicolon", "d")
        assert [it.room.state(i).triage for i in ids] == ["dismissed"] * 3 + ["new"] * 2
        assert it.said == "dismissed: 3 items"
        await it.press("d")
        assert it.room.state(ids[4]).triage == "dismissed"
        await it.press("U", "U")
        assert all(it.room.state(i).triage == "new" for i in ids)


async def test_semicolon_applies_to_all_selected_also_while_one_is_read(show):
    async with show() as it:
        ids = it.ids()[:3]
        await it.press("space", "space", "enter", "semicolon", "w")
        assert [it.room.state(i).triage for i in ids] == ["watching", "watching", "new"]
        assert not it.pane.picked


@pytest.mark.parametrize("keys", [("N",), ("l", "n", "a", "v", "y", "enter"), ("O",), ("H", "escape")])
async def test_what_is_selected_is_let_go_with_what_was_shown(show, keys):
    async with show() as it:
        first = it.ids()[0]
        await it.press("space", "space", *keys)
        assert not it.pane.picked
        await it.press("semicolon")
        assert it.said == "nothing is selected; Space selects"
        await it.press("G", "d")
        assert it.room.state(first).triage == "new"


async def test_undoing_a_bulk_mark_moves_no_cursor(show):
    async with show() as it:
        await it.press("j", "j", "A", "y")
        stood, top = it.selected, it.pane.top
        await it.press("U")
        assert "undone: read on" in it.said
        assert (it.selected, it.pane.top) == (stood, top)


@pytest.mark.parametrize("key", ["d", "x", "r"])
async def test_in_a_search_the_reader_moves_on_from_what_stays_in_it(show, key):
    async with show(size=(80, 24)) as it:
        await it.press("slash")
        await it.type("army")
        await it.press("enter", "enter", key)
        assert it.reader.story.id == it.ids()[1]


async def test_mark_shown_asks_how_many_and_leaves_what_is_filtered_out_or_waits(show):
    async with show() as it:
        await it.press("l")
        await it.type("navy")
        await it.press("enter", "j")
        shown = [i for i in it.ids() if not it.room.state(i).read]
        it.room.put(make_story(9001, title="Navy late news", at=NOW + timedelta(seconds=5)))
        it.room.now = NOW + timedelta(minutes=5)
        await it.look()
        await it.press("A")
        assert f"Mark {len(shown)} shown in Defense read? y/n" in it.lines[-1]
        await it.press("n")
        assert it.said == ""
        assert not any(it.room.state(i).read for i in shown)
        await it.press("A", "y")
        assert f"{len(shown)} marked read" in it.said
        assert all(it.room.state(i).read for i in shown)
        assert not it.room.state("i009001").read
        others = [s for s in it.room.stories.values() if "navy" not in (s.item.title + s.body.text).lower()]
        assert not any(story.state.read and story.state.by for story in others)
        await it.press("U")
        assert not any(it.room.state(i).read for i in shown)


async def test_R_marks_nothing_and_asks_the_poller(show):
    async with show() as it:
        await it.press("R")
        assert it.room.wishes == [None]
        await it.press("ctrl+r")
        assert it.room.wishes[1] == ["reuters"]
        assert it.said == "asked to poll Reuters"
        it.room.polling = "none"
        await it.press("R")
        assert it.said == "asked to poll all sources that are due: nobody polls just now"
        assert not it.room.journal


async def test_note_assign_tag_and_snooze_ask(show):
    async with show() as it:
        first = it.ids()[0]
        await it.press("m")
        await it.type("call the desk")
        await it.press("enter")
        assert [note.text for note in it.room.state(first).notes] == ["call the desk"]
        await it.press("a")
        await it.type("kim")
        await it.press("enter")
        assert it.room.state(first).assignee == "kim"
        await it.press("t")
        await it.type("lead")
        await it.press("enter")
        assert it.room.state(first).tags == ("lead",)
        await it.press("t")
        await it.type("lead")
        await it.press("enter")
        assert it.room.state(first).tags == ()
        await it.press("Z")
        await it.type("soon")
        await it.press("enter")
        assert "no such time" in it.lines[-1]
        await it.press("escape", "Z")
        await it.type("2h")
        await it.press("enter")
        assert it.room.state(first).snoozed_until == NOW + timedelta(hours=2)
        assert first not in it.ids()


async def test_a_key_typed_while_an_answer_is_stored_is_meant_for_what_follows(show, monkeypatch):
    async with show() as it:
        first, second = it.ids()[:2]
        stored, told = it.room.mark, threading.Event()

        def slow(*args, **kwargs):
            told.wait(2)
            return stored(*args, **kwargs)

        monkeypatch.setattr(it.room, "mark", slow)
        await it.press("a")
        await it.type("kim")
        for key in ("enter", "j", "m"):  # each by itself, as a person types, while the store is busy
            event = events.Key(key, key if len(key) == 1 else None)
            event.set_sender(it.app)
            it.app._driver.send_message(event)
            await asyncio.sleep(0.05)
        told.set()
        await it.settle()
        await it.type("call her")
        await it.press("enter")
        assert it.room.state(first).assignee == "kim"
        assert [note.text for note in it.room.state(second).notes] == ["call her"]


async def test_what_was_put_away_can_be_seen_and_brought_back(show):
    async with show() as it:
        first = it.ids()[0]
        await it.press("d", "H")
        assert it.ids() == [first]
        await it.press("X")
        assert it.room.state(first).triage == "new"
        await it.press("escape")
        assert it.ids()[0] == first


async def test_unread_only_keeps_what_was_just_read_in_sight(show):
    async with show() as it:
        await it.press("4", "N")
        first = it.ids()[0]
        await it.press("r")
        await it.look()
        assert it.ids()[0] == first, "rows do not vanish under the reader"
        await it.press("N", "N")
        assert it.ids()[0] != first


async def test_in_the_reader_keys_act_on_what_is_read_and_show_the_next(show):
    async with show(size=(80, 24)) as it:
        first, second, third = it.ids()[:3]
        await it.press("enter", "d")
        assert it.room.state(first).triage == "dismissed"
        assert it.reader.story.id == second
        await it.press("s")
        assert it.room.state(second).starred
        assert it.reader.story.id == second
        assert "starred" in it.text
        await it.press("r")
        assert it.reader.story.id == third
        await it.press("m")
        await it.type("in the reader")
        await it.press("enter")
        assert it.room.state(third).notes[0].text == "in the reader"


async def test_undo_in_the_reader_takes_back_the_mark_and_the_opening_it_led_to(show):
    async with show(size=(80, 24)) as it:
        first, second, third = it.ids()[:3]
        await it.press("enter", "d", "d")
        assert it.reader.story.id == third
        await it.press("U")
        assert "undone: dismiss on 1 item" in it.said
        assert it.reader.story.id == it.selected == second
        assert not it.room.state(third).read
        await it.press("U")
        assert it.reader.story.id == it.selected == first
        assert it.ids()[:3] == [first, second, third]
        assert (it.room.state(first).read, it.room.state(second).read) == (True, False)
        await it.press("J", "s", "U")
        assert "undone: star" in it.said
        assert it.reader.story.id == second
        await it.press("U")
        assert "undone: read" in it.said
        assert it.reader.story.id == second
        await it.press("escape")
        assert it.ids()[:3] == [first, second, third]


async def test_a_mark_that_changed_nothing_takes_no_other_back(show):
    async with show(size=(80, 24)) as it:
        first, second, third = it.ids()[:3]
        await it.press("d", "enter", "r")
        assert it.reader.story.id == third
        await it.press("U")
        assert "undone: read on 1 item" in it.said
        assert it.room.state(first).triage == "dismissed"
        assert it.room.state(second).read


async def test_a_mark_the_store_refuses_is_taken_back_on_the_screen(show):
    async with show() as it:
        first = it.ids()[0]
        it.room.failing = StoreError("the disk is full", hint="make room")
        await it.press("d")
        assert "the disk is full (make room)" in it.said
        it.room.failing = None
        it.pane.supply.renew()
        await it.settle()
        assert first in it.ids()


async def test_read_only_writes_copies_and_opens_nothing(show, monkeypatch):
    written = []
    async with show(read_only=True) as it:
        monkeypatch.setattr(it.app._driver, "write", written.append)
        before = dict(it.room.stories)
        await it.press("s")
        assert it.said.startswith("s does nothing here · read-only")
        for key in ["r", "u", "s", "d", "w", "x", "X", "Z", "a", "m", "t", "U", "y", "Y", "o", "A", "R", "ctrl+r"]:
            await it.press(key)
            assert it.app.first_screen.prompt is None or not it.app.first_screen.prompt.has_class("-asking")
        await it.press("enter")
        assert it.room.stories == before
        assert not it.room.wishes
        assert not any("]52;" in text for text in written)
        await it.press("escape", "S", "d", "R", "o", "y")
        assert all(source.enabled for source in it.room.settings.sources)
        assert not it.room.wishes
        it.app.save()
        assert it.room.saved == {}
        assert "read-only" in it.app.first_screen.query_one("#status").text


def test_until():
    assert until("2h", NOW) == NOW + timedelta(hours=2)
    assert until("1d 2h", NOW) == NOW + timedelta(days=1, hours=2)
    assert until("18:30", NOW) == datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
    assert until("9:00", NOW) == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert until("tomorrow", NOW) == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    for text in ("", "soon", "25:00", "-1h", "1y"):
        with pytest.raises(UsageError):
            until(text, NOW)
