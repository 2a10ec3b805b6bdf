"""A list drawn line by line: no widget per row, and a key repaints only the rows it changes."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from monitor.tui import commands
from monitor.tui.themes import Ground
from monitor.tui.widgets.drawn import Drawn

if TYPE_CHECKING:
    from textual import events
    from textual.binding import BindingType


class Rows(Drawn, can_focus=True):
    """A list with a cursor. A child says how many rows there are (`count`) and draws one (`draw`).

    The first `HEAD` lines are a heading that does not scroll.
    """

    HEAD: ClassVar[int] = 0
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("move")]
    DEFAULT_CSS = "Rows { height: 1fr; width: 1fr; }"

    class Chosen(Message):
        """A row was clicked twice."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.cursor = 0
        self.top = 0

    # -- what a child says ------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many rows there are."""
        return 0

    @abstractmethod
    def draw(self, number: int, width: int, ground: Ground) -> list[Segment]:
        """One row, exactly `width` cells."""

    def draw_head(self, y: int, width: int) -> list[Segment]:
        """One line of the heading; blank, for a child without one."""
        return self.draw_empty(y, width)

    def draw_empty(self, y: int, width: int) -> list[Segment]:  # noqa: ARG002
        """A line below the last row."""
        return [Segment(" " * width, self.look.style("ink"))]

    def moved(self) -> None:
        """The cursor was moved by the reader."""

    # -- drawing ----------------------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """How many rows are seen."""
        return max(0, self.size.height - self.HEAD)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width = self.size.width
        number = self.top + y - self.HEAD
        if y < self.HEAD:
            segments = self.draw_head(y, width)
        elif number < self.count:
            segments = self.draw(number, width, self.ground(number))
        else:
            segments = self.draw_empty(y - self.HEAD, width)
        return self.strip(segments)

    def ground(self, number: int) -> Ground:
        """The ground of a row: raised under the cursor, resting there when the focus is elsewhere."""
        if number != self.cursor:
            return "plain"
        return "raised" if self.has_focus else "resting"

    def repaint(self, *numbers: int) -> None:
        """Draw some rows anew."""
        width, height = self.size
        for number in numbers:
            y = number - self.top + self.HEAD
            if self.HEAD <= y < height:
                self.refresh(Region(0, y, width, 1))

    def repaint_head(self) -> None:
        """Draw the heading anew."""
        if self.HEAD:
            self.refresh(Region(0, 0, self.size.width, self.HEAD))

    # -- moving -----------------------------------------------------------------------------------------------

    def move_to(self, number: int, *, by_reader: bool = True) -> None:
        """Put the cursor on a row and bring it into sight; leaving the screen turns over half of it."""
        old, self.cursor = self.cursor, max(0, min(self.count - 1, number))
        if self.show_cursor():
            self.refresh()
        elif old != self.cursor:
            self.repaint(old, self.cursor)
        if by_reader:
            self.moved()

    def show_cursor(self) -> bool:
        """Scroll so that the cursor is seen; whether that changed anything."""
        height, old = self.height, self.top
        if height <= 0:
            return False
        if self.cursor < self.top:
            self.top = self.cursor if self.top - self.cursor > height else self.cursor - height // 2
        elif self.cursor >= self.top + height:
            far = self.cursor - (self.top + height) > height
            self.top = self.cursor - (height - 1 if far else height // 2)
        self.top = max(0, min(self.top, self.count - height))
        return self.top != old

    def action_down(self) -> None:
        """Go to the next row."""
        self.move_to(self.cursor + 1)

    def action_up(self) -> None:
        """Go to the previous row."""
        self.move_to(self.cursor - 1)

    def action_page_down(self) -> None:
        """Go down by what is seen."""
        self._turn(max(1, self.height - 1))

    def action_page_up(self) -> None:
        """Go up by what is seen."""
        self._turn(-max(1, self.height - 1))

    def _turn(self, rows: int) -> None:
        self.top = max(0, min(self.top + rows, self.count - self.height))
        self.move_to(self.cursor + rows)
        self.refresh()

    def action_first(self) -> None:
        """Go to the first row."""
        self.move_to(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self.move_to(self.count - 1)

    # -- the mouse --------------------------------------------------------------------------------------------

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll on; the selection stays."""
        event.stop()
        self.scroll_rows(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll back; the selection stays."""
        event.stop()
        self.scroll_rows(-3)

    def scroll_rows(self, rows: int) -> None:
        """Move what is seen, not the cursor."""
        old, self.top = self.top, max(0, min(self.top + rows, self.count - self.height))
        if self.top != old:
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Select a row; a second click opens it."""
        number = self.top + event.y - self.HEAD
        if event.y < self.HEAD or number >= self.count:
            return
        event.stop()
        self.move_to(number)
        if event.chain > 1:
            self.post_message(self.Chosen())


class Lines(Rows):
    """Lines to read: there is no cursor, the keys move the text."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.cursor = -1

    def move_to(self, number: int, *, by_reader: bool = True) -> None:  # noqa: ARG002
        """Bring a line to the top."""
        self.scroll_rows(number - self.top)

    def action_down(self) -> None:
        """One line on."""
        self.scroll_rows(1)

    def action_up(self) -> None:
        """One line back."""
        self.scroll_rows(-1)

    def action_page_down(self) -> None:
        """One screen on."""
        self.scroll_rows(max(1, self.height - 1))

    def action_page_up(self) -> None:
        """One screen back."""
        self.scroll_rows(-max(1, self.height - 1))

    def on_click(self, event: events.Click) -> None:
        """A click in the text only brings the keys here."""
        event.prevent_default()
        event.stop()
