"""The poller from outside: who polls, one begun where nobody does, orders to it and what it is at."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from monitor.errors import StoreError
from monitor.poll.child import NICE, give_way, watched
from monitor.poll.remote import RemotePoller
from tests.poll.fakes import FakeStore, settings


@contextmanager
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has not asked for the lease yet and ends when it is told to."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


@pytest.fixture
def on_disk(tmp_path):
    return replace(settings(), store=f"tinydb:{tmp_path / 'news.db'}")


def test_a_poller_that_is_only_beginning_is_one(on_disk):
    with child() as process:
        poller = RemotePoller(FakeStore(), begin=lambda _: process)
        assert poller.state() == "none"
        assert poller.start(on_disk) == "here"
        assert poller.state() == "here"
        process.communicate(b"\n")
        assert poller.state() == "none"


def test_who_has_the_lease_is_here_only_if_it_is_our_child(on_disk):
    store = FakeStore()
    with child() as process:
        poller = RemotePoller(store, begin=lambda _: process)
        poller.start(on_disk)
        store.leased = True
        assert poller.state() == "elsewhere"
        store.lease = lambda name: SimpleNamespace(holder=lambda: SimpleNamespace(pid=process.pid, trouble=None))
        assert poller.state() == "here"


def test_a_poller_that_cannot_store_is_told_of():
    store = FakeStore()
    store.leased, store.trouble = True, "no space\x1b[2J left"
    poller = RemotePoller(store)
    assert poller.state() == "stuck"
    assert poller.trouble() == ("nothing new is stored: no space left",)
    store.trouble = None
    assert poller.state() == "elsewhere"
    assert poller.trouble() == ()


def test_no_second_poller_is_begun(on_disk):
    store, begun = FakeStore(), []
    store.leased = True
    poller = RemotePoller(store, begin=begun.append)
    assert poller.start(on_disk) == "elsewhere"
    assert begun == []


def test_the_store_is_watched_from_the_start_until_closed_whoever_polls(on_disk):
    store = FakeStore()
    store.leased = True
    poller = RemotePoller(store)
    poller.start(on_disk)
    assert watched(on_disk.store)
    poller.close()
    assert not watched(on_disk.store)


def test_a_store_that_no_other_process_sees_gets_no_poller():
    begun = []
    assert RemotePoller(FakeStore(), begin=begun.append).start(settings()) == "none"
    assert begun == []


def test_a_poller_that_cannot_be_started_is_told_in_a_line(on_disk):
    def begin(_):
        raise PermissionError(13, "Permission denied")

    with pytest.raises(StoreError, match="the poller cannot be started: Permission denied"):
        RemotePoller(FakeStore(), begin=begin).start(on_disk)


def test_long_work_in_any_process_is_told_and_can_be_stopped():
    store = FakeStore()
    poller = RemotePoller(store)
    assert poller.progress() == ()
    store.put_memo("progress:rematch", {"done": 3, "total": 10, "detail": "defense\x1b[2J"})
    (progress,) = poller.progress()
    assert (progress.name, progress.done, progress.total) == ("rematch", 3, 10)
    assert "\x1b" not in progress.detail
    poller.stop_work("ana")
    assert store.memo("stop") == {"who": "ana"}


def test_a_poller_gives_way_with_all_that_it_starts():
    words = [sys.executable, "-c", "input()"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True) as process:
        give_way(process.pid)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == NICE
        group = Path(f"/proc/{process.pid}/autogroup")
        if group.exists():  # a kernel that weighs sessions against each other
            assert group.read_text().endswith(f" nice {NICE}\n")
        process.kill()
