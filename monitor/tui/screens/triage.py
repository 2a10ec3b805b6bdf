"""Triage keys: each acts on the selection, or on all selected after ";", shows it at once, and moves on."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from monitor import triage
from monitor.config import duration
from monitor.errors import MonitorError, UsageError
from monitor.model import Action, Mark, Story
from monitor.text import clean_line
from monitor.tui.screens.base import DeskScreen

if TYPE_CHECKING:
    from monitor.model import Journal
    from monitor.tui.desk import Desk
    from monitor.tui.widgets.headlines import Headlines
    from monitor.tui.widgets.panes import Panes
    from monitor.tui.widgets.spread import Spread

SAID = {
    "read": "read",
    "unread": "unread",
    "star": "starred",
    "unstar": "star taken away",
    "watch": "watching",
    "done": "done",
    "dismiss": "dismissed",
    "restore": "brought back",
    "snooze": "snoozed",
    "assign": "assigned",
    "note": "noted",
    "tag": "tagged",
    "untag": "tag taken away",
}
STAYS: frozenset[Action] = frozenset({"unread", "note", "assign", "tag", "untag"})
"""Marks after which the selection stays where it is."""


def until(text: str, now: datetime) -> datetime:
    """When a snooze ends: "2h", "3d", "18:30" (the next such time), "tomorrow" (at nine). Raises UsageError."""
    words = clean_line(text).lower()
    try:
        if words == "tomorrow":
            local = now.astimezone() + timedelta(days=1)
            return local.replace(hour=9, minute=0, second=0, microsecond=0).astimezone(UTC)
        if ":" in words:
            local = datetime.combine(now.astimezone().date(), time.fromisoformat(words.zfill(5))).astimezone()
            return (local if local > now else local + timedelta(days=1)).astimezone(UTC)
        return now + timedelta(seconds=duration(words.replace(" ", "")))
    except ValueError:
        raise UsageError("no such time", hint='say "2h", "3d", "18:30" or "tomorrow"') from None


class Triage(DeskScreen):
    """What the newsroom screen does with items. The screen gives the panes and the reader."""

    spread: Spread
    applying = False
    """The next triage key is for all that is selected."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._last: int | None = None
        """The number of the last mark, where it changed something."""
        self._led_to: dict[int, int] = {}
        """Openings by number, and the mark that led to each."""

    @property
    def panes(self) -> Panes:
        """The panes."""
        return self.spread.panes

    @property
    def reading(self) -> Story | None:
        """The story in the reader, when it has the keys."""
        return self.spread.read if self.spread.in_reader else None

    @property
    def targets(self) -> list[Story]:
        """What the next triage key acts on."""
        pane = self.panes.current
        if self.applying:
            return list(pane.picked.values())
        if self.reading is not None:
            return [self.reading]
        return [pane.story] if pane.story is not None else []

    @abstractmethod
    def read(self, item_id: str, *, led: bool = False) -> None:
        """Show an item in the reader; `led` there by a mark on the one before."""

    @abstractmethod
    async def story(self, item_id: str) -> Story | None:
        """An item whole, as it is read."""

    @abstractmethod
    def read_on(self, step: int, *, led: bool = False) -> None:
        """Show the next or previous item in the reader."""

    async def mark(self, action: Action, *, value: str | None = None, when: datetime | None = None) -> None:
        """Mark the targets: on the screen at once, then in the store."""
        stories = self.targets
        if not stories:
            self.applying = False
            self.say("nothing is selected", "warning")
            return
        single_read = self.reading is not None
        self._last = None
        self.show_mark(stories, action, value=value, when=when)
        if self.applying:
            self.panes.current.picked.clear()
            self.applying = False
        elif single_read and action in {"read", "dismiss", "done", "snooze"}:
            self.read_on(0 if self.panes.current.window.number(stories[0].id) is None else 1, led=True)
        elif not single_read and action not in STAYS:
            self.move_on(stories[0])
        try:
            journal = await self.desk.call(
                self.desk.newsroom.mark, [story.id for story in stories], action, value=value, until=when
            )
            gone = journal is None and await self.desk.call(self.desk.newsroom.story, stories[0].id) is None
        except MonitorError as error:
            self.say(str(error), "error")
            self.spread.renew()
            return
        if journal is not None:
            self._last = journal.number
            self.say(f"{SAID[action]}: {told(stories)}", "quiet")
        elif gone:
            self.say(f"no longer in the store: {told(stories)}", "warning")
            self.panes.current.restart()

    def show_mark(self, stories: Sequence[Story], action: Action, *, value: str | None, when: datetime | None) -> None:
        """Show what a mark does, before the store has it."""
        newsroom = self.desk.newsroom
        act = Mark(action=action, who=newsroom.settings.user, at=newsroom.clock(), value=value, until=when)
        self.spread.marked(
            {story.id for story in stories}, lambda story: replace(story, state=triage.apply(act, story.state))
        )

    def move_on(self, story: Story) -> None:
        """Go to the next row, unless the marked one has gone and the next stands there already."""
        pane: Headlines = self.panes.current
        if pane.story is not None and pane.story.id == story.id:
            pane.action_down()

    async def action_read(self) -> None:
        """Mark read, and move on."""
        await self.mark("read")

    async def action_unread(self) -> None:
        """Mark unread."""
        await self.mark("unread")

    async def action_toggle_read(self) -> None:
        """Mark read and move on, or unread where all are read."""
        stories = self.targets
        await self.mark("unread" if stories and all(story.state.read for story in stories) else "read")

    async def action_star(self) -> None:
        """Star, or take the star away where all have one."""
        stories = self.targets
        await self.mark("unstar" if stories and all(story.state.starred for story in stories) else "star")

    async def action_put_away(self) -> None:
        """Dismiss."""
        await self.mark("dismiss")

    async def action_watching(self) -> None:
        """Watch."""
        await self.mark("watch")

    async def action_done(self) -> None:
        """Put away."""
        await self.mark("done")

    async def action_restore(self) -> None:
        """Bring back."""
        await self.mark("restore")

    def action_snooze(self) -> None:
        """Ask until when."""

        async def answer(text: str) -> str | None:
            try:
                when = until(text, self.desk.newsroom.clock())
            except UsageError as error:
                return str(error)
            await self.mark("snooze", when=when)
            return None

        self._ask_value("snooze until (2h, 18:30, tomorrow)", answer)

    def action_assign(self) -> None:
        """Ask to whom."""

        async def answer(text: str) -> str | None:
            await self.mark("assign", value=clean_line(text))
            return None

        self._ask_value("assign to (empty: nobody)", answer)

    def action_note(self) -> None:
        """Ask for the note."""

        async def answer(text: str) -> str | None:
            if not clean_line(text):
                return "a note needs a text"
            await self.mark("note", value=clean_line(text, cap=4000))
            return None

        self._ask_value("note", answer)

    def action_tag(self) -> None:
        """Ask for the tag; one that all have is taken away."""

        async def answer(text: str) -> str | None:
            tag = clean_line(text).lstrip("#")
            if not tag:
                return "a tag needs a word"
            stories = self.targets
            await self.mark(
                "untag" if stories and all(tag in story.state.tags for story in stories) else "tag", value=tag
            )
            return None

        self._ask_value("tag", answer)

    def _ask_value(self, label: str, answer: Callable[[str], Awaitable[str | None]]) -> None:
        from monitor.tui.widgets.prompt import Question

        if self.targets:
            self.ask(Question(label=f"{label}:", answer=answer))
        else:
            self.say("nothing is selected", "warning")

    async def action_undo(self) -> None:
        """Take the last mark back, and with it the opening that it led to."""
        try:
            journal = await self.desk.call(self.desk.newsroom.undo)
            led = None
            if journal is not None and self._led_to.pop(journal.number, None) is not None:
                led, journal = journal, await self.desk.call(self.desk.newsroom.undo)
        except MonitorError as error:
            self.say(str(error), "error")
            return
        if journal is None:
            self.say("nothing to undo", "quiet")
            return
        count = len(journal.items)
        self.say(f"undone: {journal.mark.action} on {count} {'item' if count == 1 else 'items'}", "good")
        self.spread.undone(journal.items, select=led is not None or not self.spread.in_reader)
        if led is not None and self.spread.in_reader:
            self.read(journal.items[0])
        elif (read := self.spread.read) is not None and read.id in journal.items:
            story = await self.story(read.id)
            if story is not None:
                self.spread.reread(story)

    def led_to(self, opening: Journal | None) -> None:
        """An item was opened because the last mark sent the one before it away: one undo takes both back."""
        if opening is not None and self._last is not None:
            self._led_to[opening.number] = self._last


def told(stories: Sequence[Story]) -> str:
    """What was marked, in a few words."""
    return stories[0].item.title if len(stories) == 1 else f"{len(stories)} items"
