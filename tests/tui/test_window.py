"""The stretch of rows that a list holds, while others come in at every place of the view."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import pytest
from msgspec.structs import replace

from monitor.model import Page, View
from monitor.tui.widgets.window import PAGE, Fetch, Window
from tests.tui.fake import NOW, make_story


def late(n: int, minutes: float):
    """An item that comes now, and was published so long ago."""
    return make_story(8000 + n, at=NOW - timedelta(minutes=minutes), title=f"Late army missile {n}")


def whole(it):
    """Every item of the current pane, in order."""
    return [story.id for story in it.room.page(it.pane.showing.view, limit=5000).stories]


async def test_what_lies_below_the_rows_held_is_there_after_a_change_above(show):
    async with show(count=1000, size=(80, 24)) as it:
        await it.press("4", "j", "j")
        it.room.put(late(0, 0))
        await it.look()
        for _ in range(20):
            await it.press("pagedown")
        held = it.ids()
        at = whole(it).index(held[0])
        assert len(held) > 200
        assert held == whole(it)[at : at + len(held)]


async def test_late_items_between_the_rows_seen_wait_and_are_counted(show):
    async with show(count=200, size=(80, 24)) as it:
        await it.press("4", "j", "j", "j")
        rows, selected = it.ids()[:30], it.selected
        between = (it.pane.window.rows[1].item.published, it.pane.window.rows[2].item.published)
        minutes = (NOW - between[1]).total_seconds() / 60
        assert between[0] > between[1]
        for n in range(150):
            it.room.put(late(n, minutes - 0.001 * (n + 1)))
            if n % 30 == 0:
                await it.look()
        await it.look()
        assert (it.ids()[:30], it.selected) == (rows, selected)
        assert "+150 new" in it.lines[2]
        it.room.put(late(500, 0))
        await it.look()
        assert "+151 new" in it.lines[2]
        await it.press("g")
        assert it.ids() == whole(it)[: len(it.ids())]
        assert it.pane.cursor == 0
        assert " new ─" not in it.lines[2]


async def test_late_items_below_what_is_seen_come_in_at_once(show):
    async with show(count=200, size=(80, 24)) as it:
        await it.press("4", "j")
        seen, below = it.lines[3:22], it.pane.window.rows[50].item.published
        it.room.put(late(0, (NOW - below).total_seconds() / 60 - 0.001))
        await it.look()
        assert it.lines[3:22] == seen
        assert it.ids() == whole(it)[: len(it.ids())]
        assert " new ─" not in it.lines[2]


async def test_more_at_once_than_a_page_holds_moves_nothing(show):
    async with show(count=200, size=(80, 24)) as it:
        await it.press("4", "j", "j", "j")
        seen = it.lines[3:22]
        between = it.pane.window.rows[2].item.published
        it.room.put(*(late(n, (NOW - between).total_seconds() / 60 - 0.001 * (n + 1)) for n in range(400)))
        await it.look()
        assert it.lines[3:22] == seen
        assert "+200+ new" in it.lines[2]
        await it.press("f")
        assert it.ids() == whole(it)[: len(it.ids())]


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_the_rows_are_in_order_and_none_is_missing(show, seed):
    """Keys, items of any age, and what others put away, in any order; each time the selection stays."""
    chance = random.Random(seed)
    async with show(count=chance.choice([20, 300]), size=(80, 24)) as it:
        await it.press("4")
        numbers = itertools.count()
        for _ in range(16):
            match chance.choice(["key", "key", "new", "new", "away", "undone"]):
                case "key":
                    await it.press(chance.choice(["j", "k", "pagedown", "pageup", "G", "n", "p", "r", "s", "d"]))
                case "new":
                    span = chance.choice([0, 5, 300, 100_000])
                    many = chance.choice([1, 3, 40, 130])
                    it.room.put(*(late(next(numbers), chance.random() * span) for _ in range(many)))
                case "away":
                    ids = chance.sample(it.ids(), min(3, len(it.ids())))
                    it.room.mark([item_id for item_id in ids if item_id != it.selected], "dismiss")
                case _ if it.room.journal:
                    it.room.undo()
            selected, window = it.selected, it.pane.window
            await it.look()
            assert it.selected == selected
            place = {item_id: n for n, item_id in enumerate(whole(it))}
            held = [place[item_id] for item_id in it.ids() if item_id in place]
            assert held == sorted(held)
            assert held[-1] - held[0] + 1 - len(held) <= window.waiting
        await it.press("g")
        await it.look()
        assert it.ids() == whole(it)[: len(it.ids())]


async def test_the_next_unread_is_found_however_far_it_is(show):
    async with show(count=1000, size=(80, 24)) as it:
        order = [story.id for story in it.room.page(View(), limit=5000).stories]
        unread = {order[0], order[700], order[950]}
        it.room.mark([item_id for item_id in order if item_id not in unread], "read")
        it.room.mark(list(unread), "unread")
        await it.press("4", "g")
        await it.look()
        for wanted in (order[700], order[950]):
            await it.press("n")
            assert it.selected == wanted
            assert it.lines[3 + it.pane.cursor - it.pane.top].startswith("▌●")
        await it.press("n")
        assert it.selected == order[950]
        assert it.said == "no unread item further on"
        await it.press("p")
        assert it.selected == order[700]
        await it.press("k", "k", "j")
        assert it.selected == order[699]
        await it.press("G", "g", "enter", "J", "K")
        assert it.reader.story.id == order[0]


class Counted(str):
    """An id that counts how often it is compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def counted(n: int):
    story = make_story(n)
    return replace(story, item=replace(story.item, id=Counted(f"{n:016}")))


def test_rows_are_put_back_in_one_walk_over_what_is_held():
    stories = [counted(n) for n in range(600)]
    window = Window()
    window.take(window.top(), Page(stories=tuple(stories), next=None, revision=1))
    gone = {0, 1, 200, 201, 599}
    left = tuple(counted(n) for n in range(600) if n not in gone)
    Counted.compared = 0
    window.take(
        Fetch("again", None, 600), Page(stories=left, next=None, revision=2), keep={stories[n].id for n in gone}
    )
    assert [story.id for story in window.rows] == [f"{n:016}" for n in range(600)]
    assert Counted.compared < 10 * 600


async def test_no_more_is_read_than_what_may_have_come(show, monkeypatch):
    async with show(count=400, size=(80, 24)) as it:
        await it.press("4")
        asked, page = [], it.room.page

        def noted(*args, **kwargs):
            asked.append(kwargs["limit"])
            return page(*args, **kwargs)

        monkeypatch.setattr(it.room, "page", noted)
        for n in range(3):
            it.room.put(late(n, -n))
        await it.look()
        assert PAGE < max(asked) <= PAGE + 3
        assert it.pane.window.rows[0].id == whole(it)[0]
