"""Every source with how it is doing, in words; poll, disable, open, copy."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import on
from textual.message import Message

from monitor.errors import MonitorError
from monitor.model import FAILING, SourceHealth
from monitor.redact import redact
from monitor.text import clean_line
from monitor.tui import commands, outside, paint
from monitor.tui.screens.base import DeskScreen
from monitor.tui.widgets.bars import Bar, Foot
from monitor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from monitor.newsroom import SourceStatus
    from monitor.tui.desk import Desk, News
    from monitor.tui.themes import Ground

ROLES = {"ok": "good", "unmodified": "good", "new": "quiet", "disabled": "faint", "quiet": "warning"}
GLYPHS = {"ok": "●", "unmodified": "●", "new": "○", "disabled": "○", "quiet": "◔"}


def in_words(health: SourceHealth, now: datetime) -> str:
    """How a source is, as a person would say it."""
    match health.status:
        case "new":
            return "not polled yet"
        case "ok" | "unmodified":
            return "ok" if health.status == "ok" else "ok, not modified"
        case "quiet":
            usual = f"usually every {paint.age(health.gap)}, " if health.gap else ""
            silent = paint.age((now - health.last_new).total_seconds()) if health.last_new else "always"
            return f"quiet: {usual}silent {silent}"
        case "not-a-feed":
            return "not a feed"
        case "gone":
            return "gone"
        case "disabled":
            return "disabled"
        case "failing":
            since = paint.moment(health.failing_since, now) if health.failing_since else "now"
            return f"failing since {since}"


def remarks(status: SourceStatus) -> str:
    """What there is to say about a source: its last error, where it moved to, that its TLS is not verified."""
    notes = [status.health.message or ""]
    notes += [f"moved to {status.health.moved_to}"] if status.health.moved_to else []
    notes += ["TLS is not verified"] if status.source.insecure else []
    return clean_line(" · ".join(note for note in notes if note))


def figures(health: SourceHealth) -> str:
    """How often a source is polled, what it brings and how late, where that is known."""
    told = [f"every {paint.age(health.interval)}"] if health.interval else []
    told += [f"{health.items_per_day:.1f} a day"] if health.items else []
    told += [f"{paint.age(health.latency)} behind"] if health.latency is not None else []
    return " · ".join(told)


class SourceRows(Rows):
    """The table of sources, a line for each."""

    HEAD: ClassVar[int] = 1

    class Moved(Message):
        """The cursor stands on another source, or its source says something else."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.clock = clock
        self.sources: Sequence[SourceStatus] = ()

    @property
    def count(self) -> int:
        """How many."""
        return len(self.sources)

    @property
    def selected(self) -> SourceStatus | None:
        """The source under the cursor."""
        return self.sources[self.cursor] if 0 <= self.cursor < len(self.sources) else None

    def moved(self) -> None:
        """Tell that the cursor stands elsewhere."""
        self.post_message(self.Moved())

    def show(self, sources: Sequence[SourceStatus]) -> None:
        """Show these; the cursor stays on its source."""
        if sources == self.sources:
            return
        was = self.selected.source.id if self.selected else None
        self.sources = sources
        self.cursor = next(
            (n for n, status in enumerate(sources) if status.source.id == was), min(self.cursor, self.count - 1)
        )
        self.cursor = max(0, self.cursor)
        self.show_cursor()
        self.refresh()
        self.moved()

    def _columns(self, width: int) -> tuple[int, int, bool]:
        """Cells of title and state, and whether figures fit as well."""
        return (26, 40, True) if width >= 150 else (24, 34, False) if width >= 110 else (18, 24, False)

    def draw_head(self, y: int, width: int) -> list[Segment]:  # noqa: ARG002
        """What the columns are."""
        title, state, wide = self._columns(width)
        text = f"   {'source':<{title}} {'state':<{state}} {'last':<6} {'next':<6} "
        if wide:
            text += f"{'every':>6} {'a day':>6} {'behind':>7}  "
        return paint.line([(text + "last error", "faint")], width, self.look)

    def draw(self, number: int, width: int, ground: Ground) -> list[Segment]:
        """State, title, times, figures, the last error."""
        status, now = self.sources[number], self.clock()
        source, health = status.source, status.health
        title, state, wide = self._columns(width)
        role = "error" if health.status in FAILING else ROLES[health.status]
        bar = "▌" if ground == "raised" else " "
        parts = [
            (f"{bar}{GLYPHS.get(health.status, '×')} ", role),
            (f"{paint.fitted(source.title, title)} ", "ink" if source.enabled else "quiet"),
            (f"{paint.fitted(in_words(health, now), state)} ", role),
            (f"{paint.moment(health.last_try, now) if health.last_try else '':<6} ", "quiet"),
            (f"{paint.moment(health.next_at, now) if health.next_at else '':<6} ", "quiet"),
        ]
        if wide:
            every = paint.age(health.interval) if health.interval else ""
            behind = paint.age(health.latency) if health.latency is not None else ""
            daily = f"{health.items_per_day:.1f}" if health.items else ""
            parts.append((f"{every:>6} {daily:>6} {behind:>7}  ", "quiet"))
        parts.append((remarks(status), "error" if health.status in FAILING else "quiet"))
        return paint.line(parts, width, self.look, ground)


class SourcesScreen(DeskScreen):
    """Opened with S. Ends with the id of a source to show the items of."""

    SCOPES: ClassVar[tuple[commands.Scope, ...]] = ("sources", "move")
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings("sources")]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.word = ""
        self.sources: Sequence[SourceStatus] = ()

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
        shown = [s for s in sources if word in f"{s.source.title} {s.source.id} {s.health.status}".lower()]
        self.home.show(sorted(shown, key=lambda s: (order.get(s.health.status, 4), not s.source.enabled)))
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
            told = (in_words(health, self.home.clock()), figures(health), remarks(selected))
            words, name = " · ".join(filter(None, told)), f" {selected.source.id} "
        elif not self.sources:
            words = "`monitor sources add URL` adds one, `monitor sources import FILE` a list"
        self.query_one("#remarks", Bar).put(((f" {words}", "quiet"),), ((name, "faint"),))

    def step_back(self) -> bool:
        """Show all again."""
        if not self.word:
            return False
        self.word = ""
        self._put(self.sources)
        return True

    @on(Rows.Chosen)
    def action_show_source(self) -> None:
        """Go back to the newsroom and show what the source brought."""
        if (status := self.home.selected) is not None:
            self.dismiss(status.source.id)

    async def action_poll_source(self) -> None:
        """Ask the poller for this source."""
        if (status := self.home.selected) is not None:
            await self.wish([status.source.id], status.source.title)

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
            self.word = clean_line(text)
            self._put(self.sources)
            return None

        self.ask(Question(label="only:", value=self.word, answer=answer))
