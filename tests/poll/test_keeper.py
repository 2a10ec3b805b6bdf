"""The keeper: what comes while it stores is stored together; one source's mistake is nobody else's."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from monitor.config import Network
from monitor.errors import StoreError
from monitor.ingest import normalise
from monitor.model import Addition, Body, Entry, Item, Memory, Source, SourceHealth, Verdict
from monitor.poll.keeper import Keeper, Parcel
from monitor.poll.worker import Catch
from tests.poll.fakes import NOW, FakeStore


class SlowStore(FakeStore):
    """A store whose batches wait until they are let through, and can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self.begun = threading.Event()
        self.batches: list[list[str]] = []
        self.error: Exception | None = None

    def add(self, additions, *, healths=(), memories=None) -> int:
        self.batches.append([health.source for health in healths])
        self.begun.set()
        assert self.open.wait(5)
        if self.error is not None:
            raise self.error
        return super().add(additions, healths=healths, memories=memories)


def parcel(name: str, count: int = 1, **changes: Any) -> Parcel:
    items = [
        Item(
            id=f"{name}{n}", source=name, key=f"guid:{n}", digest=f"{name}{n}", story="s", url=f"https://{name}.invalid/{n}",
            title=f"{name} {n}", published=NOW, seen=NOW,
        )
        for n in range(count)
    ]  # fmt: skip
    additions = tuple(Addition(item=item, body=Body(text=item.title), verdict=Verdict()) for item in items)
    given: dict[str, Any] = {
        "source": Source(id=name, title=name, url=f"https://{name}.invalid/feed"),
        "health": SourceHealth(source=name),
        "network": Network(),
        "catch": Catch(additions=additions),
        "memory": Memory(etag=name),
    }
    return Parcel(**(given | changes))


def keeper(store: FakeStore) -> Keeper:
    return Keeper(store, asyncio.to_thread, clock=lambda: NOW, chance=lambda: 0.5)  # type: ignore[arg-type]


async def kept_together(store: SlowStore, at_work: Keeper, *parcels: Parcel) -> list[Any]:
    """Bring one parcel, and the others while it is being stored."""
    tasks = [asyncio.create_task(at_work.keep(parcels[0]))]
    await asyncio.to_thread(store.begun.wait, 5)
    tasks += [asyncio.create_task(at_work.keep(each)) for each in parcels[1:]]
    await asyncio.sleep(0)
    store.open.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    await at_work.close()
    return found


async def test_one_alone_is_stored_at_once_and_what_comes_meanwhile_together():
    store = SlowStore()
    found = await kept_together(store, keeper(store), parcel("a"), parcel("b"), parcel("c", 2))
    assert store.batches == [["a"], ["b", "c"]]
    assert [len(kept.plan.new) for kept in found] == [1, 1, 2]
    assert [kept.health.status for kept in found] == ["ok"] * 3
    assert store.titles() == ["a 0", "b 0", "c 0", "c 1"]
    assert {name: memory.etag for name, memory in store.memories.items()} == {"a": "a", "b": "b", "c": "c"}


async def test_a_large_catch_is_not_held_up_by_more(monkeypatch):
    monkeypatch.setattr("monitor.poll.keeper.TOGETHER", 5)
    store = SlowStore()
    await kept_together(store, keeper(store), parcel("a"), parcel("b", 3), parcel("c", 3), parcel("d"))
    assert store.batches == [["a"], ["b", "c"], ["d"]]


async def test_what_cannot_be_decided_fails_alone():
    store = SlowStore()
    broken = parcel("b", catch=Catch(additions=(Addition(item=None, body=Body(), verdict=Verdict()),)))  # type: ignore[arg-type]
    first, second, third = await kept_together(store, keeper(store), parcel("a"), broken, parcel("c"))
    assert isinstance(second, AttributeError)
    assert [len(first.plan.new), len(third.plan.new)] == [1, 1]
    assert store.batches == [["a"], ["c"]]


@pytest.mark.parametrize("error", [StoreError("the disk is full"), RuntimeError("a mistake")])
async def test_when_the_store_fails_all_who_wait_are_told(error):
    store = SlowStore()
    store.error = error
    found = await kept_together(store, keeper(store), parcel("a"), parcel("b"), parcel("c"))
    assert found == [error] * 3
    store.error = None
    assert len((await keeper(store).keep(parcel("a"))).plan.new) == 1


async def test_closing_stores_what_waits_without_a_breath(monkeypatch):
    monkeypatch.setattr("monitor.poll.keeper.BREATH", 3600.0)
    store = SlowStore()
    found = await asyncio.wait_for(kept_two_and_close(store), 5)
    assert [len(kept.plan.new) for kept in found] == [1, 1]
    assert store.batches == [["a"], ["b"]]


async def kept_two_and_close(store: SlowStore) -> list[Any]:
    at_work = keeper(store)
    tasks = [asyncio.create_task(at_work.keep(parcel("a")))]
    await asyncio.to_thread(store.begun.wait, 5)
    tasks.append(asyncio.create_task(at_work.keep(parcel("b"))))
    store.open.set()
    await asyncio.sleep(0)
    await at_work.close()
    return await asyncio.gather(*tasks)


def offered(source: Source, **entry: Any) -> Parcel:
    item, body = normalise(Entry(**entry), source, NOW)
    return parcel(source.id, source=source, catch=Catch(additions=(Addition(item=item, body=body, verdict=Verdict()),)))


FEED = Source(id="feed", title="Feed", url="https://feed.invalid/rss")
FILES = Source(id="files", title="Files", path="/news")


async def test_another_article_under_a_guid_that_is_stored_is_a_second_item():
    store = FakeStore()
    at_work = keeper(store)
    await at_work.keep(offered(FEED, guid="same", title="Storm reaches the coast", url="https://a.b/1", published=NOW))
    second = offered(FEED, guid="same", title="Parliament dissolved", url="https://a.b/2", published=NOW)
    kept = await at_work.keep(second)
    assert (len(kept.plan.new), len(kept.plan.edited)) == (1, 0)
    assert store.titles() == ["Parliament dissolved", "Storm reaches the coast"]
    assert (await at_work.keep(second)).plan.unchanged == 1


async def test_a_file_with_another_headline_is_a_new_version_of_its_item():
    store = FakeStore()
    at_work = keeper(store)
    await at_work.keep(offered(FILES, guid="latest.txt", title="Storm reaches the coast", body="It came at night."))
    kept = await at_work.keep(offered(FILES, guid="latest.txt", title="Parliament dissolved", body="A vote follows."))
    assert (len(kept.plan.new), len(kept.plan.edited)) == (0, 1)
    assert store.titles() == ["Parliament dissolved"]
