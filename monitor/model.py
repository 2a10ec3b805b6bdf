"""The nouns of the newsroom: frozen, typed, without I/O. Every boundary between packages speaks in these.

Times are timezone-aware UTC datetimes; durations are seconds as float. Text in `Entry` is untrusted; text in
everything made from it (`Item`, `Body`, `Hit`) has been through `monitor.text` and is safe to store and print.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

# ---------------------------------------------------------------- what the config names


class Secret(Struct, frozen=True, kw_only=True):
    """A value that never stands in a config file: the name of an environment variable, or a command that prints it."""

    env: str | None = None
    command: str | None = None


class Source(Struct, frozen=True, kw_only=True):
    """Where entries come from: a feed at `url`, or local text at `path` (a file, a folder or a glob; absolute)."""

    id: str
    title: str
    url: str | None = None
    path: str | None = None
    every: float | None = None
    """Seconds between polls; None is adaptive."""
    tier: int = 2
    """1 wire or official … 4 blog."""
    enabled: bool = True
    lang: str | None = None
    tags: tuple[str, ...] = ()
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    insecure: bool = False
    """TLS is not verified for this source; shown wherever the source is."""
    proxy: str | None = None
    spool: str | None = None
    """For a growing file: how records are parted ("blank" or a regular expression); None reads a file as one text."""

    @property
    def address(self) -> str | None:
        """What tells its url from any other without showing it; None for local text."""
        from hashlib import blake2b  # with OpenSSL behind it, which no first screen waits for

        return None if self.url is None else blake2b(self.url.encode("utf-8", "replace"), digest_size=8).hexdigest()


class Candidate(Struct, frozen=True, kw_only=True):
    """What may become a source: its `url` or `path`, the title it gives itself, and why it cannot be read now."""

    url: str | None = None
    path: str | None = None
    title: str | None = None
    trouble: str | None = None

    @property
    def where(self) -> Mapping[str, str]:
        """Where it is read from, as sources.toml says it."""
        where = {"url": self.url, "path": self.path}
        return {key: place for key, place in where.items() if place is not None}


class Topic(Struct, frozen=True, kw_only=True):
    """A watchlist that is also a pane. `query` is text of the query language; `spelling` is "both" or "exact"."""

    id: str
    title: str
    query: str
    pane: bool = True
    severity: int = 2
    spelling: Literal["both", "exact"] = "both"


# ---------------------------------------------------------------- from a parser


class Enclosure(Struct, frozen=True, kw_only=True):
    """A file that comes with an item. `length` is in bytes."""

    url: str
    type: str | None = None
    length: int | None = None


class Entry(Struct, frozen=True, kw_only=True):
    """What a feed or a seed file says about one article, as plain but untrusted text.

    HTML has become readable text (`monitor.readable`), links are absolute; nothing is cleaned, capped or trusted yet.
    """

    guid: str | None = None
    url: str | None = None
    title: str | None = None
    title_guessed: bool = False
    dek: str | None = None
    body: str = ""
    """Paragraphs parted by a blank line."""
    captions: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    authors: tuple[str, ...] = ()
    agency: str | None = None
    place: str | None = None
    section: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    lang: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    kind: str | None = None
    """update, wrapup, correction, kill, breaking, advisory, embargo …: what the wire calls it; None is plain news."""
    urgency: int | None = None
    """1 flash … 5 normal … 8 listicle, as in IPTC's urgency."""
    raw: str | None = None
    """The text as it came, where it differs from the body."""
    notes: tuple[str, ...] = ()
    """Each decision of the parser with its reason."""


# ---------------------------------------------------------------- what is stored


class Item(Struct, frozen=True, kw_only=True):
    """The head of an article: all that a list, a sort or a filter needs. The long text is its `Body`."""

    id: str
    source: str
    key: str
    """Identity within the source: `guid:…`, `link:…` or `hash:…`."""
    digest: str
    """Of the article's words; another digest for a known key is an edit."""
    story: str
    """Fingerprint of the headline: items of several sources that share it are one story (see `Story.outlets`)."""
    url: str | None
    title: str
    dek: str | None = None
    lang: str | None = None
    section: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    agency: str | None = None
    place: str | None = None
    tags: tuple[str, ...] = ()
    published: datetime
    published_guessed: bool = False
    seen: datetime
    updated: datetime | None = None
    words: int = 0
    kind: str | None = None
    urgency: int = 5
    former_titles: tuple[str, ...] = ()


class Body(Struct, frozen=True, kw_only=True):
    """The long text of an item, kept apart from its head so that lists stay cheap."""

    text: str = ""
    captions: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    raw: str | None = None
    notes: tuple[str, ...] = ()


class Hit(Struct, frozen=True, kw_only=True):
    """A matched span: `field` is title, dek, body or caption; offsets count characters of that field as shown.

    `index` says which caption, for `field == "caption"`; it is 0 otherwise.
    """

    topic: str
    field: str
    term: str
    text: str
    start: int
    end: int
    index: int = 0


class Verdict(Struct, frozen=True, kw_only=True):
    """What the watchlists say about an item: the score per topic it is on, and the hits that say why."""

    scores: Mapping[str, float] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics the item is on, in the order of the config."""
        return tuple(self.scores)

    @property
    def score(self) -> float:
        """The best score on any topic."""
        return max(self.scores.values(), default=0.0)


class Note(Struct, frozen=True, kw_only=True):
    """What somebody wrote on an item."""

    text: str
    who: str
    at: datetime


TriageState = Literal["new", "watching", "done", "dismissed"]


class State(Struct, frozen=True, kw_only=True):
    """What the desk did with an item. Shared by everyone on the store."""

    read: bool = False
    starred: bool = False
    triage: TriageState = "new"
    assignee: str | None = None
    snoozed_until: datetime | None = None
    notes: tuple[Note, ...] = ()
    tags: tuple[str, ...] = ()
    by: str | None = None
    at: datetime | None = None


class Story(Struct, frozen=True, kw_only=True):
    """An item as the store gives it: head, verdict and state, and the body where it was asked for."""

    item: Item
    verdict: Verdict
    state: State
    outlets: int = 1
    """Sources that carry the same story, this one included."""
    body: Body | None = None
    revision: int = 0
    """The store's revision at which this last changed."""
    found: tuple[Hit, ...] = ()
    """What the query that was asked found in it; no store keeps this."""

    @property
    def id(self) -> str:
        """The item's id."""
        return self.item.id


class Addition(Struct, frozen=True, kw_only=True):
    """One new or edited item on its way into the store. `terms` are the index terms its words give (see `Needle`)."""

    item: Item
    body: Body
    verdict: Verdict
    terms: str = ""


class Needle(Struct, frozen=True, kw_only=True):
    """A condition on an item's index terms that every match of a query fulfils; the query itself decides.

    `op` is "term" (the index holds `value`), "prefix" (… a term that begins so), "phrase" (the terms of `value`,
    space-separated, one after the other), "and" or "or" (over `parts`).
    """

    op: Literal["term", "prefix", "phrase", "and", "or"]
    value: str = ""
    parts: tuple[Needle, ...] = ()


Action = Literal[
    "read",
    "unread",
    "star",
    "unstar",
    "watch",
    "done",
    "dismiss",
    "restore",
    "snooze",
    "assign",
    "note",
    "tag",
    "untag",
]


class Mark(Struct, frozen=True, kw_only=True):
    """One act of triage, by somebody, at a time. `value` goes with assign, note, tag, untag; `until` with snooze."""

    action: Action
    who: str
    at: datetime
    value: str | None = None
    until: datetime | None = None


# ---------------------------------------------------------------- sources at work


class Memory(Struct, frozen=True, kw_only=True):
    """What the next poll of a source needs from the last: validators, the body's hash, and the entries already known.

    `known` holds the hashes of entry slices that need not be parsed again, joined (see `sources.reduce`).
    `extra` is the source kind's own (file stamps, spool offsets), as JSON text.
    """

    address: str | None = None
    """The `Source.address` that it was learnt at."""

    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
    known: bytes = b""
    ttl: float | None = None
    """Seconds for which the document said that nothing would change."""
    extra: str | None = None

    def of(self, source: Source) -> Memory:
        """What of it may be used for a source: at another address nothing but the traces of articles."""
        if self.address in (None, source.address):
            return replace(self, address=source.address)
        return Memory() if source.address is None else Memory(address=source.address, extra=self.extra)


HealthStatus = Literal["new", "ok", "unmodified", "failing", "quiet", "not-a-feed", "gone", "disabled"]
FAILING = frozenset[HealthStatus](("failing", "not-a-feed", "gone"))
"""The statuses of a source whose last poll did not work."""


class SourceHealth(Struct, frozen=True, kw_only=True):
    """How a source is doing; data on the source, kept by the store. `message` is in words, safe to print."""

    source: str
    status: HealthStatus = "new"
    message: str | None = None
    last_try: datetime | None = None
    last_success: datetime | None = None
    last_new: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    """In a row."""
    next_at: datetime | None = None
    not_before: datetime | None = None
    """Until when the server asked to be left alone."""
    interval: float | None = None
    """Seconds between polls as now planned."""
    gap: float | None = None
    """Usual seconds between new items."""
    items: int = 0
    items_per_day: float = 0.0
    latency: float | None = None
    """Median seconds from published to seen."""
    moved_to: str | None = None
    """A permanent redirect that was seen and is offered, never adopted by itself."""
    drops: Mapping[str, int] = field(default_factory=dict)
    """What was not stored, counted by reason."""
    address: str | None = None
    """The `Source.address` that was polled."""

    def of(self, source: Source) -> SourceHealth:
        """What of it holds for a source: at another address it is yet to be tried; what it brought stays."""
        if self.address in (None, source.address):
            return self
        return replace(
            self,
            status="new",
            message=None,
            failing_since=None,
            failures=0,
            next_at=None,
            not_before=None,
            moved_to=None,
            address=source.address,
        )


class Receipt(Struct, frozen=True, kw_only=True):
    """What became of one poll of one source."""

    source: str
    status: HealthStatus
    new: int = 0
    edited: int = 0
    unchanged: int = 0
    drops: Mapping[str, int] = field(default_factory=dict)
    message: str | None = None
    seconds: float = 0.0
    bytes: int = 0


# ---------------------------------------------------------------- reading the store

Order = Literal["time", "score"]
Shelf = Literal["open", "starred", "hidden", "all"]


class View(Struct, frozen=True, kw_only=True):
    """Which stories, in which order.

    `shelf` "open" leaves out what is dismissed, done or still snoozed; "hidden" is just those; "starred" and "all" say
    themselves. A query comes beside a view, not in it (see `Store.page`). With order "score" and a topic, the score on
    that topic counts.
    """

    topic: str | None = None
    source: str | None = None
    shelf: Shelf = "open"
    unread: bool = False
    since: datetime | None = None
    until: datetime | None = None
    order: Order = "time"


class Page(Struct, frozen=True, kw_only=True):
    """A stretch of a view. `next` is the key to go on from, None at the end. `scanned` items were looked at for it."""

    stories: tuple[Story, ...]
    next: str | None
    revision: int
    scanned: int = 0


class Tally(Struct, frozen=True, kw_only=True):
    """What stands on a shelf or topic: open items, unread ones, hits per hour over the last day, oldest first."""

    total: int = 0
    unread: int = 0
    hourly: tuple[int, ...] = (0,) * 24


class Counts(Struct, frozen=True, kw_only=True):
    """Tallies by topic id, and for all items and the starred ones, at a revision."""

    topics: Mapping[str, Tally]
    all: Tally
    starred: Tally
    revision: int


class Change(Struct, frozen=True, kw_only=True):
    """Something changed up to `revision`. `reset`: more than can be told, or another store; read everything again."""

    revision: int
    items: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reset: bool = False


class Journal(Struct, frozen=True, kw_only=True):
    """One entry of the triage journal: a mark over one or many items, as it can be undone."""

    number: int
    mark: Mark
    items: tuple[str, ...]
    undone: bool = False


PollerState = Literal["here", "elsewhere", "stuck", "none"]
"""Who polls: our own child, another process, one of them that cannot store anything just now, nobody."""


class Progress(Struct, frozen=True, kw_only=True):
    """Long work told to whoever watches: `name` is poll, rematch or rebuild."""

    name: str
    done: int
    total: int
    detail: str = ""
