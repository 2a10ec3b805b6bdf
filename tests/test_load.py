"""A store that fills while it is read and marked: nobody waits for anybody."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest

from monitor.model import Addition, Body, Item, Mark, Verdict, View
from monitor.store import open_store

NOW = datetime(2026, 11, 23, 9, 14, tzinfo=UTC)


def additions(first: int, number: int) -> list[Addition]:
    """Items of their own, in a row, whose words are ours."""
    return [
        Addition(
            item=Item(
                id=f"i{count:07}",
                source=f"s{count % 40}",
                key=f"guid:{count}",
                digest="d",
                story=f"story-{count}",
                url=None,
                title=f"Convoy {count} leaves for the border",
                published=NOW - timedelta(seconds=count),
                seen=NOW,
            ),
            body=Body(text="The ministry said on Monday that the convoy had left. " * 20),
            verdict=Verdict(scores={"defense": 3.0} if count % 3 == 0 else {}),
        )
        for count in range(first, first + number)
    ]


@pytest.mark.slow
def test_case_40_reading_and_marking_do_not_wait_for_what_comes_in(tmp_path):
    url = f"tinydb:{tmp_path}/news.db"
    with open_store(url) as store, open_store(url) as poller:
        poller.add(additions(0, 6_000))
        stop, saved = Event(), []

        def poll() -> None:
            for batch in range(4):
                began = time.monotonic()
                poller.add(additions(100_000 + 500 * batch, 500))
                saved.append(time.monotonic() - began)
            stop.set()

        thread = Thread(target=poll)
        thread.start()
        waits = []
        while not stop.is_set():
            began = time.monotonic()
            page = store.page(View(topic="defense"), limit=60)
            store.counts(NOW)
            store.mark([page.stories[0].id], Mark(action=("star", "unstar")[len(waits) % 2], who="ana", at=NOW))
            waits.append(time.monotonic() - began)
            time.sleep(0.01)
        thread.join()
        assert store.count(View(shelf="all")) == 8_000
    waits.sort()
    assert len(waits) > 5
    assert waits[len(waits) // 2] < 0.1
    assert max(saved) < 5.0
