"""An item as a query sees it: the words of its fields, and what is known about it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.model import State, Verdict
from monitor.query.stems import detect_language
from monitor.query.tokens import PROSE, Edge, Passage, Stream

if TYPE_CHECKING:
    from datetime import tzinfo

    from monitor.model import Body, Item, Source
    from monitor.query.terms import Key

LEAD_WORDS = 60
FULL_TEXT_WORDS = 150
_DETECTED_FROM = 2000
_IMAGES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")


_SCOPES = {
    "": ("title", "dek", "body"),
    "text": PROSE,
    "lead": ("dek", "body"),
    **{field: (field,) for field in PROSE},
}
"""Which fields of an item's prose a field of the language looks in; "" is where a bare term does."""


class Scope:
    """Where a term is looked for. Nothing is tokenised before a term asks.

    `spans` tells whether what is found there is shown as a hit: it is in prose, not in what is known about an item.
    """

    def __init__(self, name: str, document: Document) -> None:
        self.name = name
        self.spans = name in _SCOPES
        self._document = document

    @cached_property
    def stream(self) -> Stream:
        """The words of the item, or of the values known under this name."""
        if self.spans:
            return self._document.words
        values = enumerate(self._document.values(self.name))
        return Stream(((self.name, number, value) for number, value in values), lambda: "en")

    @cached_property
    def passages(self) -> list[Passage]:
        """The passages that are looked through."""
        fields = _SCOPES.get(self.name, (self.name,))
        return [passage for passage in self.stream.passages if passage.field in fields]

    @cached_property
    def reach(self) -> Edge:
        """The first position in it, and the first behind it."""
        if not self.passages:
            return 0, 0
        first, end = self.passages[0].first, self.passages[-1].end
        return first, min(end, first + LEAD_WORDS) if self.name == "lead" else end

    def within(self, edges: list[Edge]) -> list[Edge]:
        """The spans that lie in this scope."""
        start, end = self.reach
        return [edge for edge in edges if start <= edge[0] and edge[1] < end]


class Document:
    """One item with everything a query can ask about, tokenised when first asked and then once.

    `now` and `tz` are what relative times and days are seen from: the present, and this machine's zone, when left out.
    """

    def __init__(
        self,
        item: Item,
        body: Body | None = None,
        *,
        state: State | None = None,
        outlets: int = 1,
        verdict: Verdict | None = None,
        source: Source | None = None,
        now: datetime | None = None,
        tz: tzinfo | None = None,
    ) -> None:
        self.item = item
        self.body = body
        self.state = state or State()
        self.outlets = outlets
        self.verdict = verdict or Verdict()
        self.source = source
        self.tz = tz
        self._now = now
        self._scopes: dict[str, Scope] = {}
        self.present: set[Key] | None = None
        """The keys the item's words are known to hold, while many queries are judged at once; None when not known."""
        self.found: dict[tuple[object, str], Any] = {}
        """What named lists found, by node and scope, so that each is evaluated once however many topics use it."""

    @cached_property
    def now(self) -> datetime:
        """The moment that relative times are seen from."""
        return self._now or datetime.now(UTC)

    @cached_property
    def language(self) -> str:
        """The language whose stems count: the item's, else the one detected, else English."""
        if self.item.lang:
            return self.item.lang.replace("_", "-").partition("-")[0].lower()
        text = self.body.text if self.body else ""
        return detect_language(f"{self.item.title}\n{self.item.dek or ''}\n{text[:_DETECTED_FROM]}") or "en"

    @cached_property
    def words(self) -> Stream:
        """The words of title, dek, body and captions."""
        body = self.body
        texts = [("title", 0, self.item.title), ("dek", 0, self.item.dek or ""), ("body", 0, body.text if body else "")]
        if body:
            texts += [("caption", number, caption) for number, caption in enumerate(body.captions)]
        return Stream(texts, lambda: self.language)

    def scope(self, name: str) -> Scope:
        """Where `name:` looks. "" is where a bare term does: title, dek and body."""
        if name == "topic":  # what the item is on changes while it is judged
            return Scope(name, self)
        scope = self._scopes.get(name)
        if scope is None:
            scope = self._scopes[name] = Scope(name, self)
        return scope

    def values(self, name: str) -> tuple[str, ...]:
        """What is known about the item under a name, as text."""
        item, source = self.item, self.source
        match name:
            case "source":
                return (item.source, *((source.title,) if source else ()))
            case "section":
                return item.section
            case "author":
                return item.authors
            case "tag":
                return (*item.tags, *self.state.tags, *(source.tags if source else ()))
            case "topic":
                return self.verdict.topics
            case "domain":
                return _some(self.host)
            case "assignee":
                return _some(self.state.assignee)
            case "agency":
                return _some(item.agency)
            case "place":
                return _some(item.place)
            case "lang":
                return _some(item.lang)
            case "url":
                return _some(item.url)
        raise KeyError(name)

    @cached_property
    def host(self) -> str | None:
        """The host the item's link leads to, in lower case."""
        try:
            return urlsplit(self.item.url or "").hostname
        except ValueError:
            return None

    def number(self, name: str) -> float:
        """The number under a name."""
        match name:
            case "words":
                return self.item.words
            case "outlets":
                return self.outlets
            case "urgency":
                return self.item.urgency
            case "score":
                return self.verdict.score
        raise KeyError(name)

    def time(self, name: str) -> datetime | None:
        """The time under a name."""
        return {"published": self.item.published, "seen": self.item.seen, "updated": self.item.updated}[name]

    def flag(self, name: str, value: str) -> bool:
        """Whether `is:` or `has:` holds."""
        return self._has(value) if name == "has" else self._is(value)

    def _is(self, value: str) -> bool:
        item, state = self.item, self.state
        match value:
            case "unread":
                return not state.read
            case "read":
                return state.read
            case "starred":
                return state.starred
            case "assigned":
                return state.assignee is not None
            case "snoozed":
                return state.snoozed_until is not None and state.snoozed_until > self.now
            case "dismissed" | "done" | "watching" | "new":
                return state.triage == value
            case "duplicate":
                return self.outlets > 1
            case "breaking":
                return item.kind == "breaking" or item.urgency <= 2
        return item.kind == value

    def _has(self, value: str) -> bool:
        item, body = self.item, self.body
        match value:
            case "dateline":
                return item.place is not None
            case "byline":
                return bool(item.authors)
            case "note":
                return bool(self.state.notes)
        if body is None:
            return False
        match value:
            case "image":
                return bool(body.captions) or any(
                    (part.type or "").startswith("image/") or _path(part.url).endswith(_IMAGES)
                    for part in body.enclosures
                )
            case "fulltext":
                text = body.text.rstrip()
                return len(text.split()) >= FULL_TEXT_WORDS and not text.endswith(("…", "..."))
        return bool(body.text.strip())


def _some(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _path(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].lower()
