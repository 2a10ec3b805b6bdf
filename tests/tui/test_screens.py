"""Sources, watchlist editor, help: what each tells and does."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from datetime import timedelta

import pytest
from msgspec.structs import replace
from textual import events

from monitor.errors import ConfigError, NoFeedError, UsageError
from monitor.model import Candidate, SourceHealth
from monitor.tui import commands, status
from monitor.tui.screens.editor import EditorScreen
from monitor.tui.screens.help import Entries, HelpScreen
from monitor.tui.screens.sources import SourcesScreen
from monitor.tui.widgets.preview import PreviewLines
from monitor.tui.widgets.sources import in_words
from tests.tui.fake import NOW, FakeNewsroom, make_story


def health(status, **more):
    return SourceHealth(source="afp", status=status, **more)


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (health("ok"), "ok"),
        (health("unmodified"), "ok, not modified"),
        (health("new"), "not polled yet"),
        (health("failing", failing_since=NOW - timedelta(hours=2)), "failing since 11:02"),
        (health("quiet", gap=360.0, last_new=NOW - timedelta(hours=3)), "quiet: usually every 6 min, silent 3 h"),
        (health("not-a-feed"), "not a feed"),
        (health("disabled"), "disabled"),
    ],
)
def test_a_source_is_told_in_words(health, words):
    assert in_words(health, NOW) == words


async def test_sources_tell_troubles_first_and_figures(show):
    async with show(size=(160, 30)) as it:
        it.room.healths["bbc"] = SourceHealth(
            source="bbc", status="failing", failing_since=NOW, message="timed out after 40 s", last_try=NOW,
            next_at=NOW + timedelta(minutes=5), interval=300.0, items=90, items_per_day=12.5, latency=75.0,
        )  # fmt: skip
        await it.press("S")
        assert isinstance(it.screen, SourcesScreen)
        first = it.lines[2]
        assert "BBC World" in first
        for words in ("failing since 13:02", "timed out after 40 s", "13:07", "5 min", "12.5", "1 min"):
            assert words in first
        assert "1 failing" in it.lines[0]


async def test_on_a_narrow_screen_the_selected_sources_figures_stand_below(show):
    async with show(size=(80, 24)) as it:
        it.room.healths["bbc"] = SourceHealth(
            source="bbc", status="ok", last_try=NOW, interval=300.0, items=90, items_per_day=12.5, latency=75.0
        )
        await it.press("S")
        while it.screen.home.selected.source.id != "bbc":
            await it.press("j")
        assert "ok · every 5 min · 12.5 a day · 1 min behind" in it.lines[-2]


async def test_what_a_source_brought_and_was_not_stored_is_counted_by_reason(show):
    room = FakeNewsroom([make_story(0)])
    drops = {"too old": 3, "twice in one feed": 1200}
    room.healths["reuters"] = SourceHealth(source="reuters", status="ok", drops=drops)
    async with show(room=room) as it:
        await it.press("S")
        assert "not stored: 1,200 twice in one feed, 3 too old" in it.lines[-2]
        await it.press("j")
        assert "not stored" not in it.lines[-2]


async def test_sources_tell_the_name_that_commands_take_and_how_to_begin(show):
    room = FakeNewsroom([make_story(0)])
    async with show(room=room) as it:
        await it.press("S")
        assert it.lines[-2].rstrip().endswith(it.screen.home.selected.source.id)
        room.settings = replace(room.settings, sources=())
        await it.screen.renew()
        await it.settle()
        assert "press a to add one" in it.lines[-2]
    room.read_only = True
    async with show(room=room) as it:
        await it.press("S")
        assert "`monitor sources add URL` adds one" in it.lines[-2]


async def test_a_source_is_polled_disabled_copied_and_filtered(show, monkeypatch):
    written = []
    async with show() as it:
        await it.press("S")
        monkeypatch.setattr(it.app._driver, "write", written.append)
        await it.press("R")
        assert it.room.wishes == [["reuters"]]
        assert it.said == "asked to poll Reuters"
        await it.press("y")
        assert any(text.startswith("\x1b]52;c;") for text in written)
        await it.press("d")
        assert not it.room.settings.source("reuters").enabled
        assert "disabled" in it.text
        await it.press("d")
        await it.press("l")
        await it.type("press")
        await it.press("enter")
        assert "only press" in it.lines[0]
        assert len(it.screen.home.sources) == 1
        await it.press("escape")
        for word, found in (("afp.example", 1), ("srv/desk", 1), ("nowhere", 0)):
            await it.press("l", *word, "enter")
            assert len(it.screen.home.sources) == found
            assert ("nothing matches" in it.lines[-2]) == (not found)
            await it.press("escape")
        assert len(it.screen.home.sources) == 5
        await it.press("escape")
        assert it.screen is it.app.first_screen


ADDRESS = "https://wire.example/rss"


async def ask_for(it, address=ADDRESS):
    await it.press("S", "a")
    await it.type(address)
    await it.press("enter")


async def test_a_feed_is_looked_at_titled_added_and_stood_on(show):
    room = FakeNewsroom([make_story(0)])
    room.on_the_web = {ADDRESS: Candidate(url=ADDRESS, title="The Wire")}
    async with show(room=room) as it:
        await ask_for(it)
        assert "its title: The Wire" in it.lines[-1]
        await it.type("s")
        await it.press("enter")
        assert it.said == "the wires is added"
        assert it.screen.home.selected.source == room.settings.source("the wires")
        assert room.settings.source("the wires").url == ADDRESS


async def test_a_feed_that_cannot_be_read_now_is_added_and_that_is_said(show):
    room = FakeNewsroom([make_story(0)])
    room.on_the_web = {ADDRESS: Candidate(url=ADDRESS, trouble="not found (404)")}
    async with show(room=room) as it:
        await ask_for(it)
        await it.until(lambda: "cannot be read now: not found (404)" in it.lines[-1])
        await it.type("Wire")
        await it.press("enter")
        assert it.said == "wire is added, but cannot be read now: not found (404)"


async def test_an_address_that_cannot_be_a_source_is_refused_in_a_line(show):
    room = FakeNewsroom([make_story(0)])
    room.on_the_web = {ADDRESS: UsageError('is there already, as "wire"')}
    async with show(room=room) as it:
        await ask_for(it)
        assert f"address of the feed: {ADDRESS}" in it.lines[-1]
        assert 'is there already, as "wire"' in it.lines[-1]
        room.on_the_web[f"{ADDRESS}2"] = Candidate(url=f"{ADDRESS}2", title="The Wire")
        await it.press("2", "enter")
        assert "its title: The Wire" in it.lines[-1], "what is typed on mends the address, and is no command"
        await it.press("escape")
        assert len(it.screen.home.sources) == 5


async def test_a_source_keeps_its_place_whatever_becomes_of_it(show):
    async with show() as it:
        await it.press("S", "g", "j")
        before = [status.source.id for status in it.screen.home.sources]
        await it.press("d")
        assert not it.room.settings.source(before[1]).enabled
        assert [status.source.id for status in it.screen.home.sources] == before
        assert it.screen.home.selected.source.id == before[1]
        await it.press("escape", "S")
        after = [status.source.id for status in it.screen.home.sources]
        assert sorted(after) == sorted(before)
        assert after.index(before[1]) > 1, "below those that are polled, once the table is opened anew"


async def test_of_a_web_page_the_feed_that_it_names_is_offered(show):
    room, page = FakeNewsroom([make_story(0)]), "https://wire.example"
    room.on_the_web = {page: NoFeedError(page, [ADDRESS]), ADDRESS: Candidate(url=ADDRESS, title="The Wire")}
    async with show(room=room) as it:
        await ask_for(it, page)
        assert f"a web page; its feed: {ADDRESS}" in it.lines[-1]
        await it.press("enter", "enter")
        assert it.said == "the wire is added"


def until_stopped(stop) -> bool:
    """Work at something until it is to stop; False where nobody says so in time."""
    for _ in range(4000):
        if stop():
            return True
        time.sleep(0.005)
    return False


async def test_a_long_look_at_an_address_is_stopped(show, monkeypatch):
    room, stopped = FakeNewsroom([make_story(0)]), []
    monkeypatch.setattr(room, "consider", lambda _, *, stop: stopped.append(until_stopped(stop)))
    async with show(room=room) as it:
        await it.pilot.press("S", "a", "x", "enter")
        await it.until(lambda: it.said == "looking at x · esc stops")
        it.screen.step_back()
        await it.until(lambda: stopped == [True])
        assert it.said == "stopped; nothing is added"
        assert isinstance(it.screen, SourcesScreen)


async def test_long_looks_do_not_hold_up_who_leaves(show, monkeypatch):
    room, stopped = FakeNewsroom([make_story(0)]), []
    monkeypatch.setattr(room, "consider", lambda _, *, stop: stopped.append(until_stopped(stop)))
    async with show(room=room) as it:
        await it.pilot.press("S", "a", "x", "enter")
        await it.until(lambda: it.said == "looking at x · esc stops")
    await asyncio.to_thread(it.app.desk.close)
    assert stopped == [True]
    monkeypatch.setattr(room, "preview", lambda *_, stop, **__: stopped.append(until_stopped(stop)))
    async with show(room=room) as it:
        await it.pilot.press("e")
        await it.until(lambda: "looking at 7 days" in it.lines[0])
    await asyncio.to_thread(it.app.desk.close)
    assert stopped == [True, True]
    monkeypatch.setattr(status, "unread_shown", lambda *given: stopped.append(until_stopped(given[-1])))
    async with show(room=room) as it:
        await it.pilot.press("A")
        await it.until(lambda: it.said.startswith("counting"))
    await asyncio.to_thread(it.app.desk.close)
    assert stopped == [True, True, True]


async def test_what_a_look_asks_waits_for_the_question_before_it(show, monkeypatch):
    room, go = FakeNewsroom([make_story(0)]), threading.Event()

    def slow(address, *, stop):
        go.wait()
        return Candidate(url=ADDRESS, title="The Wire")

    monkeypatch.setattr(room, "consider", slow)
    async with show(room=room) as it:
        await it.pilot.press("S", "a", "x", "enter")
        await it.until(lambda: it.said.startswith("looking at x"))
        await it.pilot.press("l", "r", "e")
        await it.until(lambda: "only: re" in it.lines[-1])
        go.set()
        await it.settle()
        assert "only: re" in it.lines[-1]
        await it.press("enter")
        assert len(it.screen.home.sources) < 5
        assert "its title: The Wire" in it.lines[-1]


async def test_a_source_shows_its_items(show):
    async with show() as it:
        await it.press("S", "j", "enter")
        assert it.pane.pane.title == "AFP"
        assert {it.room.story(i).item.source for i in it.ids()} == {"afp"}
        await it.press("escape")
        assert it.pane.pane.title != "AFP"


async def test_the_editor_previews_while_typing_and_saves(show):
    async with show(size=(140, 40)) as it:
        await it.press("e")
        assert isinstance(it.screen, EditorScreen)
        it.screen.home.text = "earthquake"
        await it.pilot.pause(0.5)
        await it.until(lambda: "in 7 days" in it.lines[0])
        preview = it.screen.query_one(PreviewLines)
        text = "\n".join("".join(part for part, _ in line) for line in preview.lines)
        assert "gains 6   loses 30 against the saved one" in text
        assert "11-24" in text
        assert "Reuters" in text
        assert "Earthquake of magnitude" in text
        assert "changed" in it.lines[0]
        await it.press("ctrl+s")
        assert it.room.saved_topics == {"defense": "earthquake"}
        assert it.screen is it.app.first_screen
        assert "saved the watchlist of Defense" in it.said


async def test_the_editor_calls_changed_only_what_says_something_else(show):
    room = FakeNewsroom([make_story(0)])
    topic = replace(room.settings.topics[0], query="army OR\r\n  navy\n")
    room.settings = replace(room.settings, topics=(topic, *room.settings.topics[1:]))
    async with show(room=room) as it:
        await it.press("e")
        await it.until(lambda: "in 7 days" in it.lines[0])
        assert "changed" not in it.lines[0]
        await it.press("x")
        await it.until(lambda: "in 7 days" in it.lines[0] and "changed" in it.lines[0])
        await it.press("backspace")
        await it.until(lambda: "in 7 days" in it.lines[0] and "changed" not in it.lines[0])


async def test_what_a_query_would_do_is_read_to_its_end_with_the_keys(show):
    async with show(size=(80, 24)) as it:
        await it.press("e")
        it.screen.home.text = "the"
        await it.until(lambda: "more ─" in it.text)
        preview = it.screen.query_one(PreviewLines)
        assert "f1 help" in it.lines[-1]
        await it.press("question_mark")
        assert it.screen.home.text.startswith("?")
        await it.press("backspace", "tab")
        assert preview.has_focus
        assert "j move" in it.lines[-1]
        assert "? help" in it.lines[-1]
        await it.until(lambda: "more ─" in it.text)
        await it.press("j", "pagedown", "G")
        assert "more ─" not in it.text
        assert preview.top == preview.count - preview.height > 0
        await it.press("escape")
        assert it.screen.home.has_focus
        await it.press("f1")
        assert isinstance(it.screen, HelpScreen)


async def test_a_long_look_at_history_is_told_and_stopped(show, monkeypatch):
    room = FakeNewsroom([make_story(0)])
    quick, ended = room.preview, threading.Event()

    def slow(query, *, stop, told, **kwargs):
        for looked in itertools.count(1000, 1000):
            told(looked)
            if stop():
                break
            time.sleep(0.01)
        ended.set()
        return quick(query, **kwargs)

    monkeypatch.setattr(room, "preview", slow)
    async with show(room=room) as it:
        await it.press("e")
        await it.until(lambda: "000 items · esc stops" in it.lines[0])
        it.app.screen.step_back()
        assert "stopped" in "".join(part for part, _ in it.app.screen.query_one("#status").right)
        await it.until(ended.is_set)
        assert isinstance(it.screen, EditorScreen)
        await it.press("escape")
        assert it.screen is it.app.first_screen


async def test_the_editor_says_where_a_query_is_wrong_and_writes_nothing(show):
    async with show() as it:
        await it.press("e")
        it.screen.home.text = "army (navy"
        await it.pilot.pause(0.5)
        await it.until(lambda: "column 6" in it.lines[0])
        assert "column 6: a bracket is not closed" in it.text
        assert 'add ")"' in it.text
        await it.press("ctrl+s")
        assert it.room.saved_topics == {}
        assert "not saved: column 6" in it.said
        await it.press(")")
        assert it.said == "", "what was said of the text before is over"


async def test_the_place_of_an_error_is_told_by_line_and_brought_into_view(show):
    async with show(size=(80, 24)) as it:
        await it.press("e")
        it.screen.home.text = "\n".join(["army OR", "  (navy OR", *["  missile OR"] * 20])
        it.screen.home.action_end_of_text()
        await it.until(lambda: "line 2, column 3" in it.lines[0])
        await it.settle()
        assert "line 2, column 3: a bracket is not closed" in it.text
        assert it.screen.home.scroll_offset.y > 2
        await it.press("ctrl+s")
        assert "not saved: line 2, column 3: a bracket" in it.said
        assert it.screen.home.scroll_offset.y <= 1
        assert it.screen.home.cursor_location == (21, 12)
        it.screen.home.action_start_of_text()
        assert it.screen.home.cursor_location == (0, 0)


async def test_what_is_pasted_into_a_query_stands_there_once_and_clean(show):
    async with show() as it:
        await it.press("plus")
        await it.type("Ships")
        await it.press("enter")
        it.app._driver.send_message(events.Paste("army OR\x1b[31m\nnavy"))
        await it.settle()
        assert it.screen.home.text == "army OR\nnavy"


async def test_leaving_with_an_unsaved_text_is_asked_for_once(show):
    async with show() as it:
        await it.press("e", "x", "ctrl+c")
        assert "Quit without saving? y/n" in it.lines[-1]
        await it.press("n")
        assert isinstance(it.screen, EditorScreen)
        assert it.screen.home.text.startswith("x")
        await it.press("f1", "ctrl+c")
        assert "Quit without saving?" in it.lines[-1]
        await it.press("ctrl+c")
        assert it.app.return_code == 0
        assert it.app._exit


async def test_on_a_low_terminal_the_preview_is_in_sight(show):
    async with show(size=(40, 10)) as it:
        await it.press("e")
        await it.until(lambda: "in 7 days" in it.lines[0])
        assert it.screen.query_one(PreviewLines).size.height >= 5


async def test_a_change_is_not_lost_unasked(show):
    async with show() as it:
        await it.press("e", "x", "escape")
        assert "Leave without saving?" in it.lines[-1]
        await it.press("n")
        assert isinstance(it.screen, EditorScreen)
        await it.press("escape", "y")
        assert it.screen is it.app.first_screen
        assert it.room.saved_topics == {}


async def test_a_config_that_cannot_be_written_is_said(show, monkeypatch):
    async with show() as it:
        await it.press("e")

        def refuse(*_, **__):
            raise ConfigError(("topics.toml: cannot be written",))

        monkeypatch.setattr(it.room, "save_topic", refuse)
        await it.press("ctrl+s")
        assert "not saved: topics.toml: cannot be written" in it.said


async def test_only_topics_have_a_watchlist(show):
    async with show() as it:
        await it.press("5", "e")
        assert it.screen is it.app.first_screen
        assert "only the pane of a topic" in it.said


async def test_help_tells_this_screens_keys_first_narrows_and_runs(show):
    async with show() as it:
        await it.press("question_mark")
        assert isinstance(it.screen, HelpScreen)
        told = [entry.command for entry in it.screen.query_one(Entries).entries if entry.command]
        assert sorted(told) == sorted(command.id for command in commands.COMMANDS), "every command, once"
        assert told[0] == "down"
        await it.type("zoom")
        assert [e.command for e in it.screen.query_one(Entries).entries if e.command] == ["zoom"]
        await it.press("enter")
        assert it.screen is it.app.first_screen
        assert it.panes.zoomed


async def test_the_palette_is_the_help_and_leaves_no_trace_when_left(show):
    async with show() as it:
        await it.press("colon")
        assert isinstance(it.screen, HelpScreen)
        await it.press("escape")
        assert it.screen is it.app.first_screen
        await it.press("ctrl+p")
        assert isinstance(it.screen, HelpScreen)


@pytest.mark.parametrize(("typed", "meant"), [("q", "quit"), ("star", "star"), ("un", "unread"), ("Red", "redraw")])
async def test_the_palette_stands_on_the_command_whose_name_begins_so(show, typed, meant):
    async with show() as it:
        await it.press("colon")
        await it.type(typed)
        entries = it.screen.query_one(Entries)
        assert entries.entries[entries.cursor].command == meant


@pytest.mark.parametrize(
    ("typed", "meant"), [("ctrl+r", "refresh-source"), ("/", "search"), ("Space", "select"), ("pgdn", "page-down")]
)
async def test_help_finds_a_command_by_its_key(show, typed, meant):
    async with show() as it:
        await it.press("question_mark")
        await it.type(typed)
        entries = it.screen.query_one(Entries)
        assert entries.entries[entries.cursor].command == meant


async def test_help_says_when_it_knows_nothing(show):
    async with show() as it:
        await it.press("question_mark")
        await it.type("xyzzy")
        assert "nothing matches" in it.text
        await it.press("down", "enter")
        assert isinstance(it.screen, HelpScreen)


async def test_help_in_the_reader_begins_with_reading(show):
    async with show() as it:
        await it.press("enter", "question_mark")
        entries = it.screen.query_one(Entries).entries
        assert [entry.text for entry in entries if not entry.command][:2] == ["Reading an item", "Moving in any list"]
        await it.type("raw")
        await it.press("enter")
        assert it.reader.raw


async def test_with_read_only_help_tells_no_command_that_writes(show):
    async with show(read_only=True) as it:
        await it.press("question_mark")
        told = {entry.command for entry in it.screen.query_one(Entries).entries if entry.command}
        assert not told & {command.id for command in commands.COMMANDS if command.writes}


async def test_a_new_watchlist_is_titled_written_and_shown(show):
    async with show() as it:
        await it.press("tab", "tab", "plus", "enter")
        assert "a watchlist needs a title" in it.lines[-1]
        await it.type("Quakes")
        await it.press("enter")
        assert isinstance(it.screen, EditorScreen)
        assert "Quakes" in it.lines[0]
        await it.until(lambda: '"foreign minister"' in it.text)
        await it.type("earthquake")
        await it.until(lambda: "in 7 days" in it.lines[0])
        assert "against the saved one" not in it.text, "there is none yet"
        await it.press("ctrl+s")
        assert it.room.saved_topics == {"quakes": "earthquake"}
        assert it.pane.pane.id == "topic:quakes"


async def test_the_pane_of_no_topic_tells_how_to_write_a_watchlist(show):
    async with show() as it:
        while it.pane.pane.id != "all":
            await it.press("tab")
        await it.press("e")
        assert it.said.endswith("+ writes a new one")
