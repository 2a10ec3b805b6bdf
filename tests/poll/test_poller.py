"""The poller against a loopback server and a store in a dictionary."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest
from msgspec.structs import replace

from monitor.errors import MonitorError, StoreError, UsageError
from monitor.model import Source, SourceHealth
from monitor.poll import errand
from monitor.poll import poller as poller_module
from monitor.poll.poller import Poller
from tests.clock import Clock
from tests.poll.fakes import NOW, FakeStore, InProcess, rss, serving, settings


@pytest.fixture(autouse=True)
def _in_process(monkeypatch):
    monkeypatch.setattr(poller_module, "Workers", InProcess)


async def once(store, *sources, names=None, clock=None, **network):
    receipts = []
    poller = Poller(settings(*sources, **network), store, None, on_receipt=receipts.append, clock=clock or Clock(NOW))
    summary = await poller.once(names, threading.Event())
    return summary, receipts


async def test_a_feed_becomes_items_and_then_only_what_is_new():
    store, clock = FakeStore(), Clock(NOW)
    async with serving() as server:
        source = Source(id="a", title="A", url=server.url("/a.xml"))
        server.body("/a.xml", rss("one", "two"), 'ETag: "1"')
        summary, receipts = await once(store, source, clock=clock)
        assert (summary.new, receipts[0].status) == (2, "ok")
        assert store.titles() == ["one", "two"]
        server.body("/a.xml", rss("three", "one", "two"), 'ETag: "2"')
        clock.forward(days=1)
        summary, receipts = await once(store, source, clock=clock)
        assert (receipts[0].new, receipts[0].edited, receipts[0].unchanged) == (1, 0, 2)
        assert server.requests[-1].headers["if-none-match"] == '"1"'


async def test_an_unchanged_body_is_not_parsed():
    store, clock = FakeStore(), Clock(NOW)
    async with serving() as server:
        source = Source(id="a", title="A", url=server.url("/a.xml"))
        server.body("/a.xml", rss("one"))
        await once(store, source, clock=clock)
        clock.forward(days=1)
        _, receipts = await once(store, source, clock=clock)
        assert receipts[0].status == "unmodified"


async def test_a_failure_is_health_and_the_others_go_on():
    store = FakeStore()
    async with serving() as server:
        server.body("/good.xml", rss("one"))
        sources = [Source(id=name, title=name, url=server.url(f"/{name}.xml")) for name in ("good", "missing")]
        summary, _ = await once(store, *sources)
        assert (summary.new, summary.failed) == (1, 1)
        assert store.health["missing"].status == "failing"
        assert "404" in store.health["missing"].message
        assert store.health["missing"].next_at > NOW


async def test_only_what_is_due_is_polled_unless_named():
    store, clock = FakeStore(), Clock(NOW)
    async with serving() as server:
        server.body("/a.xml", rss("one"))
        source = Source(id="a", title="A", url=server.url("/a.xml"))
        await once(store, source, clock=clock)
        summary, _ = await once(store, source, clock=clock)
        assert summary.sources == 0
        summary, _ = await once(store, source, clock=clock, names=["a"])
        assert summary.sources == 1


async def test_a_source_at_another_address_is_polled_afresh_though_the_old_one_is_gone():
    store, clock = FakeStore(), Clock()
    async with serving() as server:
        old = Source(id="a", title="A", url=server.url("/old.xml"))
        new = Source(id="a", title="A", url=server.url("/new.xml"))
        server.body("/old.xml", rss("one"), 'ETag: "1"')
        server.body("/new.xml", rss("one", "two"))
        await once(store, old, clock=clock)
        server.body("/old.xml", b"", status="410 Gone")
        await once(store, old, clock=clock, names=["a"])
        assert store.health["a"].status == "gone"
        summary, receipts = await once(store, new, clock=clock)
        assert (summary.sources, receipts[0].status, receipts[0].new) == (1, "ok", 1)
        assert "if-none-match" not in server.requests[-1].headers
        assert (store.health["a"].failures, store.health["a"].items) == (0, 2)


async def test_an_unknown_source_is_a_usage_error():
    with pytest.raises(UsageError, match="nope"):
        await once(FakeStore(), names=["nope"])


async def test_a_round_beside_another_poller_is_done_by_it(monkeypatch):
    store, clock = FakeStore(), Clock(NOW)
    monkeypatch.setattr(errand, "LOOK_EVERY", 0.01)
    store.leased = True
    source = Source(id="a", title="A", url="http://a.invalid/")

    async def other() -> None:
        while store.take_wishes() != ("a",):  # noqa: ASYNC110 - that is how a poller notices
            await asyncio.sleep(0.01)
        store.put_health([SourceHealth(source="a", status="ok", last_try=NOW, items=3)])

    _, (summary, receipts) = await asyncio.gather(other(), once(store, source, clock=clock))
    assert (summary.sources, summary.new, receipts[0].status) == (1, 3, "ok")


async def test_a_round_beside_another_poller_does_not_wait_for_a_source_that_this_one_puts_off(monkeypatch):
    store = FakeStore()
    monkeypatch.setattr(errand, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(errand, "PATIENCE", 0.5)
    store.leased = True
    store.put_health([SourceHealth(source="a", status="ok", last_try=NOW, next_at=NOW, interval=900.0)])

    async def other() -> None:
        while store.take_wishes() != ("a",):  # noqa: ASYNC110 - that is how a poller notices
            await asyncio.sleep(0.01)
        store.put_health([replace(store.health["a"], next_at=NOW + timedelta(minutes=15), message="put off")])

    source = Source(id="a", title="A", url="http://a.invalid/")
    _, (_, receipts) = await asyncio.gather(other(), once(store, source, total_timeout=0.05))
    assert [(receipt.source, receipt.message) for receipt in receipts] == [("a", "put off")]


async def test_a_round_whose_poller_does_not_answer_says_so(monkeypatch):
    store = FakeStore()
    monkeypatch.setattr(errand, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(errand, "PATIENCE", 0.0)
    store.leased = True
    with pytest.raises(MonitorError, match="does not answer"):
        await once(store, Source(id="a", title="A", url="http://a.invalid/"), total_timeout=0.05)


async def test_a_store_that_cannot_take_it_is_told_and_the_source_is_not_blamed(monkeypatch):
    store, clock = FakeStore(), Clock(NOW)

    def full(*_, **__):
        raise StoreError("no space left on the disk")

    async with serving() as server:
        server.body("/a.xml", rss("one"))
        source = Source(id="a", title="A", url=server.url("/a.xml"))
        with monkeypatch.context() as patch:
            patch.setattr(store, "add", full)
            with pytest.raises(StoreError, match="no space"):
                await once(store, source, clock=clock)
        assert "a" not in store.health and not store.leased
        summary, _ = await once(store, source, clock=clock)
        assert summary.new == 1


async def test_ids_that_change_at_each_poll_bring_nothing_new():
    store, clock = FakeStore(), Clock(NOW)
    async with serving() as server:
        source = Source(id="a", title="A", url=server.url("/a.xml"))
        for n in range(3):
            server.body("/a.xml", rss("one", "two", guid=lambda title, n=n: f"{title}-{n}"))
            _, receipts = await once(store, source, clock=clock, names=["a"])
        assert len(store.items) == 2
        assert receipts[0].drops == {"known under another id": 2}
        assert len(store.dropped["a"]) == 4


async def test_a_mistake_of_our_own_is_told_and_the_source_is_asked_again(monkeypatch):
    store = FakeStore()

    async def broken(self, job):
        raise OSError("no more processes")

    monkeypatch.setattr(InProcess, "do", broken)
    async with serving() as server:
        server.body("/a.xml", rss("one"))
        _, receipts = await once(store, Source(id="a", title="A", url=server.url("/a.xml")))
    assert receipts[0].status == "failing" and "our own mistake" in receipts[0].message
    assert store.health["a"].next_at > NOW


async def test_the_same_bytes_again_write_no_item_and_no_memory():
    store, clock = FakeStore(), Clock(NOW)
    async with serving() as server:
        source = Source(id="a", title="A", url=server.url("/a.xml"))
        server.body("/a.xml", rss("one"), 'ETag: "1"')
        await once(store, source, clock=clock)
        added, remembered = store.adds, store.memories["a"]
        server.body("/a.xml", rss("one"))
        clock.forward(days=1)
        _, receipts = await once(store, source, clock=clock)
    assert receipts[0].status == "unmodified"
    assert (store.adds, store.memories["a"]) == (added, remembered)
    assert store.health["a"].last_try == clock.now


async def test_a_round_that_the_other_poller_leaves_undone_is_done_here(monkeypatch):
    store = FakeStore()
    monkeypatch.setattr(errand, "LOOK_EVERY", 0.01)
    store.leased = True

    async def leave() -> None:
        await asyncio.sleep(0.05)
        store.leased = False

    async with serving() as server:
        server.body("/a.xml", rss("one"))
        _, (summary, _) = await asyncio.gather(
            leave(), once(store, Source(id="a", title="A", url=server.url("/a.xml")))
        )
    assert summary.new == 1 and store.titles() == ["one"]
