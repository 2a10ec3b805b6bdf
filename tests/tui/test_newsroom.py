"""The newsroom screen: panes, live updates that never move the cursor, reading, layouts, session."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from msgspec.structs import replace

from monitor.config import Dashboard, Settings
from monitor.tui.desk import News
from tests.tui.fake import NOW, SOURCES, TOPICS, FakeNewsroom, make_story


def fresh(n: int, **item):
    return make_story(9000 + n, title=f"Army: fresh news {n}", at=NOW + timedelta(seconds=n), **item)


async def test_each_topic_is_a_pane_and_all_and_starred_follow(show):
    async with show() as it:
        titles = [pane.title for pane in it.panes.panes]
        assert titles == ["Defense", "Diplomacy", "Economy", "All", "Starred"]
        assert "1 Defense" in it.text
        assert "5 Starred" in it.text


async def test_a_row_tells_state_time_source_headline_and_outlets(show):
    async with show(size=(160, 45)) as it:
        row = next(line for line in it.lines if "Parliament" in line)
        assert "● 12:45  Press TV" in row
        assert "×7" in row


async def test_the_cursor_is_an_item_when_new_ones_arrive_at_the_top(show):
    async with show() as it:
        before = it.selected
        it.room.put(fresh(1))
        await it.look()
        assert it.selected == before
        assert it.ids()[0] == fresh(1).id
        assert it.pane.cursor == 1


async def test_away_from_the_top_new_items_wait_behind_a_pill(show):
    async with show() as it:
        await it.press("j", "j", "j")
        before, rows, top = it.selected, it.ids(), it.pane.top
        it.room.put(*(fresh(n) for n in range(12)))
        await it.look()
        assert (it.selected, it.ids(), it.pane.top) == (before, rows, top)
        assert "+12 new" in it.lines[1]
        await it.press("f")
        assert it.ids()[0] == fresh(11).id
        assert it.pane.cursor == 0
        assert "new" not in it.lines[1]
        assert "following" in it.lines[1]


async def test_following_stays_on_the_newest(show):
    async with show() as it:
        await it.press("f")
        for n in range(3):
            it.room.put(fresh(n))
            await it.look()
            assert it.selected == fresh(n).id
        await it.press("j")
        assert not it.pane.following


async def test_going_back_to_the_top_brings_what_waited(show):
    async with show() as it:
        await it.press("j")
        it.room.put(fresh(1))
        await it.look()
        assert "+1 new" in it.lines[1]
        await it.press("g")
        assert it.selected == fresh(1).id


async def test_what_another_process_puts_away_goes_but_the_cursor_does_not_move(show):
    async with show() as it:
        await it.press("j", "j", "j", "j")
        chosen, screen_row = it.selected, it.pane.cursor - it.pane.top
        above, own = it.ids()[1], it.selected
        it.room.mark([above], "dismiss")
        await it.look()
        assert above not in it.ids()
        assert it.selected == chosen
        it.room.mark([own], "dismiss")
        await it.look()
        assert it.selected == own, "the selected row stays until the reader moves"
        assert it.pane.cursor - it.pane.top <= screen_row


async def test_an_unfocused_pane_shows_what_is_new_at_its_top(show):
    async with show() as it:
        await it.press("4")
        await it.press("1")
        it.room.put(fresh(1))
        await it.look()
        other = it.panes.list_of(it.panes.panes[3])
        assert other.window.rows[0].id == fresh(1).id
        assert other.cursor == other.top == 0


@pytest.mark.parametrize(("width", "columns"), [(80, 1), (99, 1), (100, 2), (159, 2), (160, 3), (240, 3)])
async def test_the_layout_follows_the_width(show, width, columns):
    async with show(size=(width, 40)) as it:
        assert len({pane.region.x for pane in it.panes.lists if pane.display}) == columns


async def test_narrow_screens_show_one_pane_and_a_strip_of_all(show):
    async with show(size=(80, 24)) as it:
        assert it.lines[1].startswith(" 1 Defense 30  2 Diplomacy 18  3 Economy")
        await it.press("tab")
        assert "Diplomacy" in it.lines[2]
        await it.press("4")
        assert "All" in it.lines[2]
        await it.press("shift+tab")
        assert "Economy" in it.lines[2]


async def test_zoom_and_back(show):
    async with show() as it:
        await it.press("2", "z")
        assert [pane.pane.title for pane in it.panes.lists if pane.display] == ["Diplomacy"]
        await it.press("escape")
        assert len([pane for pane in it.panes.lists if pane.display]) == 5


async def test_the_reader_opens_beside_the_panes_or_over_them(show):
    async with show(size=(140, 40)) as it:
        await it.press("enter")
        assert it.reader.region.x > 0
        assert it.panes.display
    async with show(size=(100, 40)) as it:
        await it.press("enter")
        assert it.reader.region.width == 100
        assert not it.panes.display
        await it.press("escape")
        assert it.panes.display
        assert it.app.focused is it.pane


@pytest.mark.parametrize("key", ["z", "shift+tab", "2"])
async def test_keys_for_the_panes_bring_them_to_the_fore(show, key):
    async with show(size=(80, 24)) as it:
        await it.press("enter", key)
        assert it.panes.display
        assert not it.reader.display
        assert it.app.focused is it.pane


@pytest.mark.parametrize("key", ["H", "O", "f"])
async def test_what_changes_a_pane_behind_the_reader_brings_it_to_the_fore(show, key):
    async with show(size=(80, 24)) as it:
        await it.press("enter", key)
        assert not it.app.first_screen.spread.covered
        assert it.pane.has_focus
    async with show(size=(140, 40)) as it:
        await it.press("enter", key)
        assert it.reader.display


async def test_a_limit_behind_the_reader_brings_its_pane_to_the_fore(show):
    async with show(size=(80, 24)) as it:
        await it.press("enter", "l")
        await it.type("army")
        await it.press("enter")
        assert not it.app.first_screen.spread.covered
        assert it.pane.showing.limit == "army"


async def test_a_changed_config_takes_the_keys_from_nobody(show):
    async with show(size=(80, 24)) as it:
        await it.press("enter")
        it.screen.take(News(reloaded=True))
        await it.settle()
        assert it.reader.has_focus
        await it.press("s")
        assert it.room.state("i000000").starred
        await it.press("l")
        it.screen.take(News(reloaded=True))
        await it.settle()
        await it.type("d")
        assert "limit: d" in it.lines[-1]
        await it.press("escape")
        assert it.reader.has_focus
        await it.press("e", "escape")
        assert it.reader.has_focus


async def test_a_changed_config_leaves_a_search_open(show):
    async with show() as it:
        await it.press("slash")
        await it.type("army")
        await it.press("enter")
        it.screen.take(News(reloaded=True))
        await it.settle()
        assert it.pane.pane.id == "search"
        assert it.pane.has_focus
        assert it.selected is not None
        await it.press("escape")
        assert it.pane.pane.id == "topic:defense"


async def test_another_part_of_a_pane_is_told(show):
    async with show(size=(80, 24)) as it:
        told = []
        for key in "NNOOHH":
            await it.press(key)
            told.append(it.said)
        assert told == [
            "only what is unread", "also what is read", "by score", "by time", "what is dismissed, done or snoozed", "what is open"
        ]  # fmt: skip


async def test_opening_marks_read_and_moving_on_reads_the_next(show):
    async with show() as it:
        first, second = it.ids()[:2]
        await it.press("enter")
        assert it.room.state(first).read
        assert not it.room.state(second).read
        await it.press("J")
        assert it.reader.story.id == second
        assert it.room.state(second).read
        await it.press("K")
        assert it.reader.story.id == first


async def test_the_detail_tells_why_and_goes_through_the_hits(show):
    async with show(size=(80, 24)) as it:
        await it.press("enter")
        assert "Defense 3 → army ×5 in title, body" in it.text
        assert "13 hits" in it.text or " hits " in it.text
        await it.press("n")
        assert "1 of" in it.text
        await it.press("n", "n")
        assert "3 of" in it.text
        await it.press("N")
        assert "2 of" in it.text


async def test_line_by_line_and_to_the_links(show):
    story = make_story(0, body="A paragraph about the army.\n\n" * 40)
    story = replace(story, body=replace(story.body, links=("https://one.example/", "https://two.example/")))
    async with show([story], size=(80, 24)) as it:
        await it.press("enter", "enter", "enter")
        assert it.reader.top == 2
        await it.press("backspace")
        assert it.reader.top == 1
        await it.press("L")
        assert "1. https://one.example/" in it.text
        assert "2. https://two.example/" in it.text
        at = it.reader.top
        await it.click(10, 8)
        assert it.reader.top == at


async def test_J_and_K_move_in_a_list(show):
    async with show() as it:
        first, second = it.ids()[:2]
        await it.press("J")
        assert it.selected == second
        await it.press("K")
        assert it.selected == first
        assert it.reader is None


async def test_tab_shows_the_raw_text(show):
    story = make_story(0, body="Read text of the army.")
    story = replace(story, body=replace(story.body, raw="RAW <b>text</b> of the army"))
    async with show([story]) as it:
        await it.press("enter", "tab")
        assert "RAW <b>text</b>" in it.text
        await it.press("tab")
        assert "RAW" not in it.text


async def test_limit_narrows_the_pane_and_escape_lifts_it(show):
    async with show() as it:
        before = len(it.ids())
        await it.press("l")
        await it.type("missile")
        await it.pilot.pause(0.3)
        await it.settle()
        assert "match" in it.lines[-1]
        await it.press("enter")
        assert len(it.ids()) > 0
        assert all("missile" in (it.room.story(i).item.title + it.room.story(i).body.text).lower() for i in it.ids())
        assert "limit: missile" in it.lines[1]
        await it.press("escape")
        assert len(it.ids()) == before


async def test_a_limit_that_cannot_be_read_says_where(show):
    async with show() as it:
        await it.press("l")
        await it.type("(missile")
        await it.press("enter")
        assert "column 1: a bracket is not closed" in it.lines[-1]
        await it.press("escape")
        assert it.pane.showing.limit == ""


async def test_search_opens_a_pane_over_all_history(show):
    stories = [make_story(n) for n in range(20)]
    async with show(stories) as it:
        it.room.mark(["i000000"], "dismiss")
        await it.press("slash")
        await it.type("army")
        await it.press("enter")
        assert it.pane.pane.id == "search"
        assert "i000000" in it.ids(), "history includes what was put away"
        await it.press("escape")
        assert it.pane.pane.id != "search"


async def test_a_search_marks_what_it_found(show):
    async with show([make_story(n) for n in range(20)], size=(120, 40)) as it:
        await it.press("slash")
        await it.type("quay")
        await it.press("enter")
        assert not it.ids()
        await it.press("escape", "slash")
        title = it.pane.window.rows[0].item.title
        word = next(word for word in reversed(title.split()) if word.isalpha()).lower()
        await it.type(word)
        await it.press("enter")
        row = next(strip for strip in it.app.screen._compositor.render_strips() if title[:20] in strip.text)
        assert [part.text.lower() for part in row if part.style.underline] == [word]
        await it.press("enter")
        assert f"found → {word}" in it.text
        await it.press("n")
        assert "1 of" in it.text


async def test_a_limit_marks_what_it_found_also_in_what_is_read(show):
    async with show([make_story(n) for n in range(20)], size=(120, 40)) as it:
        await it.press("4", "l")
        await it.type("missile")
        await it.press("enter", "enter")
        assert "found → missile in" in it.text
        await it.press("s")
        assert "found → missile in" in it.text
        await it.press("U")
        assert "found → missile in" in it.text


async def test_the_cursor_stays_on_its_item_when_something_else_is_shown(show):
    async with show(count=600) as it:
        await it.press("4", *["j"] * 8)
        item = it.selected
        for keys in (("O", "O"), ("l", "a", "enter", "escape"), ("H", "escape"), ("N",)):
            await it.press(*keys)
            if keys != ("N",) or not it.room.state(item).read:
                assert it.selected == item, keys
        await it.press("escape", "G", *["k"] * 200)
        item = it.selected
        await it.press("O", "O")
        assert it.selected == item, "also far below"
        await it.press("K", "J")
        assert it.selected == item


async def test_where_its_item_is_not_shown_the_cursor_is_near(show):
    async with show(count=600) as it:
        await it.press("4", "G")
        it.room.mark([story_id for story_id in it.room.stories if story_id > "i000299"], "read")
        it.room.mark(["i000299"], "unread")
        await it.look()
        await it.press("N")
        assert it.selected == "i000299"
        assert it.ids()[-1] == it.selected


async def test_at_the_top_another_view_begins_at_its_top(show):
    async with show() as it:
        await it.press("O")
        assert (it.pane.cursor, it.pane.pinned) == (0, False)


async def test_a_config_that_is_refused_is_told_as_long_as_it_is(show):
    async with show() as it:
        it.room.trouble, it.room.config_refused = ("topics.toml:3: no query",), True
        it.app.desk._looks = 1
        await it.look()
        assert it.said == "topics.toml:3: no query · the last good config stays in force"
        await it.press("j")
        assert "config has an error" in it.lines[0]
        it.room.trouble, it.room.config_refused = (), False
        await it.look()
        assert "config has an error" not in it.lines[0]


async def test_a_long_verdict_stands_above_what_is_typed(show):
    async with show(size=(80, 24)) as it:
        await it.press("Z")
        await it.type("99:99")
        await it.press("enter")
        assert 'no such time (say "2h", "3d", "18:30" or "tomorrow")' in it.lines[-2]
        assert "tomorrow): 99:99" in it.lines[-1]
        await it.press("escape", "A")
        assert "shown in Defense read? y/n" in it.lines[-1]
        assert "no such time" not in it.text
        await it.press("n", "l")
        assert it.lines[-1].startswith(" limit:")
        assert "no such time" not in it.text


async def test_next_and_previous_unread(show):
    async with show() as it:
        await it.press("4", "n")
        assert not it.pane.story.state.read
        unread = [story.id for story in it.pane.window.rows if not story.state.read]
        assert it.selected == unread[1]
        await it.press("p")
        assert it.selected == unread[0]


async def test_paging_goes_on_by_key_and_holds_few_rows(show):
    async with show(count=5000) as it:
        await it.press("4")
        seen = []
        for _ in range(60):
            await it.press("pagedown")
            seen.append(it.selected)
        assert len(set(seen)) == 60
        assert it.pane.window.end > 600
        assert len(it.pane.window.rows) <= 1700
        for _ in range(70):
            await it.press("pageup")
        assert it.selected == "i000000"
        assert it.ids()[:200] == [f"i{n:06d}" for n in range(200)]


async def test_last_goes_to_the_end_of_all(show):
    async with show(count=3000) as it:
        await it.press("4", "j")
        pages = it.room.calls["page"]
        await it.press("G")
        assert it.selected == "i002999"
        assert (it.room.calls["page"], it.room.calls["page_back"]) == (pages, 1)
        await it.press("g")
        assert it.selected == "i000000"


@pytest.mark.parametrize("key", ["k", "pageup"])
async def test_from_the_end_every_row_comes_on_the_way_up(show, key):
    async with show(count=700) as it:
        await it.press("4", "G")
        seen = [it.selected]
        while it.selected != "i000000":
            before = it.pane.cursor
            await it.press(*[key] * 5)
            assert it.pane.cursor != before
            assert it.selected is not None
            seen.append(it.selected)
        assert seen == sorted(seen, reverse=True)
        assert it.pane.window.first == 0
        assert it.ids()[:400] == [f"i{n:06d}" for n in range(400)]


async def test_what_is_new_waits_while_the_reader_is_at_the_end(show):
    async with show(count=3000) as it:
        await it.press("4", "z", "G", "k")
        chosen, line = it.selected, next(n for n, text in enumerate(it.lines) if "▌" in text)
        it.room.put(*(fresh(n) for n in range(7)))
        await it.look()
        assert "+7 new" in it.text
        assert it.selected == chosen
        assert "▌" in it.lines[line]
        await it.press("d")
        assert it.selected == "i002999"
        await it.press("U")
        assert chosen in it.ids()
        await it.press("g")
        assert it.selected == fresh(6).id


async def test_a_reset_or_a_failure_is_said_and_everything_goes_on(show):
    from monitor.errors import StoreBusyError

    async with show() as it:
        it.room.failing = StoreBusyError("the store is busy")
        await it.press("r")
        assert "the store is busy" in it.said
        it.room.failing = None
        await it.press("j")
        it.room.put(fresh(1))
        await it.look()
        assert it.pane.window.loaded


async def test_the_session_comes_back(show):
    room = FakeNewsroom([make_story(n) for n in range(60)])
    async with show(room=room) as it:
        await it.press("2", "j", "j", "z", "T")
        chosen = it.selected
        it.app.exit(0)
        await it.pilot.pause()
        it.app.save()
    async with show(room=room) as it:
        assert it.pane.pane.title == "Diplomacy"
        assert it.panes.zoomed
        assert it.selected == chosen
        assert it.app.theme == "newsroom-light"


async def test_what_was_being_read_is_open_again(show):
    room = FakeNewsroom([make_story(n) for n in range(20)])
    async with show(room=room) as it:
        await it.press("j", "enter")
        story = it.reader.story.id
        it.app.exit(0)
        it.app.save()
    async with show(room=room) as it:
        await it.settle()
        assert it.reader.story.id == story
        await it.press("escape")
        assert it.app.focused is it.pane
    room.read_only = True
    async with show(room=room) as it:
        await it.settle()
        assert it.reader is None, "a wall shows its panes"


async def test_deep_in_a_long_pane_what_is_new_is_still_counted(show):
    async with show(count=3000) as it:
        await it.press("4", "z")
        for _ in range(40):
            await it.press("pagedown")
        chosen = it.selected
        it.room.put(*(fresh(n) for n in range(7)))
        await it.look()
        assert it.pane.window.first > 0
        assert "+7 new" in it.text
        assert it.selected == chosen
        await it.press("g")
        assert it.selected == fresh(6).id


async def test_a_spoilt_session_is_as_none(show):
    room = FakeNewsroom([make_story(n) for n in range(5)])
    room.saved = {"pane": 7, "zoomed": "yes", "panes": {"all": {"limit": ["x"], "item": 3}, "x": 1}, "theme": "nope"}
    async with show(room=room) as it:
        assert it.pane.pane.title == "Defense"
        assert it.app.theme == "newsroom-dark"


async def test_saved_queries_are_panes(show):
    settings = Settings(
        folder=None,
        origin="test",
        store="memory:",
        sources=SOURCES,
        topics=TOPICS,
        dashboard=Dashboard(extra_panes={"Quakes": "earthquake"}),
    )
    async with show(settings=settings) as it:
        await it.press("4")
        assert it.pane.pane.title == "Quakes"
        assert {it.room.story(i).item.title.split()[0] for i in it.ids()} == {"Earthquake"}


async def test_the_status_tells_unread_failures_and_the_clock(show):
    async with show() as it:
        from monitor.model import SourceHealth

        it.room.healths["afp"] = SourceHealth(source="afp", status="failing", message="timed out")
        it.room.polling = "none"
        it.app.desk._looks = 0
        await it.look()
        assert "48 new" in it.lines[0]
        assert "5 sources · 1 failing · nobody polls · 13:02 UTC" in it.lines[0]
        it.room.polling = "stuck"
        it.app.desk._looks = 0
        await it.look()
        assert "1 failing · nothing new is stored · 13:02 UTC" in it.lines[0]
        it.room.polling = "here"
        for late, told in ((-120, "next poll 13:04"), (10, "next poll 13:02"), (90, "a poll is due")):
            due = it.room.now - timedelta(seconds=late)
            it.room.healths["afp"] = SourceHealth(source="afp", status="ok", next_at=due)
            it.app.desk._looks = 0
            await it.look()
            assert f"5 sources · {told} · 13:02 UTC" in it.lines[0]


@pytest.mark.parametrize("size", [(1, 1), (500, 200), (20, 3), (31, 40), (80, 5)])
async def test_any_size_survives(show, size):
    async with show(size=(80, 24)) as it:
        await it.pilot.resize_terminal(*size)
        await it.press("j", "enter", "escape", "S", "escape")
        if size[0] >= 20 and size[1] >= 1 and (size[0] < 32 or size[1] < 6):
            assert "too small" in it.lines[0]
        await it.pilot.resize_terminal(100, 30)
        await it.settle()
        assert "too small" not in it.text
        assert "Defense" in it.text


async def test_the_first_start_tells_what_happens_and_gives_way_to_items(show):
    from monitor.model import Progress

    async with show([]) as it:
        assert "Nothing is stored yet" in it.text
        it.room.long_work = (Progress(name="poll", done=12, total=42, detail="BBC World"),)
        await it.look()
        assert "12 of 42" in it.text
        it.room.put(make_story(0))
        await it.look()
        assert "Nothing is stored" not in it.text
        assert "Army commander" in it.text


async def test_the_first_items_take_the_keys_from_no_question(show):
    async with show([]) as it:
        await it.press("plus")
        await it.type("Q")
        it.room.put(fresh(1))
        await it.look()
        await it.type("d")
        assert "title of the watchlist: Qd" in it.lines[-1]
        await it.press("escape")
        assert it.pane.has_focus
        assert it.selected == "i009001"


async def test_a_narrower_screen_leaves_the_keys_with_what_is_seen(show):
    async with show(size=(140, 40)) as it:
        await it.press("enter")
        it.pane.focus()
        await it.settle()
        await it.pilot.resize_terminal(80, 24)
        await it.settle()
        assert it.app.first_screen.spread.covered
        await it.press("s")
        assert it.reader.has_focus
        assert it.room.state(it.reader.story.id).starred


async def test_the_first_start_says_who_polls_and_goes_on_saying_it(show):
    room = FakeNewsroom([])
    room.polling = "none"
    async with show(room=room, size=(80, 24)) as it:
        for _ in range(3):
            await it.look()
            assert "Nobody polls: start `monitor poll`, or a dashboard without --no-poll." in it.text
    room = FakeNewsroom([])
    room.polling = "here"
    async with show(room=room, size=(80, 24)) as it:
        for _ in range(3):
            await it.look()
            assert "The first poll begins" in it.text
            assert "obody polls" not in it.text


async def test_the_first_start_without_sources_tells_the_keys_that_add_one(show):
    room = FakeNewsroom([])
    room.settings = replace(room.settings, sources=(), keys={"add-source": "A"})
    async with show(room=room, size=(80, 24)) as it:
        assert "There are no sources: S, then A, adds one." in it.text


async def test_q_asks_on_the_first_screen_only(show):
    async with show() as it:
        await it.press("enter", "q")
        assert not it.reader.display
        await it.press("q")
        assert "Quit?" in it.lines[-1]
        await it.press("n")
        assert it.app.is_running
        assert it.app.focused is it.pane


async def test_the_mouse_selects_opens_scrolls_and_picks_panes(show):
    async with show(size=(80, 24)) as it:
        await it.pilot.click(offset=(10, 6))
        await it.settle()
        assert it.pane.cursor == 3
        await it.pilot.click(offset=(18, 1))
        await it.settle()
        assert it.pane.pane.title == "Diplomacy"
        await it.pilot.click(offset=(10, 4), times=2)
        await it.settle()
        assert it.reader.story.id == it.ids()[1]


async def test_a_saved_query_is_counted_aside_and_says_when_there_are_more(show, monkeypatch):
    dashboard = Dashboard(extra_panes={"Convoys": "convoy", "Talks": "talks", "Wrong": "(talks"})
    room = FakeNewsroom([make_story(n) for n in range(60)])
    room.settings = replace(room.settings, dashboard=dashboard)
    count, threads = room.count, set()

    def counted(view, *, query=None, scan=5000):
        threads.add(threading.current_thread().name)
        number, more = count(view, query=query)
        return number, more or query == "talks"

    monkeypatch.setattr(room, "count", counted)
    async with show(room=room, size=(200, 60)) as it:
        await it.look()
        unread = [s for s in room.stories.values() if "convoy" in s.item.title.lower() and not s.state.read]
        assert f" 4 Convoys {len(unread)} " in it.text
        assert re.search(r" 5 Talks \d+\+ ", it.text)
        assert " 6 Wrong ─" in it.text
    assert threads == {"preview_0"}
