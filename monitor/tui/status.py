"""What the bars tell, worked out of counts and healths. Pure but for `unread_shown`, which reads the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from monitor.model import FAILING, Counts, Progress, View

if TYPE_CHECKING:
    from monitor.model import PollerState
    from monitor.newsroom import Newsroom, SourceStatus
    from monitor.tui.desk import News
    from monitor.tui.widgets.bars import Parts

BATCH = 1000
OVERDUE = timedelta(minutes=1)
"""How late a poll is told of as due: the poller has only begun, or has much to do."""
WORK = {
    "poll": "polling",
    "rematch": "matching history",
    "rebuild": "rebuilding the index",
}


class Status:
    """What the bar above tells."""

    def __init__(self) -> None:
        self.sources = self.failing = 0
        self.next_at: datetime | None = None
        self.poller: PollerState | None = None
        self.progress: tuple[Progress, ...] = ()
        self.problems: tuple[str, ...] = ()
        self.refused = False

    def take(self, news: News) -> bool:
        """Take up news; whether there is something else to tell."""
        before = self._told()
        self.progress, self.refused = news.progress, news.refused
        self.poller = news.poller or self.poller
        if news.sources is not None:
            self._count(news.sources)
        return news.counts is not None or before != self._told()

    def _told(self) -> tuple[object, ...]:
        return (self.sources, self.failing, self.next_at, self.poller, self.progress, self.refused)

    def _count(self, sources: Sequence[SourceStatus]) -> None:
        self.sources = sum(source.source.enabled for source in sources)
        self.failing = sum(source.health.status in FAILING for source in sources)
        times = [source.health.next_at for source in sources if source.health.next_at is not None]
        self.next_at = min(times, default=None)

    def parts(self, counts: Counts | None, now: datetime | None, *, read_only: bool) -> tuple[Parts, Parts]:
        """Left and right of the bar. The right one gives way from its left end."""
        unread = counts.all.unread if counts is not None else 0
        left = [(" Newsroom ", "head"), (f" {unread:,} new" if unread else "", "fresh")]
        if read_only:
            left.append(("  read-only", "quiet"))
        if self.refused:
            left.append(("  config has an error", "error"))
        right: list[tuple[str, str]] = []
        for work in self.progress:
            share = f" {work.done:,}/{work.total:,}" if work.total else ""
            right.append((f"{WORK.get(work.name, work.name)}{share} · ", "good"))
        if self.sources:
            right.append((f"{self.sources:,} source{'s' if self.sources > 1 else ''} · ", "quiet"))
        if self.failing:
            right.append((f"{self.failing:,} failing · ", "error"))
        if self.poller == "none" and not self.progress:
            right.append(("nobody polls · ", "warning"))
        elif self.poller == "stuck":
            right.append(("nothing new is stored · ", "error"))
        elif self.next_at is not None and now is not None and now - self.next_at > OVERDUE:
            right.append(("a poll is due · ", "quiet"))
        elif self.next_at is not None:
            right.append((f"next poll {self.next_at.astimezone():%H:%M} · ", "quiet"))
        if now is not None:
            right.append((f"{now.astimezone():%H:%M %Z} ", "ink"))
        elif right:
            text, role = right[-1]
            right[-1] = (f"{text.removesuffix(' · ')} ", role)
        return tuple(left), tuple(right)


def unread_shown(
    newsroom: Newsroom, view: View, query: str | None, shown_at: datetime, stop: Callable[[], bool]
) -> list[str]:
    """The ids of all unread items that a pane shows: not what came later, and not what is filtered out."""
    ids: list[str] = []
    for page in newsroom.pages(replace(view, unread=True), query=query, size=BATCH):
        ids += [story.id for story in page.stories if story.item.seen <= shown_at]
        if stop():
            break
    return ids
