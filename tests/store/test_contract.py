"""What any store promises, asked of each."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from monitor.errors import StoreError, UsageError
from monitor.model import Hit, Memory, Needle, SourceHealth, State, Verdict, View
from monitor.store import open_store, restore
from monitor.store.files import FileLock
from monitor.store.records import Tallies

from .conftest import NOON, addition, item, mark


def ids(page) -> list[str]:
    return [story.id for story in page.stories]


def names(*numbers: int) -> list[str]:
    return [f"id{number:06}" for number in numbers]


def walk(store, view, limit, **asked) -> list[str]:
    """All ids of a view, page by page."""
    found, after = [], None
    while True:
        page = store.page(view, limit=limit, after=after, **asked)
        found += ids(page)
        if page.next is None:
            return found
        assert page.next != after
        after = page.next


# ---------------------------------------------------------------- items


def test_what_is_added_is_there_with_its_body(store):
    made = addition(1, scores={"war": 2.5, "arms": 1.0}, text="Überschrift\n\n日本語", tags=("a", "b"))
    made = replace(
        made, verdict=replace(made.verdict, hits=(Hit(topic="war", field="title", term="x", text="x", start=0, end=1),))
    )
    revision = store.add([made])
    story = store.get("id000001")
    assert (story.item, story.body, story.verdict, story.state) == (made.item, made.body, made.verdict, State())
    assert list(story.verdict.scores) == ["war", "arms"]
    assert (story.revision, store.revision(), story.outlets) == (revision, revision, 1)
    assert store.get("nothing") is None


def test_an_empty_batch_changes_nothing(store):
    before = store.revision()
    assert store.add([]) == before


def test_known_tells_ids_and_digests(store):
    store.add([addition(1), addition(2, source="afp")])
    assert store.known("bbc", ["guid:1", "guid:2"])["guid:1"].id == "id000001"
    assert set(store.known("bbc", ["guid:1", "guid:2"])) == {"guid:1"}
    assert store.known("afp", ["guid:2"])["guid:2"].digest == "digest-2"
    assert store.known("bbc", []) == {}


def test_the_same_key_of_two_sources_is_two_items(store):
    store.add([addition(1), addition(2, key="guid:1", source="afp")])
    assert store.count(View()) == 2


def test_an_edit_keeps_id_seen_state_and_published_and_remembers_titles(store, clock):
    store.add([addition(1)])
    store.mark(names(1), mark("star"))
    clock.forward(hours=3)
    new = addition(
        1,
        id="other",
        title="New title",
        digest="d2",
        seen=clock(),
        published=clock(),
        published_guessed=True,
        text="New.",
    )
    store.add([replace(new, verdict=Verdict(scores={"war": 1.0}))])
    story = store.get("id000001")
    assert (story.item.title, story.item.former_titles, story.item.digest) == ("New title", ("Title 1",), "d2")
    assert (story.item.seen, story.item.published) == (NOON, NOON - timedelta(minutes=1))
    assert (story.state.starred, story.body.text, story.verdict.topics) == (True, "New.", ("war",))
    assert store.get("other") is None
    assert store.count(View(shelf="all")) == 1


def test_an_edit_may_say_when_it_was_published(store):
    store.add([addition(1)])
    store.add([addition(1, published=NOON - timedelta(hours=5))])
    assert store.get("id000001").item.published == NOON - timedelta(hours=5)
    store.add([addition(1, published=NOON + timedelta(days=5))])
    assert store.get("id000001").item.published == NOON + timedelta(hours=1), "an edit cannot pin an item to the top"


def test_the_same_item_twice_in_a_batch_is_an_edit(store):
    store.add([addition(1), addition(1, title="Second")])
    assert [story.item.title for story in store.page(View()).stories] == ["Second"]


def test_two_items_that_share_an_id_are_both_kept(store):
    store.add([addition(1), addition(2, id="id000001")])
    assert len(set(ids(store.page(View())))) == 2


def test_published_is_clamped(store):
    store.add(
        [addition(1, published=NOON + timedelta(days=400)), addition(2, published=datetime(1767, 1, 1, tzinfo=UTC))]
    )
    assert store.get("id000001").item.published == NOON + timedelta(hours=1)
    assert store.get("id000002").item.published == datetime(1990, 1, 1, tzinfo=UTC)


def test_resolve_finds_ids_by_prefix(store):
    store.add([addition(number) for number in range(20)])
    assert store.resolve("id00001") == names(*range(10, 20))
    assert len(store.resolve("id")) == 10
    assert store.resolve("x") == []
    assert store.resolve("id_0000") == [], "no character of a prefix is a wildcard"


def test_outlets_counts_sources_of_the_same_story_within_72_hours(store):
    store.add([addition(1, story="s"), addition(2, story="s"), addition(3, story="")])
    store.add([addition(4, story="s", source="afp"), addition(5, story="", source="afp")])
    store.add([addition(6, story="s", source="dpa", published=NOON - timedelta(hours=80))])
    assert [store.get(f"id{n:06}").outlets for n in range(1, 7)] == [2, 2, 1, 2, 1, 1]
    store.add([addition(4, story="t", source="afp", title="Another story")])
    assert [store.get(f"id{n:06}").outlets for n in (1, 2, 4)] == [1, 1, 1]


def test_a_change_of_outlets_is_told(store):
    revision = store.add([addition(1, story="s")])
    store.add([addition(4, story="s", source="afp")])
    assert set(store.changes(revision).items) == set(names(1, 4))


# ---------------------------------------------------------------- views


@pytest.fixture
def desk(store):
    """40 items on two topics, some of them marked."""
    store.add(
        [
            addition(
                n,
                source=("bbc", "afp")[n % 2],
                scores={topic: float(n % 5) for topic, every in (("war", 3), ("arms", 4)) if n % every == 0},
            )
            for n in range(40)
        ]
    )
    store.mark(names(0, 3, 4), mark("dismiss"))
    store.mark(names(6, 8), mark("done"))
    store.mark(names(9, 10, 12), mark("read"))
    store.mark(names(3, 15, 16), mark("star"))
    return store


EXPECTED = {
    View(): lambda n: n not in (0, 3, 4, 6, 8),
    View(shelf="hidden"): lambda n: n in (0, 3, 4, 6, 8),
    View(shelf="starred"): lambda n: n in (3, 15, 16),
    View(shelf="all"): lambda n: True,
    View(unread=True): lambda n: n not in (0, 3, 4, 6, 8, 9, 10, 12),
    View(topic="war"): lambda n: n % 3 == 0 and n not in (0, 3, 6),
    View(topic="war", shelf="all"): lambda n: n % 3 == 0,
    View(topic="war", shelf="starred"): lambda n: n in (3, 15),
    View(topic="war", unread=True): lambda n: n % 3 == 0 and n not in (0, 3, 6, 9, 12),
    View(source="afp"): lambda n: n % 2 == 1 and n != 3,
    View(source="bbc", topic="arms", shelf="all"): lambda n: n % 4 == 0,
    View(source="afp", topic="arms"): lambda n: False,
    View(since=NOON - timedelta(minutes=20), until=NOON - timedelta(minutes=10)): lambda n: 10 < n <= 20,
    View(topic="nothing"): lambda n: False,
}


@pytest.mark.parametrize("view", EXPECTED, ids=repr)
def test_a_view_holds_what_it_says_newest_first(desk, view):
    expected = names(*(n for n in range(40) if EXPECTED[view](n)))
    assert ids(desk.page(view)) == expected
    assert walk(desk, view, 7) == expected
    assert walk(desk, view, 3, accept=lambda story: True) == expected
    assert desk.count(view) == len(expected)


@pytest.mark.parametrize(
    "view", [View(order="score"), View(topic="war", order="score"), View(shelf="all", order="score")], ids=repr
)
def test_order_by_score_then_time(desk, view):
    stories = {story.id: story for story in desk.page(replace(view, order="time")).stories}

    def score(story):
        return story.verdict.score if view.topic is None else story.verdict.scores[view.topic]

    expected = sorted(stories.values(), key=lambda s: (score(s), s.item.published, s.id), reverse=True)
    assert walk(desk, view, 4) == [story.id for story in expected]


@pytest.mark.parametrize(
    "view", [*EXPECTED, View(order="score"), View(topic="war", order="score", shelf="all")], ids=repr
)
@pytest.mark.parametrize("limit", [1, 7, 50])
def test_a_view_reads_the_same_from_its_end(desk, view, limit):
    expected, found, before = walk(desk, view, 50), [], None
    while True:
        page = desk.page_back(view, limit=limit, before=before)
        found[:0] = ids(page)
        if page.next is None:
            break
        assert ids(desk.page(view, limit=len(page.stories), after=page.next)) == ids(page)
        before = page.next
    assert found == expected


@pytest.mark.parametrize("view", [*EXPECTED, View(order="score"), View(topic="war", order="score")], ids=repr)
def test_a_page_can_begin_with_a_story(desk, view):
    stories = desk.page(view, limit=50).stories
    for n, story in enumerate(stories):
        assert ids(desk.page(view, limit=3, after=desk.key(view, story))) == [s.id for s in stories[n : n + 3]]


def test_pages_stand_still_while_items_come_in(desk):
    first = desk.page(View(), limit=10)
    desk.add([addition(100, published=NOON + timedelta(minutes=5))])
    assert ids(desk.page(View(), limit=10, after=first.next)) == names(*range(15, 25))


def test_items_of_one_moment_are_ordered_by_id(store):
    store.add([addition(n, published=NOON) for n in range(9)])
    assert walk(store, View(), 2) == names(*range(8, -1, -1))


def test_the_last_page_has_no_next_even_when_it_is_full(desk):
    page = desk.page(View(shelf="starred"), limit=3)
    assert (len(page.stories), page.next) == (3, None)


def test_bodies_come_when_asked_for(desk):
    assert desk.page(View(), limit=1).stories[0].body is None
    assert desk.page(View(), limit=1, bodies=True).stories[0].body.text == "A body."
    assert desk.page(View(), limit=1, accept=lambda story: story.body.text == "A body.").stories[0].body is None


def test_a_key_of_another_order_is_refused(desk):
    key = desk.page(View(), limit=1).next
    with pytest.raises(UsageError, match="not the key of a page"):
        desk.page(View(order="score"), after=key)
    with pytest.raises(UsageError):
        desk.page(View(), after="rubbish")


def test_scan_bounds_what_is_looked_at(desk):
    page = desk.page(View(shelf="all"), limit=5, scan=10, accept=lambda story: False)
    assert (page.stories, page.scanned) == ((), 10)
    page = desk.page(View(shelf="all"), limit=5, scan=100, accept=lambda story: story.id > "id000020", after=page.next)
    assert ids(page) == names(*range(21, 26))


def test_accept_may_call_the_store(desk):
    page = desk.page(View(), limit=2, accept=lambda story: desk.get(story.id) is not None and desk.count(View()) == 35)
    assert len(page.stories) == 2


def test_counts(desk, clock):
    counts = desk.counts(clock())
    assert (counts.all.total, counts.all.unread) == (35, 32)
    assert (counts.starred.total, counts.starred.unread) == (3, 2)
    assert (counts.topics["war"].total, counts.topics["war"].unread) == (11, 9)
    assert counts.all.hourly[-1] == 1 and counts.all.hourly[-2] == 39, "hits count whatever was done with them"
    assert sum(counts.topics["arms"].hourly) == 10
    assert counts.revision == desk.revision()
    clock.forward(hours=2)
    assert desk.counts(clock()).all.hourly[-4:-2] == (39, 1)


def test_rejudge_moves_items_between_topics(desk):
    revision = desk.revision()
    desk.rejudge(
        [("id000001", Verdict(scores={"war": 9.0, "new": 1.0})), ("id000009", Verdict()), ("nobody", Verdict())]
    )
    assert ids(desk.page(View(topic="war", order="score"), limit=1)) == names(1)
    assert "id000009" not in ids(desk.page(View(topic="war")))
    assert desk.counts(NOON).topics["new"].total == 1
    assert desk.counts(NOON).topics["war"].total == 11
    assert set(desk.changes(revision).items) == set(names(1, 9))
    again = desk.revision()
    assert desk.rejudge([("id000001", Verdict(scores={"war": 9.0, "new": 1.0}))]) == again, (
        "the same verdict is no change"
    )


# ---------------------------------------------------------------- history search


@pytest.fixture
def words(store):
    store.add(
        [
            addition(
                n,
                terms=" ".join((f"n{n}", "even" if n % 2 == 0 else "odd", "all of", "c++", "straße")),
                scores={"war": float(n)} if n % 3 == 0 else {},
            )
            for n in range(60)
        ]
    )
    return store


NEEDLES = {
    Needle(op="term", value="n7"): {7},
    Needle(op="term", value="n"): set(),
    Needle(op="prefix", value="n1"): {1, *range(10, 20)},
    Needle(op="phrase", value="even all of"): set(range(0, 60, 2)),
    Needle(op="phrase", value="even of"): set(),
    Needle(op="term", value="c++"): set(range(60)),
    Needle(op="term", value="straße"): set(range(60)),
    Needle(op="term", value='"; DROP'): set(),
    Needle(op="and", parts=(Needle(op="term", value="odd"), Needle(op="prefix", value="n2"))): {21, 23, 25, 27, 29},
    Needle(op="or", parts=(Needle(op="term", value="n3"), Needle(op="term", value="n50"))): {3, 50},
}


@pytest.mark.parametrize("needle", NEEDLES, ids=repr)
@pytest.mark.parametrize("order", ["time", "score"])
def test_a_needle_proposes_and_accept_decides(words, needle, order):
    view = View(order=order)
    everything = walk(words, view, 100)
    expected = [one for one in everything if int(one[2:]) in NEEDLES[needle]]
    assert walk(words, view, 4, needle=needle) == expected
    assert walk(words, view, 4, needle=needle, accept=lambda story: int(story.id[2:]) % 5 == 0) == [
        one for one in expected if int(one[2:]) % 5 == 0
    ]
    narrowed = replace(view, topic="war", since=NOON - timedelta(minutes=40))
    assert set(walk(words, narrowed, 4, needle=needle)) == {
        one for one in expected if int(one[2:]) % 3 == 0 and int(one[2:]) <= 40
    }


def test_a_needle_of_thousands_of_words_and_one_nested_deeply(words):
    terms = [Needle(op="term", value=word) for word in (*(f"x{n}" for n in range(3000)), "n7")]
    many = Needle(op="or", parts=tuple(terms))
    assert ids(words.page(View(), needle=many)) == names(7)
    deep = Needle(op="term", value="n7")
    for _ in range(300):
        deep = (
            Needle(op="or", parts=(deep, Needle(op="and", parts=(deep,))))
            if deep.op == "term"
            else Needle(op="or", parts=(deep,))
        )
    assert ids(words.page(View(), needle=deep)) == names(7)
    assert len(words.page(View(), needle=Needle(op="and")).stories) == 60
    assert ids(words.page(View(), needle=Needle(op="or"))) == []


def test_an_edit_is_found_by_its_new_words_only(words):
    words.page(View(), needle=Needle(op="term", value="n7"))
    words.add([addition(7, terms="rewritten", published=NOON - timedelta(minutes=30, seconds=1))])
    assert ids(words.page(View(), needle=Needle(op="term", value="rewritten"))) == names(7)
    assert ids(words.page(View(), needle=Needle(op="term", value="n7"))) == []


def test_a_search_counts_what_it_looked_at(words):
    page = words.page(View(), needle=Needle(op="term", value="even"), accept=lambda story: False, scan=10)
    assert (page.scanned, page.stories) == (10, ())
    assert page.next is not None


# ---------------------------------------------------------------- changes


def test_changes_tell_items_and_removals(store):
    first = store.add([seen_at_once(n) for n in range(5)])
    assert store.changes(first) == replace(store.changes(first), revision=first, items=(), removed=())
    store.mark(names(1), mark("read"))
    store.add([seen_at_once(7)])
    change = store.changes(first)
    assert (set(change.items), change.removed, change.reset) == (set(names(1, 7)), (), False)
    store.prune(older_than=NOON - timedelta(minutes=3, seconds=30), keep_per_source=None)
    change = store.changes(first)
    assert (set(change.removed), set(change.items)) == (set(names(4, 7)), set(names(1)))
    assert change.revision == store.revision()


def test_a_revision_of_another_store_is_a_reset(store):
    store.add([addition(1)])
    assert store.changes(store.revision() + 10).reset


def test_revisions_rise_with_each_change(store):
    seen = [store.revision(), store.add([addition(1)])]
    store.mark(names(1), mark("read"))
    seen.append(store.revision())
    store.undo()
    seen.append(store.revision())
    assert seen == sorted(set(seen))
    store.mark(names(1), mark("unread"))
    assert store.revision() == seen[-1], "a mark that changes nothing is no change"


# ---------------------------------------------------------------- triage


def test_a_mark_is_journaled_and_undone(store):
    store.add([addition(n) for n in range(4)])
    journal = store.mark([*names(1, 2), "unknown"], mark("done"))
    assert (journal.items, journal.mark.action, journal.undone) == (tuple(names(1, 2)), "done", False)
    state = store.get("id000001").state
    assert (state.triage, state.read, state.by, state.at) == ("done", True, "ann", NOON)
    undone = store.undo()
    assert (undone.number, undone.undone) == (journal.number, True)
    assert store.get("id000001").state == State()
    assert store.undo() is None
    assert [entry.undone for entry in store.journal()] == [True]


def test_a_mark_that_changes_nothing_is_not_journaled(store):
    store.add([addition(1)])
    assert store.mark(names(1), mark("unread")) is None
    assert store.mark(["unknown"], mark("star")) is None
    assert store.mark([], mark("star")) is None
    assert store.journal() == []


def test_undo_leaves_a_later_mark_of_another_kind(store):
    store.add([addition(1)])
    store.mark(names(1), mark("star"))
    store.mark(names(1), mark("note", "bob", value="check this", at=NOON + timedelta(minutes=1)))
    store.undo(who="ann")
    state = store.get("id000001").state
    assert (state.starred, [note.text for note in state.notes]) == (False, ["check this"])
    assert (state.by, state.at) == ("bob", NOON + timedelta(minutes=1))


def test_undo_leaves_what_was_changed_again(store):
    store.add([addition(1)])
    store.mark(names(1), mark("assign", value="ann"))
    store.mark(names(1), mark("assign", "bob", value="bob", at=NOON + timedelta(minutes=1)))
    store.undo(who="ann")
    assert store.get("id000001").state.assignee == "bob"


def test_undo_takes_back_one_note_of_several(store):
    store.add([addition(1)])
    for minute, who in enumerate(("ann", "bob", "ann")):
        store.mark(names(1), mark("note", who, value=f"note {minute}", at=NOON + timedelta(minutes=minute)))
    store.undo(who="bob")
    assert [note.text for note in store.get("id000001").state.notes] == ["note 0", "note 2"]


def test_undo_of_tags(store):
    store.add([addition(1)])
    store.mark(names(1), mark("tag", value="a"))
    store.mark(names(1), mark("untag", "bob", value="a"))
    store.undo(who="bob")
    assert store.get("id000001").state.tags == ("a",)


def test_undo_goes_back_mark_by_mark_for_one_person(store):
    store.add([addition(n) for n in range(3)])
    store.mark(names(0), mark("read"))
    store.mark(names(1), mark("read", "bob"))
    store.mark(names(2), mark("read"))
    assert [store.undo(who="ann").items[0] for _ in range(2)] == names(2, 0)
    assert store.undo(who="ann") is None
    assert store.undo().items == tuple(names(1))


def test_a_bulk_mark_is_undone_whole(store):
    store.add([addition(n) for n in range(300)])
    store.mark(names(5, 6), mark("star"))
    store.mark(names(*range(300)), mark("dismiss"))
    assert store.count(View()) == 0
    store.undo()
    assert (store.count(View()), store.counts(NOON).all.unread, store.counts(NOON).starred.total) == (300, 300, 2)


def test_a_mark_without_its_value_changes_nothing(store):
    store.add([addition(1)])
    revision = store.revision()
    with pytest.raises(UsageError):
        store.mark(names(1), mark("snooze"))
    assert (store.revision(), store.journal()) == (revision, [])


def test_the_journal_is_newest_first(store):
    store.add([addition(1)])
    for action in ("read", "star", "unread"):
        store.mark(names(1), mark(action))
    assert [entry.mark.action for entry in store.journal()] == ["unread", "star", "read"]
    assert len(store.journal(limit=2)) == 2


def test_a_snoozed_item_comes_back_in_time(store, clock):
    store.add([addition(1, scores={"war": 1.0}), addition(2)])
    store.mark(names(1), mark("snooze", until=clock() + timedelta(hours=2)))
    assert ids(store.page(View())) == names(2)
    assert ids(store.page(View(shelf="hidden"))) == names(1)
    assert store.counts(clock()).topics == {}
    revision = store.revision()
    clock.forward(hours=1, minutes=59)
    assert store.revision() == revision
    clock.forward(minutes=2)
    assert store.revision() > revision, "whoever watches hears of it"
    assert ids(store.page(View())) == names(1, 2)
    assert store.changes(revision).items == tuple(names(1))
    assert store.counts(clock()).topics["war"].total == 1


def test_a_dismissed_item_does_not_come_back_from_a_snooze(store, clock):
    store.add([addition(1)])
    store.mark(names(1), mark("snooze", until=clock() + timedelta(hours=2)))
    store.mark(names(1), mark("dismiss"))
    clock.forward(hours=3)
    assert store.count(View()) == 0


def test_a_clock_set_back_brings_no_harm(store, clock):
    store.add([addition(1)])
    store.mark(names(1), mark("snooze", until=clock() + timedelta(hours=2)))
    clock.forward(hours=3)
    assert store.count(View()) == 1
    clock.forward(days=-400)
    store.add([addition(2, seen=clock())])
    store.mark(names(2), mark("star", at=clock()))
    assert store.count(View()) == 2
    assert store.undo().items == tuple(names(2))
    assert store.check() == []


# ---------------------------------------------------------------- sources


def test_health_and_memory_come_with_the_items(store):
    health = SourceHealth(source="bbc", status="ok", items=1, drops={"duplicate": 3})
    memory = Memory(etag='"x"', known=b"\x00\xff", ttl=60.0, extra="{}")
    store.add([addition(1)], healths=[health], memories={health.source: memory})
    assert store.healths() == {"bbc": health}
    assert store.memory("bbc") == memory
    assert store.memory("afp") == Memory()


def test_health_alone(store):
    store.put_health([SourceHealth(source="bbc", failures=1), SourceHealth(source="afp")])
    store.put_health([SourceHealth(source="bbc", status="failing", message="timeout", next_at=NOON)])
    assert store.healths()["bbc"] == SourceHealth(source="bbc", status="failing", message="timeout", next_at=NOON)
    assert set(store.healths()) == {"bbc", "afp"}
    store.add([], healths=[SourceHealth(source="afp", status="ok")], memories={"afp": Memory(digest="d")})
    assert (store.healths()["afp"].status, store.memory("afp").digest) == ("ok", "d")


def test_a_new_status_is_a_change_and_a_new_time_is_not(store):
    store.put_health([SourceHealth(source="bbc", status="ok")])
    revision = store.revision()
    store.put_health([SourceHealth(source="bbc", status="ok", next_at=NOON)])
    assert store.revision() == revision
    store.put_health([SourceHealth(source="bbc", status="failing")])
    assert store.revision() > revision


def test_wishes(store):
    assert store.take_wishes() is False
    store.wish(["bbc", "afp"])
    store.wish(["bbc", "dpa"])
    assert sorted(store.take_wishes()) == ["afp", "bbc", "dpa"]
    assert store.take_wishes() is False
    store.wish(["bbc"])
    store.wish(None)
    store.wish(["afp"])
    assert store.take_wishes() is None
    assert store.take_wishes() is False


def test_drops_are_kept_newest_first_and_bounded(store):
    store.put_drops("bbc", [{"reason": "no-date", "title": f"t{n}", "key": f"k{n}", "at": NOON} for n in range(3)])
    store.put_drops("bbc", [{"reason": "no-title", "title": "t3", "key": "k3", "at": NOON}])
    assert [drop["key"] for drop in store.drops("bbc")] == ["k3", "k2", "k1", "k0"]
    assert store.drops("bbc", limit=1)[0]["reason"] == "no-title"
    store.put_drops("bbc", [{"reason": "r", "title": "t", "key": f"n{n}", "at": NOON} for n in range(250)])
    assert len(store.drops("bbc")) == 100
    assert store.drops("bbc")[0]["key"] == "n249"
    assert store.drops("afp") == []


def test_memos(store):
    assert store.memo("session") is None
    store.put_memo("session", {"pane": "war", "rows": [1, 2]})
    assert store.memo("session") == {"pane": "war", "rows": [1, 2]}
    store.put_memo("session", {})
    assert store.memo("session") == {}
    store.put_memo("session", None)
    store.put_memo("session", None)
    assert store.memo("session") is None


def test_one_holds_a_lease_at_a_time(store, clock):
    ours, theirs = store.lease("poller"), store.lease("poller")
    assert ours.holder() is None
    assert ours.acquire() and ours.acquire()
    assert not theirs.acquire()
    clock.forward(seconds=30)
    ours.beat()
    assert (theirs.holder().since, theirs.holder().beat) == (NOON, NOON + timedelta(seconds=30))
    ours.beat("the disk is full")
    assert theirs.holder().trouble == "the disk is full"
    ours.beat()
    assert theirs.holder().trouble is None
    assert store.lease("other").acquire()
    theirs.release()
    assert not theirs.acquire(), "only its holder gives it back"
    ours.release()
    assert theirs.acquire()
    assert ours.holder().since == NOON + timedelta(seconds=30)
    theirs.release()
    assert ours.holder() is None


# ---------------------------------------------------------------- house-keeping


def seen_at_once(number, **changes):
    """An item that is seen when it is published."""
    return addition(number, seen=NOON - timedelta(minutes=number), **changes)


def test_what_was_published_long_ago_is_not_old_before_it_was_seen_so_long_ago(store):
    store.add([addition(5), seen_at_once(6)])
    assert store.prune(older_than=NOON - timedelta(minutes=3), keep_per_source=None) == {"bbc": 1}
    assert ids(store.page(View())) == names(5)


def test_what_claims_to_be_of_later_is_as_old_as_when_it_was_seen(store):
    store.add([addition(1, seen=NOON - timedelta(minutes=50)), addition(2)])
    assert store.prune(older_than=NOON - timedelta(minutes=40), keep_per_source=None) == {"bbc": 1}
    assert ids(store.page(View())) == names(2)


def test_prune_by_age_never_takes_what_is_kept(store):
    store.add([seen_at_once(n, scores={"war": 1.0}) for n in range(10)])
    store.mark(names(6), mark("star"))
    store.mark(names(7), mark("assign", value="ann"))
    store.mark(names(8), mark("note", value="why"))
    asked = {"older_than": NOON - timedelta(minutes=4, seconds=30), "keep_per_source": None}
    assert store.prune(**asked, dry_run=True) == {"bbc": 2}
    assert store.count(View()) == 10
    told = []
    assert store.prune(**asked, progress=lambda done, total: told.append((done, total))) == {"bbc": 2}
    assert told[-1] == (2, 2)
    assert ids(store.page(View())) == names(0, 1, 2, 3, 4, 6, 7, 8)
    assert store.get("id000005") is None
    assert store.counts(NOON).topics["war"].total == 8
    assert store.check() == []


def test_prune_by_count_is_per_source(store):
    store.add([addition(n, source=("bbc", "afp")[n % 2]) for n in range(20)])
    store.mark(names(19), mark("star"))
    assert store.prune(older_than=None, keep_per_source=4) == {"bbc": 6, "afp": 5}
    assert ids(store.page(View())) == names(0, 1, 2, 3, 4, 5, 6, 7, 19)


def test_a_pruned_item_is_remembered(store):
    store.add([seen_at_once(1), seen_at_once(2)])
    store.prune(older_than=NOON - timedelta(minutes=1, seconds=30), keep_per_source=None)
    known = store.known("bbc", ["guid:1", "guid:2"])
    assert (known["guid:1"].id, known["guid:2"].id, known["guid:2"].digest) == ("id000001", None, "digest-2")
    store.add([addition(2)])
    assert store.known("bbc", ["guid:2"])["guid:2"].id == "id000002"


def test_prune_of_nothing(store):
    assert store.prune(older_than=None, keep_per_source=None) == {}


def test_stats_and_check(desk):
    stats = desk.stats()
    assert (stats["items"], stats["revision"]) == (40, desk.revision())
    assert desk.check() == []
    assert list(desk.notices()) == []


def test_an_export_is_opened_by_stock_tinydb(desk, tmp_path):
    from tinydb import TinyDB, where

    target = tmp_path / "export.json"
    assert desk.export_tinydb(target) == 40
    with TinyDB(target) as db:
        assert len(db.table("items")) == 40
        found = db.table("items").search(where("state")["starred"] == True)  # noqa: E712
        assert sorted(doc["item"]["id"] for doc in found) == names(3, 15, 16)
        assert db.table("bodies").all()[0]["body"]["text"] == "A body."
    assert target.stat().st_mode & 0o777 == 0o600


def test_many_threads(store):
    store.add([addition(n) for n in range(200)])
    problems = []

    def work(who: int) -> None:
        try:
            for n in range(10):
                store.mark(names(who * 10 + n), mark("read", f"t{who}"))
                store.add([addition(1000 + who * 10 + n, source=f"s{who}")])
                store.page(View(unread=True), limit=20)
                store.changes(0)
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert (store.count(View()), store.counts(NOON).all.unread, len(store.journal())) == (240, 200, 40)
    assert store.check() == []


def test_ids_that_many_articles_claim_are_told_apart(store):
    for n in range(3):
        store.add([addition(n, id="same")])
    store.add([addition(n, id="same") for n in range(3, 6)])
    stories = store.page(View()).stories
    assert len({story.id for story in stories}) == len(stories) == 6
    assert {story.item.key for story in stories} == {f"guid:{n}" for n in range(6)}
    assert store.check() == []


def test_an_item_that_was_pruned_and_stored_again_is_told_as_one_thing(store, clock):
    store.add([addition(1), addition(2)])
    revision = store.revision()
    for _ in range(2):
        store.prune(older_than=NOON + timedelta(days=1), keep_per_source=None)
        store.add([addition(1)])
    change = store.changes(revision)
    assert (change.items, change.removed) == (("id000001",), ("id000002",))
    store.prune(older_than=NOON + timedelta(days=1), keep_per_source=None)
    change = store.changes(revision)
    assert (change.items, sorted(change.removed)) == ((), names(1, 2))


def test_outlets_are_counted_again_when_items_are_pruned(store, clock):
    store.add([addition(n, source=f"s{n}", story="same") for n in range(3)])
    store.add([addition(3, source="s3", story="other")])
    assert store.get("id000000").outlets == 3
    store.mark(names(0, 3), mark("star"))
    revision = store.revision()
    store.prune(older_than=NOON + timedelta(days=1), keep_per_source=None)
    assert store.get("id000000").outlets == 1
    assert store.changes(revision).items == ("id000000",)
    assert store.check() == []


def apart(work):
    """What some work gives in a thread of its own; None when it is held up."""
    given = []
    thread = threading.Thread(target=lambda: given.append(work()), daemon=True)
    thread.start()
    thread.join(5)
    return given[0] if given else None


def test_readers_go_on_while_somebody_writes(store):
    store.add([addition(1)])
    with store._book.ground.transaction():
        store.add([addition(2)])
        assert apart(lambda: store.count(View(source="bbc"))) == 1, "what is half written is not seen"
        assert apart(lambda: len(store.page(View()).stories)) == 1
    assert apart(lambda: store.count(View(source="bbc"))) == 2


def test_readers_go_on_while_a_writer_waits_for_its_turn(disk_url, clock):
    path = Path(disk_url.partition(":")[2])
    with open_store(disk_url, clock=clock) as store:
        store.add([addition(1)])
        other = FileLock(path.with_name(path.name + ".lock"))
        with other.held():
            writer = threading.Thread(target=lambda: store.add([addition(2)]))
            writer.start()
            while not other.wanted():
                pass
            assert apart(lambda: len(store.page(View()).stories)) == 1
        writer.join()
        other.close()
        assert store.count(View()) == 2


def test_a_reader_does_not_wait_to_bring_back_what_was_snoozed(disk_url, clock):
    path = Path(disk_url.partition(":")[2])
    with open_store(disk_url, clock=clock) as store:
        store.add([addition(1)])
        store.mark(names(1), mark("snooze", until=clock() + timedelta(hours=1)))
        clock.forward(hours=2)
        other = FileLock(path.with_name(path.name + ".lock"))
        with other.held():
            assert apart(lambda: store.count(View(source="bbc"))) == 0
        other.close()
        assert store.count(View(source="bbc")) == 1


def test_an_export_is_of_one_moment(url, clock, tmp_path):
    written = []

    def write(done: int, total: int) -> None:
        store.add([addition(2000 + len(written))])
        store.mark(["id000001"], mark("star" if len(written) % 2 else "read"))
        store.prune(older_than=None, keep_per_source=600 - len(written))
        written.append((done, total))

    with open_store(url, clock=clock) as store:
        store.add([addition(n) for n in range(600)])
        revision = store.revision()
        for number, export in enumerate((store.export_tinydb, store.backup)):
            if number and not url.startswith("json"):
                continue
            export(tmp_path / f"export{number}.json", write)
            with open_store(f"json:{tmp_path}/export{number}.json", clock=clock) as copy:
                assert copy.revision() == revision
                assert copy.check() == []
                assert len(copy.page(View(), limit=1000).stories) == copy.counts(NOON).all.total
            revision = store.revision()
    assert len(written) > 2


# ---------------------------------------------------------------- on disk


def test_everything_is_there_after_a_restart(disk_url, clock):
    with open_store(disk_url, clock=clock) as store:
        store.add([addition(n, terms=f"n{n}") for n in range(5)], healths=[SourceHealth(source="bbc", status="ok")])
        store.mark(names(1, 2), mark("done"))
        store.wish(["bbc"])
        uuid, revision = store.uuid, store.revision()
    with open_store(disk_url, clock=clock) as store:
        assert (store.uuid, store.revision()) == (uuid, revision)
        assert store.take_wishes() == ["bbc"]
        assert ids(store.page(View(), needle=Needle(op="term", value="n3"))) == names(3)
        assert store.undo(who="ann").items == tuple(names(1, 2))
        assert store.count(View()) == 5
        assert store.healths()["bbc"].status == "ok"


def test_two_open_stores_see_each_other(disk_url, clock):
    with open_store(disk_url, clock=clock) as ours, open_store(disk_url, clock=clock) as theirs:
        revision = theirs.revision()
        ours.add([addition(1)])
        assert theirs.revision() > revision
        assert theirs.changes(revision).items == tuple(names(1))
        theirs.mark(names(1), mark("star"))
        assert ours.get("id000001").state.starred
        theirs.put_memo("x", {"a": 1})
        assert ours.memo("x") == {"a": 1}


def test_a_read_only_store_reads_and_never_writes(disk_url, clock):
    with pytest.raises(StoreError, match="no store yet"):
        open_store(disk_url, read_only=True, clock=clock)
    with open_store(disk_url, clock=clock) as writer:
        writer.add([addition(n, terms=f"n{n}") for n in range(5)])
        with open_store(disk_url, read_only=True, clock=clock) as reader:
            assert reader.read_only
            assert ids(reader.page(View(), needle=Needle(op="term", value="n3"))) == names(3)
            for write in (
                lambda: reader.mark(names(1), mark("star")),
                lambda: reader.add([addition(9)]),
                reader.undo,
                lambda: reader.put_memo("x", {}),
                lambda: reader.wish(None),
                lambda: reader.prune(older_than=NOON, keep_per_source=None),
            ):
                with pytest.raises(StoreError, match="read only"):
                    write()
            writer.add([addition(7)])
            assert reader.count(View()) == 6


def test_backup_and_restore_while_it_is_open(disk_url, clock, tmp_path):
    target = tmp_path / "backups" / "copy"
    target.parent.mkdir()
    told = []
    with open_store(disk_url, clock=clock) as store:
        store.add([addition(n, terms="early" if n == 0 else "") for n in range(5)])
        uuid = store.uuid
        store.backup(target, progress=lambda done, total: told.append((done, total)))
        assert target.stat().st_mode & 0o777 == 0o600
        store.add([addition(n, terms="late") for n in (0, *range(5, 9))])
        store.mark(names(0), mark("star"))
        revision = store.revision()
        store.page(View(), needle=Needle(op="term", value="late"))
        restore(target, disk_url)
        assert ids(store.page(View(), needle=Needle(op="term", value="early"))) == names(0)
        assert ids(store.page(View(), needle=Needle(op="term", value="late"))) == []
        assert sorted(ids(store.page(View()))) == names(*range(5))
        assert not store.get("id000000").state.starred
        assert store.uuid != uuid
        assert store.changes(revision).reset
        store.add([addition(20)])
        assert store.check() == []
    assert told and told[-1][0] == told[-1][1]
    with open_store(disk_url, clock=clock) as store:
        assert store.count(View()) == 6


def test_a_store_is_not_written_over_by_a_copy_of_itself(disk_url, clock):
    path = Path(disk_url.partition(":")[2])
    with open_store(disk_url, clock=clock) as store:
        store.add([addition(1)])
        for write in (store.backup, store.export_tinydb):
            with pytest.raises(StoreError, match="is the store itself"):
                write(path.parent / ".." / path.parent.name / path.name)
    with open_store(disk_url, clock=clock) as store:
        assert (store.count(View()), store.notices()) == (1, ())


def test_a_check_is_of_one_moment(url, clock, monkeypatch):
    written = []

    class Interrupted(Tallies):
        """Somebody stores an item while the items are counted."""

        def moved(self, before, after):
            super().moved(before, after)
            if not written:
                written.append(store.add([addition(9)]))

    monkeypatch.setattr("monitor.store.keeping.Tallies", Interrupted)
    with open_store(url, clock=clock) as store:
        store.add([addition(n) for n in range(5)])
        assert store.check() == []
        assert written


def test_a_backup_becomes_a_store_where_there_is_none(disk_url, clock, tmp_path):
    with open_store(disk_url, clock=clock) as store:
        store.add([addition(n) for n in range(5)])
        store.backup(tmp_path / "copy")
    kind = disk_url.partition(":")[0]
    other = f"{kind}:{tmp_path}/elsewhere/news"
    restore(tmp_path / "copy", other)
    with open_store(other, clock=clock) as store:
        assert store.count(View()) == 5


def test_what_is_no_backup_is_refused(disk_url, clock, tmp_path):
    with open_store(disk_url, clock=clock) as store:
        store.add([addition(1)])
    for content in (b"", b"hello", b"SQLite format 3\x00" + b"x" * 5000, b"{}", b'{"ledger": 3}'):
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(StoreError):
            restore(tmp_path / "bad", disk_url)
    with pytest.raises(StoreError, match="no such backup"):
        restore(tmp_path / "nothing", disk_url)
    with open_store(disk_url, clock=clock) as store:
        assert store.count(View()) == 1


def test_urls():
    for url in ("", "tinydb:", "json", "news.db", "sqlite:x", "memory"):
        with pytest.raises(UsageError, match="not a store"):
            open_store(url)


# ---------------------------------------------------------------- against a model

ACTIONS = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 11), st.sampled_from([{}, {"war": 1.0}, {"war": 2.0, "arms": 0.5}])),
    st.tuples(
        st.just("mark"),
        st.sets(st.integers(0, 11), max_size=4),
        st.sampled_from(["read", "unread", "star", "unstar", "dismiss", "done", "restore"]),
    ),
    st.tuples(st.just("undo"), st.none(), st.none()),
    st.tuples(st.just("prune"), st.integers(0, 11), st.none()),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTIONS, max_size=25))
def test_whatever_happens_counts_agree_with_items(tmp_path_factory, actions):
    folder = tmp_path_factory.mktemp("model")
    answers = []
    for url in ("memory:", f"tinydb:{folder}/news.db"):
        with open_store(url, clock=lambda: NOON) as store:
            for action, what, how in actions:
                match action:
                    case "add":
                        store.add([seen_at_once(what, scores=how, digest=str(how))])
                    case "mark":
                        store.mark(names(*what), mark(how))
                    case "undo":
                        store.undo()
                    case "prune":
                        store.prune(older_than=NOON - timedelta(minutes=what), keep_per_source=None)
            assert store.check() == []
            counts = store.counts(NOON)
            stories = store.page(View(shelf="all")).stories
            assert counts.all.total == store.count(View()) == len(ids(store.page(View())))
            assert counts.all.unread == len(store.page(View(unread=True)).stories)
            assert counts.starred.total == sum(story.state.starred for story in stories)
            for topic in ("war", "arms"):
                held = [s for s in stories if topic in s.verdict.scores and s.state.triage not in ("done", "dismissed")]
                tally = counts.topics.get(topic)
                assert (tally.total if tally else 0) == len(held)
                assert (tally.unread if tally else 0) == sum(not s.state.read for s in held)
            answers.append((stories, counts, store.journal()))
    assert answers[0] == answers[1]


def test_an_exported_store_is_itself_a_json_store(tiny, tmp_path, clock):
    tiny.add([addition(n) for n in range(5)])
    tiny.mark(names(1), mark("dismiss"))
    tiny.export_tinydb(tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["ledger"]["1"]["uuid"] == tiny.uuid
    with open_store(f"json:{tmp_path}/out.json", clock=clock) as store:
        assert store.count(View()) == 4
        assert store.undo().items == tuple(names(1))
    assert item(1) == tiny.get("id000001").item
