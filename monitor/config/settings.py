"""What the config says, frozen. Each field is declared once more, with its kind and meaning, in `declare`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from monitor.model import Secret, Source, Topic


class Network(Struct, frozen=True, kw_only=True):
    """How the network is used: `[defaults]` of sources.toml. Seconds and bytes."""

    user_agent: str = "newsroom-monitor/0.1"
    proxy: str | None = None
    connect_timeout: float = 10.0
    read_timeout: float = 15.0
    total_timeout: float = 40.0
    max_bytes: int = 10_000_000
    """After decompression."""
    concurrency: int = 32
    host_pause: float = 1.0
    """Between two requests to one host; a loopback host has none."""
    min_interval: float = 60.0
    max_interval: float = 6 * 3600.0
    headers: Mapping[str, Mapping[str, str | Secret]] = field(default_factory=dict)
    """Per host."""
    allow_hosts: tuple[str, ...] = ()
    """Private hosts that may be connected to. A source's own url allows its host by itself only where the name says
    that it is private: a literal address, localhost, a bare or internal name."""


class Retention(Struct, frozen=True, kw_only=True):
    """How long items are kept; what is starred, assigned or noted stays for ever."""

    days: int | None = 90
    per_source: int | None = 20_000


class Dashboard(Struct, frozen=True, kw_only=True):
    """How the dashboard looks and behaves: `[dashboard]` of monitor.toml."""

    theme: str = "newsroom-dark"
    keys: Literal["vim", "newsboat", "mutt"] = "vim"
    extra_panes: Mapping[str, str] = field(default_factory=dict)
    """Saved queries that are panes as well, title to query."""
    all_pane: bool = True
    starred_pane: bool = True
    measure: int = 80
    """Columns that body text is wrapped to at the most."""
    mouse: bool = True
    clock: bool = True


class Settings(Struct, frozen=True, kw_only=True):
    """Everything the config says. `folder` is where it was read from, `origin` why there (--config, user, shipped)."""

    folder: Path
    origin: str
    store: str
    """A store URL: `tinydb:/path/news.db` (default), `json:/path/news.json`, `memory:`."""
    sources: tuple[Source, ...] = ()
    topics: tuple[Topic, ...] = ()
    lists: Mapping[str, str] = field(default_factory=dict)
    """Named sub-queries: `@name` to query text."""
    spelling: Literal["both", "exact"] = "both"
    network: Network = Network()
    retention: Retention = Retention()
    dashboard: Dashboard = Dashboard()
    keys: Mapping[str, str] = field(default_factory=dict)
    """Command id to keys, over the preset (keys.toml)."""
    user: str = "desk"
    """Who marks: $MONITOR_USER, else the login name."""
    warnings: tuple[str, ...] = ()
    """What is allowed but unwise, a line each: a secret that others can read, one feed named twice."""

    def source(self, source_id: str) -> Source | None:
        """The source of that id."""
        return next((source for source in self.sources if source.id == source_id), None)
