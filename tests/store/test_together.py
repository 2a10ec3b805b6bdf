"""Real processes on one store at once: a backup beside a writer, two pollers for one lease."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from monitor.model import View
from monitor.store import open_store

from .conftest import LONG
from .test_faults import WRITER, script


def test_a_backup_beside_a_writer_is_of_one_moment(disk_url, clock, tmp_path, monkeypatch):
    monkeypatch.setattr("monitor.store.jsonfile.OUTGROWN", 1_000_000)
    kind = disk_url.partition(":")[0]
    with open_store(disk_url, clock=clock):
        pass
    process = script(WRITER, disk_url, 0)
    try:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        found = []
        for number in range(8 * LONG):
            acknowledged = process.stdout.readline()
            while not acknowledged.startswith("add"):
                acknowledged = process.stdout.readline()
            copy = tmp_path / f"copy{number}"
            with open_store(disk_url, read_only=True, clock=clock) as reader:
                before = reader.revision()
                reader.backup(copy)
                after = reader.revision()
            with open_store(f"{kind}:{copy}", clock=clock) as store:
                assert (store.notices(), store.check()) == ((), [])
                assert before <= store.revision() <= after
                stories = store.page(View(shelf="all"), limit=100_000, bodies=True).stories
                assert len(stories) % 5 == 0, "a batch is there whole or not at all"
                assert all(story.body is not None for story in stories)
                assert int(acknowledged.split()[1]) + 5 <= len(stories), "what was acknowledged before is in it"
                found.append(len(stories))
        assert found == sorted(found) and found[0] < found[-1]
    finally:
        process.kill()
        process.communicate()


def polled(feed_server) -> dict[str, int]:
    """How often each poller has asked, by what it calls itself."""
    asked: dict[str, int] = {}
    for _, headers in list(feed_server.requests):
        agent = headers["User-Agent"]
        asked[agent] = asked.get(agent, 0) + 1
    return asked


def until(condition, seconds: float = 30.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def pollers(disk_url, feed_server, tmp_path):
    """Two real pollers of one store, each calling itself by another name."""
    processes = []
    for name in ("first", "second"):
        config = tmp_path / name
        config.mkdir()
        url = feed_server.feed("/wire.xml", "NATO meets")
        (config / "sources.toml").write_text(
            f'[defaults]\nuser_agent = "{name}"\n[[sources]]\nid = "wire"\nurl = "{url}"\nevery = "1s"\n'
        )
        (config / "topics.toml").write_text("")
        command = [sys.executable, "-m", "monitor", "poll", "--json", "--config", config, "--store", disk_url]
        processes.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        )
    yield processes
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_of_two_pollers_one_polls_and_the_other_takes_over_when_it_is_killed(pollers, disk_url, feed_server, clock):
    until(lambda: len(feed_server.requests) >= 1)
    with open_store(disk_url, clock=clock) as store:
        lease = store.lease("poller")
        until(lambda: lease.holder() is not None)
        first = lease.holder().pid
        [holder] = [process for process in pollers if process.pid == first]
        [other] = [process for process in pollers if process is not holder]
        until(lambda: store.count(View()) == 1)
        assert len(polled(feed_server)) == 1, "exactly one polls"
        holder.kill()
        until(lambda: (holder := lease.holder()) is not None and holder.pid == other.pid, 10.0)
        store.wish(None)
        until(lambda: len(polled(feed_server)) == 2)
        other.send_signal(signal.SIGINT)
        output, problems = other.communicate(timeout=20)
        assert (other.returncode, re.findall("Traceback", problems)) == (130, []), output + problems
        assert lease.holder() is None
        assert (store.count(View()), store.check()) == (1, [])
