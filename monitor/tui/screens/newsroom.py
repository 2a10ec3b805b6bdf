"""The newsroom screen: panes, what is read beside or over them, and what the desk says above and below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on

from monitor.errors import MonitorError
from monitor.tui import commands, status
from monitor.tui.screens.elsewhere import Elsewhere
from monitor.tui.session import PaneSession, Session
from monitor.tui.tallies import Tallies
from monitor.tui.widgets.bars import Bar, Foot, Tab, Tabs
from monitor.tui.widgets.headlines import Headlines
from monitor.tui.widgets.panes import Panes
from monitor.tui.widgets.spread import Spread
from monitor.tui.widgets.supply import Showing
from monitor.tui.widgets.window import NEWS

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget

    from monitor.newsroom import Pane
    from monitor.tui.desk import Desk, News
    from monitor.tui.widgets.reader import Reader
    from monitor.tui.widgets.welcome import Welcome


class NewsroomScreen(Elsewhere):
    """The first screen, and the one that stays."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("triage", "desk")]

    def __init__(self, desk: Desk, session: Session) -> None:
        super().__init__(desk)
        self.session = session
        self.tallies = Tallies(desk)
        self.status = status.Status()
        panes = desk.newsroom.panes()
        made = Panes(panes, self._make, self.told)
        made.index = next((n for n, pane in enumerate(panes) if pane.id == session.pane), 0)
        made.zoomed = session.zoomed
        self.spread = Spread(made, self._make_reader, self._make_welcome)
        self.preload()

    def preload(self) -> None:
        """Read what the first picture shows before it is drawn, so that it is drawn once."""
        try:
            self.tallies.take(self.desk.newsroom.counts())
            lines = self.panes.prepare(self.app.size)
            for pane in self.panes.lists:
                pane.preload(lines)
        except MonitorError:  # said by the first look at the store
            return

    def compose(self) -> ComposeResult:
        """Three bars and what lies between them."""
        yield Bar(id="status")
        yield Tabs(id="tabs")
        yield self.spread
        yield Foot(id="foot")

    def on_mount(self) -> None:
        """Show the panes as they were left; a wall begins with its panes, whatever somebody else was reading."""
        self.panes.current.focus()
        self.told()
        self.tell_status()
        if self.session.reading is not None and not self.desk.newsroom.read_only:
            self.read(self.session.reading)

    def _make(self, pane: Pane, label: str) -> Headlines:
        was = self.session.panes.get(pane.id, PaneSession())
        made = Headlines(pane, self.desk, label=label, source_title=self.source_title, clock=self.desk.newsroom.clock)
        made.restore(was)
        made.show_tally(self.tallies.of(pane))
        return made

    def _make_reader(self) -> Reader:
        from monitor.tui.widgets.reader import Reader

        newsroom = self.desk.newsroom
        return Reader(newsroom.settings.dashboard.measure, source_title=self.source_title, clock=newsroom.clock)

    def _make_welcome(self) -> Welcome:
        from monitor.tui.widgets.welcome import Welcome

        sources, add = (self.desk.keys.shown(commands.BY_ID[name], most=1) for name in ("sources", "add-source"))
        adds = "`monitor sources add URL`" if self.desk.newsroom.read_only else f"{sources}, then {add},"
        return Welcome(str(self.desk.newsroom.settings.folder), adds)

    # -- what the store tells ---------------------------------------------------------------------------------

    def take(self, news: News) -> None:
        """Take up what changed, with as little drawn anew as can be."""
        if news.reloaded:
            self.renew_panes()
        if news.counts is not None:
            self.tallies.take(news.counts)
            self.show_tallies()
        if self.tallies.due(self.panes.panes):
            self.run_worker(self._count_aside(), group="tallies")
        if self.spread.greet(self.tallies.counts, news):
            self.give_keys()
        if news.change is not None:
            self.spread.renew(come=NEWS if news.change.reset else len(news.change.items))
        if self.status.take(news):
            self.tell_status()
        if news.problems and news.problems != self.status.problems:
            stays = " · the last good config stays in force" if news.refused else ""
            self.say(f"{news.problems[0]}{stays}", "error")
        self.status.problems = news.problems if news.problems is not None else self.status.problems

    def show_tallies(self) -> None:
        """Tell in headings and tabs how much is unread."""
        for pane in self.panes.lists:
            pane.show_tally(self.tallies.of(pane.pane))
        self.told()

    async def _count_aside(self) -> None:
        await self.tallies.count(tuple(self.panes.panes))
        self.show_tallies()

    def tell_status(self) -> None:
        """The bar above."""
        newsroom = self.desk.newsroom
        clock = newsroom.clock() if newsroom.settings.dashboard.clock else None
        self.query_one("#status", Bar).put(*self.status.parts(self.tallies.counts, clock, read_only=newsroom.read_only))

    def told(self) -> None:
        """The strip of panes, where not all are seen, and the keys."""
        if not self.is_mounted:
            return
        tabs = self.query_one(Tabs)
        tabs.display = len(self.panes.shown) < len(self.panes.panes) or self.spread.covered
        tabs.show_tabs(tuple(self._tab(n, pane) for n, pane in enumerate(self.panes.panes)))
        self.tell_keys()

    def _tab(self, number: int, pane: Pane) -> Tab:
        return Tab(self.panes.label(number), pane.title, self.tallies.of(pane).unread, number == self.panes.index)

    @property
    def scopes(self) -> tuple[commands.Scope, ...]:
        """The reader's commands come first where it has the keys."""
        return ("detail", "move", "triage") if self.spread.in_reader else ("move", "triage", "desk")

    @property
    def awaits(self) -> bool:
        """Whether what was typed is being answered, or the current pane has no rows yet that a key could mean."""
        return super().awaits or (not self.spread.in_reader and self.panes.current.supply.opening)

    @property
    def home(self) -> Widget:
        """The reader, or the current pane."""
        return self.spread.home

    # -- focus ------------------------------------------------------------------------------------------------

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The pane that has the focus is the current one."""
        widget = event.widget
        if isinstance(widget, Headlines):
            self.spread.in_reader = False
            number = next((n for n, pane in enumerate(self.panes.panes) if pane.id == widget.pane.id), self.panes.index)
            if number != self.panes.index:
                self.panes.index = number
                self.applying = False
            self.told()
        elif widget is self.spread.reader:
            self.spread.in_reader = True
            self.tell_keys()

    @on(Tabs.Picked)
    def _picked(self, event: Tabs.Picked) -> None:
        self.spread.close_reader()
        self.panes.show(event.index)

    @on(Headlines.Failed)
    def _failed(self, event: Headlines.Failed) -> None:
        self.say(str(event.error), "error")

    def action_next_pane(self) -> None:
        """Go to the next pane, round the corner."""
        self.spread.uncover()
        self.panes.show((self.panes.index + 1) % len(self.panes.panes))

    def action_previous_pane(self) -> None:
        """Go to the previous pane."""
        self.spread.uncover()
        self.panes.show((self.panes.index - 1) % len(self.panes.panes))

    def action_pane(self, number: int) -> None:
        """Jump to a pane."""
        if number <= len(self.panes.panes):
            self.spread.close_reader()
            self.panes.show(number - 1)
        else:
            self.say(f"there are {len(self.panes.panes)} panes", "quiet")

    def action_zoom(self) -> None:
        """One pane, or all."""
        self.spread.uncover()
        self._zoom(zoomed=not self.panes.zoomed)

    def _zoom(self, *, zoomed: bool) -> None:
        self.panes.show(zoomed=zoomed)
        self.say("this pane alone" if zoomed else "as many panes as there is room for", "quiet")

    # -- leaving, and back ------------------------------------------------------------------------------------

    def ask_to_quit(self) -> None:
        """Ask whether to leave."""
        from monitor.tui.widgets.prompt import Question

        async def answer(_: str) -> str | None:
            self.app.exit(0)
            return None

        self.ask(Question(label="Quit?", answer=answer, confirm=True))

    def step_back(self) -> bool:
        """One step back; False where there is none."""
        pane = self.panes.current
        if self.stop_counting() or pane.stop() or self.spread.close_reader():
            return True
        if pane.picked or self.applying:
            pane.picked.clear()
            self.applying = False
            pane.refresh()
            return True
        if self.panes.remove_pane("search") or self.panes.remove_pane("source"):
            self.panes.show(zoomed=self.session.zoomed)
            return True
        if not pane.showing.whole:
            pane.restart(Showing(pane.pane, pane.pane.view))
            return True
        if self.panes.zoomed:
            self._zoom(zoomed=False)
            return True
        return False

    def remember(self) -> Session:
        """Where everything stands."""
        session = Session(
            theme=self.app.theme,
            pane=self.panes.current.pane.id,
            zoomed=self.panes.zoomed,
            reading=self.spread.read.id if self.spread.read else None,
        )
        session.panes = {**self.session.panes, **{pane.pane.id: pane.remember() for pane in self.panes.lists}}
        return session
