"""What the panes show: limits, search, parts of a view, selections; and asking the poller for more."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable
from functools import partial
from threading import Event

from monitor.errors import MonitorError, QueryError
from monitor.model import View
from monitor.newsroom import Pane
from monitor.tui import status
from monitor.tui.screens.reading import Reading


class Browsing(Reading):
    """The newsroom screen's ways through its panes."""

    _counting: Event | None = None

    def action_next_unread(self) -> None:
        """Go to the next unread item; where one is read, read it."""
        self.run_worker(self._find_unread(1), group="read", exclusive=True)

    def action_previous_unread(self) -> None:
        """Go to the previous unread item; where one is read, read it."""
        self.run_worker(self._find_unread(-1), group="read", exclusive=True)

    async def _find_unread(self, step: int) -> None:
        pane = self.panes.current
        try:
            found = await pane.find_unread(step)
        except MonitorError as error:
            self.say(str(error), "error")
            return
        if found is None:
            so_far = "" if pane.supply.at_once or pane.window.next is None else " among those looked at so far"
            self.say(f"no unread item further on{so_far}", "quiet")
        elif self.spread.in_reader:
            self.read(found.id)

    def action_select(self) -> None:
        """Select or unselect the row, and move on."""
        pane = self.panes.current
        if pane.story is not None:
            pane.pick(pane.story)
            pane.repaint(pane.cursor)
            pane.action_down()
            self.say(f"{len(pane.picked)} selected · ; applies the next key to them", "quiet")

    def action_apply(self) -> None:
        """The next triage key is for all selected."""
        picked = len(self.panes.current.picked)
        self.applying = picked > 0
        self.say(f"which mark for the {picked} selected?" if picked else "nothing is selected; Space selects", "star")

    def action_follow(self) -> None:
        """Go to the newest, and follow."""
        self.spread.uncover()
        self.say("following what is new" if self.panes.current.follow() else "no longer following", "quiet")

    def action_unread_only(self) -> None:
        """Show only what is unread, or all."""
        self.spread.uncover()
        unread = not self.panes.current.showing.view.unread
        self.panes.current.change_view(unread=unread)
        self.say("only what is unread" if unread else "also what is read", "quiet")

    def action_order(self) -> None:
        """By time, or by score."""
        self.spread.uncover()
        order = "score" if self.panes.current.showing.view.order == "time" else "time"
        self.panes.current.change_view(order=order)
        self.say(f"by {order}", "quiet")

    def action_hidden(self) -> None:
        """Show what is put away, or what is open."""
        self.spread.uncover()
        pane = self.panes.current
        hidden = pane.showing.view.shelf != "hidden"
        pane.change_view(shelf="hidden" if hidden else pane.pane.view.shelf)
        self.say("what is dismissed, done or snoozed" if hidden else "what is open", "quiet")

    def action_limit(self) -> None:
        """Ask for a query that narrows the pane."""
        from monitor.tui.widgets.prompt import Question

        pane = self.panes.current

        async def answer(text: str) -> str | None:
            trouble = await self._trouble(text)
            if trouble is None:
                self.spread.uncover()
                pane.change_limit(text.strip())
            return trouble

        shown = pane.showing
        judge = partial(self._judge, shown.view, shown.narrowed)
        self.ask(Question(label="limit:", value=shown.limit, answer=answer, judge=judge))

    def action_search(self) -> None:
        """Ask for a query over all history."""
        from monitor.tui.widgets.prompt import Question

        async def answer(text: str) -> str | None:
            trouble = await self._trouble(text)
            if trouble is None and text.strip():
                self.spread.close_reader()
                self.panes.add(Pane(id="search", title=text.strip(), view=View(shelf="all"), query=text.strip()))
            return trouble

        self.ask(Question(label="search:", answer=answer, judge=partial(self._judge, View(shelf="all"), str)))

    async def _trouble(self, text: str) -> str | None:
        try:
            if text.strip():
                await self.desk.call(self.desk.newsroom.parse, text)
        except QueryError as error:
            return str(error)
        return None

    async def _judge(self, view: View, narrowed: Callable[[str], str | None], text: str) -> tuple[str, str]:
        try:
            if not text.strip():
                return "everything", "quiet"
            await self.desk.call(self.desk.newsroom.parse, text)
            count, more = await self.desk.call_aside(self.desk.newsroom.count, view, query=narrowed(text))
        except MonitorError as error:
            return str(error), "error"
        return f"{count:,}{'+' if more else ''} match", "good" if count else "warning"

    def action_mark_shown(self) -> None:
        """Mark all that the pane shows as read, once that is confirmed."""
        self.run_worker(self._mark_shown(), group="read", exclusive=True)

    async def _mark_shown(self) -> None:
        from monitor.tui.widgets.prompt import Question

        pane = self.panes.current
        shown, whole_at = pane.showing, pane.supply.whole_at
        self._counting = stop = Event()
        self.say("counting what is shown · esc stops", "quiet")
        try:
            ids = await self.desk.call_aside(
                status.unread_shown, self.desk.newsroom, shown.view, shown.condition, whole_at, stop.is_set
            )
        except MonitorError as error:
            self.say(str(error), "error")
            return
        except CancelledError:  # the dashboard is left
            stop.set()
            raise
        finally:
            self._counting = None
        if stop.is_set():
            return

        async def answer(_: str) -> str | None:
            self.show_mark([story for story in pane.window.rows if story.id in ids], "read", value=None, when=None)
            try:
                await self.desk.call(self.desk.newsroom.mark, ids, "read")
                self.say(f"{len(ids):,} marked read · U undoes it", "quiet")
            except MonitorError as error:
                self.say(str(error), "error")
                self.spread.renew()
            return None

        if ids:
            self.ask(Question(label=f"Mark {len(ids):,} shown in {pane.pane.title} read?", answer=answer, confirm=True))
        else:
            self.say("nothing unread is shown here", "quiet")

    def stop_counting(self) -> bool:
        """Stop counting what is shown; whether that was going on."""
        if self._counting is None:
            return False
        self._counting.set()
        self.say("stopped: nothing is marked", "warning")
        return True

    # -- polling ----------------------------------------------------------------------------------------------

    async def action_stop(self) -> None:
        """Stop what takes long: here, and in the poller."""
        if self.panes.current.stop() or self.stop_counting():
            self.say("stopped", "quiet")
        elif await self.desk.call(self.desk.newsroom.progress):
            try:
                await self.desk.call(self.desk.newsroom.stop_work)
                self.say("asked to stop: polls wait 15 minutes, history stays as it is matched", "quiet")
            except MonitorError as error:
                self.say(str(error), "error")
        else:
            self.say("nothing takes long just now", "quiet")

    async def action_refresh_all(self) -> None:
        """Ask the poller for all that is due."""
        await self.wish(None, "all sources that are due")

    async def action_refresh_source(self) -> None:
        """Ask the poller for the source of this item."""
        if (story := self.one()) is not None:
            await self.wish([story.item.source], self.source_title(story.item.source))
