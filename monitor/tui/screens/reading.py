"""Reading: an item opened from the panes, marked read, and the way from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from monitor.errors import MonitorError
from monitor.tui.screens.sharing import Sharing
from monitor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from monitor.model import Story
    from monitor.tui.widgets.reader import Reader


class Reading(Sharing):
    """What the newsroom screen does to have items read."""

    def action_open(self) -> None:
        """Read the selected item, unless one is being read."""
        if not self.spread.in_reader:
            self.read_selected()

    @on(Rows.Chosen)
    def _chosen(self) -> None:
        self.action_open()

    def action_next_item(self) -> None:
        """Go to the next item of the pane; the reader's own key reads it."""
        self.panes.current.action_down()

    def action_previous_item(self) -> None:
        """Go to the previous item of the pane; the reader's own key reads it."""
        self.panes.current.action_up()

    def read_selected(self, *, led: bool = False) -> None:
        """Read what the cursor of the pane stands on."""
        if (story := self.panes.current.story) is not None:
            self.read(story.id, led=led)

    def read(self, item_id: str, *, led: bool = False) -> None:
        """Show an item in the reader; `led` there by a mark on the one before."""
        self.run_worker(self._read(item_id, led=led), group="read", exclusive=True)

    async def _read(self, item_id: str, *, led: bool) -> None:
        try:
            story = await self.story(item_id)
        except MonitorError as error:
            self.say(str(error), "error")
            return
        if story is None:
            self.say("the item is no longer in the store", "warning")
            return
        reader = await self.spread.open_reader()
        reader.show_story(story, {topic.id: topic.title for topic in self.desk.newsroom.settings.topics})
        if not story.state.read and not self.desk.newsroom.read_only:
            await self._mark_opened(story, led=led)

    async def story(self, item_id: str) -> Story | None:
        """An item whole, with what the pane's own query and limit find in it."""
        return await self.desk.call(self.desk.newsroom.story, item_id, query=self.panes.current.showing.condition)

    async def _mark_opened(self, story: Story, *, led: bool) -> None:
        self.show_mark([story], "read", value=None, when=None)
        try:
            opening = await self.desk.call(self.desk.newsroom.mark, [story.id], "read")
            if led:
                self.led_to(opening)
        except MonitorError as error:
            self.say(str(error), "error")

    def on_reader_turned(self, event: Reader.Turned) -> None:
        """Read on."""
        self.read_on(event.step)

    def read_on(self, step: int, *, led: bool = False) -> None:
        """Read the next or previous item of the pane, or the one that came into the place."""
        pane = self.panes.current
        before = pane.chosen
        pane.move_to(pane.cursor + step)
        if pane.story is None or (step and pane.chosen == before):
            self.say("no further item here", "quiet")
        else:
            self.read_selected(led=led)
