"""Successive polls of live feeds give exactly the new and edited entries that series.tsv counts, by the whole intake."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path

from monitor.config import Network
from monitor.model import Receipt, Source
from monitor.poll.intake import Intake
from tests.clock import Clock
from tests.poll.fakes import NOW, FakeStore, InProcess, Served


def polls(folder: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    with (folder / "series.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for name, of_feed in groupby(rows, lambda row: row["file"].partition("/")[0]):
        yield name, list(of_feed)


async def test_a_series_gives_the_new_and_edited_entries_that_it_holds(shared_data: Path) -> None:
    folder = shared_data / "real_feeds"
    told, found, cut = [], [], 0
    for name, rows in polls(folder):
        store, client, clock = FakeStore(), Served(), Clock(NOW)
        source = Source(id=name, title=name, url=f"http://{name}.example/feed.xml")
        intake = Intake(store, client, InProcess(), network=Network(), clock=clock, chance=lambda: 0.5)
        for row in rows:
            clock.now = datetime.fromisoformat(row["commit_time"])
            client.body = (folder / "series" / row["file"]).read_bytes()
            before = {key: addition.item.title for key, addition in store.items.items()}
            receipt: Receipt = await intake.poll(source)
            assert receipt.status in ("ok", "quiet"), receipt
            after = {key: addition.item.title for key, addition in store.items.items()}
            edited = sum(title != after[key] for key, title in before.items())
            told.append((row["file"], int(row["new_vs_earlier"]), int(row["title_edited"]), int(row["entries"])))
            seen = receipt.new + receipt.edited + receipt.unchanged + sum(receipt.drops.values())
            found.append((row["file"], receipt.new, edited, seen))
            assert len(after) == len(before) + receipt.new
        cut += sum(bool(job.known) for job in intake._workers.jobs)
        await intake.close()
    assert found == told
    assert cut > 40, "the reducer had nothing to work with"
