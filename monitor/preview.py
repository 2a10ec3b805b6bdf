"""What a query would do over history, worked out page by page, so that it can be watched and stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from monitor.model import Page, Story

if TYPE_CHECKING:
    from monitor.query import Lint

SAMPLES = 10


class Preview(Struct, frozen=True, kw_only=True):
    """What a query would do over history: for `topics test` and the watchlist editor."""

    matched: int
    per_day: Mapping[str, int]
    """ISO date in local time to hits, every day of the span, oldest first."""
    sources: Sequence[tuple[str, int]]
    """Source ids with their hits, most first."""
    samples: Sequence[Story]
    gained: Sequence[Story]
    """Matched now and not on the saved topic, newest first; empty without a topic."""
    lost: Sequence[Story]
    lints: Sequence[Lint]


class Trial:
    """Reads pages until told to stop, telling after each how many items were looked at."""

    def __init__(self, stop: Callable[[], bool], told: Callable[[int], None]) -> None:
        self.stop, self.told = stop, told
        self.looked = 0

    def read(self, pages: Iterable[Page]) -> list[Story]:
        """The stories of the pages."""
        stories: list[Story] = []
        for page in pages:
            stories += page.stories
            self.looked += page.scanned
            self.told(self.looked)
            if self.stop():
                break
        return stories


def per_day(stories: Sequence[Story], since: datetime, now: datetime) -> dict[str, int]:
    """How many stories each local day of the span has, the oldest day first."""
    first, last = since.astimezone().date(), now.astimezone().date()
    days = {(first + timedelta(days=n)).isoformat(): 0 for n in range((last - first).days + 1)}
    for story in stories:
        day: date = story.item.published.astimezone().date()
        days[day.isoformat()] = days.get(day.isoformat(), 0) + 1
    return days


def compare(
    matched: Sequence[Story],
    saved: Sequence[Story],
    *,
    topic: str | None,
    since: datetime,
    now: datetime,
    lints: Sequence[Lint],
) -> Preview:
    """What was matched since a time, beside what the saved topic holds."""
    ids = {story.id for story in matched}
    return Preview(
        matched=len(matched),
        per_day=per_day(matched, since, now),
        sources=Counter(story.item.source for story in matched).most_common(),
        samples=tuple(matched[:SAMPLES]),
        gained=[] if topic is None else [story for story in matched if topic not in story.verdict.scores],
        lost=[story for story in saved if story.id not in ids],
        lints=lints,
    )
