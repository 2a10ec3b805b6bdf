"""Local text on its way through the workers: in jobs of bounded size, and what fails alone is dropped alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.errors import SourceError
from monitor.ingest import UNREADABLE, Drop
from monitor.model import Addition, Entry, Source
from monitor.poll.worker import Catch, Job

if TYPE_CHECKING:
    from monitor.poll.workers import Workers
    from monitor.sources.files import Gathered

ENTRIES = 500
"""Entries in one job: a worker has only so much time."""
CHARACTERS = 2_000_000
"""Characters of their texts."""


async def read(workers: Workers, source: Source, now: datetime, gathered: Gathered) -> Catch:
    """What a pass over local text gave. Raises SourceError when nothing of it can be read."""
    reading = _Reading(workers, source, now)
    for entries in _jobs(gathered.entries):
        await reading.entries(entries)
    for name, data in gathered.feeds:
        await reading.feed(name, data)
    if reading.trouble is not None and not reading.done:
        raise reading.trouble
    return Catch(
        additions=tuple(reading.additions), drops=(*gathered.drops, *reading.drops), notes=tuple(reading.notes)
    )


class _Reading:
    def __init__(self, workers: Workers, source: Source, now: datetime) -> None:
        self._workers = workers
        self._source = source
        self._now = now
        self.additions: list[Addition] = []
        self.drops: list[Drop] = []
        self.notes: list[str] = []
        self.done = 0
        self.trouble: SourceError | None = None

    async def entries(self, entries: tuple[Entry, ...]) -> None:
        """Read entries; where a worker cannot, each half of them."""
        try:
            self._take("", await self._workers.do(Job(source=self._source, now=self._now, entries=entries)))
        except SourceError as error:
            if len(entries) == 1:
                self._fail(entries[0].guid or "", error)
                return
            half = len(entries) // 2
            await self.entries(entries[:half])
            await self.entries(entries[half:])

    async def feed(self, name: str, data: bytes) -> None:
        """Read a saved feed."""
        job = Job(source=self._source, now=self._now, data=data, lang=self._source.lang)
        try:
            self._take(f"{name}: ", await self._workers.do(job))
        except SourceError as error:
            self._fail(name, error)

    def _take(self, whose: str, catch: Catch) -> None:
        self.done += 1
        self.additions += catch.additions
        self.drops += catch.drops
        self.notes += (f"{whose}{note}" for note in catch.notes)

    def _fail(self, name: str, error: SourceError) -> None:
        self.trouble = error
        self.notes.append(f"{name}: {error}")
        self.drops.append(Drop(reason=UNREADABLE, title=self.notes[-1], key=name))


def _jobs(entries: Sequence[Entry]) -> Iterator[tuple[Entry, ...]]:
    """The entries, in order, as many together as a worker has time for."""
    job: list[Entry] = []
    size = 0
    for entry in entries:
        own = len(entry.body) + len(entry.raw or "")
        if job and (len(job) == ENTRIES or size + own > CHARACTERS):
            yield tuple(job)
            job, size = [], 0
        job.append(entry)
        size += own
    if job:
        yield tuple(job)
