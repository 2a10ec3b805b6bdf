"""What a pane shows of the store, and the reading of it: one page at a time, on the store's thread, as it is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from monitor.errors import MonitorError
from monitor.tui.session import PaneSession
from monitor.tui.widgets.window import NEWS, PAGE, Fetch, Window

if TYPE_CHECKING:
    from monitor.model import Page, Story, View
    from monitor.newsroom import Pane
    from monitor.tui.desk import Desk

FAR = 1000
"""Rows read at a time on the way to the last of those that a query finds."""
LONG = 5000
"""Items looked at for a query before that is told, and can be stopped."""


class Showing(Struct, frozen=True):
    """A part of a pane's view, narrowed by the pane's own query and the reader's limit."""

    pane: Pane
    view: View
    limit: str = ""

    @property
    def condition(self) -> str | None:
        """The query beside the view."""
        return self.narrowed(self.limit)

    def narrowed(self, limit: str) -> str | None:
        """The query beside the view under another limit."""
        parts = [part for part in (self.pane.query, limit) if part]
        return " AND ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts) or None

    @property
    def whole(self) -> bool:
        """Whether all of the pane is shown, in its own order."""
        return not self.limit and self.view == self.pane.view

    def notes(self) -> list[str]:
        """What is peculiar about it: a limit, only unread, by score, what is hidden."""
        notes = [f"limit: {self.limit}"] if self.limit else []
        notes += ["unread only"] if self.view.unread else []
        notes += ["by score"] if self.view.order == "score" else []
        notes += ["hidden ones"] if self.view.shelf == "hidden" else []
        return notes

    def restored(self, was: PaneSession) -> Showing:
        """As at the last time."""
        view = replace(self.view, unread=was.unread, order="score" if was.by_score else "time")
        return replace(self, view=view, limit=was.limit)


class Supplied(Protocol):
    """The list that is supplied: what it sees, and what it wants kept."""

    top: int

    @property
    def height(self) -> int:
        """How many rows are seen."""
        ...

    @property
    def seen(self) -> bool:
        """Whether anybody looks at the list; one that is not seen is not supplied."""
        ...

    @property
    def holds(self) -> bool:
        """Whether new rows are to wait above."""
        ...

    @property
    def keeps(self) -> Collection[str]:
        """Items whose rows stay even when the view no longer has them."""
        ...

    def supplied(self, fetch: Fetch, shift: int) -> None:
        """A page was taken in; rows that were held have moved down by `shift`."""
        ...

    def repaint_head(self) -> None:
        """What is told of the reading has changed."""
        ...

    def unsupplied(self, error: MonitorError) -> None:
        """A page could not be read."""
        ...


class Supply:
    """Fills a window with what its list needs next."""

    def __init__(self, pane: Pane, desk: Desk, rows: Supplied) -> None:
        self.showing = Showing(pane, pane.view)
        self.window = Window()
        self.desk, self.rows = desk, rows
        self.to_last = False
        """Read on until the last row is held."""
        self.scanned = 0
        """Items looked at for the query so far."""
        self.whole_at = desk.newsroom.clock()
        """When what is shown was last complete: what was seen later waits."""
        self._stopped = False
        """The reader has seen enough; reading goes on when the cursor moves on."""
        self._unreadable = False
        self._welcome: frozenset[str] = frozenset()
        self._come = 0
        """New rows that there may be since what is held was last read."""
        self._reading: asyncio.Task[None] | None = None
        self._again = self._peek = False
        self._jump: str | None = None

    @property
    def opening(self) -> bool:
        """Whether the first page is still to come."""
        return not self.window.loaded and not self._unreadable

    @property
    def at_once(self) -> bool:
        """Whether the last rows can be read without those before them: not where a query decides on each."""
        return self.showing.condition is None

    @property
    def reading(self) -> bool:
        """Whether a page is being read now."""
        return self._reading is not None and not self._reading.done()

    @property
    def work(self) -> str:
        """What takes long just now, in words; empty where nothing does."""
        long = self.reading and not self._stopped and self.scanned >= LONG and self.window.next is not None
        return f"{self.scanned:,} looked at · esc stops" if long else ""

    def stop(self) -> bool:
        """Stop what takes long; whether there was something."""
        there = self.to_last or bool(self.work)
        self.to_last, self._stopped = False, there
        return there

    def go_on(self) -> None:
        """Read what is needed where the reader has moved to, also after a stop."""
        self._stopped = False
        self.pull()

    def restart(self, showing: Showing | None = None) -> None:
        """Read from the top: something else, or all that is new."""
        self.showing = showing or self.showing
        self.window.loaded = self.to_last = self._stopped = self._unreadable = False
        self._jump = None
        self.scanned = 0
        self.pull()

    def preload(self, rows: int) -> None:
        """Read the first rows on the calling thread; what needs a query is left for later."""
        if self.showing.condition is None:
            self.window.take(self.window.top(), self.desk.newsroom.page(self.showing.view, limit=rows))

    async def find_unread(self, step: int) -> Story | None:
        """The next unread story below all rows held, or above them; None where there is none, or a query decides."""
        window, newsroom, view = self.window, self.desk.newsroom, replace(self.showing.view, unread=True)
        if not self.at_once or not window.rows:
            return None
        if step > 0 and window.next is not None:
            after = newsroom.key(view, window.rows[-1])
            page = await self.desk.call(newsroom.page, view, after=after, limit=2)
        elif step < 0 and window.first:
            before = newsroom.key(view, window.rows[0])
            page = await self.desk.call(newsroom.page_back, view, before=before, limit=1)
        else:
            return None
        return next((story for story in page.stories if window.number(story.id) is None), None)

    def jump(self, story: Story) -> None:
        """Read the page that begins with a story, wherever it stands."""
        self._jump = self.desk.newsroom.key(self.showing.view, story)
        self.go_on()

    def renew(self, welcome: Collection[str] = (), *, come: int = NEWS) -> None:
        """Something changed in the store: read what is held once more; the items of `welcome` need not wait.

        At the most `come` rows may be new.
        """
        self._welcome |= frozenset(welcome)
        self._come = min(self._come + come, NEWS)
        self._again = self.window.loaded
        self.pull()

    def pull(self) -> None:
        """See to it that what is needed next is being read."""
        if not self.reading and self.rows.seen:
            self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while self.rows.seen and (fetch := self._needed()) is not None:
                showing = self.showing
                page = await self._page(showing, fetch)
                if showing != self.showing or not (self.window.loaded or fetch.kind == "top"):
                    continue
                hold = self.rows.holds
                if fetch.kind in {"top", "more"}:
                    self.scanned = page.scanned + (self.scanned if fetch.kind == "more" else 0)
                if fetch.after is None and not hold:
                    self.whole_at = self.desk.newsroom.clock()
                still = self.rows.top + self.rows.height if hold else 0
                shift = self.window.take(fetch, page, still=still, keep=self.rows.keeps, welcome=self._welcome)
                if shift is None:
                    self._again, self._come = True, NEWS
                    continue
                if fetch.kind in {"top", "again"}:
                    self._welcome = frozenset()
                self.rows.supplied(fetch, shift)
        except MonitorError as error:
            self._unreadable = True
            self.rows.unsupplied(error)
        finally:
            self._reading = None  # where tasks start at once (Python 3.12 on), this comes before `pull` has the task
            if self.scanned >= LONG:
                self.rows.repaint_head()

    def _once_more(self, top: int, height: int) -> Fetch:
        come, self._come = self._come, 0
        if self.rows.holds and self.at_once and not self._welcome:
            return self.window.again(top, height, PAGE, self._key)
        spare = self.window.waiting + come if self.rows.holds or self.rows.keeps else 0
        return self.window.again(top, height, spare)

    @property
    def _key(self) -> Callable[[Story], str] | None:
        """What gives the key of the page that begins with a story; nothing where a query decides."""
        if not self.at_once:
            return None
        view, key = self.showing.view, self.desk.newsroom.key
        return lambda story: key(view, story)

    async def _page(self, showing: Showing, fetch: Fetch) -> Page:
        newsroom, view, limit = self.desk.newsroom, showing.view, fetch.limit
        if fetch.upwards:
            return await self.desk.call(newsroom.page_back, view, before=fetch.after, limit=limit)
        return await self.desk.call(newsroom.page, view, query=showing.condition, after=fetch.after, limit=limit)

    def _needed(self) -> Fetch | None:
        top, height = self.rows.top, self.rows.height
        if not self.window.loaded:
            return self.window.top()
        if self._jump is not None:
            jump, self._jump = self._jump, None
            return self.window.jump(jump)
        if self._again:
            self._again, self._peek = False, True
            return self._once_more(top, height)
        if self._peek:
            self._peek = False
            uncounted = self.window.first > 0 or (self.rows.holds and self.at_once)
            if uncounted and (fetch := self.window.peek(self._key)) is not None:
                return fetch
        if self.to_last and self.window.next is not None:
            return self.window.bottom() if self.at_once else Fetch("more", self.window.next, FAR)
        if self._stopped:
            return None
        return self.window.wanted(top, height)
