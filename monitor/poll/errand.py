"""A round of polling done by whoever already polls this store: asked for by a wish, watched through health."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from monitor.errors import MonitorError
from monitor.model import Receipt, Source, SourceHealth
from monitor.poll.due import due

if TYPE_CHECKING:
    from monitor.poll.poller import Poller

LOOK_EVERY = 0.3
PATIENCE = 30.0
"""Seconds without a single answer, beyond the longest that a fetch may take."""


class Errand:
    """One such round."""

    def __init__(self, poller: Poller, chosen: Collection[Source], *, named: bool) -> None:
        self._poller = poller
        self._store = poller.store
        self._chosen = chosen
        self._named = named

    async def run(self, over: Callable[[], bool]) -> bool:
        """Ask, and tell each receipt as it shows; whether it is done, or the other has left before.

        Raises MonitorError when nobody answers.
        """
        before = await asyncio.to_thread(self._store.healths)
        now = self._poller.clock()
        waiting = {
            source.id: source
            for source in self._chosen
            if self._named or due(_health(before, source), source, now, self._poller.settings.network)
        }
        self._poller.expect(len(waiting))
        if not waiting:
            return True
        lease = self._store.lease("poller")
        await asyncio.to_thread(self._store.wish, tuple(waiting))
        heard = time.monotonic()
        while waiting and not over():
            await asyncio.sleep(LOOK_EVERY)
            healths = await asyncio.to_thread(self._store.healths)
            for source in [one for one in waiting.values() if healths.get(one.id) != before.get(one.id)]:
                del waiting[source.id]
                heard = time.monotonic()
                self._poller.count(_receipt(before.get(source.id), healths[source.id]), source)
            if waiting and await asyncio.to_thread(lease.holder) is None:
                return False
            if time.monotonic() - heard > self._poller.settings.network.total_timeout + PATIENCE:
                raise MonitorError(
                    f"another process polls this store and does not answer ({len(waiting)} sources wait)",
                    hint="monitor doctor names it",
                )
        return True


def _health(healths: Mapping[str, SourceHealth], source: Source) -> SourceHealth:
    return (healths.get(source.id) or SourceHealth(source=source.id)).of(source)


def _receipt(before: SourceHealth | None, health: SourceHealth) -> Receipt:
    """What the other process's poll brought, as far as the health tells it."""
    items, drops = (before.items, before.drops) if before else (0, {})
    return Receipt(
        source=health.source,
        status=health.status,
        new=max(health.items - items, 0),
        drops={reason: n - drops.get(reason, 0) for reason, n in health.drops.items() if n > drops.get(reason, 0)},
        message=health.message,
    )
