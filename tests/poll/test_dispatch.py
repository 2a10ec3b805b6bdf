"""Which source is polled next: bounded, polite, on a clock that only moves forward."""

from __future__ import annotations

import asyncio
import time

import pytest
from msgspec.structs import replace

from monitor.config import Network
from monitor.model import Source, SourceHealth
from monitor.poll.dispatch import SPREAD, Dispatcher, first_wait, steady
from tests.poll.fakes import NOW
from tests.poll.simulation import simulate


class Room:
    """A dispatcher whose polls end when told to."""

    def __init__(self, *urls: str, **network) -> None:
        self.now = 0.0
        self.running: dict[str, asyncio.Event] = {}
        self.polled: list[str] = []
        self.sources = [Source(id=f"s{n}", title=f"S{n}", url=url) for n, url in enumerate(urls)]
        self.dispatcher = Dispatcher(Network(**network), self.poll, steady=lambda: self.now)
        self.dispatcher.adopt(self.sources)
        for source in self.sources:
            self.dispatcher.put(source.id, 0.0)

    async def poll(self, source: Source) -> None:
        self.polled.append(source.id)
        self.running[source.id] = asyncio.Event()
        await self.running[source.id].wait()

    async def step(self, seconds: float = 0.0) -> float | None:
        self.now += seconds
        later = self.dispatcher.step()
        await self.settle()
        return later

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def end(self, source_id: str) -> None:
        self.running[source_id].set()
        await self.settle()


async def test_one_request_at_a_time_and_a_pause_per_host():
    room = Room("http://a.invalid/1", "http://a.invalid/2", "http://b.invalid/1", host_pause=1.0)
    await room.step()
    assert room.polled == ["s0", "s2"]
    await room.end("s0")
    assert room.polled == ["s0", "s2"], "the host rests"
    assert await room.step(0.5) == pytest.approx(0.5)
    await room.step(0.6)
    assert room.polled == ["s0", "s2", "s1"]


async def test_a_round_put_off_finishes_what_runs_and_starts_no_more_for_a_while():
    room = Room("http://a.invalid/1", "http://b.invalid/1", "http://c.invalid/1", concurrency=1)
    await room.step()
    room.dispatcher.put_off(900.0)
    assert room.dispatcher.waiting == 1, "only what runs"
    await room.end("s0")
    await room.step(899.0)
    assert room.polled == ["s0"]
    await room.step(1.5)
    assert room.polled == ["s0", "s1"]


async def test_what_is_put_off_may_be_spread():
    room = Room("http://a.invalid/", "http://b.invalid/", "http://c.invalid/")
    places = iter((0.9, 0.1, 0.5))
    room.dispatcher.put_off(10.0, lambda: next(places))
    await room.step(10.0 + 3 * SPREAD * 0.2)
    assert room.polled == ["s1"]
    await room.step(3 * SPREAD * 0.4)
    assert room.polled == ["s1", "s2"]
    await room.step(3 * SPREAD)
    assert room.polled == ["s1", "s2", "s0"]
    await room.dispatcher.close(grace=0.0)


async def test_the_other_sources_of_a_host_may_be_left_alone():
    room = Room("http://a.invalid/1", "http://a.invalid/2", "http://a.invalid/3", "http://b.invalid/1", host_pause=0.0)
    room.dispatcher.put("s2", 5000.0)
    await room.step()
    assert room.polled == ["s0", "s3"]
    spared = room.dispatcher.spare(room.sources[0], 900.0)
    assert [source.id for source in spared] == ["s1"], "what is due later anyway stays as planned"
    await room.end("s0")
    await room.step(899.0)
    assert room.polled == ["s0", "s3"]
    await room.step(2.0)
    assert room.polled == ["s0", "s3", "s1"]
    await room.dispatcher.close(grace=0.0)


async def test_loopback_needs_no_rest():
    room = Room("http://127.0.0.1:1/1", "http://127.0.0.1:1/2", "http://localhost/3", "http://[::1]/4")
    await room.step()
    assert len(room.polled) == 4


async def test_no_more_at_once_than_allowed():
    room = Room(*(f"http://h{n}.invalid/" for n in range(10)), concurrency=3)
    await room.step()
    assert len(room.polled) == 3
    await room.end("s0")
    assert len(room.polled) == 4
    await room.dispatcher.close(grace=0.0)


async def test_an_answer_frees_host_and_place_while_the_poll_goes_on():
    room = Room("http://a.invalid/1", "http://a.invalid/2", "http://b.invalid/", concurrency=1, host_pause=1.0)
    await room.step()
    assert room.polled == ["s0"]
    room.dispatcher.answered(room.sources[0])
    await room.settle()
    assert room.polled == ["s0", "s2"], "the place is free, the host rests"
    room.dispatcher.answered(room.sources[2])
    await room.step(1.1)
    assert room.polled == ["s0", "s2", "s1"]
    for name in ("s0", "s1", "s2"):
        await room.end(name)
    assert room.dispatcher.waiting == 0


async def test_answers_that_wait_to_be_stored_do_not_pile_up():
    room = Room(*(f"http://h{n}.invalid/" for n in range(20)), concurrency=2)
    await room.step()
    for number in range(20):
        room.dispatcher.answered(room.sources[number])
    await room.settle()
    assert len(room.polled) == 8
    await room.end("s0")
    assert len(room.polled) == 9
    await room.dispatcher.close(grace=0.0)


async def test_a_wish_during_a_poll_is_polled_once_more():
    room = Room("http://a.invalid/", host_pause=0.0)
    await room.step()
    room.dispatcher.now("s0")
    room.dispatcher.now("s0")
    await room.end("s0")
    assert room.polled == ["s0", "s0"]
    await room.end("s0")
    await room.step(10)
    assert room.polled == ["s0", "s0"]


async def test_a_source_taken_out_is_not_polled_and_the_others_keep_their_plan():
    room = Room("http://a.invalid/", "http://b.invalid/")
    assert room.dispatcher.adopt(room.sources[1:]) == {"s1"}
    await room.step()
    assert room.polled == ["s1"]


async def test_a_source_whose_poll_ends_in_an_error_is_polled_again_as_planned():
    class Broken(Room):
        async def poll(self, source: Source) -> None:
            self.polled.append(source.id)
            raise OSError("nobody reads what is told of it")

    room = Broken("http://a.invalid/", host_pause=0.0)
    told = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    room.dispatcher.finished = lambda _: 300.0
    await room.step()
    await room.step(301.0)
    assert room.polled == ["s0", "s0"]


async def test_a_source_that_changes_while_it_is_polled_is_polled_as_it_is_now():
    room = Room("http://a.invalid/old", host_pause=0.0)
    room.dispatcher.finished = lambda _: None
    await room.step()
    (old,) = room.sources
    assert room.dispatcher.adopt([replace(old, url="http://a.invalid/new")]) == set()
    room.dispatcher.put("s0", 5.0)
    await room.step(6.0)
    assert room.polled == ["s0"], "one poll of a source at a time"
    await room.end("s0")
    await room.step(6.0)
    assert room.polled == ["s0", "s0"], "what the old address brought is no plan for the new one"
    await room.dispatcher.close(grace=0.0)


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="a clock of Linux")
def test_due_times_pass_while_the_machine_sleeps():
    """CLOCK_MONOTONIC stands still meanwhile: what was due in ten minutes would be due ten minutes after waking."""
    assert steady.args == (time.CLOCK_BOOTTIME,)
    assert abs(steady() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 60


async def test_eight_hours_of_sleep_bring_one_poll_each_and_no_burst():
    room = Room(*(f"http://h{n}.invalid/" for n in range(200)), concurrency=20)
    room.dispatcher.finished = lambda source: 300.0
    await room.step(8 * 3600.0)
    most = 0
    while len(room.polled) < 200:
        most = max(most, len([1 for event in room.running.values() if not event.is_set()]))
        for source_id in list(room.running):
            await room.end(source_id)
    assert most <= 20 and len(set(room.polled)) == 200


def test_the_first_poll_is_as_planned_spread_or_never():
    network = Network()
    source = Source(id="a", title="A", url="http://a.invalid/")
    planned = SourceHealth(source="a", status="ok", next_at=NOW.replace(hour=13))
    assert first_wait(planned, source, NOW, network, 0.5) == 3600
    assert first_wait(planned, source, NOW.replace(day=25), network, 0.5) == 0
    assert first_wait(planned, source, NOW.replace(year=2025), network, 0.5) <= 20, "a clock set back stops nothing"
    assert 0 <= first_wait(SourceHealth(source="a"), source, NOW, network, 0.7) <= 20
    assert first_wait(SourceHealth(source="a", status="gone"), source, NOW, network, 0.7) is None


def polite(figures):
    return figures.least_rest >= 1.0 and not figures.together and not figures.asked_too_soon and figures.busiest <= 32


@pytest.mark.slow
async def test_a_day_of_two_hundred_feeds_is_polite_and_timely():
    figures = await simulate(200, 1.0)
    assert polite(figures)
    assert figures.polls / figures.feeds < 200
    busy = sorted(figures.delays["feeds with up to 20 minutes between items"])
    assert busy[len(busy) // 2] < 180 and busy[len(busy) * 95 // 100] < 900


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_week_of_a_thousand_feeds_is_as_the_docs_say(root):
    figures = await simulate(1000, 7.0)
    assert polite(figures)
    assert figures.table() in (root / "docs" / "sources.md").read_text()
