"""What sources gave, decided and stored: one transaction serves all that came while the last one was written."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from monitor.ingest import OVER_CAP, Drop, Plan, apart, decide, other_article, part, trace
from monitor.model import Addition, Body, Item, Memory, Source, SourceHealth
from monitor.poll import due

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.config import Network
    from monitor.poll.worker import Catch
    from monitor.store.port import Known, Store

    Call = Callable[..., Awaitable[Any]]

TOGETHER = 400
"""Items from which on no other source is stored in the same breath."""
BREATH = 0.05
"""Seconds from one storing to the next, in which parcels gather: each transaction costs the same, however full."""
TRACES = 300
"""Traces of a feed's latest articles that are remembered, so that the same ones under other ids make no flood.

Of a feed that offers more at once, as many as that.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a poll of a source gave, and what is known of the source."""

    source: Source
    health: SourceHealth
    network: Network
    catch: Catch
    memory: Memory
    """What the next poll needs."""
    hints: Sequence[float | None] = ()
    moved_to: str | None = None
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a parcel."""

    plan: Plan
    drops: Mapping[str, int]
    health: SourceHealth
    memory: Memory


class Keeper:
    """Stores parcels in the order they come, several together. `call` runs a function in the store's thread."""

    def __init__(self, store: Store, call: Call, *, clock: Callable[[], datetime], chance: Callable[[], float]) -> None:
        self._store = store
        self._call = call
        self._clock = clock
        self._chance = chance
        self._waiting: list[tuple[Parcel, asyncio.Future[Kept]]] = []
        self._work: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def keep(self, parcel: Parcel) -> Kept:
        """Decide and store a parcel. Raises StoreError, after which the parcel may be brought again."""
        kept: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
        self._waiting.append((parcel, kept))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._keep_all())
        return await kept

    async def close(self) -> None:
        """Store what waits."""
        self._closing.set()
        if self._work is not None:
            await self._work

    async def _keep_all(self) -> None:
        while self._waiting:
            batch, began = self._batch(), time.monotonic()
            outcomes = await self._call(self._store_all, [parcel for parcel, _ in batch])
            for (_, kept), outcome in zip(batch, outcomes, strict=True):
                if kept.done():
                    continue
                if isinstance(outcome, Exception):
                    kept.set_exception(outcome)
                else:
                    kept.set_result(outcome)
            if not self._closing.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), max(0.0, began + BREATH - time.monotonic()))

    def _batch(self) -> list[tuple[Parcel, asyncio.Future[Kept]]]:
        size = count = 0
        for count, (parcel, _) in enumerate(self._waiting, 1):  # noqa: B007 - how many is what is wanted
            size += len(parcel.catch.additions)
            if size >= TOGETHER:
                break
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    # -- in the store's thread --------------------------------------------------------------------------------

    def _store_all(self, parcels: Sequence[Parcel]) -> list[Kept | Exception]:
        outcomes: list[Kept | Exception] = []
        additions: list[Addition] = []
        for parcel in parcels:
            try:
                kept = self._decided(parcel)
            except Exception as error:  # noqa: BLE001 - what one source does to us is no matter of the others
                outcomes.append(error)
            else:
                outcomes.append(kept)
                additions += _additions(parcel.catch, kept.plan)
        decided = [kept for kept in outcomes if isinstance(kept, Kept)]
        try:
            self._store.add(
                additions,
                healths=[kept.health for kept in decided],
                memories={kept.health.source: kept.memory for kept in decided},
            )
            for kept in decided:
                if kept.plan.drops:
                    now = self._clock()
                    self._store.put_drops(kept.health.source, [_dropped(drop, now) for drop in kept.plan.drops])
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told
            return [error if isinstance(outcome, Kept) else outcome for outcome in outcomes]
        return outcomes

    def _decided(self, parcel: Parcel) -> Kept:
        source, memory = parcel.source, parcel.memory
        pairs = [(addition.item, addition.body) for addition in parcel.catch.additions]
        recent = (memory.extra or "").split() if source.url is not None else []
        plan = self._plan(source, pairs, frozenset(recent)) if pairs else Plan()
        plan = replace(plan, drops=(*parcel.catch.drops, *plan.drops))
        drops: Counter[str] = Counter()
        for drop in plan.drops:
            drops[drop.reason] += drop.count
        if source.url is not None and plan.new:
            latest = dict.fromkeys([*(trace(item) for item, _ in plan.new if item.url), *recent])
            memory = replace(memory, extra=" ".join(list(latest)[: max(TRACES, len(pairs))]))
        if OVER_CAP in drops:  # it comes at the next poll, which must see all of the feed
            memory = Memory(ttl=memory.ttl, extra=memory.extra)
        health = due.succeeded(
            parcel.health,
            source,
            self._clock(),
            parcel.network,
            new=[item for item, _ in plan.new],
            drops=drops,
            hints=parcel.hints,
            moved_to=parcel.moved_to,
            message="; ".join(parcel.notes) or None,
            chance=self._chance(),
        )
        return Kept(plan=plan, drops=drops, health=health, memory=memory)

    def _plan(self, source: Source, offered: Sequence[tuple[Item, Body]], recent: frozenset[str]) -> Plan:
        """Decide what to do with a catch."""
        pairs, repeated = part(offered)
        known = dict(self._store.known(source.id, [item.key for item, _ in pairs]))
        others = {
            item.key: apart(item)
            for item, body in pairs
            if (held := known.get(item.key)) and held.digest != item.digest and self._is_other(source, held, item, body)
        }
        if others:
            known.update(self._store.known(source.id, [other.key for other in others.values()]))
            pairs, again = part([(others.get(item.key, item), body) for item, body in pairs])
            repeated = (*repeated, *again)
        plan = decide(known, pairs, local=source.url is None, recent=recent)
        return replace(plan, drops=(*plan.drops, *repeated))

    def _is_other(self, source: Source, held: Known, item: Item, body: Body) -> bool:
        """Whether an item is another article than the one held under its key; what a file says anew is a version."""
        if held.id is None or (source.path is not None and item.url is None):
            return False
        stored = self._store.get(held.id)
        return stored is not None and other_article(stored.item, stored.body or Body(), item, body)


def _additions(catch: Catch, plan: Plan) -> list[Addition]:
    """The additions that the plan keeps, under the keys that the plan gave them."""
    by_body = {id(addition.body): addition for addition in catch.additions}
    return [replace(by_body[id(body)], item=item) for item, body in (*plan.new, *plan.edited)]


def _dropped(drop: Drop, now: datetime) -> dict[str, str]:
    return {"reason": drop.reason, "title": drop.title, "key": drop.key, "at": now.isoformat()}
