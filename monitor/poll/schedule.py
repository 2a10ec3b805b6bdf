"""A handful of periodic jobs by APScheduler, kept from its traps: misfires, clock changes, catching up."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

JUMP = 5.0
"""Seconds by which the wall clock may drift from the monotonic one between two looks before it counts as set."""


class _Every(BaseTrigger):  # type: ignore[misc]
    """Fires some seconds after it last fired; never catches up: a clock set forward gives one run, not thousands."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return now if previous_fire_time is None else now + timedelta(seconds=self.seconds)


class Schedule:
    """Periodic jobs on the running event loop. A job that is still running is not started again."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 2}
        )
        self._wall = time.time()
        self._steady = time.monotonic()

    def every(self, seconds: float, job: Callable[[], Awaitable[None]], name: str) -> None:
        """Run a coroutine function now and then again each `seconds` seconds."""
        alone = asyncio.Lock()

        async def run() -> None:
            if alone.locked():  # long work: the scheduler itself would tell of each turn that it leaves out
                return
            with contextlib.suppress(asyncio.CancelledError):  # cut off by `stop`, which is no failure to tell
                async with alone:
                    await job()

        self._scheduler.add_job(run, _Every(seconds), id=name, name=name, next_run_time=datetime.now(UTC))

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def mind_the_clock(self) -> bool:
        """Notice that the wall clock was set, and start every job afresh; to be called on the monotonic clock."""
        wall, steady = time.time(), time.monotonic()
        jumped = abs((wall - self._wall) - (steady - self._steady)) > JUMP
        self._wall, self._steady = wall, steady
        if jumped:
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))
            self._scheduler.wakeup()
        return jumped

    def stop(self) -> None:
        """Start nothing more; what runs is left to whoever waits for it."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
