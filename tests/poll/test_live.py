"""A poller that goes on: wishes, a changed config, what it leaves behind."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from monitor.errors import StoreError
from monitor.model import Source, SourceHealth, Topic
from monitor.poll import life as life_module
from monitor.poll import poller as poller_module
from monitor.poll import rematch as rematch_module
from monitor.poll.dispatch import Dispatcher
from monitor.poll.poller import Poller, utc_now
from monitor.query import Watchlists
from tests.poll.fakes import NOW, FakeStore, InProcess, rss, serving, settings

NOTHING = Watchlists((), {})


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(poller_module, "Workers", InProcess)
    for name in ("DISPATCH_EVERY", "WISHES_EVERY", "SAVE_EVERY", "BEAT_EVERY", "LOOK_EVERY", "REMATCH_EVERY"):
        monkeypatch.setattr(life_module, name, 0.05)


async def until(condition, seconds=8.0):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        await asyncio.sleep(0.02)


class Running:
    def __init__(
        self, store, *sources, names=None, reload=None, watchlists=NOTHING, clock=utc_now, chance=lambda: 0.0, **network
    ):
        self.stop = threading.Event()
        self.receipts = []
        self.poller = Poller(
            settings(*sources, **network),
            store,
            watchlists,
            on_receipt=self.receipts.append,
            clock=clock,
            chance=chance,
        )
        self.task = asyncio.create_task(self.poller.live(names, self.stop, reload=reload))

    async def end(self):
        self.stop.set()
        began = time.monotonic()
        summary = await asyncio.wait_for(self.task, 8)
        assert time.monotonic() - began < 5
        return summary


async def test_a_store_that_takes_nothing_is_told_with_the_beat_until_it_does():
    store, full = FakeStore(), threading.Event()
    full.set()
    add = store.add

    def refusing(*words, **more):
        if full.is_set():
            raise StoreError("no space left on the disk")
        return add(*words, **more)

    store.add = refusing
    async with serving() as server:
        server.body("/a.xml", rss("one"))
        running = Running(
            store,
            Source(id="a", title="A", url=server.url("/a.xml"), every=3600.0),
            Source(id="b", title="B", url=server.url("/nothing.xml"), every=3600.0),
        )
        await until(lambda: store.trouble == "no space left on the disk")
        store.wish(["b"])
        tried = len(running.receipts)
        await until(lambda: len(running.receipts) > tried)
        beats = store.beats
        await until(lambda: store.beats > beats + 4)
        assert "b" in store.health, "a health has room where an item has none"
        assert store.trouble == "no space left on the disk"
        full.clear()
        store.wish(["a"])
        await until(lambda: store.trouble is None)
        await running.end()
    assert store.titles() == ["one"]


async def test_it_polls_takes_wishes_and_leaves_in_good_order():
    store = FakeStore()
    async with serving() as server:
        server.body("/a.xml", rss("one"))
        running = Running(store, Source(id="a", title="A", url=server.url("/a.xml"), every=3600.0))
        await until(lambda: store.titles() == ["one"])
        server.body("/a.xml", rss("two", "one"))
        store.wish(["a"])
        await until(lambda: store.titles() == ["one", "two"])
        store.wish(None)
        await until(lambda: len(running.receipts) == 3)
        await until(lambda: store.beats > 0)
        summary = await running.end()
        assert summary.sources == 3 and not store.leased
        assert store.health["a"].last_success is not None


async def test_first_polls_are_spread_and_what_was_planned_is_kept_to(monkeypatch):
    planned: dict[str, float] = {}
    monkeypatch.setattr("monitor.poll.dispatch.Dispatcher.put", lambda _, name, wait: planned.update({name: wait}))
    places = iter((0.0, 0.5, 0.9, 0.9))
    store = FakeStore()
    store.health["later"] = SourceHealth(source="later", status="ok", next_at=NOW + timedelta(seconds=600))
    sources = [Source(id=name, title=name, url=f"http://{name}.invalid/") for name in ("a", "b", "c", "later")]
    running = Running(store, *sources, clock=lambda: NOW, chance=lambda: next(places))
    await until(lambda: len(planned) == 4)
    assert planned == {"a": 0.0, "b": pytest.approx(0.2), "c": pytest.approx(0.36), "later": 600.0}
    await running.end()


async def test_a_changed_config_is_taken_up_and_history_judged_again():
    store = FakeStore()
    changes = []
    async with serving() as server:
        server.body("/a.xml", rss("missile test", "budget vote"))
        server.body("/b.xml", rss("other"))
        first = Source(id="a", title="A", url=server.url("/a.xml"), every=3600.0)
        running = Running(store, first, reload=lambda: changes.pop() if changes else None)
        await until(lambda: len(store.items) == 2)
        topics = (Topic(id="t", title="T", query="missile"),)
        after = replace(
            running.poller.settings,
            sources=(first, Source(id="b", title="B", url=server.url("/b.xml"), every=3600.0)),
            topics=topics,
        )
        changes.append((after, Watchlists(topics, {})))
        await until(lambda: "other" in store.titles() and store.rejudged)
        on_topic = [addition.item.title for addition in store.items.values() if addition.verdict.scores]
        assert on_topic == ["missile test"]
        assert [receipt.source for receipt in running.receipts] == ["a", "b"], "what is known keeps its plan"
        await running.end()


async def test_what_was_being_read_when_watchlists_changed_is_judged_by_the_new_ones(monkeypatch):
    store, changes, begun, let_go = FakeStore(), [], asyncio.Event(), asyncio.Event()

    class Held(InProcess):
        async def do(self, job):
            catch = await super().do(job)
            begun.set()
            await let_go.wait()
            return catch

    monkeypatch.setattr(poller_module, "Workers", Held)
    async with serving() as server:
        server.body("/a.xml", rss("missile test"))
        source = Source(id="a", title="A", url=server.url("/a.xml"), every=3600.0)
        running = Running(store, source, reload=lambda: changes.pop() if changes else None)
        await begun.wait()
        topics = (Topic(id="t", title="T", query="missile"),)
        after = replace(running.poller.settings, topics=topics)
        changes.append((after, Watchlists(topics, {})))
        await until(lambda: running.poller.settings is after)
        beats = store.beats
        await until(lambda: store.beats > beats + 5)
        let_go.set()
        await until(lambda: store.titles() == ["missile test"])
        await until(lambda: store.rejudged)
        assert [addition.verdict.topics for addition in store.items.values()] == [("t",)]
        await running.end()


async def test_a_changed_network_is_taken_up():
    store, changes = FakeStore(), []
    async with serving() as server:
        server.body("/a.xml", rss("one"))
        source = Source(id="a", title="A", url=server.url("/a.xml"), every=3600.0)
        running = Running(store, source, reload=lambda: changes.pop() if changes else None)
        await until(lambda: store.titles() == ["one"])
        now = running.poller.settings
        changes.append((replace(now, network=replace(now.network, user_agent="another/2")), NOTHING))
        await until(lambda: not changes)
        store.wish(["a"])
        await until(lambda: len(running.receipts) == 2)
        assert server.requests[-1].headers["user-agent"] == "another/2"
        await running.end()


async def test_a_wish_for_all_spares_who_is_gone_or_asked_for_patience_and_one_for_a_source_does_not():
    store = FakeStore()
    async with serving() as server:
        server.body("/good.xml", rss("one"))
        server.body("/gone.xml", b"", status="410 Gone")
        server.body("/slow.xml", b"", "Retry-After: 7200", status="429 Too Many")
        names = ("good", "gone", "slow")
        running = Running(
            store, *(Source(id=name, title=name, url=server.url(f"/{name}.xml"), every=3600.0) for name in names)
        )
        await until(lambda: len(running.receipts) == 3)
        store.wish(None)
        await until(lambda: len(running.receipts) == 4)
        store.wish(["good"])
        await until(lambda: len(running.receipts) == 5)
        assert [receipt.source for receipt in running.receipts[3:]] == ["good", "good"]
        store.wish(["gone", "slow"])
        await until(lambda: len(running.receipts) == 7)
        await running.end()


async def test_a_source_that_is_switched_off_is_polled_for_whoever_names_it_and_not_again(monkeypatch):
    waits = {}

    class Noting(Dispatcher):
        def put(self, source_id, wait):
            waits[source_id] = wait
            super().put(source_id, wait)

    monkeypatch.setattr(poller_module, "Dispatcher", Noting)
    store = FakeStore()
    async with serving() as server:
        server.body("/on.xml", rss("on"))
        server.body("/off.xml", rss("off"))
        on = Source(id="on", title="On", url=server.url("/on.xml"), every=3600.0)
        off = Source(id="off", title="Off", url=server.url("/off.xml"), every=1.0, enabled=False)
        running = Running(store, on, off)
        await until(lambda: len(running.receipts) == 1)
        store.wish(None)
        await until(lambda: len(running.receipts) == 2)
        assert store.titles() == ["on"]
        store.wish(["off"])
        await until(lambda: store.titles() == ["off", "on"])
        await until(lambda: waits["off"] is None)
        assert waits["on"] > 3000
        await running.end()


async def test_after_a_sleep_what_is_overdue_waits_a_little_for_the_network(monkeypatch):
    asleep, put_off = [0.0], []

    class Noting(Dispatcher):
        def put_off(self, *words):
            put_off.append(words)
            super().put_off(*words)

    monkeypatch.setattr(poller_module, "Dispatcher", Noting)
    monkeypatch.setattr(life_module, "steady", lambda: time.monotonic() + asleep[0])
    running = Running(FakeStore())
    await until(lambda: running.poller.store.beats > 1)
    assert not put_off
    asleep[0] = 8 * 3600.0
    await until(lambda: put_off)
    beats = running.poller.store.beats
    await until(lambda: running.poller.store.beats > beats + 1)
    assert put_off == [(life_module.WAKING, running.poller.chance)], "once"
    await running.end()


def two_hosts(store, server, status):
    """A poller of three feeds by way of a proxy; the first, of the two at one host, answers so and names two hours."""
    server.body("http://a.invalid/1", b"", "Retry-After: 7200", status=status)
    server.body("http://a.invalid/2", rss("two"))
    server.body("http://b.invalid/3", rss("three"))
    urls = {"one": "http://a.invalid/1", "two": "http://a.invalid/2", "three": "http://b.invalid/3"}
    sources = (Source(id=name, title=name, url=url, every=3600.0) for name, url in urls.items())
    return Running(store, *sources, proxy=server.url(""), host_pause=0.01)


async def test_a_host_that_asks_us_to_slow_down_is_asked_for_no_other_source_for_a_while():
    store = FakeStore()
    async with serving() as server:
        running = two_hosts(store, server, "429 Too Many")
        await until(lambda: len(running.receipts) == 2)
        beats = store.beats
        await until(lambda: store.beats > beats + 3)
        assert store.titles() == ["three"]
        wait = store.health["two"].next_at - datetime.now(UTC)
        assert timedelta(minutes=14) < wait < timedelta(minutes=16), "its own answer tells then"
        assert "slow down" in store.health["two"].message
        store.wish(["two"])
        await until(lambda: store.titles() == ["three", "two"])
        await running.end()


async def test_a_feed_in_trouble_holds_up_no_other_of_its_host():
    store = FakeStore()
    async with serving() as server:
        running = two_hosts(store, server, "503 Trouble")
        await until(lambda: store.titles() == ["three", "two"])
        await running.end()


async def test_a_named_source_that_leaves_the_config_holds_up_no_other():
    store, changes = FakeStore(), []
    async with serving() as server:
        server.body("/a.xml", rss("a"))
        server.body("/b.xml", rss("b"))
        a, b = (Source(id=name, title=name, url=server.url(f"/{name}.xml"), every=3600.0) for name in "ab")
        running = Running(store, a, b, names=["a", "b"], reload=lambda: changes.pop() if changes else None)
        await until(lambda: len(running.receipts) == 2)
        moved = replace(b, url=server.url("/a.xml"))
        changes.append((replace(running.poller.settings, sources=(moved,)), NOTHING))
        await until(lambda: len(running.receipts) == 3)
        await running.end()


async def test_a_gone_source_that_is_given_another_address_is_polled_there():
    store, changes = FakeStore(), []
    async with serving() as server:
        server.body("/old.xml", b"", status="410 Gone")
        server.body("/new.xml", rss("one"))
        source = Source(id="a", title="A", url=server.url("/old.xml"), every=3600.0)
        running = Running(store, source, reload=lambda: changes.pop() if changes else None)
        await until(lambda: running.receipts)
        moved = replace(source, url=server.url("/new.xml"))
        changes.append((replace(running.poller.settings, sources=(moved,)), NOTHING))
        await until(lambda: store.titles() == ["one"])
        await running.end()


async def test_a_second_poller_waits_and_takes_over():
    store = FakeStore()
    store.leased = True
    async with serving() as server:
        server.body("/a.xml", rss("one"))
        running = Running(store, Source(id="a", title="A", url=server.url("/a.xml")))
        await asyncio.sleep(0.3)
        assert not store.items
        store.leased = False
        await until(lambda: store.titles() == ["one"])
        await running.end()


async def test_a_slow_answer_does_not_keep_it_from_ending():
    store = FakeStore()

    async def hang(request):
        await asyncio.sleep(60)

    async with serving() as server:
        server.routes["/a.xml"] = hang
        running = Running(store, Source(id="a", title="A", url=server.url("/a.xml")))
        await until(lambda: server.requests)
        await running.end()


async def test_once_a_day_it_lets_go_of_what_the_settings_do_not_keep(monkeypatch):
    monkeypatch.setattr(life_module, "PRUNE_LOOK_EVERY", 0.05)
    store = FakeStore()
    running = Running(store)
    await until(lambda: store.memo(life_module.PRUNED) is not None)
    await asyncio.sleep(0.2)
    keep = running.poller.settings.retention
    (limits,) = store.prunes
    assert limits["keep_per_source"] == keep.per_source
    assert running.poller.clock() - limits["older_than"] >= timedelta(days=keep.days)
    store.put_memo(life_module.PRUNED, {"at": (running.poller.clock() - timedelta(days=1, minutes=1)).isoformat()})
    await until(lambda: len(store.prunes) == 2)
    await running.end()


@pytest.mark.parametrize("last", [timedelta(days=-400), timedelta(days=400)], ids=["long ago", "yet to come"])
async def test_nothing_goes_by_age_for_a_day_after_a_leap_of_the_clock(monkeypatch, last):
    monkeypatch.setattr(life_module, "PRUNE_LOOK_EVERY", 0.05)
    store = FakeStore()
    now = datetime.now(UTC)
    wrong = {"at": (now + last).isoformat()}
    store.put_memo(life_module.PRUNED, wrong)
    running = Running(store)
    await until(lambda: store.memo(life_module.PRUNED) != wrong)
    (limits,) = store.prunes
    assert limits["older_than"] is None and limits["keep_per_source"]
    assert abs(datetime.fromisoformat(store.memo(life_module.PRUNED)["at"]) - now) < timedelta(minutes=1)
    store.put_memo(life_module.PRUNED, {"at": (now - timedelta(days=1, minutes=1)).isoformat()})
    await until(lambda: len(store.prunes) == 2)
    assert store.prunes[1]["older_than"] is not None, "the next day"
    await running.end()


async def test_the_matching_of_history_stops_when_told_and_keeps_its_place(monkeypatch):
    """It goes on with the next poller, or when a watchlist changes again."""
    monkeypatch.setattr(rematch_module, "STEP", 1)
    store = FakeStore()
    async with serving() as server:
        server.body("/a.xml", rss(*(f"missile {n}" for n in range(400))))
        source = Source(id="a", title="A", url=server.url("/a.xml"), every=3600.0)
        filled = Running(store, source)
        await until(lambda: len(store.items) == 400)
        await filled.end()
        lists = Watchlists((Topic(id="t", title="T", query="missile"),), {})
        running = Running(store, source, watchlists=lists)
        await until(lambda: store.memo("progress:rematch") is not None)
        store.put_memo("stop", {"who": "desk"})
        await until(lambda: store.memo("progress:rematch") is None)
        judged = len(store.rejudged)
        assert 0 < judged < 400
        await asyncio.sleep(0.2)
        assert len(store.rejudged) == judged and store.memo("stop") is None
        await running.end()
        again = Running(store, source, watchlists=lists)
        await until(lambda: len(store.rejudged) == 400)
        await again.end()
