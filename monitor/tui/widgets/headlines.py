"""A pane: the headlines of a view, newest first, with what is marked and selected in them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from rich.segment import Segment

from monitor.model import Story
from monitor.triage import on_shelf
from monitor.tui import headline, paint
from monitor.tui.session import PaneSession
from monitor.tui.tallies import Tally
from monitor.tui.themes import Ground
from monitor.tui.widgets.steady import SteadyRows
from monitor.tui.widgets.supply import Showing

if TYPE_CHECKING:
    from monitor.newsroom import Pane
    from monitor.tui.desk import Desk


class Headlines(SteadyRows):
    """One pane's list."""

    def __init__(
        self, pane: Pane, desk: Desk, *, label: str, source_title: Callable[[str], str], clock: Callable[[], datetime]
    ) -> None:
        super().__init__(pane, desk)
        self.label = label
        self.source_title, self.clock = source_title, clock
        self.tally = Tally()
        self.picked: dict[str, Story] = {}

    # -- what is shown ----------------------------------------------------------------------------------------

    def restart(self, showing: Showing | None = None) -> None:
        """Read from the top. What is selected for a bulk mark is let go with what was shown."""
        if showing is not None:
            self.picked.clear()
        super().restart(showing)

    def change_view(self, **changes: Any) -> None:
        """Look at another part of the pane."""
        self.restart(replace(self.showing, view=replace(self.showing.view, **changes)))

    def change_limit(self, limit: str) -> None:
        """Narrow the pane, or show all of it again."""
        self.restart(replace(self.showing, limit=limit))

    def restore(self, was: PaneSession) -> None:
        """Stand as at the last time."""
        self.supply.showing = self.showing.restored(was)
        self.chosen, self.pinned = was.item, was.item is not None

    def remember(self) -> PaneSession:
        """How the pane stands."""
        shown = self.showing
        away = self.chosen if self.pinned else None
        return PaneSession(item=away, limit=shown.limit, unread=shown.view.unread, by_score=shown.view.order == "score")

    # -- marks and selection ----------------------------------------------------------------------------------

    def marked(self, ids: Collection[str], to: Callable[[Story], Story]) -> None:
        """Show at once what a mark makes of these items. What was read stays until the pane is read anew."""
        numbers = self.window.change(ids, to)
        shelf, now = self.showing.view.shelf, self.clock()
        changed = [story for n in numbers if (story := self.window.at(n)) is not None]
        gone = {story.id for story in changed if not on_shelf(shelf, story.state, now)}
        self.handled |= set(ids) - gone
        self.picked = {item_id: story for item_id, story in self.picked.items() if item_id not in gone}
        if gone:
            self.let_go(gone)
        else:
            self.repaint(*numbers)

    def undone(self, ids: Collection[str]) -> None:
        """Let items come back whose mark was taken back."""
        self.handled -= frozenset(ids)
        self.supply.renew(ids, come=len(ids))

    def pick(self, story: Story) -> None:
        """Select a row for the next bulk mark, or let it go."""
        if self.picked.pop(story.id, None) is None:
            self.picked[story.id] = story

    def show_tally(self, tally: Tally) -> None:
        """Take the pane's counts; the heading is drawn anew only when they differ."""
        if tally != self.tally:
            self.tally = tally
            self.repaint_head()

    # -- drawing ----------------------------------------------------------------------------------------------

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
