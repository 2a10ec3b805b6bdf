"""The composition root and facade: what the commands and the dashboard call, and nothing beneath.

Methods are synchronous and may be called from any thread; the dashboard calls them off its event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from monitor.config import Settings
    from monitor.model import (
        Action,
        Change,
        Counts,
        Journal,
        Page,
        Progress,
        Source,
        SourceHealth,
        Story,
        Topic,
        View,
    )
    from monitor.query import Explanation, Lint, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """A list of the dashboard: a topic, all, starred, or a saved query. `id` is stable ("topic:defense", "all", …)."""

    id: str
    title: str
    view: View
    query: str | None = None
    """A saved query beside the view."""
    severity: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """A source of the config with its health."""

    source: Source
    health: SourceHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a query would do over history: for `topics test` and the watchlist editor."""

    matched: int
    scanned: int
    per_day: Mapping[str, int]
    """ISO date (local) to hits, every day of the span."""
    sources: Sequence[tuple[str, int]]
    samples: Sequence[Story]
    gained: Sequence[Story]
    """Matched now and not on the saved topic."""
    lost: Sequence[Story]
    lints: Sequence[Lint]


PollerState = Literal["here", "elsewhere", "none"]


class Newsroom:
    """An open newsroom: settings, watchlists and store."""

    settings: Settings
    read_only: bool

    @classmethod
    def open(cls, settings: Settings, *, read_only: bool = False, clock: Callable[[], datetime] = ...) -> Self: ...

    # reading
    def panes(self) -> tuple[Pane, ...]: ...
    def page(self, view: View, *, query: Query | str | None = None, after: str | None = None, limit: int = 200,
             scan: int | None = 5000, bodies: bool = False) -> Page: ...
    def count(self, view: View, *, query: Query | str | None = None, scan: int = 5000) -> tuple[int, bool]:
        """How many; the flag says that the scan ended early and there may be more."""
    def counts(self) -> Counts: ...
    def story(self, item_id: str) -> Story | None: ...
    def resolve(self, prefix: str) -> str: ...
    def revision(self) -> int: ...
    def changes(self, since: int) -> Change: ...
    def parse(self, text: str) -> Query:
        """Read a query and resolve its lists; raises QueryError with column and hint."""
    def explain(self, query: str, story: Story) -> Explanation: ...

    # triage
    def mark(self, ids: Collection[str], action: Action, *, value: str | None = None, until: datetime | None = None) -> Journal | None: ...
    def undo(self) -> Journal | None: ...

    # sources
    def sources(self) -> tuple[SourceStatus, ...]: ...
    def refresh(self, source_ids: Collection[str] | None = None) -> None: ...
    def set_enabled(self, source_id: str, enabled: bool) -> None: ...
    def poller(self) -> PollerState: ...
    def start_poller(self) -> PollerState:
        """Start the poller as a child process unless somebody polls already. Call before Textual starts threads."""
    def progress(self) -> tuple[Progress, ...]: ...

    # watchlists
    def topic(self, topic_id: str) -> Topic | None: ...
    def lint(self, query: str) -> Sequence[Lint]: ...
    def preview(self, query: str, *, topic: str | None = None, since: datetime, scan: int = 20000, stop: Callable[[], bool] | None = None) -> Preview: ...
    def save_topic(self, topic_id: str, query: str) -> None:
        """Write the query to topics.toml, keeping its comments; raises QueryError or ConfigError and writes nothing."""

    # house-keeping
    def reload(self) -> tuple[bool, tuple[str, ...]]:
        """Take up a changed config: (whether something changed, problems). On a problem the last good config stays."""
    def problems(self) -> tuple[str, ...]:
        """What a person should know now, a line each: config problems, store notices."""
    def session(self) -> Mapping[str, object]: ...
    def save_session(self, document: Mapping[str, object]) -> None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None: ...
