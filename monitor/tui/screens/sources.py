"""Every source with how it is doing, in words; poll, add, disable, open, copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from monitor.errors import MonitorError, NoFeedError
from monitor.model import FAILING
from monitor.redact import redact
from monitor.text import clean_line
from monitor.tui import commands, outside, paint
from monitor.tui.screens.base import DeskScreen
from monitor.tui.widgets.bars import Bar, Foot
from monitor.tui.widgets.rows import Rows
from monitor.tui.widgets.sources import SourceRows, figures, in_words, remarks, unstored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from monitor.model import Candidate
    from monitor.newsroom import SourceStatus
    from monitor.tui.desk import Desk, News
    from monitor.tui.widgets.prompt import Verdict


def _words(status: SourceStatus) -> str:
    """What a source is found by."""
    source = status.source
    where = redact(source.url or source.path or "")
    return f"{source.title} {source.id} {where} {status.health.status}".lower()


class SourcesScreen(DeskScreen):
    """Opened with S. Ends with the id of a source to show the items of."""

    SCOPES: ClassVar[tuple[commands.Scope, ...]] = ("sources", "move")
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("sources")]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.word = ""
        self.sources: Sequence[SourceStatus] = ()
        self._places: dict[str, int] = {}
        """Where each source stands in the table, whatever becomes of it, until the table is opened or narrowed anew."""
        self._looking: object = None
        """The look at an address whose outcome is awaited; None while there is none."""

    def compose(self) -> ComposeResult:
        """A bar, the table, the selected source's remarks whole, the foot."""
        yield Bar(id="status")
        yield SourceRows(self.desk.newsroom.clock)
        yield Bar(id="remarks")
        yield Foot(id="foot")

    @property
    def home(self) -> SourceRows:
        """The table."""
        return self.query_one(SourceRows)

    async def on_mount(self) -> None:
        """Read the sources."""
        self.home.focus()
        self.tell_keys()
        await self.renew()

    async def renew(self) -> None:
        """Read the sources anew."""
        try:
            self._put(await self.desk.call(self.desk.newsroom.sources))
        except MonitorError as error:
            self.say(str(error), "error")

    def take(self, news: News) -> None:
        """Take up what the poller did."""
        if news.sources is not None:
            self._put(news.sources)

    def _put(self, sources: Sequence[SourceStatus]) -> None:
        self.sources = sources
        word = self.word.lower()
        order = {"failing": 0, "not-a-feed": 1, "gone": 2, "quiet": 3}
        shown = [status for status in sources if word in _words(status)]
        shown.sort(key=lambda s: (order.get(s.health.status, 4), not s.source.enabled))
        shown.sort(key=lambda s: self._places.get(s.source.id, len(self._places)))
        self._places = {status.source.id: number for number, status in enumerate(shown)}
        self.home.show(shown)
        bad = sum(s.health.status in FAILING for s in sources)
        left = [(" Sources ", "head"), (f" {len(sources):,}", "ink"), (f" · {bad} failing" if bad else "", "error")]
        if self.word:
            left.append((f" · only {paint.cut(self.word, 20)}", "star"))
        self.query_one("#status", Bar).put(tuple(left))
        self._tell_remarks()

    @on(SourceRows.Moved)
    def _tell_remarks(self) -> None:
        words = name = ""
        if (selected := self.home.selected) is not None:
            health = selected.health
            told = (in_words(health, self.home.clock()), figures(health), remarks(selected), unstored(health))
            words, name = " · ".join(filter(None, told)), f" {selected.source.id} "
        elif self.word:
            words = "nothing matches; esc shows all"
        elif not self.sources:
            add = self.desk.keys.shown(commands.BY_ID["add-source"], most=1)
            one = "`monitor sources add URL` adds one" if self.desk.newsroom.read_only else f"press {add} to add one"
            words = f"{one}; `monitor sources import FILE` adds a list"
        self.query_one("#remarks", Bar).put(((f" {words}", "quiet"),), ((name, "faint"),))

    def step_back(self) -> bool:
        """Stop looking at an address, or show all again."""
        if self._looking is not None:
            self._looking = None
            self.say("stopped; nothing is added", "quiet")
            return True
        if not self.word:
            return False
        self._narrow("")
        return True

    def _narrow(self, word: str) -> None:
        self.word = word
        self._places.clear()
        self._put(self.sources)

    @on(Rows.Chosen)
    def action_show_source(self) -> None:
        """Go back to the newsroom and show what the source brought."""
        if (status := self.home.selected) is not None:
            self.dismiss(status.source.id)

    async def action_poll_source(self) -> None:
        """Ask the poller for this source."""
        if (status := self.home.selected) is not None:
            await self.wish([status.source.id], status.source.title)

    def action_add_source(self) -> None:
        """Ask for an address, look at what is there, and add it."""
        self._ask_address("address of the feed:")

    def _ask_address(self, label: str, value: str = "", trouble: str = "") -> None:
        from monitor.tui.widgets.prompt import Question

        async def answer(text: str) -> str | None:
            if address := clean_line(text, cap=2000):
                self.run_worker(self._consider(address))
            return None

        self.ask(Question(label=label, value=value, answer=answer, trouble=trouble))

    async def _consider(self, address: str) -> None:
        """Look at an address aside, and go on with what it is unless that was stopped or another was asked for."""
        self._looking = mine = object()
        self.say(f"looking at {redact(address)} · esc stops", "quiet")
        candidate = None
        try:
            candidate = await self.desk.call_aside(
                self.desk.newsroom.consider, address, stop=lambda: self._looking is not mine
            )
        except NoFeedError as error:
            self._refuse(mine, address, str(error), error.feeds)
        except MonitorError as error:
            self._refuse(mine, address, str(error))
        if candidate is not None and self._looking is mine:
            self._looking = None
            self._ask_title(candidate)

    def _refuse(self, look: object, address: str, why: str, feeds: Sequence[str] = ()) -> None:
        if self._looking is look:
            self._looking = None
            if feeds:
                self._ask_address("a web page; its feed:", feeds[0])
            else:
                self._ask_address("address of the feed:", address, why)

    def _ask_title(self, candidate: Candidate) -> None:
        from monitor.tui.widgets.prompt import Question

        async def answer(title: str) -> str | None:
            try:
                made = await self.desk.call(self.desk.newsroom.add_source, candidate, title=title)
            except MonitorError as error:
                return str(error)
            self.word = ""
            self._places.clear()
            await self.renew()
            self.home.stand_on(made)
            if candidate.trouble is None:
                self.say(f"{made} is added", "good")
            else:
                self.say(f"{made} is added, but cannot be read now: {candidate.trouble}", "warning")
            return None

        async def judge(_: str) -> Verdict:
            return (f"cannot be read now: {candidate.trouble}", "warning") if candidate.trouble else ("", "quiet")

        title = clean_line(candidate.title or "")
        self.ask(Question(label="its title:", value=title, answer=answer, judge=judge))

    def on_unmount(self) -> None:
        """Nobody awaits a look any more."""
        self._looking = None

    async def action_toggle_source(self) -> None:
        """Switch the source off or on in sources.toml."""
        if (status := self.home.selected) is not None:
            enabled = not status.source.enabled
            said = f"{status.source.title} is {'enabled' if enabled else 'disabled'}"
            await self._do(said, self.desk.newsroom.set_enabled, status.source.id, enabled)
            await self.renew()

    async def _do(self, said: str, function: Callable[..., None], *args: object) -> None:
        try:
            await self.desk.call(function, *args)
            self.say(said, "quiet")
        except MonitorError as error:
            self.say(str(error), "error")

    def action_open_source(self) -> None:
        """Open the source in the browser, or show and copy its address."""
        import os

        if (status := self.home.selected) is None:
            return
        address = outside.web_address(redact(status.source.url or ""))
        if address is None:
            self.say("the source has no web address that may be shown", "warning")
        elif outside.remote(os.environ) or not outside.open_browser(address):
            self.app.copy_to_clipboard(address)
            self.say(f"copied: {address}", "quiet")
        else:
            self.say(f"opening {address}", "quiet")

    def action_copy_source(self) -> None:
        """Copy the source's address."""
        if (status := self.home.selected) is not None:
            address = redact(status.source.url or status.source.path or status.source.id)
            self.app.copy_to_clipboard(address)
            self.say(f"copied: {address}", "quiet")

    def action_filter_sources(self) -> None:
        """Ask for a word."""
        from monitor.tui.widgets.prompt import Question

        async def answer(text: str) -> str | None:
            self._narrow(clean_line(text))
            return None

        self.ask(Question(label="only:", value=self.word, answer=answer))
