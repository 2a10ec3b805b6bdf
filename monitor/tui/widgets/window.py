"""The stretch of a view that a list holds, read page by page by key; a list of half a million rows holds a few hundred.

Rows are numbered from the top of the view as far as it has been read: `first` is the number of the first row held.
After a jump to the end nobody knows how many rows stand above; as long as any do, they are numbered as if a page did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import compress
from typing import Literal

from msgspec import Struct

from monitor.model import Page, Story

PAGE = 100
"""Rows read at a time."""
HELD = 1500
"""Rows held at the most, give or take a page."""
NEWS = 200
"""New rows counted at the most before the count says "more"."""


class Fetch(Struct, frozen=True):
    """A page to ask for: `limit` rows just after the key `after`; `upwards`, those above it, or the last of all."""

    kind: Literal["top", "more", "back", "again", "peek", "above", "before", "end", "jump"]
    after: str | None
    limit: int

    @property
    def upwards(self) -> bool:
        """Whether the page is read from its end."""
        return self.kind in {"above", "before", "end"}


class _Chunk(Struct):
    after: str | None
    size: int


class Window:
    """The rows held, where they start, and what is known to wait above them."""

    def __init__(self) -> None:
        self.rows: list[Story] = []
        self.first = 0
        self.next: str | None = None
        self.loaded = False
        self._higher = self._between = 0
        """New rows that wait: above all that was read, and between the rows that are seen."""
        self._newest: Story | None = None
        """The row at the very top when that was last read."""
        self._above: list[_Chunk] = []
        self._held: list[_Chunk] = []

    @property
    def end(self) -> int:
        """The number just after the last row held."""
        return self.first + len(self.rows)

    @property
    def waiting(self) -> int:
        """How many new rows wait until the view is read from the top."""
        return self._higher + self._between

    @property
    def news(self) -> str:
        """How many new rows wait, as the pane tells it; empty where none do."""
        more = "+" if self.waiting >= NEWS else ""
        return f"+{min(self.waiting, NEWS)}{more} new" if self.waiting else ""

    def at(self, number: int) -> Story | None:
        """The row of that number, None when it is not held."""
        index = number - self.first
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def number(self, item_id: str | None) -> int | None:
        """The number of an item's row, None when it is not held."""
        if item_id is None:
            return None
        return next((n for n, story in enumerate(self.rows, self.first) if story.id == item_id), None)

    # -- what to read next ------------------------------------------------------------------------------------

    def top(self) -> Fetch:
        """The newest page, whatever is held."""
        return Fetch("top", None, PAGE)

    def wanted(self, top: int, height: int) -> Fetch | None:
        """What a reader who sees the rows from `top` on needs next."""
        if not self.loaded:
            return self.top()
        if top < self.first and self._above:
            chunk = self._above[-1]
            return Fetch("back", chunk.after, chunk.size + PAGE)
        if top < self.first + PAGE // 2 and not self._above and self._held and self._held[0].after is not None:
            return Fetch("before", self._held[0].after, PAGE)
        if self.next is not None and top + height + PAGE // 2 > self.end:
            return Fetch("more", self.next, PAGE)
        return None

    def again(self, top: int, height: int, spare: int, key: Callable[[Story], str] | None = None) -> Fetch:
        """The rows about what is seen once more, because something changed; rows far from it are let go.

        `spare` rows more, beside those known to wait, for what has come between. With the `key` of the page that
        begins with a story, nothing is read of what waits above.
        """
        self._trim(top, height, keep=PAGE)
        after = self._held[0].after if self._held else None
        needed = max(PAGE, top + height - self.first + PAGE // 2)
        if after is None and key is not None and self.rows:
            after = key(self.rows[0])
        return Fetch("again", after, min(max(PAGE, len(self.rows)), needed) + spare + min(self._between, HELD))

    def bottom(self) -> Fetch:
        """The last page, whatever is held."""
        return Fetch("end", None, PAGE)

    def jump(self, key: str) -> Fetch:
        """The page that begins with a key, whatever is held."""
        return Fetch("jump", key, PAGE)

    def peek(self, key: Callable[[Story], str] | None = None) -> Fetch | None:
        """What stands above the newest row known, only to be counted; without a `key`, the top of the view."""
        if self._higher >= NEWS:
            return None
        if key is not None and self._newest is not None:
            return Fetch("above", key(self._newest), NEWS)
        return Fetch("peek", None, NEWS)

    # -- what was read ----------------------------------------------------------------------------------------

    def take(
        self, fetch: Fetch, page: Page, *, still: int = 0, keep: Collection[str] = (), welcome: Collection[str] = ()
    ) -> int | None:
        """Take a page in; how far the rows that were held have moved down, None where a longer page is needed.

        New rows that would move one whose number is below `still` wait. The rows of the items in `keep` stay even
        when the view no longer has them; those in `welcome` come in even when others wait.
        """
        match fetch.kind:
            case "top":
                return self._start(page)
            case "more":
                return self._append(fetch, page)
            case "back":
                return self._prepend(page)
            case "end":
                self.rows, self.next = list(page.stories), None
                self.first = PAGE if page.next is not None else 0
                self._above, self._held = [], [_Chunk(page.next, len(self.rows))]
                return 0
            case "jump":
                self.rows, self.next, self.first = list(page.stories), page.next, PAGE
                self._above, self._held = [], [_Chunk(fetch.after, len(self.rows))]
                return 0
            case "before":
                return self._reach_up(page)
            case "peek":
                ids, newest = [story.id for story in page.stories], self._newest
                self._higher = ids.index(newest.id) if newest is not None and newest.id in ids else len(ids)
                return 0
            case "above":
                self._higher = len(page.stories)
                return 0
            case "again":
                return self._again(fetch, page, still=still, keep=keep, welcome=welcome)

    def _start(self, page: Page) -> int:
        self.rows, self.first, self.next = list(page.stories), 0, page.next
        self._above, self._held = [], [_Chunk(None, len(self.rows))]
        self._higher, self._between, self.loaded = 0, 0, True
        self._newest = self.rows[0] if self.rows else None
        return 0

    def _append(self, fetch: Fetch, page: Page) -> int:
        known = {story.id for story in self.rows}
        fresh = [story for story in page.stories if story.id not in known]
        self.rows += fresh
        self.next = page.next
        self._held.append(_Chunk(fetch.after, len(fresh)))
        return 0

    def _prepend(self, page: Page) -> int:
        chunk = self._above.pop()
        known = {story.id for story in self.rows}
        fresh: list[Story] = []
        for story in page.stories:
            if story.id in known:
                break
            fresh.append(story)
        moved = len(fresh) - chunk.size
        self.rows[:0] = fresh
        self.first = max(0, self.first - chunk.size)
        self._held.insert(0, _Chunk(chunk.after, len(fresh)))
        return moved

    def _reach_up(self, page: Page) -> int:
        known = {story.id for story in self.rows}
        fresh = [story for story in page.stories if story.id not in known]
        first = max(self.first - len(fresh), PAGE) if page.next is not None else 0
        moved = first + len(fresh) - self.first
        self.rows[:0], self.first = fresh, first
        self._held.insert(0, _Chunk(page.next, len(fresh)))
        return moved

    def _again(
        self, fetch: Fetch, page: Page, *, still: int, keep: Collection[str], welcome: Collection[str]
    ) -> int | None:
        known = {story.id: n for n, story in enumerate(self.rows, self.first)}
        if page.next is not None and self._falls_short(page, known, min(still, self.end) - 1):
            return None
        last = max((n for n, story in enumerate(page.stories) if known.get(story.id, still) < still), default=-1)
        free = (n > last or story.id in known or story.id in welcome for n, story in enumerate(page.stories))
        shown = list(compress(page.stories, free))
        self._between = len(page.stories) - len(shown)
        if fetch.after is None:
            self._higher = 0
        self._keep(shown, keep)
        moved = next((n - known[story.id] for n, story in enumerate(shown, self.first) if story.id in known), 0)
        self.rows, self.next = shown, page.next
        self._held = [_Chunk(self._held[0].after if self._held else None, len(shown))]
        if fetch.after is None and shown:
            self._newest = shown[0]
        return moved

    def _falls_short(self, page: Page, known: Mapping[str, int], seen: int) -> bool:
        """Whether so much has come between that the page does not reach the last row seen; a longer one may."""
        if any(known.get(story.id, -1) >= seen for story in page.stories):
            return False
        new = sum(story.id not in known for story in page.stories)
        longer = self._between < new < HELD
        self._between = max(self._between, new)
        return longer

    def _keep(self, shown: list[Story], keep: Collection[str]) -> None:
        """Put rows that the view lost back after the row they stood behind."""
        there = {story.id for story in shown}
        behind: dict[str, list[Story]] = {}
        before = ""
        for story in self.rows:
            if story.id in there:
                before = story.id
            elif story.id in keep:
                behind.setdefault(before, []).append(story)
        if behind:
            shown[:] = [*behind.pop("", ()), *(row for story in shown for row in (story, *behind.get(story.id, ())))]

    # -- what the reader did ----------------------------------------------------------------------------------

    def change(self, ids: Collection[str], to: Callable[[Story], Story]) -> list[int]:
        """Show rows as they will be once the store has caught up; their numbers."""
        wanted, numbers = set(ids), []
        for n, story in enumerate(self.rows):
            if story.id in wanted:
                self.rows[n] = to(story)
                numbers.append(n + self.first)
        return numbers

    def drop(self, ids: Collection[str]) -> None:
        """Let rows go that leave the view."""
        gone = set(ids)
        at = 0
        for chunk in self._held:
            leaving = sum(story.id in gone for story in self.rows[at : at + chunk.size])
            at += chunk.size
            chunk.size -= leaving
        self.rows = [story for story in self.rows if story.id not in gone]

    def trim(self, top: int, height: int) -> None:
        """Let go of pages far from what is seen, once too many rows are held."""
        if len(self.rows) > HELD:
            self._trim(top, height, keep=HELD // 3)

    def _trim(self, top: int, height: int, keep: int) -> None:
        while len(self._held) > 1 and self.first + self._held[0].size + keep < top:
            chunk = self._held.pop(0)
            self._above.append(chunk)
            del self.rows[: chunk.size]
            self.first += chunk.size
        while len(self._held) > 1 and self.end - self._held[-1].size - keep > top + height:
            chunk = self._held.pop()
            if chunk.size:
                del self.rows[-chunk.size :]
            self.next = chunk.after
