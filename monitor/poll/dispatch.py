"""Which due source is polled next: bounded in number, one at a time and with a pause per host."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.model import Source, SourceHealth
from monitor.poll.due import planned

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.config import Network

SPREAD = 0.1
"""Seconds for each source over which polls are spread that would begin together."""
IN_HAND = 4
"""Polls in hand for each request that may be made: those answered wait to be read and stored while others ask."""
steady = partial(time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
"""A clock that nobody sets and that goes on while the machine sleeps."""
_LOOPBACK = ("127.", "localhost", "[::1]", "::1")

Poll = Callable[[Source], Awaitable[None]]


class Dispatcher:
    """Starts polls of what is due. No setting of the wall clock moves a due time: `steady` is a clock of its own."""

    def __init__(self, network: Network, poll: Poll, *, steady: Callable[[], float] = steady) -> None:
        self.network = network
        self._poll = poll
        self._steady = steady
        self._sources: dict[str, Source] = {}
        self._burdens: dict[str, tuple[str, bool]] = {}
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._running: dict[str, asyncio.Task[None]] = {}
        self._asking: dict[str, tuple[str, bool]] = {}
        self._hosts: dict[str, int] = {}
        self._free_at: dict[str, float] = {}
        self._next: dict[str, float | None] = {}
        """What is to become of sources after the poll that runs, where that is not for the poll to say."""
        self._idle = asyncio.Event()
        self._closed = False
        self.finished: Callable[[Source], float | None] = lambda _: None

    def adopt(self, sources: Iterable[Source]) -> Collection[str]:
        """Take these sources and no others; the ids of those that are already planned or being polled, as they were."""
        before = self._sources
        self._sources = {source.id: source for source in sources}
        self._burdens = {source.id: host_of(source) for source in self._sources.values()}
        for source_id in self._due.keys() - self._sources.keys():
            del self._due[source_id]
        planned = self._due.keys() | self._running.keys()
        return {source_id for source_id in planned if before.get(source_id) == self._sources.get(source_id)}

    def put(self, source_id: str, wait: float | None) -> None:
        """Have a source polled in `wait` seconds, or so long after the poll that runs; None: not again by itself."""
        if source_id not in self._sources:
            return
        if source_id in self._running:
            self._next[source_id] = wait
            return
        if wait is None:
            self._due.pop(source_id, None)
            return
        at = self._steady() + max(wait, 0.0)
        self._due[source_id] = at
        heapq.heappush(self._heap, (at, source_id))
        self._idle.clear()

    def now(self, source_id: str) -> None:
        """Have a source polled as soon as its host allows, also when it is being polled just now (then once more)."""
        self.put(source_id, 0.0)

    def put_off(self, wait: float, chance: Callable[[], float] = lambda: 0.0) -> None:
        """Start nothing of what is due now for `wait` seconds, then in places by chance; what runs is finished."""
        now = self._steady()
        overdue = [source_id for source_id, at in self._due.items() if at <= now]
        for source_id in overdue:
            self.put(source_id, wait + chance() * SPREAD * len(overdue))

    def spare(self, source: Source, wait: float) -> Sequence[Source]:
        """Put off the other sources of a source's host for `wait` seconds; those that would have come before."""
        host, alone = host_of(source)
        until = self._steady() + wait
        spared = [one for one, at in self._due.items() if alone and at < until and self._burdens[one][0] == host]
        for source_id in spared:
            self.put(source_id, wait)
        return [self._sources[source_id] for source_id in spared]

    @property
    def sources(self) -> Collection[Source]:
        """The sources taken."""
        return self._sources.values()

    @property
    def waiting(self) -> int:
        """Sources that are due now or being polled."""
        now = self._steady()
        return len(self._running) + sum(at <= now for at in self._due.values())

    def step(self) -> float | None:
        """Start what can start now. Seconds until something more can, None when nothing is planned."""
        now = self._steady()
        held: list[tuple[float, str]] = []
        later: float | None = None
        while self._heap and not self._closed:
            at, source_id = self._heap[0]
            if self._due.get(source_id) != at:
                heapq.heappop(self._heap)
                continue
            if at > now:
                later = at - now
                break
            most = self.network.concurrency
            if len(self._asking) >= most or len(self._running) >= IN_HAND * most:
                break
            heapq.heappop(self._heap)
            host, alone = self._burdens[source_id]
            free_at = self._free_at.get(host, 0.0)
            if alone and (self._hosts.get(host) or free_at > now):
                held.append((at, source_id))
                if not self._hosts.get(host):
                    later = min(later or free_at - now, free_at - now)
                continue
            del self._due[source_id]
            self._hosts[host] = self._hosts.get(host, 0) + 1
            self._asking[source_id] = host, alone
            run = self._run(self._sources[source_id])
            self._running[source_id] = asyncio.create_task(run, name=f"poll {source_id}")
        for entry in held:
            heapq.heappush(self._heap, entry)
        if not self._running and not self._due:
            self._idle.set()
        return later

    def answered(self, source: Source) -> None:
        """A source's answer is there: its host, and its place among the requests, are free while the poll goes on."""
        if source.id not in self._asking:
            return
        host, alone = self._asking.pop(source.id)
        self._hosts[host] -= 1
        if not self._hosts[host]:
            del self._hosts[host]
        if alone:
            self._free_at[host] = self._steady() + self.network.host_pause
        if not self._closed:
            self.step()

    async def _run(self, source: Source) -> None:
        try:
            await self._poll(source)
        finally:
            self._running.pop(source.id, None)
            self.answered(source)
            if not self._closed:
                wait = self.finished(source)
                self.put(source.id, self._next.pop(source.id, wait))
                self.step()

    async def drained(self) -> None:
        """Wait until nothing is planned or running; for a single round."""
        while True:
            later = self.step()
            if self._idle.is_set():
                return
            try:
                await asyncio.wait_for(self._idle.wait(), min(later if later is not None else 1.0, 1.0) + 0.001)
            except TimeoutError:
                continue

    async def close(self, grace: float = 1.0) -> None:
        """Start nothing more; give what runs some seconds, then cut it off."""
        self._closed = True
        running = list(self._running.values())
        if running:
            _, pending = await asyncio.wait(running, timeout=grace)
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)


def host_of(source: Source) -> tuple[str, bool]:
    """Whom a poll burdens, and whether that one is to be asked by one request at a time, with pauses."""
    if source.url is None:
        return f"file:{source.id}", False
    try:
        host = (urlsplit(source.url).hostname or "").lower()
    except ValueError:
        host = source.id
    return host, not host.startswith(_LOOPBACK)


def first_wait(health: SourceHealth, source: Source, now: datetime, network: Network, place: float) -> float | None:
    """Seconds from the poller's start to a source's first poll: as was planned.

    A new source has its `place` among the others, by chance.
    """
    if health.status == "gone":
        return None
    at = planned(health, source, now, network)
    return place * SPREAD if at is None else max((at - now).total_seconds(), 0.0)
