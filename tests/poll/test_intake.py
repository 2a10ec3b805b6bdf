"""The intake: what a poll teaches is there at the next one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import Network
from monitor.errors import SourceError
from monitor.model import Source
from monitor.poll.intake import Intake
from monitor.poll.worker import Catch, Job
from tests.clock import Clock
from tests.poll.fakes import NOW, FakeStore, InProcess, Served, rss

FEED = Source(id="feed", title="Feed", url="https://feed.invalid/rss")


@asynccontextmanager
async def taking_in(
    store: FakeStore, client: Served, clock: Clock | None = None, workers: InProcess | None = None
) -> AsyncIterator[Intake]:
    at_work, now = workers or InProcess(), clock or Clock(NOW)
    intake = Intake(store, client, at_work, network=Network(), clock=now, chance=lambda: 0.5)
    yield intake
    await intake.close()


async def test_what_was_over_the_cap_comes_at_the_next_poll():
    store, client = FakeStore(), Served(rss(*(f"number {n}" for n in range(1_500))))
    async with taking_in(store, client) as intake:
        first = await intake.poll(FEED)
        second = await intake.poll(FEED)
        third = await intake.poll(FEED)
    assert (first.new, first.drops) == (1_000, {"over the cap of a poll": 500})
    assert (second.new, second.unchanged, second.drops) == (500, 1_000, {})
    assert (third.new, third.unchanged) == (0, 1_500)
    assert [bool(memory.etag) for memory in client.asked] == [False, False, True]


async def test_ids_that_change_at_each_poll_bring_nothing_new_however_long_the_feed():
    titles = [f"number {n}" for n in range(700)]
    store, client = FakeStore(), Served()
    async with taking_in(store, client) as intake:
        receipts = []
        for poll in range(3):
            client.body = rss(*titles, guid=lambda title, poll=poll: f"{title}-{poll}")
            receipts.append(await intake.poll(FEED))
    assert [receipt.new for receipt in receipts] == [700, 0, 0]
    assert receipts[-1].drops == {"known under another id": 700}


async def test_files_are_taken_whole_however_much_they_hold(tmp_path: Path):
    mails = "".join(
        f"From a@b.invalid Tue Nov 24 10:00:00 2026\nMessage-ID: <{n}@b.invalid>\nSubject: Mail {n}\n\nWords.\n\n"
        for n in range(1_200)
    )
    (tmp_path / "all.mbox").write_text(mails)
    store = FakeStore()
    async with taking_in(store, Served()) as intake:
        receipt = await intake.poll(Source(id="mail", title="Mail", path=str(tmp_path)))
    assert (receipt.new, receipt.drops) == (1_200, {})


EVERY_45_MINUTES = "<ttl>45</ttl>"
TWICE_AN_HOUR = (
    '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly</sy:updatePeriod>'
    '<sy:updateFrequency xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">2</sy:updateFrequency>'
)


@pytest.mark.parametrize(
    ("extra", "max_age", "seconds"),
    [
        ("", None, 900.0),
        (EVERY_45_MINUTES, None, 2700.0),
        (TWICE_AN_HOUR, None, 1800.0),
        (EVERY_45_MINUTES, 3000.0, 3000.0),
    ],
)
async def test_what_a_feed_asks_for_slows_its_polls(extra: str, max_age: float | None, seconds: float):
    store = FakeStore()
    async with taking_in(store, Served(rss("one", extra=extra), max_age)) as intake:
        await intake.poll(FEED)
    assert store.health["feed"].interval == seconds
    assert store.health["feed"].next_at == NOW + timedelta(seconds=seconds)


async def test_what_a_feed_asked_for_holds_while_it_is_unmodified():
    clock, client = Clock(NOW), Served(rss("one", extra=EVERY_45_MINUTES))
    async with taking_in(FakeStore(), client, clock) as intake:
        await intake.poll(FEED)
        client.body = None
        await intake.poll(FEED)
        assert intake.health(FEED).interval == 2700.0
        client.max_age = 3000.0
        await intake.poll(FEED)
        assert intake.health(FEED).interval == 3000.0
        client.body, client.max_age = rss("two", "one"), None
        clock.forward(hours=1)
        await intake.poll(FEED)
        assert intake.health(FEED).interval == 1200.0, "a third of the gap between two items"


async def test_what_is_left_out_of_documents_and_folders_is_counted_and_listed(tmp_path: Path):
    (tmp_path / "binary.txt").write_bytes(b"\0\1")
    (tmp_path / "saved.xml").write_text("<rss version='2.0'><!ENTITY a 'b'><channel><item/></channel></rss>")
    (tmp_path / "empty.xml").write_text(
        "<rss version='2.0'><channel><item/><item><title>One</title></item></channel></rss>"
    )
    store, folder = FakeStore(), Source(id="folder", title="Folder", path=str(tmp_path))
    async with taking_in(store, Served()) as intake:
        receipt = await intake.poll(folder)
        again = await intake.poll(folder)
    assert (receipt.new, receipt.drops) == (1, {"unreadable": 2, "empty": 1})
    assert again.drops == {}
    assert store.health["folder"].drops == {"unreadable": 2, "empty": 1}
    assert sorted((drop["reason"], drop["title"], drop["key"]) for drop in store.dropped["folder"]) == [
        ("empty", "1 entry", ""),
        ("unreadable", "binary.txt is binary (it holds NUL bytes) (only text is read)", "binary.txt"),
        ("unreadable", "saved.xml: the feed defines entities of its own, which is refused", "saved.xml"),
    ]


class Limited(InProcess):
    """Workers that have time for so many characters of a job, and none for a text that holds a bomb."""

    LIMIT = 3_000_000

    async def do(self, job: Job) -> Catch:
        texts = [entry.body + (entry.raw or "") for entry in job.entries or ()]
        if sum(map(len, texts)) > self.LIMIT or any("BOMB" in text for text in texts):
            raise SourceError("reading it took too long", kind="limits")
        return await super().do(job)


async def test_a_folder_of_long_texts_is_read_in_jobs_that_a_worker_has_time_for(tmp_path: Path):
    for n in range(12):
        (tmp_path / f"{n}.txt").write_text(f"Report number {n}\n\n" + "A sentence of some words. " * 20_000)
    store = FakeStore()
    async with taking_in(store, Served(), workers=Limited()) as intake:
        receipt = await intake.poll(Source(id="folder", title="Folder", path=str(tmp_path)))
    assert (receipt.new, receipt.drops) == (12, {})


async def test_one_file_that_a_worker_cannot_do_takes_no_other_with_it(tmp_path: Path):
    for n in range(9):
        words = "A BOMB of a text." if n == 4 else "An honest text."
        (tmp_path / f"{n}.txt").write_text(f"Report number {n} of nine\n\n{words}\n")
    store, folder = FakeStore(), Source(id="folder", title="Folder", path=str(tmp_path))
    async with taking_in(store, Served(), workers=Limited()) as intake:
        receipt = await intake.poll(folder)
        again = await intake.poll(folder)
    assert (receipt.status, receipt.new, receipt.drops) == ("ok", 8, {"unreadable": 1})
    assert receipt.message == "4.txt: reading it took too long"
    assert again.drops == {}
