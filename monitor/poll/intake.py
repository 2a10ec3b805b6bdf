"""The way of one source's catch into the store: fetched, parsed in a worker, decided, stored in one transaction."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from monitor.errors import SourceError, StoreError
from monitor.ingest import Drop, Plan, apart, decide, other_article, part, trace
from monitor.model import Addition, Body, Item, Memory, Receipt, Source, SourceHealth
from monitor.poll import due
from monitor.poll.worker import Catch, Job, Workers

if TYPE_CHECKING:
    from monitor.config import Network
    from monitor.sources.files import Gathered
    from monitor.sources.http import Client, Fetched
    from monitor.store.port import Store

T = TypeVar("T")
Clock = Callable[[], datetime]
ENTRIES = 500
"""Entries of local text in one job: a worker has only so much time."""
AGAIN = 30.0
"""Seconds until a source is polled again whose catch the store could not take."""
TRACES = 300
"""Traces of a feed's latest articles that are remembered, so that the same ones under other ids make no flood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What became of a catch."""

    plan: Plan
    drops: Mapping[str, int]


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
        self.trouble: StoreError | None = None
        """Why the store did not take what came last; None since it took something."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def call(self, work: Callable[..., T], *words: Any) -> T:
        """Run a store call in the store's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *words)

    async def load(self) -> Mapping[str, SourceHealth]:
        """Read what is known of the sources."""
        self._healths = dict(await self.call(self._store.healths))
        return self._healths

    def health(self, source: Source) -> SourceHealth:
        """What is known of a source."""
        return self._healths.get(source.id) or SourceHealth(source=source.id)

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
            self.trouble = error
            _log().error("health not stored: %s", error)

    async def close(self) -> None:
        """Write what is unwritten and end the store's thread."""
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

        memory = await self.call(self._store.memory, source.id)
        fetched = await self._client.fetch(source, memory)
        if fetched.unmodified:
            return await self._unmodified(source, memory, fetched), fetched.bytes
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
        fresh = replace(fetched.memory, known=catch.known)
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

        memory = await self.call(self._store.memory, source.id)
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
        catch = await self._work(source, gathered)
        stored = await self._keep(source, catch, gathered.memory, notes=(*gathered.told, *catch.notes))
        return self._receipt(source, stored, 0)

    async def _work(self, source: Source, gathered: Gathered) -> Catch:
        """What a pass over local text gave, in jobs of bounded size; a saved feed that fails takes nothing with it."""
        now = self._clock()
        additions: list[Addition] = []
        notes: list[str] = []
        for start in range(0, len(gathered.entries), ENTRIES):
            entries = gathered.entries[start : start + ENTRIES]
            additions += (await self._workers.do(Job(source=source, now=now, entries=entries))).additions
        for name, data in gathered.feeds:
            try:
                additions += (
                    await self._workers.do(Job(source=source, now=now, data=data, lang=source.lang))
                ).additions
            except SourceError as error:
                notes.append(f"{name}: {error}")
        return Catch(additions=tuple(additions), notes=tuple(notes))

    async def _unmodified(self, source: Source, memory: Memory, fetched: Fetched) -> Receipt:
        health = due.succeeded(
            self.health(source),
            source,
            self._clock(),
            self.network,
            unmodified=True,
            hints=(fetched.max_age,),
            moved_to=fetched.moved_to,
            message="; ".join(fetched.notes) or None,
            chance=self._chance(),
        )
        if fetched.memory != memory:
            await self.call(partial(self._store.add, (), health=health, memory=fetched.memory))
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
    ) -> _Stored:
        def keep() -> tuple[_Stored, SourceHealth]:
            now = self._clock()
            pairs = [(addition.item, addition.body) for addition in catch.additions]
            recent = (memory.extra or "").split() if source.url is not None else []
            plan = self._plan(source.id, pairs, frozenset(recent)) if pairs else Plan()
            drops = Counter(drop.reason for drop in plan.drops)
            health = due.succeeded(
                self.health(source),
                source,
                now,
                self.network,
                new=[item for item, _ in plan.new],
                drops=drops,
                hints=hints,
                moved_to=moved_to,
                message="; ".join(notes) or None,
                chance=self._chance(),
            )
            kept = memory
            if source.url is not None and plan.new:
                latest = dict.fromkeys([*(trace(item) for item, _ in plan.new if item.url), *recent])
                kept = replace(memory, extra=" ".join(list(latest)[:TRACES]))
            self._store.add(_additions(catch, plan), health=health, memory=kept)
            if plan.drops:
                self._store.put_drops(source.id, [_dropped(drop, now) for drop in plan.drops])
            return _Stored(plan=plan, drops=drops), health

        stored, health = await self.call(keep)
        self._stored(health)
        return stored

    def _plan(self, source_id: str, offered: Sequence[tuple[Item, Body]], recent: frozenset[str]) -> Plan:
        """Decide what to do with a catch. Runs in the store's thread."""
        pairs, repeated = part(offered)
        known = dict(self._store.known(source_id, [item.key for item, _ in pairs]))
        changed = [
            item for item, _ in pairs if (held := known.get(item.key)) and held.id and held.digest != item.digest
        ]
        others = {item.key: apart(item) for item in changed if self._is_other(known[item.key].id, item)}
        if others:
            known.update(self._store.known(source_id, [other.key for other in others.values()]))
            pairs, again = part([(others.get(item.key, item), body) for item, body in pairs])
            repeated = (*repeated, *again)
        plan = decide(known, pairs, recent=recent)
        return replace(plan, drops=(*plan.drops, *repeated))

    def _is_other(self, stored_id: str | None, offered: Item) -> bool:
        stored = self._store.get(stored_id) if stored_id else None
        return stored is not None and other_article(stored.item, offered)

    def _stored(self, health: SourceHealth) -> None:
        """Take a health that the store has."""
        self._healths[health.source] = health
        self._unsaved.pop(health.source, None)
        self.trouble = None

    def _unkept(self, source: Source, error: StoreError) -> Receipt:
        """The store could not take it: no fault of the source, and tried again before long."""
        self.trouble = error
        self._soon[source.id] = AGAIN
        _log().error("%s: not stored: %s", source.id, error)
        return Receipt(source=source.id, status="failing", message=f"not stored: {error}")

    def _failed(self, source: Source, error: SourceError) -> Receipt:
        health = due.failed(self.health(source), source, error, self._clock(), self.network, chance=self._chance())
        self._put(health)
        _log().warning("%s: %s", source.id, error)
        return Receipt(source=source.id, status=health.status, message=health.message)

    def _put(self, health: SourceHealth) -> None:
        self._healths[health.source] = self._unsaved[health.source] = health

    def _receipt(self, source: Source, stored: _Stored, cut: int) -> Receipt:
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


def _additions(catch: Catch, plan: Plan) -> list[Addition]:
    """The additions that the plan keeps, under the keys that the plan gave them."""
    by_body = {id(addition.body): addition for addition in catch.additions}
    return [replace(by_body[id(body)], item=item) for item, body in (*plan.new, *plan.edited)]


def _dropped(drop: Drop, now: datetime) -> dict[str, str]:
    return {"reason": drop.reason, "title": drop.title, "key": drop.key, "at": now.isoformat()}


def _log() -> Any:
    import logging

    return logging.getLogger("monitor.poll")
