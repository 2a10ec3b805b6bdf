"""Long batches: they end their transaction when somebody waits, and are on disk when they return."""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.model import Memory, SourceHealth, View
from monitor.store import open_store
from monitor.store.book import AHEAD, STEP
from monitor.store.files import FileLock
from monitor.store.sqlite import SqliteGround
from tests.store.conftest import addition


@pytest.fixture
def path(tmp_path):
    return tmp_path / "news.db"


@pytest.fixture
def store(path, clock):
    with open_store(f"tinydb:{path}", clock=clock) as opened:
        yield opened


def test_a_lock_knows_of_a_process_that_waits(tmp_path):
    ours, theirs = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    with ours.held():
        assert not ours.wanted()
        waiter = threading.Thread(target=lambda: _take(theirs))
        waiter.start()
        assert _soon(ours.wanted)
    waiter.join()
    with ours.held():
        assert not ours.wanted()
    ours.close()
    theirs.close()


def test_a_lock_knows_of_a_thread_that_waits(tmp_path):
    lock = FileLock(tmp_path / "lock")
    with lock.held():
        waiter = threading.Thread(target=lambda: _take(lock))
        waiter.start()
        assert _soon(lock.wanted)
    waiter.join()
    lock.close()


def test_a_batch_that_nobody_waits_for_is_one_revision(store, monkeypatch):
    monkeypatch.setattr(SqliteGround, "hold", 60.0)
    before = store.revision()
    assert store.add([addition(n) for n in range(100)]) == before + 1


def test_a_batch_gives_way_to_whoever_waits(store, monkeypatch):
    monkeypatch.setattr(SqliteGround, "hold", 60.0)
    monkeypatch.setattr(SqliteGround, "wanted", lambda self: True)
    before = store.revision()
    assert store.add([addition(n) for n in range(100)]) > before + 10


def test_a_small_batch_is_written_whole_whoever_waits(store, monkeypatch):
    monkeypatch.setattr(SqliteGround, "hold", 0.0)
    monkeypatch.setattr(SqliteGround, "wanted", lambda self: True)
    before = store.revision()
    assert store.add([addition(n) for n in range(16)]) == before + 1


def test_a_batch_that_grows_long_is_committed_on_the_way(store, monkeypatch):
    monkeypatch.setattr(SqliteGround, "hold", 0.0)
    before = store.revision()
    assert store.add([addition(n) for n in range(100)]) > before + 10


def test_what_several_sources_gave_is_one_revision(store, monkeypatch):
    monkeypatch.setattr(SqliteGround, "hold", 60.0)
    before = store.revision()
    names = ("bbc", "afp", "dpa")
    store.add(
        [addition(n, source=names[n % 3], key=f"guid:{n // 3}") for n in range(9)],
        healths=[SourceHealth(source=name, status="ok") for name in names],
        memories={name: Memory(etag=name) for name in names},
    )
    assert store.revision() == before + 1
    assert {name: store.memory(name).etag for name in names} == {name: name for name in names}
    assert set(store.known("afp", ["guid:0", "guid:2", "guid:3"])) == {"guid:0", "guid:2"}


def test_a_batch_is_on_disk_when_it_returns_and_waits_for_the_disk_once(store, path, monkeypatch):
    done: list[threading.Thread] = []
    wal = path.with_name(path.name + "-wal")
    synced = os.fdatasync

    def sync(descriptor: int) -> None:
        if os.path.sameopenfile(descriptor, reference):
            done.append(threading.current_thread())
        synced(descriptor)

    levels: list[int] = []
    commit = SqliteGround.transaction

    def transaction(self, *, durable: bool = True, **asked):
        levels.append(durable)
        return commit(self, durable=durable, **asked)

    monkeypatch.setattr(SqliteGround, "hold", 0.0)
    store.add([addition(1)])
    reference = os.open(wal, os.O_RDONLY)
    monkeypatch.setattr(os, "fdatasync", sync)
    monkeypatch.setattr(SqliteGround, "transaction", transaction)
    try:
        store.add([addition(n) for n in range(10, 40)])
    finally:
        os.close(reference)
    assert done[-1] is threading.main_thread()
    assert done.count(threading.main_thread()) == 1
    assert len(done) > 1, "the disk is at work meanwhile"
    assert False in levels


def test_a_mark_waits_for_the_disk(store):
    store.add([addition(1)])
    ground = store._book.ground
    with ground.transaction():
        level = ground._writer.execute("PRAGMA synchronous").fetchone()
    assert level == (2,), "FULL"


def test_a_full_disk_at_the_end_of_a_batch_is_told(store, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdatasync", full)
    with pytest.raises(Exception, match="the disk is full"):
        store.add([addition(1)])


def test_a_disk_that_fails_in_the_middle_of_a_batch_is_told(store, monkeypatch):
    def failing(descriptor: int) -> None:
        if threading.current_thread() is not threading.main_thread():  # later, the disk knows of nothing any more
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(SqliteGround, "hold", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", failing)
        with pytest.raises(StoreError, match="Input/output error"):
            store.add([addition(n) for n in range(100)])
    store.add([addition(n) for n in range(100)])
    assert store.count(View()) == 100


def test_an_item_that_was_pruned_is_forgotten_as_such_only_when_it_is_stored_again(store, clock, monkeypatch):
    additions = [addition(n, source="bbc") for n in range(40)]
    store.add(additions)
    store.prune(older_than=clock() + timedelta(days=9), keep_per_source=None)
    keys = [one.item.key for one in additions]
    assert len(store.known("bbc", keys)) == 40
    put, writes = store._book.items.put, []

    def breaking(documents):
        writes.append(documents)
        if len(writes) == 4:
            raise StoreError("the disk is full")
        put(documents)

    monkeypatch.setattr(SqliteGround, "hold", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(store._book.items, "put", breaking)
        with pytest.raises(StoreError):
            store.add(additions)
    known = store.known("bbc", keys)
    assert len(known) == 40
    assert sum(one.id is not None for one in known.values()) == 3 * STEP
    store.add(additions)
    assert all(one.id is not None for one in store.known("bbc", keys).values())
    assert not len(store._keeping._identities)


def test_what_is_stored_already_is_looked_up_for_many_at_once(store, monkeypatch):
    store.add([addition(n) for n in range(2 * AHEAD)])
    asked, page = [], store._book.items.page
    monkeypatch.setattr(SqliteGround, "hold", 60.0)
    monkeypatch.setattr(store._book.items, "page", lambda *given, **more: asked.append(given) or page(*given, **more))
    store.add([addition(n, digest=f"other {n}") for n in range(2 * AHEAD)])
    assert len(asked) == 2
    assert store.count(View()) == 2 * AHEAD


def test_a_grown_log_is_folded_into_the_file_when_all_is_calm(store, path, monkeypatch):
    monkeypatch.setattr("monitor.store.sqlite.CALM", 0)
    monkeypatch.setattr("monitor.store.search.SETTLE", 60.0)
    store.add([addition(n, text=f"word {n} " * 200) for n in range(200)])
    before = path.stat().st_size
    store._book.ground.upkeep()
    assert path.stat().st_size == before
    store._book.ground.upkeep(calm=True)
    assert path.stat().st_size > before


@pytest.mark.parametrize(("quiet", "folds"), [(0.0, True), (60.0, False)])
def test_upkeep_waits_until_nothing_is_being_stored(path, clock, monkeypatch, quiet, folds):
    told = threading.Event()
    monkeypatch.setattr("monitor.store.search.SETTLE", 0.0)
    monkeypatch.setattr("monitor.store.search.QUIET", quiet)
    monkeypatch.setattr(SqliteGround, "upkeep", lambda self, *, calm=False: told.set() if calm else None)
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(1)])
        assert told.wait(5 if folds else 0.2) is folds


def _take(lock: FileLock) -> None:
    with lock.held():
        pass


def _soon(true) -> bool:
    """Whether something comes to be so within five seconds."""
    never = threading.Event()
    return any(true() or never.wait(0.005) for _ in range(1000))
