"""A pane: the headlines of a view, newest first, that never move under the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.message import Message

from monitor.errors import MonitorError
from monitor.model import Story, Tally, View
from monitor.tui import paint
from monitor.tui.session import PaneSession
from monitor.tui.themes import Ground, Look
from monitor.tui.widgets.rows import Rows
from monitor.tui.widgets.window import NEWS, Fetch, Window

if TYPE_CHECKING:
    from textual import events

    from monitor.newsroom import Pane
    from monitor.tui.desk import Desk

FAR = 1000
"""Rows read at a time on the way to the last."""
LOUD = ("breaking", "correction", "kill", "embargo", "advisory")
"""Kinds of item that are told before the headline."""


class Headlines(Rows):
    """One pane's list. The selection is an item; what arrives while the reader is away from the top waits."""

    HEAD: ClassVar[int] = 1

    class Failed(Message):
        """The pane could not be read."""

        def __init__(self, error: MonitorError) -> None:
            super().__init__()
            self.error = error

    def __init__(
        self, pane: Pane, desk: Desk, *, label: str, source_title: Callable[[str], str], clock: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self.pane, self.desk, self.label = pane, desk, label
        self.source_title, self.clock = source_title, clock
        self.view: View = pane.view
        self.limit = ""
        self.tally: Tally | None = None
        self.window = Window()
        self.chosen: str | None = None
        self.picked: dict[str, Story] = {}
        self.pinned = False
        """The reader has left the top: nothing is put in above."""
        self.following = desk.newsroom.read_only
        """What is new is shown at once and the cursor stays on it: on a wall, from the start."""
        self._handled: set[str] = set()
        self._welcome: frozenset[str] = frozenset()
        self._reading: asyncio.Task[None] | None = None
        self.shown_at = clock()
        """When what is shown was last complete: what was seen later waits."""
        self._again = False
        self._peek = False
        self._to_last = False
        self._hidden = False
        self._scanned = 0
        self._unreadable = False

    @property
    def count(self) -> int:
        """Rows known so far, from the top of the view."""
        return self.window.end

    @property
    def story(self) -> Story | None:
        """The selected story."""
        return self.window.at(self.cursor)

    @property
    def opening(self) -> bool:
        """Whether its first page is still to come."""
        return not self.window.loaded and not self._unreadable

    @property
    def condition(self) -> str | None:
        """The query beside the view: the pane's own, and the limit."""
        return self.narrowed(self.limit)

    def narrowed(self, limit: str) -> str | None:
        """The pane's own query with a limit."""
        parts = [part for part in (self.pane.query, limit) if part]
        return " AND ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts) or None

    # -- reading from the store -------------------------------------------------------------------------------

    def restart(self, view: View | None = None, limit: str | None = None) -> None:
        """Read from the top: another view or limit, or the reader wants what is new."""
        self.view = view or self.view
        self.limit = self.limit if limit is None else limit
        self.window.loaded = False
        self.pinned = self._to_last = False
        self._handled.clear()
        self.chosen = None if view or limit is not None else self.chosen
        self._scanned = 0
        self._unreadable = False
        self.pull()

    def preload(self) -> None:
        """Read the first page before anything is drawn, on the calling thread; a saved query is left for later."""
        if self.condition is None:
            fetch = self.window.top()
            page = self.desk.newsroom.page(self.view, limit=fetch.limit)
            self.window.take(fetch, page)
            self.cursor = self.window.number(self.chosen) or 0
            self.pinned = self.cursor > 0

    def change_view(self, **changes: Any) -> None:
        """Look at another part of the pane."""
        self.restart(view=replace(self.view, **changes))

    def restore(self, was: PaneSession) -> None:
        """Stand as at the last time."""
        self.limit, self.chosen, self.pinned = was.limit, was.item, was.item is not None
        self.view = replace(self.view, unread=was.unread, order="score" if was.by_score else "time")

    def remember(self) -> PaneSession:
        """How the pane stands."""
        away = self.chosen if self.pinned else None
        return PaneSession(item=away, limit=self.limit, unread=self.view.unread, by_score=self.view.order == "score")

    def catch_up(self) -> None:
        """Something changed in the store: read what is held once more."""
        self._again = self.window.loaded
        self.pull()

    def pull(self) -> None:
        """See to it that what is needed next is being read; one page at a time."""
        if self._reading is None and self.is_mounted and self.display:
            self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while self.display and (fetch := self._needed()) is not None:
                asked = (self.view, self.condition)
                page = await self.desk.call(
                    self.desk.newsroom.page, self.view, query=self.condition, after=fetch.after, limit=fetch.limit
                )
                if asked == (self.view, self.condition) and (self.window.loaded or fetch.kind == "top"):
                    self._scanned += page.scanned
                    hold = self.pinned and not self.following
                    if fetch.after is None and not hold:
                        self.shown_at = self.clock()
                    keep = self._handled | ({self.chosen} if self.chosen and self.has_focus else set())
                    shift = self.window.take(fetch, page, hold=hold, keep=keep, welcome=self._welcome)
                    if fetch.kind in {"top", "again"}:
                        self._welcome = frozenset()
                    self._settle(shift, fetch)
        except MonitorError as error:
            self._unreadable = True
            self.post_message(self.Failed(error))
        finally:
            self._reading = None

    def _needed(self) -> Fetch | None:
        if not self.window.loaded:
            return self.window.top()
        if self._again:
            self._again, self._peek = False, True
            return self.window.again(self.top, self.height)
        if self._peek:
            self._peek = False
            if self.window.first:
                return self.window.peek()
        if self._to_last and self.window.next is not None:
            return Fetch("more", self.window.next, FAR)
        return self.window.wanted(self.top, self.height)

    def _settle(self, shift: int, fetch: Fetch) -> None:
        """Find the selected item again and keep it where it was on the screen."""
        if fetch.kind == "peek":
            self.repaint_head()
            return
        if fetch.kind == "more":
            if self._to_last:
                self.window.trim(self.count, self.height)
                self.move_to(self.count - 1)
                self._to_last = self.window.next is not None
            else:
                self.window.trim(self.top, self.height)
            self.refresh()
            return
        number = self.window.number(self.chosen)
        if fetch.kind == "top" and number is None:
            self.pinned, self.cursor, self.top = False, 0, 0
        if self.following or (not self.pinned and not self.has_focus):
            number = None
            self.cursor = self.top = 0
        elif number is not None:
            self.top += (number - self.cursor) if self.pinned else 0
            self.cursor = number
        elif self.pinned:
            self.cursor += shift
            self.top += shift
        self.cursor = max(0, min(self.cursor, self.count - 1))
        if fetch.kind == "top":
            self.show_cursor()
        self.top = max(0, min(self.top, self.count - self.height))
        if not self.pinned and self.cursor >= self.height > 0:
            self.pinned = True
        self.chosen = self.story.id if self.story else None
        self.refresh()

    # -- the reader -------------------------------------------------------------------------------------------

    def moved(self) -> None:
        """The reader went elsewhere: what is selected, and whether this is still the top."""
        self.chosen = self.story.id if self.story else None
        was, self.pinned = (self.pinned, self.following), self.cursor > 0
        self.following = self.following and not self.pinned
        if was != (self.pinned, self.following):
            self.repaint_head()
        if not self.pinned and self.window.waiting:
            self.action_first()
        self.pull()

    def scroll_rows(self, rows: int) -> None:
        """Scroll, and read on when the end comes near."""
        super().scroll_rows(rows)
        self.pull()

    def action_first(self) -> None:
        """Go to the newest, of all that has arrived."""
        self._to_last = False
        if self.window.waiting or self.window.first:
            self.chosen, self.cursor, self.top = None, 0, 0
            self.restart()
        else:
            self.move_to(0)

    def action_last(self) -> None:
        """Go to the last row held, and on to the last of all."""
        self._to_last = self.window.next is not None
        self.move_to(self.count - 1)

    def follow(self) -> bool:
        """Go to the newest and stay there, or stop following."""
        self.following = not self.following
        if self.following:
            self.action_first()
        self.repaint_head()
        return self.following

    def stop(self) -> bool:
        """Stop a long way to the last row; whether there was one."""
        was, self._to_last = self._to_last, False
        return was

    def acted(self, ids: Collection[str], to: Callable[[Story], Story], leaves: Callable[[Story], bool]) -> None:
        """Show at once what a mark does to these items."""
        numbers = self.window.change(ids, to)
        gone = {story.id for n in numbers if (story := self.window.at(n)) and leaves(story)}
        self._handled |= set(ids) - gone
        self.picked = {item_id: story for item_id, story in self.picked.items() if item_id not in gone}
        if gone:
            above = sum(1 for n in numbers if n < self.cursor and (s := self.window.at(n)) and s.id in gone)
            self.window.drop(gone)
            self.cursor = max(0, min(self.cursor - above, self.count - 1))
            self.top = max(0, min(self.top - above, self.count - self.height))
            self.chosen = self.story.id if self.story else None
            self.show_cursor()
            self.refresh()
            self.pull()
        else:
            self.repaint(*numbers)

    def undone(self, ids: Collection[str]) -> None:
        """Let items come back whose mark was taken back."""
        self._welcome = frozenset(ids)
        self._handled -= self._welcome
        self.catch_up()

    def pick(self, story: Story) -> None:
        """Select a row for the next bulk mark, or let it go."""
        if self.picked.pop(story.id, None) is None:
            self.picked[story.id] = story

    def find(self, step: int, wanted: Callable[[Story], bool]) -> bool:
        """Go to the next or previous row held that is wanted; whether there was one."""
        number = self.cursor + step
        while (story := self.window.at(number)) is not None:
            if wanted(story):
                self.move_to(number)
                return True
            number += step
        return False

    def show_tally(self, tally: Tally) -> None:
        """Take the pane's counts; the heading is drawn anew only when they differ."""
        if tally != self.tally:
            self.tally = tally
            self.repaint_head()

    def on_focus(self) -> None:
        """The cursor is seen from here on."""
        self.chosen = self.story.id if self.story else self.chosen

    def on_hide(self) -> None:
        """What changes from now on is not read."""
        self._hidden = True

    def on_show(self) -> None:
        """Read what was not read while hidden."""
        if self._hidden:
            self._hidden = False
            self.catch_up()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        """More rows may be needed."""
        self.show_cursor()
        self.pull()

    # -- drawing ----------------------------------------------------------------------------------------------

    def ground(self, number: int) -> Ground:
        """The ground of a row: the cursor rests unseen in a pane nobody has moved in."""
        if number != self.cursor or not (self.has_focus or self.pinned):
            return "plain"
        return super().ground(number)

    def draw_head(self, y: int, width: int) -> list[Segment]:  # noqa: ARG002
        """Number, name, unread count, sparkline; on the right what waits."""
        focused = self.has_focus
        unread = f" {self.tally.unread}" if self.tally and self.tally.unread else ""
        left = [
            (f" {self.label} ", "accent" if focused else "faint"),
            (paint.cut(self.pane.title, width // 2), "head" if focused else "title"),
        ]
        left.append((unread, "fresh" if unread else "faint"))
        left += [(f" {paint.cut(text, width // 2)}", "star") for text in self.notes()]
        if self.tally and (sparks := paint.sparkline(self.tally.hourly, 24 if width > 64 else 12)):
            left.append((f" {sparks}", "accent" if focused else "faint"))
        left.append((" ", "faint"))
        right = []
        if self.window.waiting:
            more = "+" if self.window.waiting >= NEWS else ""
            right = [(f" +{min(self.window.waiting, NEWS)}{more} new ", "pill"), ("─", "faint")]
        elif self.following:
            right = [(" following ", "accent"), ("─", "faint")]
        return paint.between(left, right, width, self.look, "─")

    def notes(self) -> list[str]:
        """What is peculiar about what is shown: a limit, only unread, by score, what is hidden."""
        notes = [f"limit: {self.limit}"] if self.limit else []
        notes += ["unread only"] if self.view.unread else []
        notes += ["by score"] if self.view.order == "score" else []
        notes += ["hidden ones"] if self.view.shelf == "hidden" else []
        return notes

    def draw(self, number: int, width: int, ground: Ground) -> list[Segment]:
        """State, time, source, headline, outlets."""
        story = self.window.at(number)
        if story is None:
            return paint.line([("   …", "faint")], width, self.look, ground)
        return draw_story(
            story,
            width,
            self.look,
            ground,
            topic=self.pane.view.topic,
            source=self.source_title(story.item.source),
            now=self.clock(),
            picked=story.id in self.picked,
        )

    def draw_empty(self, y: int, width: int) -> list[Segment]:
        """Why there is nothing, or that more is coming."""
        text = ""
        if y == self.count - self.top:
            if not self.window.loaded or self.window.next is not None:
                text = "…" if not self._scanned else f"… {self._scanned:,} looked at"
            elif not self.count:
                text = "nothing matches" if self.limit or self.pane.query else "nothing here"
        return paint.line([(f"   {text}", "faint")], width, self.look)


def draw_story(
    story: Story, width: int, look: Look, ground: Ground, *, topic: str | None, source: str, now: datetime, picked: bool
) -> list[Segment]:
    """A story as a row of columns."""
    item, state = story.item, story.state
    glyph, role = state_mark(story, now)
    bar = "✓" if picked else "▌" if ground == "raised" else " "
    column = 9 if width < 64 else 12 if width < 100 else 16
    about = f" {paint.moment(item.published, now):<6} {paint.fitted(source, column)}  "
    if ground == "raised":
        segments = [Segment(f"{bar}{glyph}{about}", look.style("ink", ground))]
    elif role == "quiet" and bar == " ":
        segments = [Segment(f"{bar}{glyph}{about}", look.style("quiet", ground))]
    else:
        segments = [
            Segment(bar + glyph, look.style("accent" if role == "quiet" else role, ground)),
            Segment(about, look.style("quiet", ground)),
        ]
    room = width - 2 - len(about) if about.isascii() else width - 2 - cell_len(about)
    outlets = f" ×{story.outlets}" if story.outlets > 1 else ""
    if item.kind in LOUD and room > 24:
        loud = f"{item.kind.upper()} "
        segments.append(Segment(loud, look.style("warning", ground)))
        room -= len(loud)
    spans = [(hit.start, hit.end) for hit in story.verdict.hits if hit.field == "title" and topic in (None, hit.topic)]
    segments += paint.marked(
        item.title,
        spans,
        max(0, room - len(outlets)),
        look,
        role="quiet" if state.read and ground != "raised" else "ink",
        ground=ground,
    )
    if outlets:
        segments.append(Segment(outlets, look.style("ink" if ground == "raised" else "quiet", ground)))
    return segments


def state_mark(story: Story, now: datetime) -> tuple[str, str]:
    """The sign of a state, and its role."""
    state = story.state
    if state.triage == "dismissed":
        return "×", "quiet"
    if state.triage == "done":
        return "✓", "quiet"
    if state.snoozed_until is not None and state.snoozed_until > now:
        return "◔", "quiet"
    if state.starred:
        return "★", "star"
    if state.triage == "watching":
        return "◆", "good"
    return (" ", "quiet") if state.read else ("●", "fresh")
