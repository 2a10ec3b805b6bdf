"""Periodic jobs and a clock that is set."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from monitor.poll import schedule as module
from monitor.poll.schedule import Schedule, _Every


def test_a_clock_set_forward_by_a_month_gives_one_run_not_millions():
    trigger = _Every(1.0)
    first = datetime(2026, 11, 24, tzinfo=UTC)
    later = first + timedelta(days=30)
    assert trigger.get_next_fire_time(first, later) > later


async def test_jobs_run_again_and_again_and_not_beside_themselves(caplog):
    schedule, runs, beside = Schedule(), 0, 0
    enough = asyncio.Event()

    async def job() -> None:
        nonlocal runs, beside
        runs += 1
        beside += 1
        assert beside == 1
        await asyncio.sleep(0.02)
        beside -= 1
        if runs == 3:
            enough.set()

    schedule.every(0.01, job, "job")
    schedule.start()
    await asyncio.wait_for(enough.wait(), 5)
    schedule.stop()
    schedule.stop()
    assert not caplog.records, "a turn that long work leaves out is nothing to tell"


async def test_a_clock_set_back_an_hour_stops_nothing(monkeypatch):
    schedule, ran = Schedule(), asyncio.Event()
    wall = module.time.time

    async def job() -> None:
        ran.set()

    schedule.every(3600.0, job, "job")
    schedule.start()
    await asyncio.wait_for(ran.wait(), 5)
    ran.clear()
    assert not schedule.mind_the_clock()
    monkeypatch.setattr(module.time, "time", lambda: wall() - 3600)
    assert schedule.mind_the_clock()
    await asyncio.wait_for(ran.wait(), 5)
    assert not schedule.mind_the_clock()
    schedule.stop()


async def test_a_job_cut_off_by_the_end_is_no_failure(caplog):
    schedule, begun = Schedule(), asyncio.Event()

    async def job() -> None:
        begun.set()
        await asyncio.sleep(60)

    schedule.every(0.01, job, "slow")
    schedule.start()
    await asyncio.wait_for(begun.wait(), 5)
    schedule.stop()
    await asyncio.sleep(0.05)
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]
