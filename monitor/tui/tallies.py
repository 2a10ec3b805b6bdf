"""What headings and tabs count: the store's own tallies, and for other panes what is counted aside, now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from monitor.errors import MonitorError

if TYPE_CHECKING:
    from monitor.model import Counts
    from monitor.newsroom import Pane
    from monitor.tui.desk import Desk

SCAN = 2000
"""Candidates that a saved query is tried on to count; beyond that there are more."""
APART = 3.0
"""Seconds at least between two counts of saved queries."""


class Tally(Struct, frozen=True):
    """What a heading tells: unread ones in words ("12", "200+", "" for none), hits per hour where they are known."""

    unread: str = ""
    hourly: tuple[int, ...] = ()


class Tallies:
    """The tallies of all panes."""

    def __init__(self, desk: Desk, steady: Callable[[], float] = time.monotonic) -> None:
        self.desk = desk
        self.counts: Counts | None = None
        self._steady = steady
        self._counted: dict[str, Tally] = {}
        self._stale, self._counting, self._at = False, False, float("-inf")

    def of(self, pane: Pane) -> Tally:
        """A pane's tally as it is known now."""
        if counted_aside(pane) or self.counts is None:
            return self._counted.get(pane.id, Tally())
        if pane.view.topic is not None:
            tally = self.counts.topics.get(pane.view.topic)
        else:
            tally = self.counts.starred if pane.view.shelf == "starred" else self.counts.all
        return Tally() if tally is None else Tally(f"{tally.unread}" if tally.unread else "", tally.hourly)

    def take(self, counts: Counts) -> None:
        """Take the store's own; what is counted aside is out of date."""
        self.counts, self._stale = counts, True

    def due(self, panes: Sequence[Pane]) -> bool:
        """Whether it is time to count aside."""
        stale = self._stale or any(counted_aside(pane) and pane.id not in self._counted for pane in panes)
        return stale and not self._counting and self._steady() - self._at >= APART

    async def count(self, panes: Sequence[Pane]) -> None:
        """Count what the store has no tally of, on the thread for long reads; what cannot be read has none."""
        self._stale, self._counting = False, True
        try:
            for pane in filter(counted_aside, panes):
                unread = replace(pane.view, unread=True)
                try:
                    count = self.desk.newsroom.count
                    number, more = await self.desk.call_aside(count, unread, query=pane.query, scan=SCAN)
                except MonitorError:  # the pane itself tells
                    number, more = 0, False
                self._counted[pane.id] = Tally(f"{number}{'+' if more else ''}" if number or more else "")
        finally:
            self._counting, self._at = False, self._steady()


def counted_aside(pane: Pane) -> bool:
    """Whether the store keeps no tally of a pane: a saved query, a search, one source."""
    return pane.query is not None or pane.view.source is not None
