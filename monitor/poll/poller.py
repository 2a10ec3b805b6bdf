"""The poller process: what is due, wishes from dashboards, files that change, history matched again."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.errors import MonitorError, UsageError
from monitor.model import FAILING, Progress, Receipt, Source
from monitor.poll import due
from monitor.poll.child import watched
from monitor.poll.dispatch import Dispatcher
from monitor.poll.errand import Errand
from monitor.poll.intake import Clock, Intake
from monitor.poll.life import Life, Reload, judges, pause
from monitor.poll.workers import Workers

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.query import Watchlists
    from monitor.store.port import Lease, Store

OnReceipt = Callable[[Receipt], None]
OnProgress = Callable[[Progress], None]

LOOKS = 3
"""Times that a round looks at a local source in which files are still being written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run of the poller did."""

    sources: int = 0
    new: int = 0
    edited: int = 0
    failed: int = 0
    seconds: float = 0.0
    signal: int | None = None
    """The signal that ended it, if one did."""


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def run(
    settings: Settings,
    store: Store,
    watchlists: Watchlists,
    *,
    once: bool = False,
    sources: Collection[str] | None = None,
    on_receipt: OnReceipt | None = None,
    on_progress: OnProgress | None = None,
    stop: threading.Event | None = None,
    while_watched: bool = False,
    reload: Reload | None = None,
    clock: Clock = utc_now,
) -> Summary:
    """Poll: with `once` a round of what is due (or of the `sources` named), else until SIGTERM, SIGINT or `stop`.

    With `while_watched` it also ends when no dashboard looks at the store. `reload` is asked every two seconds and
    gives new settings when the config has changed. While another process polls, a live poller waits to take over.
    Raises UsageError for an unknown source, MonitorError for a round that another process would have to do.
    """
    poller = Poller(settings, store, watchlists, on_receipt=on_receipt, on_progress=on_progress, clock=clock)
    stop = stop or threading.Event()
    if once:
        return asyncio.run(poller.once(sources, stop))
    return asyncio.run(poller.live(sources, stop, while_watched=while_watched, reload=reload))


class Poller:
    """One run. `once` and `live` are its two lives."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        watchlists: Watchlists,
        *,
        on_receipt: OnReceipt | None = None,
        on_progress: OnProgress | None = None,
        clock: Clock = utc_now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.settings = settings
        self.store = store
        self.watchlists = watchlists
        self._on_receipt = on_receipt or (lambda _: None)
        self.on_progress = on_progress or (lambda _: None)
        self.clock = clock
        self.chance = chance
        self.done = self._new = self._edited = self._failed = 0
        self._signal: int | None = None
        self._started = time.monotonic()
        self._total = 0

    async def once(self, names: Collection[str] | None, stop: threading.Event) -> Summary:
        """Poll what is due, or the sources named, and end. Another poller on the store is asked to do it."""
        chosen = self.chosen(names)
        ended = asyncio.Event()
        with self._signals(ended), contextlib.ExitStack() as stack:
            while True:
                try:
                    stack.enter_context(self._lease())
                    break
                except MonitorError:
                    errand = Errand(self, chosen, named=names is not None)
                    if await errand.run(lambda: ended.is_set() or stop.is_set()):
                        return self._summary()
            async with self._open() as (intake, _, dispatcher):
                await intake.load()
                now = self.clock()
                wanted = [
                    source
                    for source in chosen
                    if names is not None or due.due(intake.health(source), source, now, self.settings.network)
                ]
                self.expect(len(wanted))
                again = dict.fromkeys((source.id for source in wanted), LOOKS)
                dispatcher.finished = lambda source: (
                    intake.soon(source) if _countdown(again, source.id) and not intake.trouble else None
                )
                dispatcher.adopt(wanted)
                for source in wanted:
                    dispatcher.put(source.id, 0.0)
                await _until(dispatcher.drained(), ended, stop)
                await dispatcher.close()
            if intake.trouble is not None:
                raise intake.trouble
        return self._summary()

    async def live(
        self,
        names: Collection[str] | None,
        stop: threading.Event,
        *,
        while_watched: bool = False,
        reload: Reload | None = None,
    ) -> Summary:
        """Poll until told to stop."""
        self.chosen(names)
        ended = asyncio.Event()

        def over() -> bool:
            return ended.is_set() or stop.is_set() or (while_watched and not watched(self.store.url))

        with self._signals(ended), contextlib.ExitStack() as stack:
            while True:
                try:
                    lease = stack.enter_context(self._lease())
                    break
                except MonitorError:
                    await pause(ended, 1.0)
                    if over():
                        return self._summary()
            async with self._open() as (intake, workers, dispatcher):
                life = Life(self, intake, workers, dispatcher, lease=lease, names=names, reload=reload)
                await life.live(ended, over)
        return self._summary()

    # ---------------------------------------------------------------- parts

    def chosen(self, names: Collection[str] | None) -> list[Source]:
        """The sources named, else all that are enabled. Raises UsageError for a name that is none."""
        if names is None:
            return [source for source in self.settings.sources if source.enabled]
        for name in names:
            if self.settings.source(name) is None:
                raise UsageError(f"no source is called {name}", hint="monitor sources list shows them")
        return [source for source in self.settings.sources if source.id in names]

    @contextlib.contextmanager
    def _lease(self) -> Iterator[Lease]:
        lease = self.store.lease("poller")
        if not lease.acquire():
            holder = lease.holder()
            who = f"process {holder.pid} on {holder.host}" if holder else "another process"
            raise MonitorError(f"{who} already polls this store", hint="end it, or give this one another store")
        try:
            yield lease
        finally:
            lease.release()

    @contextlib.contextmanager
    def _signals(self, ended: asyncio.Event) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, self._end, number, ended)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def _end(self, number: int, ended: asyncio.Event) -> None:
        self._signal = number
        ended.set()

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[tuple[Intake, Workers, Dispatcher]]:
        from monitor.sources.http import Client

        settings = self.settings
        workers = Workers(judges(settings))
        async with Client(settings.network, clock=self.clock) as client:
            intake = Intake(self.store, client, workers, network=settings.network, clock=self.clock, chance=self.chance)

            async def poll(source: Source) -> None:
                self.count(await intake.poll(source), source)

            try:
                dispatcher = Dispatcher(settings.network, poll)
                intake.answered = dispatcher.answered
                yield intake, workers, dispatcher
            finally:
                await intake.close()
                await workers.close()

    def expect(self, total: int) -> None:
        """Say how many polls there will be."""
        self._total = total
        self._tell()

    def count(self, receipt: Receipt, source: Source) -> None:
        """Count a poll and tell it."""
        self.done += 1
        self._new += receipt.new
        self._edited += receipt.edited
        self._failed += receipt.status in FAILING
        self._on_receipt(receipt)
        self._tell(source.title)

    def _tell(self, detail: str = "") -> None:
        total = max(self._total, self.done)
        self.on_progress(Progress(name="poll", done=self.done, total=total, detail=detail))

    def _summary(self) -> Summary:
        return Summary(
            sources=self.done,
            new=self._new,
            edited=self._edited,
            failed=self._failed,
            seconds=time.monotonic() - self._started,
            signal=self._signal,
        )


def _countdown(left: dict[str, int], name: str) -> bool:
    """Whether something may be done once more."""
    left[name] -= 1
    return left[name] > 0


async def _until(work: Coroutine[None, None, None], ended: asyncio.Event, stop: threading.Event) -> None:
    """Do a work to its end, or until stopped."""
    task = asyncio.create_task(work)
    while not task.done():
        await asyncio.wait([task], timeout=0.2)
        if stop.is_set() or ended.is_set():
            task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
