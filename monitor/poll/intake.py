"""The way of one source's catch: fetched, parsed in a worker, and handed to the keeper, who stores it."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from monitor.errors import SourceError, StoreError
from monitor.model import Memory, Receipt, Source, SourceHealth
from monitor.poll import due, texts
from monitor.poll.keeper import Keeper, Kept, Parcel
from monitor.poll.worker import Catch, Job
from monitor.poll.workers import Workers

if TYPE_CHECKING:
    from monitor.config import Network
    from monitor.sources.http import Client, Fetched
    from monitor.store.port import Store

T = TypeVar("T")
Clock = Callable[[], datetime]
AGAIN = 30.0
"""Seconds until a source is polled again whose catch the store could not take."""


class Intake:
    """Takes in sources, one poll at a time each. Store calls run in one thread of their own, in order."""

    def __init__(
        self,
        store: Store,
        client: Client,
        workers: Workers,
        *,
        network: Network,
        clock: Clock,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.network = network
        self._store = store
        self._client = client
        self._workers = workers
        self._clock = clock
        self._chance = chance
        self._healths: dict[str, SourceHealth] = {}
        self._unsaved: dict[str, SourceHealth] = {}
        self._soon: dict[str, float] = {}
        self._unsettled: set[asyncio.Event] = set()
        self.answered: Callable[[Source], None] = lambda _: None
        """Called when a source's answer is there and only the work on it is left."""
        self.slowed: Callable[[Source, float], None] = lambda *_: None
        """Called when a source's host asks us to slow down (429), with the seconds it names."""
        self._refused: StoreError | None = None
        """Why the store did not take the last catch."""
        self._unwritten: StoreError | None = None
        """Why it did not take the last healths."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._keeper = Keeper(store, self.call, clock=clock, chance=chance)

    async def call(self, work: Callable[..., T], *words: Any) -> T:
        """Run a store call in the store's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *words)

    @property
    def trouble(self) -> StoreError | None:
        """Why the store did not take what came last; a health that it takes tells nothing of a catch, the larger."""
        return self._refused or self._unwritten

    def adopt(self, network: Network) -> None:
        """Take up other settings of the network, from the next request on."""
        self.network = network
        self._client.adopt(network)

    async def load(self) -> Mapping[str, SourceHealth]:
        """Read what is known of the sources."""
        self._healths = dict(await self.call(self._store.healths))
        return self._healths

    def health(self, source: Source) -> SourceHealth:
        """What is known of a source."""
        return (self._healths.get(source.id) or SourceHealth(source=source.id)).of(source)

    def put_off(self, source: Source, until: datetime) -> None:
        """Note that a source is polled later than it was to be, for its host's sake."""
        self._put(replace(self.health(source), next_at=until, message="put off: its host asked us to slow down"))

    def soon(self, source: Source) -> float | None:
        """Seconds after which a source is to be polled again before its time; None when it is not.

        Files that were still being written are the reason, or a store that could not take what came.
        """
        return self._soon.pop(source.id, None)

    async def save(self) -> None:
        """Write the healths that came without items."""
        if not self._unsaved:
            return
        healths, self._unsaved = self._unsaved, {}
        try:
            await self.call(self._store.put_health, tuple(healths.values()))
        except StoreError as error:
            self._unsaved = healths | self._unsaved
            self._unwritten = error
            _log().error("health not stored: %s", error)
        else:
            self._unwritten = None

    async def settled(self) -> None:
        """Wait until what is being read now, perhaps judged by watchlists of before, is stored."""
        for stored in tuple(self._unsettled):
            await stored.wait()

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        stored = asyncio.Event()
        self._unsettled.add(stored)
        try:
            yield
        finally:
            self._unsettled.discard(stored)
            stored.set()

    async def close(self) -> None:
        """Write what is unwritten and end the store's thread."""
        await self._keeper.close()
        await self.save()
        self._thread.shutdown(wait=True)

    async def poll(self, source: Source) -> Receipt:
        """Poll a source. Failures are the source's health, never an exception."""
        started = time.monotonic()
        size = 0
        try:
            if source.url is not None:
                receipt, size = await self._remote(source)
            else:
                receipt = await self._local(source)
        except SourceError as error:
            receipt = self._failed(source, error)
        except StoreError as error:
            receipt = self._unkept(source, error)
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not end the polling of a source
            receipt = self._failed(source, SourceError(f"our own mistake: {type(error).__name__}", kind="bug"))
            _log().exception("source %s", source.id)
        return replace(receipt, seconds=time.monotonic() - started, bytes=size)

    async def _remote(self, source: Source) -> tuple[Receipt, int]:
        from monitor.sources.addresses import public_url

        held = await asyncio.to_thread(self._store.memory, source.id)
        memory = held.of(source)
        fetched = await self._client.fetch(source, memory)
        self.answered(source)
        if fetched.unmodified:
            return await self._unmodified(source, held, fetched), fetched.bytes
        with self._at_work():
            catch = await self._workers.do(
                Job(
                    source=replace(source, headers={}, proxy=None),
                    now=self._clock(),
                    data=fetched.body,
                    url=public_url(fetched.final_url),
                    content_type=fetched.content_type,
                    encoding=fetched.encoding,
                    lang=fetched.lang,
                    known=memory.known,
                )
            )
            fresh = replace(fetched.memory, known=catch.known, ttl=catch.ttl)
            if not catch.whole:
                fresh = replace(fresh, etag=None, last_modified=None, digest=None)
            stored = await self._keep(
                source,
                catch,
                fresh,
                hints=(catch.ttl, fetched.max_age),
                moved_to=fetched.moved_to,
                notes=(*fetched.notes, *catch.notes),
            )
        return self._receipt(source, stored, catch.cut), fetched.bytes

    async def _local(self, source: Source) -> Receipt:
        from monitor.sources import files

        memory = (await asyncio.to_thread(self._store.memory, source.id)).of(source)
        gathered = await asyncio.to_thread(files.read, source, memory, hand_over_feeds=True)
        if gathered.more:
            self._soon[source.id] = 0.0
        elif gathered.waiting:
            self._soon[source.id] = files.AGE
        if not gathered.entries and not gathered.feeds and gathered.memory == memory:
            self._put(
                due.succeeded(
                    self.health(source),
                    source,
                    self._clock(),
                    self.network,
                    unmodified=True,
                    message="; ".join(gathered.told) or None,
                )
            )
            return Receipt(source=source.id, status=self.health(source).status, message=self.health(source).message)
        with self._at_work():
            catch = await texts.read(self._workers, source, self._clock(), gathered)
            stored = await self._keep(source, catch, gathered.memory, notes=(*gathered.told, *catch.notes))
        return self._receipt(source, stored, 0)

    async def _unmodified(self, source: Source, memory: Memory, fetched: Fetched) -> Receipt:
        health = due.succeeded(
            self.health(source),
            source,
            self._clock(),
            self.network,
            unmodified=True,
            hints=(memory.ttl, fetched.max_age),
            moved_to=fetched.moved_to,
            message="; ".join(fetched.notes) or None,
            chance=self._chance(),
        )
        if fetched.memory != memory:
            await self.call(partial(self._store.add, (), healths=[health], memories={source.id: fetched.memory}))
            self._stored(health)
        else:
            self._put(health)
        return Receipt(source=source.id, status=health.status, message=health.message)

    async def _keep(
        self,
        source: Source,
        catch: Catch,
        memory: Memory,
        *,
        hints: Sequence[float | None] = (),
        moved_to: str | None = None,
        notes: Sequence[str] = (),
    ) -> Kept:
        kept = await self._keeper.keep(
            Parcel(
                source=source,
                health=self.health(source),
                network=self.network,
                catch=catch,
                memory=memory,
                hints=hints,
                moved_to=moved_to,
                notes=notes,
            )
        )
        self._stored(kept.health)
        return kept

    def _stored(self, health: SourceHealth) -> None:
        """Take a health that the store has."""
        self._healths[health.source] = health
        self._unsaved.pop(health.source, None)
        self._refused = None

    def _unkept(self, source: Source, error: StoreError) -> Receipt:
        """The store could not take it: no fault of the source, and tried again before long."""
        self._refused = error
        self._soon[source.id] = AGAIN
        _log().error("%s: not stored: %s", source.id, error)
        return Receipt(source=source.id, status="failing", message=f"not stored: {error}")

    def _failed(self, source: Source, error: SourceError) -> Receipt:
        health = due.failed(self.health(source), source, error, self._clock(), self.network, chance=self._chance())
        self._put(health)
        if error.kind == "http-429" and error.retry_after:
            self.slowed(source, error.retry_after)
        _log().warning("%s: %s", source.id, error)
        return Receipt(source=source.id, status=health.status, message=health.message)

    def _put(self, health: SourceHealth) -> None:
        self._healths[health.source] = self._unsaved[health.source] = health

    def _receipt(self, source: Source, stored: Kept, cut: int) -> Receipt:
        health = self.health(source)
        return Receipt(
            source=source.id,
            status=health.status,
            new=len(stored.plan.new),
            edited=len(stored.plan.edited),
            unchanged=stored.plan.unchanged + cut,
            drops=stored.drops,
            message=health.message,
        )


def _log() -> Any:
    import logging

    return logging.getLogger("monitor.poll")
