"""Rows read page by page, as they are needed, that never move under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from monitor.errors import MonitorError
from monitor.model import Story
from monitor.tui.themes import Ground
from monitor.tui.widgets.rows import Rows
from monitor.tui.widgets.supply import Showing, Supply
from monitor.tui.widgets.window import PAGE, Fetch

if TYPE_CHECKING:
    from textual import events

    from monitor.newsroom import Pane
    from monitor.tui.desk import Desk


class SteadyRows(Rows):
    """The rows of a view. The selection is an item; what arrives while the reader is away from the top waits."""

    HEAD: ClassVar[int] = 1

    class Failed(Message):
        """The view could not be read."""

        def __init__(self, error: MonitorError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, pane: Pane, desk: Desk) -> None:
        super().__init__()
        self.pane = pane
        self.supply = Supply(pane, desk, self)
        self.window = self.supply.window
        self.chosen: str | None = None
        self.pinned = False
        """The reader has left the top: nothing is put in above."""
        self.following = desk.newsroom.read_only
        """What is new is shown at once and the cursor stays on it: on a wall, from the start."""
        self.handled: set[str] = set()
        """Items marked here, whose rows stay until the view is read from the top."""
        self._hidden = False
        self._sought: Story | None = None
        """What was selected when something else began to be shown: the cursor is to stand on it again.

        Until it does, or the reader moves.
        """

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

    def restart(self, showing: Showing | None = None) -> None:
        """Read from the top: all that is new, or something else, in which the cursor stays on its item if it can."""
        if showing is not None:
            self._sought, self.chosen = (self.story if self.pinned else None) or self._sought, None
        self.pinned = False
        self.handled.clear()
        self.supply.restart(showing)

    def preload(self, rows: int) -> None:
        """Hold so many rows before anything is drawn, or a page where an item is to be found again."""
        self.supply.preload(PAGE if self.chosen else rows)
        self.cursor = self.window.number(self.chosen) or 0
        self.pinned = self.cursor > 0 if self.window.loaded else self.pinned

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
        return self.handled | ({self.chosen} if self.chosen and self.has_focus else set())

    def supplied(self, fetch: Fetch, shift: int) -> None:
        """Draw what has come in, the selected item where it was on the screen."""
        match fetch.kind:
            case "peek" | "above":
                self.repaint_head()
            case "more" | "end":
                self._grown()
            case "jump":
                self.top = self.cursor = self.window.first
                self.refresh()
                self.moved()
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
        sought = self._sought if anew else None
        number = self.window.number(sought.id if sought is not None else self.chosen)
        if anew and number is None:
            self.pinned, self.cursor, self.top = False, 0, 0
            if sought is not None and self.supply.at_once:
                self.supply.jump(sought)
        elif sought is not None:
            self.pinned, self._sought = number != 0, None
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
        self._sought = None if self.story else self._sought
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
        self.supply.to_last, self._sought = False, None
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

    def let_go(self, ids: Collection[str]) -> None:
        """Let rows go that leave the view; the cursor stays on its item, or takes the next in its place."""
        above = sum(story.id in ids for story in self.window.rows[: max(0, self.cursor - self.window.first)])
        self.window.drop(ids)
        self.cursor = max(0, min(self.cursor - above, self.count - 1))
        self.top = max(0, min(self.top - above, self.count - self.height))
        self.chosen = self.story.id if self.story else None
        self.show_cursor()
        self.refresh()
        self.supply.pull()

    def stop(self) -> bool:
        """Stop what takes long; whether there was something."""
        there = self.supply.stop()
        if there:
            self.refresh()
        return there

    def find(self, step: int, wanted: Callable[[Story], bool]) -> bool:
        """Go to the next or previous row held that is wanted; whether there was one."""
        number = self.cursor + step
        while (story := self.window.at(number)) is not None:
            if wanted(story):
                self.move_to(number)
                return True
            number += step
        return False

    async def find_unread(self, step: int) -> Story | None:
        """Go to the next or previous unread row, also one that is not held yet; the story there."""
        if self.find(step, lambda story: not story.state.read):
            return self.story
        found = await self.supply.find_unread(step)
        if found is not None:
            self.chosen, self.pinned = found.id, True
            self.supply.jump(found)
        return found

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

    def ground(self, number: int) -> Ground:
        """The ground of a row: the cursor rests unseen in rows nobody has moved in."""
        if number != self.cursor or not (self.has_focus or self.pinned):
            return "plain"
        return super().ground(number)
