"""The life of a poller that goes on: its periodic jobs, and what they share."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import asdict

from monitor.errors import MonitorError
from monitor.model import Progress, Source
from monitor.poll import due
from monitor.poll.dispatch import Dispatcher, first_wait, steady
from monitor.poll.intake import Intake
from monitor.poll.rematch import Rematch
from monitor.poll.remote import STOP
from monitor.poll.worker import Judges
from monitor.poll.workers import Workers

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.poll.poller import Poller
    from monitor.query import Watchlists
    from monitor.store.port import Lease

Reload = Callable[[], "tuple[Settings, Watchlists] | None"]

DISPATCH_EVERY = 1.0
WISHES_EVERY = 0.5
SAVE_EVERY = 2.0
BEAT_EVERY = 5.0
LOOK_EVERY = 2.0
REMATCH_EVERY = 1.0
PRUNE_LOOK_EVERY = 600.0
PRUNE_EVERY = timedelta(days=1)
LEAP = timedelta(days=30)
"""Longer without a poller than this may as well be a clock that is wrong."""
ASLEEP = 5.0
"""Seconds that the machine slept from which on it is told apart from the clocks' own trembling."""
WAKING = 10.0
"""Seconds after a sleep until the network may be there again."""
HOST_PATIENCE = 900.0
"""Most seconds for which a 429 of one source holds up the others of its host; then their own answers tell."""
PUT_OFF = 900.0
"""Seconds that a round of polls waits after it was stopped."""
PRUNED = "pruned"
"""The memo of when the store was last pruned."""
TOLD = "progress:poll"
_log = logging.getLogger("monitor.poll")


class Life:
    """The life of a poller that goes on: its periodic jobs and what they share."""

    def __init__(
        self,
        poller: Poller,
        intake: Intake,
        workers: Workers,
        dispatcher: Dispatcher,
        *,
        lease: Lease,
        names: Collection[str] | None,
        reload: Reload | None,
    ) -> None:
        self.poller = poller
        self.intake = intake
        self.workers = workers
        self.dispatcher = dispatcher
        self.lease = lease
        self.names = names
        self.reload = reload
        self.store = poller.store
        self._chosen: frozenset[str] = frozenset()
        self._rematch: Rematch | None = None
        self._stopped = False
        """The matching of history was stopped; it goes on after a restart, or with other watchlists."""
        self._watching: asyncio.Task[None] | None = None
        self._unwatch = asyncio.Event()
        self._slept = steady() - time.monotonic()
        """How long the machine has slept since it was started."""
        self._told = 0
        self._told_trouble = ""

    async def live(self, ended: asyncio.Event, over: Callable[[], bool]) -> None:
        """Run the jobs until it is over, then finish what runs."""
        from monitor.poll.schedule import Schedule

        self.dispatcher.finished = self._next
        self.intake.slowed = self._spare
        await self.intake.load()
        await self.intake.call(self.store.put_memo, STOP, None)
        self._adopt()
        schedule = Schedule()
        schedule.every(DISPATCH_EVERY, self._guarded(self._dispatch), "dispatch")
        schedule.every(WISHES_EVERY, self._guarded(self._wishes), "wishes")
        schedule.every(SAVE_EVERY, self._guarded(self._save), "save")
        schedule.every(BEAT_EVERY, self._guarded(self._beat), "beat")
        schedule.every(REMATCH_EVERY, self._guarded(self._match_again), "rematch")
        schedule.every(PRUNE_LOOK_EVERY, self._guarded(self._prune), "prune")
        if self.reload is not None:
            schedule.every(LOOK_EVERY, self._guarded(self._reload), "config")
        schedule.start()
        looked = time.monotonic()
        try:
            while not ended.is_set():
                await pause(ended, 0.5)
                if schedule.mind_the_clock():
                    _log.warning("the clock was set, or the machine slept; polling goes on")
                if time.monotonic() - looked >= LOOK_EVERY or over():
                    looked = time.monotonic()
                    if over():
                        break
        finally:
            schedule.stop()
            await self._stop_watching()
            await self.dispatcher.close()

    def _adopt(self) -> None:
        """Take up the sources of the settings; what is planned for known ones stays.

        Others than those chosen are polled when somebody asks for one by name, and not again.
        """
        poller = self.poller
        sources, names = poller.settings.sources, self.names
        chosen = [source for source in sources if (source.enabled if names is None else source.id in names)]
        self._chosen = frozenset(source.id for source in chosen)
        known = self.dispatcher.adopt(sources)
        now = poller.clock()
        for source in sources:
            if source.id not in self._chosen:
                self.dispatcher.put(source.id, None)
        for source in chosen:
            if source.id in known:
                continue
            health = self.intake.health(source)
            wait = first_wait(health, source, now, poller.settings.network, poller.chance() * len(chosen))
            self.dispatcher.put(source.id, 0.0 if source.url is None else wait)
        self._rematch = Rematch(self.store, poller.watchlists, {source.id: source for source in sources}, poller.clock)
        self._watching = asyncio.create_task(self._watch([source for source in chosen if source.path is not None]))

    def _next(self, source: Source) -> float | None:
        if source.id not in self._chosen:
            return None
        wait = self.intake.soon(source)
        if wait is not None:
            return wait
        next_at = self.intake.health(source).next_at
        return None if next_at is None else (next_at - self.poller.clock()).total_seconds()

    def _spare(self, source: Source, seconds: float) -> None:
        """Leave the host of a source alone that asked us to slow down."""
        wait = min(seconds, HOST_PATIENCE)
        for other in self.dispatcher.spare(source, wait):
            self.intake.put_off(other, self.poller.clock() + timedelta(seconds=wait))

    def _guarded(self, job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """A job that outlives a store in trouble, which it tells once and not every time."""

        async def run() -> None:
            try:
                await job()
            except MonitorError as error:
                if str(error) != self._told_trouble:
                    self._told_trouble = str(error)
                    _log.error("%s", error)

        return run

    # ---------------------------------------------------------------- jobs

    async def _dispatch(self) -> None:
        slept = steady() - time.monotonic()
        if slept - self._slept > ASLEEP:
            self.dispatcher.put_off(WAKING, self.poller.chance)
        self._slept = slept
        self.dispatcher.step()

    async def _wishes(self) -> None:
        await self._stop()
        taken = await self.intake.call(self.store.take_wishes)
        if taken is False:
            return
        if taken is None or taken is True:
            now = self.poller.clock()
            asked = [source for source in self.dispatcher.sources if source.id in self._chosen]
            taken = [source.id for source in asked if due.open_to_all(self.intake.health(source), now)]
        for source_id in taken:
            self.dispatcher.now(source_id)
        self.dispatcher.step()

    async def _stop(self) -> None:
        if await self.intake.call(self.store.memo, STOP) is not None:
            await self.intake.call(self.store.put_memo, STOP, None)
            self.dispatcher.put_off(PUT_OFF)
            self._stopped = True

    async def _save(self) -> None:
        await self.intake.save()
        waiting = self.dispatcher.waiting
        if waiting != self._told:
            self._told = waiting
            total = self.poller.done + waiting
            progress = Progress(name="poll", done=self.poller.done, total=total)
            await self.intake.call(self.store.put_memo, TOLD, asdict(progress) if waiting else None)

    async def _beat(self) -> None:
        trouble = self.intake.trouble
        await self.intake.call(self.lease.beat, str(trouble) if trouble else None)

    async def _reload(self) -> None:
        assert self.reload is not None
        changed = await self.intake.call(self.reload)
        if changed is None:
            return
        self.poller.settings, self.poller.watchlists = settings, _ = changed
        self.dispatcher.network = settings.network
        self.intake.adopt(settings.network)
        self.workers.judge_by(judges(settings))
        await self._stop_watching()
        self._adopt()
        self.dispatcher.step()

    async def _match_again(self) -> None:
        if self._rematch is None:
            return
        walk, self._rematch = self._rematch, None
        self._stopped = False
        try:
            await self.intake.settled()
            if not await self.intake.call(walk.needed):
                return
            while self._rematch is None and (progress := await self.intake.call(walk.step)) is not None:
                self.poller.on_progress(progress)
                if self._stopped:
                    await self.intake.call(walk.rest)
                    return
                await asyncio.sleep(0)
        except MonitorError:
            self._rematch = self._rematch or walk
            raise

    async def _prune(self) -> None:
        """Once a day let go of what is older, or more, than the settings keep; beside the store's own thread.

        After a leap of the clock nothing goes by age until the next day: one that is wrong must not cost history.
        """
        now, keep = self.poller.clock(), self.poller.settings.retention
        last = await self.intake.call(self.store.memo, PRUNED)
        since = PRUNE_EVERY if last is None else now - datetime.fromisoformat(last["at"])
        if abs(since) < PRUNE_EVERY:
            return
        leapt = not timedelta() < since < LEAP
        if leapt:
            _log.warning(
                "the clock is %d days from when history was last pruned; nothing goes by age today", since.days
            )
        older_than = None if keep.days is None or leapt else now - timedelta(days=keep.days)
        gone = await asyncio.to_thread(self.store.prune, older_than=older_than, keep_per_source=keep.per_source)
        await self.intake.call(self.store.put_memo, PRUNED, {"at": now.isoformat()})
        if any(gone.values()):
            _log.info("%d old items are gone", sum(gone.values()))

    async def _watch(self, sources: list[Source]) -> None:
        from monitor.sources.watch import watch

        if not sources:
            return
        try:
            async for source_id in watch(sources, self._unwatch):
                self.dispatcher.now(source_id)
                self.dispatcher.step()
        except (OSError, RuntimeError):
            _log.exception("files are no longer watched; they are still read at their interval")

    async def _stop_watching(self) -> None:
        self._unwatch.set()
        if self._watching is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([self._watching], timeout=2.0)
                self._watching.cancel()
        self._unwatch = asyncio.Event()


def judges(settings: Settings) -> Judges:
    """The words of the settings' watchlists, for the workers."""
    return Judges(topics=settings.topics, lists=settings.lists, spelling=settings.spelling)


async def pause(ended: asyncio.Event, seconds: float) -> None:
    """Wait some seconds, or until it is over."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(ended.wait(), seconds)
