"""A pane: the headlines of a view, newest first, that never move under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace
from rich.segment import Segment
from textual.message import Message

from monitor.errors import MonitorError
from monitor.model import Story
from monitor.triage import on_shelf
from monitor.tui import headline, paint
from monitor.tui.session import PaneSession
from monitor.tui.tallies import Tally
from monitor.tui.themes import Ground
from monitor.tui.widgets.rows import Rows
from monitor.tui.widgets.supply import Showing, Supply
from monitor.tui.widgets.window import PAGE, Fetch

if TYPE_CHECKING:
    from textual import events

    from monitor.newsroom import Pane
    from monitor.tui.desk import Desk


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
        self.pane, self.label = pane, label
        self.source_title, self.clock = source_title, clock
        self.supply = Supply(pane, desk, self)
        self.window = self.supply.window
        self.tally = Tally()
        self.chosen: str | None = None
        self.picked: dict[str, Story] = {}
        self.pinned = False
        """The reader has left the top: nothing is put in above."""
        self.following = desk.newsroom.read_only
        """What is new is shown at once and the cursor stays on it: on a wall, from the start."""
        self._handled: set[str] = set()
        """Items marked here, whose rows stay until the pane is read from the top."""
        self._hidden = False

    @property
    def showing(self) -> Showing:
        """What is shown of the pane."""
        return self.supply.showing

    @property
    def count(self) -> int:
        """Rows known so far, from the top of the view."""
        return self.window.end

    @property
    def story(self) -> Story | None:
        """The selected story."""
        return self.window.at(self.cursor)

    # -- what is shown ----------------------------------------------------------------------------------------

    def restart(self, showing: Showing | None = None) -> None:
        """Read from the top: something else, or all that is new."""
        self.pinned = False
        self._handled.clear()
        self.chosen = None if showing is not None else self.chosen
        self.supply.restart(showing)

    def change_view(self, **changes: Any) -> None:
        """Look at another part of the pane."""
        self.restart(replace(self.showing, view=replace(self.showing.view, **changes)))

    def change_limit(self, limit: str) -> None:
        """Narrow the pane, or show all of it again."""
        self.restart(replace(self.showing, limit=limit))

    def preload(self, rows: int) -> None:
        """Hold so many rows before anything is drawn, or a page where an item is to be found again."""
        self.supply.preload(PAGE if self.chosen else rows)
        self.cursor = self.window.number(self.chosen) or 0
        self.pinned = self.cursor > 0 if self.window.loaded else self.pinned

    def restore(self, was: PaneSession) -> None:
        """Stand as at the last time."""
        self.supply.showing = self.showing.restored(was)
        self.chosen, self.pinned = was.item, was.item is not None

    def remember(self) -> PaneSession:
        """How the pane stands."""
        shown = self.showing
        away = self.chosen if self.pinned else None
        return PaneSession(item=away, limit=shown.limit, unread=shown.view.unread, by_score=shown.view.order == "score")

    # -- what its supply asks and tells -----------------------------------------------------------------------

    @property
    def seen(self) -> bool:
        """Whether the pane is on the screen."""
        return self.is_mounted and self.is_attached and self.display

    @property
    def holds(self) -> bool:
        """What is new waits while the reader is away from the top."""
        return self.pinned and not self.following

    @property
    def keeps(self) -> Collection[str]:
        """What was just marked stays, and so does what the reader stands on."""
        return self._handled | ({self.chosen} if self.chosen and self.has_focus else set())

    def supplied(self, fetch: Fetch, shift: int) -> None:
        """Draw what has come in, the selected item where it was on the screen."""
        match fetch.kind:
            case "peek" | "above":
                self.repaint_head()
            case "more" | "end":
                self._grown()
            case _:
                self._settle(shift, anew=fetch.kind == "top")

    def unsupplied(self, error: MonitorError) -> None:
        """Tell that the pane could not be read."""
        self.post_message(self.Failed(error))

    def _grown(self) -> None:
        if self.supply.to_last:
            self.window.trim(self.count, self.height)
            self.move_to(self.count - 1)
            self.supply.to_last = self.window.next is not None
        else:
            self.window.trim(self.top, self.height)
        self.refresh()

    def _settle(self, shift: int, *, anew: bool) -> None:
        number = self.window.number(self.chosen)
        if anew and number is None:
            self.pinned, self.cursor, self.top = False, 0, 0
        if self.following or (not self.pinned and not self.has_focus):
            self.cursor = self.top = 0
        elif number is not None:
            self.top += (number - self.cursor) if self.pinned else 0
            self.cursor = number
        elif self.pinned:
            self.cursor += shift
            self.top += shift
        self.cursor = max(0, min(self.cursor, self.count - 1))
        if anew:
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
        was, self.pinned = (self.pinned, self.following), self.cursor > 0 or self.window.first > 0
        self.following = self.following and not self.pinned
        if was != (self.pinned, self.following):
            self.repaint_head()
        if not self.pinned and self.window.waiting:
            self.action_first()
        self.supply.go_on()

    def scroll_rows(self, rows: int) -> None:
        """Scroll, and read on when the end comes near."""
        super().scroll_rows(rows)
        self.supply.go_on()

    def action_first(self) -> None:
        """Go to the newest, of all that has arrived."""
        self.supply.to_last = False
        if self.window.waiting or self.window.first:
            self.chosen, self.cursor, self.top = None, 0, 0
            self.restart()
        else:
            self.move_to(0)

    def action_last(self) -> None:
        """Go to the last row of all; where a query decides, by way of the last row held."""
        self.supply.to_last = self.window.next is not None
        if self.supply.to_last and self.supply.at_once:
            self.supply.pull()
        else:
            self.move_to(self.count - 1)

    def follow(self) -> bool:
        """Go to the newest and stay there, or stop following."""
        self.following = not self.following
        if self.following:
            self.action_first()
        self.repaint_head()
        return self.following

    def stop(self) -> bool:
        """Stop what takes long; whether there was something."""
        there = self.supply.stop()
        if there:
            self.refresh()
        return there

    def marked(self, ids: Collection[str], to: Callable[[Story], Story]) -> None:
        """Show at once what a mark makes of these items. What was read stays until the pane is read anew."""
        numbers = self.window.change(ids, to)
        shelf, now = self.showing.view.shelf, self.clock()
        changed = [story for n in numbers if (story := self.window.at(n)) is not None]
        gone = {story.id for story in changed if not on_shelf(shelf, story.state, now)}
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
            self.supply.pull()
        else:
            self.repaint(*numbers)

    def undone(self, ids: Collection[str]) -> None:
        """Let items come back whose mark was taken back."""
        self._handled -= frozenset(ids)
        self.supply.renew(ids)

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
            self.supply.renew()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        """More rows may be needed."""
        self.show_cursor()
        self.supply.pull()

    # -- drawing ----------------------------------------------------------------------------------------------

    def ground(self, number: int) -> Ground:
        """The ground of a row: the cursor rests unseen in a pane nobody has moved in."""
        if number != self.cursor or not (self.has_focus or self.pinned):
            return "plain"
        return super().ground(number)

    def draw_head(self, y: int, width: int) -> list[Segment]:  # noqa: ARG002
        """Number, name, unread count, sparkline; on the right what waits."""
        return headline.heading(
            self.label,
            self.pane.title,
            width,
            self.look,
            tally=self.tally,
            notes=self.showing.notes(),
            waiting=self.window.news,
            work=self.supply.work,
            following=self.following,
            focused=self.has_focus,
        )

    def draw(self, number: int, width: int, ground: Ground) -> list[Segment]:
        """State, time, source, headline, outlets."""
        story = self.window.at(number)
        if story is None:
            return paint.line([("   …", "faint")], width, self.look, ground)
        return headline.row(
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
                text = "…" if not self.supply.scanned else f"… {self.supply.scanned:,} looked at"
            elif not self.count:
                text = "nothing matches" if self.showing.limit or self.pane.query else "nothing here"
        return paint.line([(f"   {text}", "faint")], width, self.look)
