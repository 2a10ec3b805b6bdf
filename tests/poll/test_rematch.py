"""History matched again: all of it, newest first, resumed where it stopped."""

from __future__ import annotations

import pytest

from monitor.ingest import normalise
from monitor.model import Addition, Entry, Source, Topic, Verdict
from monitor.poll import rematch as module
from monitor.poll.rematch import Rematch
from monitor.query import Watchlists
from tests.poll.fakes import NOW, FakeStore

SOURCE = Source(id="a", title="A")


@pytest.fixture
def store():
    store = FakeStore()
    for n in range(25):
        item, body = normalise(Entry(guid=str(n), title=f"{'missile' if n % 5 == 0 else 'budget'} {n}"), SOURCE, NOW)
        store.add([Addition(item=item, body=body, verdict=Verdict())])
    return store


def walk(store, query="missile"):
    watchlists = Watchlists((Topic(id="t", title="T", query=query),), {})
    return Rematch(store, watchlists, {"a": SOURCE}, lambda: NOW)


def finish(rematch):
    told = []
    while (progress := rematch.step()) is not None:
        told.append((progress.done, progress.total))
    return told


def test_all_of_history_is_judged_and_only_changes_are_written(store, monkeypatch):
    monkeypatch.setattr(module, "STEP", 10)
    rematch = walk(store)
    assert rematch.needed()
    assert finish(rematch) == [(10, 25), (20, 25)]
    assert len(store.rejudged) == 5
    assert not walk(store).needed(), "until a watchlist changes again"
    assert walk(store, "budget").needed()


def test_an_interrupted_walk_goes_on_where_it_stopped(store, monkeypatch):
    monkeypatch.setattr(module, "STEP", 10)
    first = walk(store)
    assert first.needed() and first.step().done == 10
    again = walk(store)
    assert again.needed()
    assert again.step().done == 20
    assert again.step() is None
    assert len(store.rejudged) == 5
    assert store.memo("rematch") is None and store.memo("progress:rematch") is None


def test_another_change_begins_anew(store, monkeypatch):
    monkeypatch.setattr(module, "STEP", 10)
    first = walk(store)
    assert first.needed() and first.step()
    other = walk(store, "budget")
    assert other.needed() and other.step().done == 10
