"""The newsroom as the dashboard calls it: every call on one thread of its own, so that the event loop only paints."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from msgspec import Struct

from monitor.model import View

if TYPE_CHECKING:
    from monitor.model import Change, Counts, PollerState, Progress
    from monitor.newsroom import Newsroom, SourceStatus
    from monitor.tui.keys import Keys

P = ParamSpec("P")
T = TypeVar("T")

BEAT = 0.4
"""Seconds between two looks at the store."""
SLOW = 10
"""Every so many looks, also at the config and the sources."""
SOURCES = 4
"""Between two looks at sources that have changed: while many are polled, each look would read them all again."""


class News(Struct, frozen=True, kw_only=True):
    """What a look at the store found. What is None was not looked at or has not changed."""

    change: Change | None = None
    counts: Counts | None = None
    progress: tuple[Progress, ...] = ()
    sources: tuple[SourceStatus, ...] | None = None
    poller: PollerState | None = None
    reloaded: bool = False
    problems: tuple[str, ...] | None = None
    refused: bool = False
    """The config as it stands is not the one in force."""
    empty: bool = False
    """Nothing is stored at all, not even what was put away."""


class Desk:
    """One store thread, and what it last saw."""

    def __init__(self, newsroom: Newsroom, keys: Keys) -> None:
        self.newsroom = newsroom
        self.keys = keys
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._aside: ThreadPoolExecutor | None = None
        self.revision = -1
        self._looks = 0
        self._unlooked = SOURCES
        """Looks since the sources were read because something had changed."""
        self._changed = False
        self._empty = False

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a method of the newsroom on the store thread."""
        return await asyncio.wrap_future(self.pool.submit(function, *args, **kwargs))

    async def call_aside(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a long read on a second thread, so that panes and marks need not wait for it."""
        if self._aside is None:
            self._aside = ThreadPoolExecutor(1, thread_name_prefix="preview")
        return await asyncio.wrap_future(self._aside.submit(function, *args, **kwargs))

    async def look(self) -> News:
        """What changed since the last look."""
        return await self.call(self._look)

    def _look(self) -> News:
        newsroom = self.newsroom
        reloaded, trouble, slow = False, None, self._looks % SLOW == 0
        if self._looks % SLOW == 1:  # after the first paint, which is to wait for no watchlist
            reloaded, _ = newsroom.reload()
            trouble = newsroom.problems()
        self._looks += 1
        now = newsroom.revision()
        change = counts = None
        if now != self.revision:
            first = self.revision < 0
            change = None if first else newsroom.changes(self.revision)
            self.revision = now if change is None else change.revision
            counts = newsroom.counts()
        return News(
            change=change,
            counts=counts,
            empty=self._is_empty(counts),
            progress=newsroom.progress(),
            sources=newsroom.sources() if slow or self._sources_due(change) else None,
            poller=newsroom.poller() if slow else None,
            reloaded=reloaded,
            problems=trouble,
            refused=newsroom.config_refused,
        )

    def _sources_due(self, change: Change | None) -> bool:
        self._unlooked += 1
        self._changed = self._changed or change is not None
        if not self._changed or self._unlooked < SOURCES:
            return False
        self._changed, self._unlooked = False, 0
        return True

    def _is_empty(self, counts: Counts | None) -> bool:
        if counts is not None:
            self._empty = not counts.all.total and self.newsroom.count(View(shelf="all"))[0] == 0
        return self._empty

    def close(self, *, wait: bool = True) -> None:
        """Let the store thread finish what it has."""
        for pool in (self._aside, self.pool):
            if pool is not None:
                pool.shutdown(wait=wait, cancel_futures=True)
