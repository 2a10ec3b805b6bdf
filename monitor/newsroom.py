"""The composition root and facade: what the commands and the dashboard call, and nothing beneath.

Methods are synchronous and may be called from any thread; the dashboard calls them off its event loop.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

from msgspec import Struct
from msgspec.structs import replace

from monitor.current import CurrentConfig
from monitor.errors import UsageError
from monitor.model import Mark, SourceHealth, View
from monitor.poll.remote import RemotePoller
from monitor.preview import Preview, Trial, compare
from monitor.store import open_store
from monitor.text import clean, clean_line

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from types import TracebackType

    from monitor.config import Settings
    from monitor.model import (
        Action,
        Candidate,
        Change,
        Counts,
        Hit,
        Journal,
        Page,
        PollerState,
        Progress,
        Source,
        Story,
        Topic,
    )
    from monitor.query import Document, Explanation, Lint, Query, Use, Watchlists
    from monitor.store.port import Store

PAGE = 500
"""Stories read at a time where a whole history is walked."""
STEP = 100
"""Stories matched between two looks at whether a preview is still wanted."""
HIDDEN = frozenset({"dismissed", "done", "snoozed"})
"""What a query must name for the open shelf to show it."""
MONTH = timedelta(days=30)
"""How long a term may find nothing before it is called dead."""


class Pane(Struct, frozen=True, kw_only=True):
    """A list of the dashboard: a topic, all, starred, or a saved query. `id` is stable ("topic:defense", "all", …)."""

    id: str
    title: str
    view: View
    query: str | None = None
    """A saved query beside the view."""
    severity: int = 2


class SourceStatus(Struct, frozen=True, kw_only=True):
    """A source of the config with its health."""

    source: Source
    health: SourceHealth


class Newsroom:
    """An open newsroom: settings, watchlists and store."""

    def __init__(self, settings: Settings, store: Store, *, read_only: bool, clock: Callable[[], datetime]) -> None:
        self.store = store
        self.read_only = read_only
        self.clock = clock
        self._config = CurrentConfig(settings)
        self._poller = RemotePoller(store)
        self._uses: tuple[datetime, Mapping[str, Use] | None] | None = None

    @classmethod
    def open(
        cls, settings: Settings, *, read_only: bool = False, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> Self:
        """Open the store that the settings name. Raises StoreError."""
        return cls(
            settings, open_store(settings.store, read_only=read_only, clock=clock), read_only=read_only, clock=clock
        )

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._config.settings

    @property
    def watchlists(self) -> Watchlists:
        """The watchlists in force."""
        return self._config.watchlists

    # ------------------------------------------------------------------------------------------------ reading

    def panes(self) -> tuple[Pane, ...]:
        """The lists of the dashboard in order: topics, saved queries, all, starred."""
        dashboard = self.settings.dashboard
        panes = [
            Pane(id=f"topic:{topic.id}", title=topic.title, view=View(topic=topic.id), severity=topic.severity)
            for topic in self.settings.topics
            if topic.pane
        ]
        panes += [
            Pane(id=f"query:{title}", title=title, view=View(), query=query)
            for title, query in dashboard.extra_panes.items()
        ]
        if dashboard.all_pane:
            panes.append(Pane(id="all", title="All", view=View()))
        if dashboard.starred_pane:
            panes.append(Pane(id="starred", title="Starred", view=View(shelf="starred")))
        return tuple(panes)

    def page(
        self,
        view: View,
        *,
        query: Query | str | None = None,
        after: str | None = None,
        limit: int = 200,
        scan: int | None = 5000,
        bodies: bool = False,
    ) -> Page:
        """A page of a view, narrowed by a query. `scan` bounds the items looked at for a query (see `Page.next`).

        A query that names what the open shelf hides (`is:dismissed`) is answered from all that is stored.
        """
        if query is None:
            return self.store.page(view, after=after, limit=limit, bodies=bodies)
        from monitor.query import parse

        parsed = parse(query) if isinstance(query, str) else query
        if view.shelf == "open" and parsed.flags & HIDDEN:
            view = replace(view, shelf="all")
        found: dict[str, tuple[Hit, ...]] = {}

        def accept(story: Story) -> bool:
            match = self.watchlists.match(parsed, self.document(story))
            if match is not None:
                found[story.id] = match.hits
            return match is not None

        page = self.store.page(
            view,
            after=after,
            limit=limit,
            needle=self.watchlists.needle(parsed),
            accept=accept,
            bodies=bodies,
            scan=scan,
        )
        return replace(page, stories=tuple(replace(story, found=found[story.id]) for story in page.stories))

    def page_back(self, view: View, *, before: str | None = None, limit: int = 200) -> Page:
        """The page of a view that ends where `page(after=before)` begins; without a key, the last one."""
        return self.store.page_back(view, before=before, limit=limit)

    def pages(
        self, view: View, *, query: Query | str | None = None, bodies: bool = False, size: int = PAGE
    ) -> Iterator[Page]:
        """All of a view, page by page."""
        after: str | None = None
        while True:
            page = self.page(view, query=query, after=after, limit=size, bodies=bodies)
            yield page
            after = page.next
            if after is None:
                return

    def key(self, view: View, story: Story) -> str:
        """The key of the page that begins with a story, or where it would stand; cheap."""
        return self.store.key(view, story)

    def stories(
        self, view: View, *, query: Query | str | None = None, bodies: bool = False, limit: int | None = None
    ) -> Iterator[Story]:
        """Every story of a view (the first `limit`), read page by page."""
        size = PAGE if limit is None else max(1, min(PAGE, limit))
        every = (story for page in self.pages(view, query=query, bodies=bodies, size=size) for story in page.stories)
        return every if limit is None else islice(every, limit)

    def count(self, view: View, *, query: Query | str | None = None, scan: int = 5000) -> tuple[int, bool]:
        """How many stories; the flag says that the scan ended early and there may be more."""
        if query is None:
            return self.store.count(view), False
        page = self.page(view, query=query, limit=scan, scan=scan)
        return len(page.stories), page.next is not None

    def counts(self) -> Counts:
        """Tallies of the topics, of all items and of the starred ones."""
        return self.store.counts(self.clock())

    def story(self, item_id: str, *, query: str | None = None) -> Story | None:
        """One story whole, with what a query finds in it. Raises QueryError."""
        story = self.store.get(item_id)
        if story is None or query is None:
            return story
        match = self.watchlists.match(query, self.document(story))
        return story if match is None else replace(story, found=match.hits)

    def resolve(self, prefix: str) -> str:
        """The id that begins so; raises UsageError when none or several do."""
        found = self.store.resolve(prefix) if prefix.isascii() else ()
        if len(found) == 1:
            return found[0]
        if prefix in found:
            return prefix
        if not found:
            raise UsageError(f"no item {clean_line(prefix)!r}", hint="`monitor items` lists ids")
        raise UsageError(f"{clean_line(prefix)!r} is the beginning of {len(found)} ids or more", hint="give more of it")

    def revision(self) -> int:
        """The store's revision now; cheap."""
        return self.store.revision()

    def changes(self, since: int) -> Change:
        """What changed after a revision, whoever changed it."""
        return self.store.changes(since)

    def parse(self, text: str, *, topic: str | None = None) -> Query:
        """Read a query, of or for a topic if one is named, and resolve its lists; raises QueryError."""
        return self._config.parse(text, topic=topic)

    def explain(self, query: Query | str, story: Story) -> Explanation:
        """Which term of a query hit where in a story, what each NEAR saw, and why not."""
        return self.watchlists.explain(query, self.document(story))

    def document(self, story: Story) -> Document:
        """A story as the query language sees it. The story needs its body for queries on more than its head."""
        from monitor.query import Document

        return Document(
            story.item,
            story.body,
            state=story.state,
            outlets=story.outlets,
            verdict=story.verdict,
            source=self.settings.source(story.item.source),
            now=self.clock(),
        )

    # ------------------------------------------------------------------------------------------------- triage

    def mark(
        self, ids: Collection[str], action: Action, *, value: str | None = None, until: datetime | None = None
    ) -> Journal | None:
        """Mark items, all or nothing; None when that changed nothing."""
        self._writing("mark")
        act = Mark(
            action=action,
            who=self.settings.user,
            at=self.clock(),
            value=None if value is None else clean(value, cap=4000) if action == "note" else clean_line(value, cap=80),
            until=until,
        )
        return self.store.mark(ids, act)

    def undo(self) -> Journal | None:
        """Take back the last mark of this user; None when there is none."""
        self._writing("undo")
        return self.store.undo(who=self.settings.user)

    # ------------------------------------------------------------------------------------------------ sources

    def sources(self) -> tuple[SourceStatus, ...]:
        """Every source of the config with its health."""
        healths = self.store.healths()
        return tuple(
            SourceStatus(source=source, health=self._health(source, healths)) for source in self.settings.sources
        )

    @staticmethod
    def _health(source: Source, healths: Mapping[str, SourceHealth]) -> SourceHealth:
        health = healths.get(source.id, SourceHealth(source=source.id)).of(source)
        if not source.enabled:
            return replace(health, status="disabled", next_at=None)
        return replace(health, status="new") if health.status == "disabled" else health

    def refresh(self, source_ids: Collection[str] | None = None) -> None:
        """Ask whoever polls to poll these sources, or everything, now."""
        self._writing("poll")
        self.store.wish(source_ids)

    def stop_work(self) -> None:
        """Ask whoever polls to stop what takes long: a round of polls waits, history stays as it is matched."""
        self._writing("stop anything")
        self._poller.stop_work(self.settings.user)

    def set_enabled(self, source_id: str, enabled: bool) -> None:
        """Switch a source on or off in sources.toml."""
        self._writing("change sources")
        self._config.set_enabled(source_id, enabled=enabled)

    def consider(self, address: str, *, stop: Callable[[], bool] = lambda: False) -> Candidate | None:
        """What an address would be as a source, as it answers now; `stop` ends that early, and then it is None.

        Raises UsageError for what cannot be one, NoFeedError for a web page.
        """
        from monitor.poll.probe import consider

        self._writing("add a source")
        if not address.startswith(("http://", "https://", "/", "~")):
            hint = "a feed's begins with https://, that of local text with / or ~"
            raise UsageError(f"{clean_line(address)!r} is no whole address", hint=hint)
        return consider(self.settings, address, stop=stop)

    def add_source(self, candidate: Candidate, *, title: str) -> str:
        """Add a source to sources.toml, keeping its comments; its id. Raises ConfigError, and then writes nothing."""
        self._writing("add a source")
        return self._config.add_source(candidate, title=title)

    def poller(self) -> PollerState:
        """Who polls this store: our child (also one that is only beginning), another process, or nobody."""
        return self._poller.state()

    def start_poller(self) -> PollerState:
        """Start the poller as a child process unless somebody polls already. Raises StoreError when it cannot be."""
        return self.poller() if self.read_only else self._poller.start(self.settings)

    def progress(self) -> tuple[Progress, ...]:
        """Long work that is going on, in whichever process."""
        return self._poller.progress()

    # --------------------------------------------------------------------------------------------- watchlists

    def topic(self, topic_id: str) -> Topic | None:
        """The topic of that id."""
        return self._config.topic(topic_id)

    def lint(self, query: str) -> Sequence[Lint]:
        """What is legal but doubtful in a query; raises QueryError for what is not legal."""
        return self.watchlists.lint(self.parse(query), uses=self.uses())

    def uses(self) -> Mapping[str, Use] | None:
        """What each term brought in over the last month; None while the store is younger.

        Counted anew each hour: it reads the heads of a month.
        """
        from monitor.query import count_uses

        now = self.clock()
        if self._uses is None or now - self._uses[0] > timedelta(hours=1):
            older = self.store.page(View(shelf="all", until=now - MONTH), limit=PAGE).stories
            old_enough = any(story.item.seen <= now - MONTH for story in older)
            uses = count_uses(self.stories(View(shelf="all", since=now - MONTH))) if old_enough else None
            self._uses = now, uses
        return self._uses[1]

    def preview(
        self,
        query: str,
        *,
        topic: str | None = None,
        since: datetime,
        stop: Callable[[], bool] = lambda: False,
        told: Callable[[int], None] = lambda _: None,
    ) -> Preview:
        """Run a query over history since a time, beside what the saved topic holds.

        `told` hears how many items were looked at so far, `stop` ends it early.
        """
        parsed = self.parse(query, topic=topic)
        trial = Trial(stop, told)
        matched = trial.read(self.pages(View(shelf="all", since=since), query=parsed, size=STEP))
        saved = [] if topic is None else trial.read(self.pages(View(topic=topic, shelf="all", since=since)))
        lints = () if stop() else self.watchlists.lint(parsed, uses=self.uses())
        return compare(matched, saved, topic=topic, since=since, now=self.clock(), lints=lints)

    def new_topic(self, title: str) -> Topic:
        """A watchlist of that title, written nowhere yet. Raises UsageError where there is one."""
        return self._config.new_topic(title)

    def save_topic(self, topic_id: str, query: str, *, title: str | None = None) -> None:
        """Write a topic's query to topics.toml, keeping its comments; one that is not there is added, with its title.

        Raises QueryError or ConfigError, and then writes nothing.
        """
        self._writing("save a watchlist")
        self._config.save_topic(topic_id, query, title=title)

    # ------------------------------------------------------------------------------------------ house-keeping

    def reload(self) -> tuple[bool, tuple[str, ...]]:
        """Take up a changed config: whether something changed, and problems. On a problem the last good one stays."""
        return self._config.reload()

    @property
    def config_refused(self) -> bool:
        """Whether the config was changed to one that cannot be, and the last good one is still in force."""
        return self._config.refused

    def problems(self) -> tuple[str, ...]:
        """What a person should know now, a line each: why nothing is stored, what is wrong, what was mended."""
        return (*self._poller.trouble(), *self._config.problems(), *self.store.notices())

    def session(self) -> Mapping[str, Any]:
        """Where this user's last dashboard stood."""
        return self.store.memo(f"session:{self.settings.user}") or {}

    def save_session(self, document: Mapping[str, Any]) -> None:
        """Remember where the dashboard stands; a read-only one leaves no trace."""
        if not self.read_only:
            self.store.put_memo(f"session:{self.settings.user}", document)

    def close(self) -> None:
        """Let go of the store; a poller that nobody else needs ends by itself."""
        self._poller.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _writing(self, what: str) -> None:
        if self.read_only:
            raise UsageError(f"cannot {what}: the newsroom is open read-only", hint="leave out --read-only")
