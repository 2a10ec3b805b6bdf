"""What stands in the store's tables, how it is laid out, and what a change does to the tallies: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from monitor.model import Body, Item, Journal, Mark, Memory, Needle, SourceHealth, State, Story, Verdict
from monitor.store.layout import Each, Index, Layout

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = 1
"""The version of the documents; see `migrate`."""

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
FUTURE = timedelta(hours=1)
"""How much later than it was first seen an item may claim to be."""

FORMER_TITLES = 20
STORY_SPAN = timedelta(hours=72)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(when: datetime) -> int:
    """A time as whole microseconds since 1970, as columns hold it."""
    return (when - _EPOCH) // _MICROSECOND


def hour_of(time: int) -> int:
    """The hour since 1970 that a time in microseconds lies in."""
    return time // 3_600_000_000


class Record(Struct, frozen=True, kw_only=True):
    """The document of an item: head, verdict and state, and what is derived from them to be indexed."""

    item: Item
    verdict: Verdict
    state: State
    outlets: int = 1
    at: int
    """Published, in microseconds."""
    score: float = 0.0
    open: bool = True
    wake: int = 0
    """When a snooze ends, in microseconds, while it hides the item; else 0."""
    kept: bool = False
    """Never pruned."""
    revision: int
    worded: int
    """The revision at which the words last changed."""

    def story(self, body: Body | None = None) -> Story:
        """The item as the store gives it."""
        return Story(
            item=self.item,
            verdict=self.verdict,
            state=self.state,
            outlets=self.outlets,
            body=body,
            revision=self.revision,
        )


class Words(Struct, frozen=True, kw_only=True):
    """The document of an item's long text, with the index terms that its words give."""

    body: Body
    terms: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """The document of a mark: what it changed, field by field, as (before, after)."""

    mark: Mark
    changes: Mapping[str, Mapping[str, tuple[Any, Any]]]
    undone: bool = False

    def journal(self, number: int) -> Journal:
        """The entry as the store gives it."""
        return Journal(number=number, mark=self.mark, items=tuple(self.changes), undone=self.undone)


class Health(Struct, frozen=True, kw_only=True):
    """The document of a source."""

    source: str
    health: SourceHealth


class Remembered(Struct, frozen=True, kw_only=True):
    """The document of what the next poll of a source needs."""

    source: str
    memory: Memory


class Ledger(Struct, frozen=True, kw_only=True):
    """The one document that says what the store is: its UUID, schema, revision, and from where changes can be told."""

    uuid: str
    schema: int = SCHEMA
    revision: int = 0
    last_id: int = 0
    """The highest doc_id ever given to an item; none is given twice."""
    floor: int = 0
    """Changes before this revision can no longer be told one by one."""


class Totals(Struct, frozen=True, kw_only=True):
    """The one document of open and unread items: all, starred, and by topic."""

    all: tuple[int, int] = (0, 0)
    starred: tuple[int, int] = (0, 0)
    topics: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def document(thing: Any) -> dict[str, Any]:
    """A record as the document that TinyDB holds."""
    plain: dict[str, Any] = msgspec.to_builtins(thing, enc_hook=dict)
    return plain


# ---------------------------------------------------------------- layouts

_TIME = ("at", "id")

LAYOUTS: Mapping[str, Layout] = {
    "items": Layout(
        columns={
            "id": ("item", "id"),
            "source": ("item", "source"),
            "key": ("item", "key"),
            "story": ("item", "story"),
            "at": ("at",),
            "score": ("score",),
            "open": ("open",),
            "read": ("state", "read"),
            "starred": ("state", "starred"),
            "wake": ("wake",),
            "kept": ("kept",),
            "revision": ("revision",),
            "worded": ("worded",),
        },
        indexes=(
            Index(columns=("id",), unique=True),
            Index(columns=("source", "key"), unique=True),
            Index(columns=("source", *_TIME, "open", "read", "kept")),
            Index(columns=("open", *_TIME)),
            Index(columns=_TIME),
            Index(columns=_TIME, where="open = 1 AND read = 0"),
            Index(columns=_TIME, where="starred = 1"),
            Index(columns=("open", "score", *_TIME)),
            Index(columns=("story", "at", "source")),
            Index(columns=("revision",)),
            Index(columns=("worded",)),
            Index(columns=("wake",), where="wake > 0"),
        ),
        each=Each(
            path=("verdict", "scores"),
            carried=("open", "read", "starred", "at", "id"),
            indexes=(
                Index(columns=("key", "open", *_TIME, "read", "doc_id")),
                Index(columns=("key", *_TIME, "doc_id")),
                Index(columns=("key", *_TIME, "doc_id"), where="open = 1 AND read = 0"),
                Index(columns=("key", "open", "value", *_TIME)),
            ),
        ),
        coarse=frozenset({"open", "read", "kept"}),
    ),
    "bodies": Layout(columns={}, compressed=True),
    "journal": Layout(
        columns={"undone": ("undone",), "who": ("mark", "who")},
        indexes=(Index(columns=("undone", "who")),),
        coarse=frozenset({"undone"}),
    ),
    "sources": Layout(columns={"source": ("source",)}, indexes=(Index(columns=("source",), unique=True),)),
    "memories": Layout(
        columns={"source": ("source",)}, indexes=(Index(columns=("source",), unique=True),), compressed=True
    ),
    "drops": Layout(
        columns={"source": ("source",)}, indexes=(Index(columns=("source",), unique=True),), compressed=True
    ),
    "memos": Layout(columns={"name": ("name",)}, indexes=(Index(columns=("name",), unique=True),)),
    "identities": Layout(
        columns={"source": ("source",), "key": ("key",)},
        indexes=(Index(columns=("source", "key"), unique=True),),
    ),
    "tombstones": Layout(columns={"revision": ("revision",)}, indexes=(Index(columns=("revision",)),)),
}


# ---------------------------------------------------------------- making and changing records


def clamped(item: Item) -> Item:
    """The item with a published time that can neither pin it to the top nor bury it."""
    published = min(max(item.published, EARLIEST), item.seen + FUTURE)
    return item if published == item.published else replace(item, published=published)


def derived(record: Record, now: datetime) -> Record:
    """The record with all that is derived from item, verdict and state made anew."""
    state = record.state
    until = state.snoozed_until
    lasting = state.triage not in {"done", "dismissed"}
    asleep = until is not None and until > now
    return replace(
        record,
        at=micros(record.item.published),
        score=record.verdict.score,
        open=lasting and not asleep,
        wake=micros(until) if until is not None and lasting and asleep else 0,
        kept=state.starred or state.assignee is not None or bool(state.notes),
    )


def edited(old: Item, new: Item) -> Item:
    """An item after an edit: the new words under the old identity."""
    former = old.former_titles
    if new.title != old.title:
        former = tuple(title for title in (*former, old.title) if title != new.title)[-FORMER_TITLES:]
    published, guessed = (
        (old.published, old.published_guessed) if new.published_guessed else (new.published, new.published_guessed)
    )
    return clamped(
        replace(new, id=old.id, seen=old.seen, former_titles=former, published=published, published_guessed=guessed)
    )


# ---------------------------------------------------------------- marks, taken back

_FIELDS = ("read", "starred", "triage", "assignee", "snoozed_until", "notes", "tags", "by", "at")
_SEQUENCES = frozenset({"notes", "tags"})


def differences(before: State, after: State) -> dict[str, tuple[Any, Any]]:
    """What a mark changed, field by field, as plain values."""
    old, new = document(before), document(after)
    return {name: (old[name], new[name]) for name in _FIELDS if old[name] != new[name]}


def taken_back(state: State, changes: Mapping[str, tuple[Any, Any]]) -> State:
    """The state without what a mark changed; what was changed again since then stays.

    Of notes and tags only those that the mark added go, and those that it removed come back.
    """
    plain = document(state)
    last = plain["at"] == changes.get("at", (None, None))[1]
    for name, (before, after) in changes.items():
        if name in {"by", "at"}:
            plain[name] = before if last else plain[name]
        elif name in _SEQUENCES:
            added = [entry for entry in after if entry not in before]
            removed = [entry for entry in before if entry not in after and entry not in plain[name]]
            plain[name] = [entry for entry in plain[name] if entry not in added] + removed
        elif plain[name] == after:
            plain[name] = before
    return msgspec.convert(plain, State)


# ---------------------------------------------------------------- tallies


class Tallies:
    """What a transaction does to the counts: open and unread items, and items per hour, by topic."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._unread: Counter[str] = Counter()
        self._hours: dict[int, Counter[str]] = {}

    def moved(self, before: Record | None, after: Record | None) -> None:
        """A record was added, changed or removed."""
        for record, sign in ((before, -1), (after, 1)):
            if record is None:
                continue
            topics = [f"topic:{topic}" for topic in record.verdict.scores]
            if record.open:
                self._add(("all", *topics), record, sign)
            if record.state.starred:
                self._add(("starred",), record, sign)
        if before is None or after is None or before.at != after.at or before.verdict.scores != after.verdict.scores:
            for record, sign in ((before, -1), (after, 1)):
                if record is not None:
                    hours = self._hours.setdefault(hour_of(record.at), Counter())
                    for name in ("all", *(f"topic:{topic}" for topic in record.verdict.scores)):
                        hours[name] += sign

    def _add(self, names: Iterable[str], record: Record, sign: int) -> None:
        for name in names:
            self._open[name] += sign
            if not record.state.read:
                self._unread[name] += sign

    def totals(self, before: Totals) -> Totals:
        """The totals after the transaction."""

        def plus(name: str, pair: tuple[int, int]) -> tuple[int, int]:
            return pair[0] + self._open[name], pair[1] + self._unread[name]

        topics = {
            name.removeprefix("topic:") for name in self._open if name.startswith("topic:")
        } | before.topics.keys()
        added = {topic: plus(f"topic:{topic}", before.topics.get(topic, (0, 0))) for topic in sorted(topics)}
        return Totals(
            all=plus("all", before.all),
            starred=plus("starred", before.starred),
            topics={topic: pair for topic, pair in added.items() if pair != (0, 0)},
        )

    def hours(self) -> Mapping[int, Mapping[str, int]]:
        """What is to be added to each hour's items, by `all` and `topic:…`."""
        changed = {hour: {name: n for name, n in counts.items() if n} for hour, counts in self._hours.items()}
        return {hour: counts for hour, counts in changed.items() if counts}

    def __bool__(self) -> bool:
        return any(self._open.values()) or any(self._unread.values())


# ---------------------------------------------------------------- needles, without an index


def holds(needle: Needle, terms: str) -> bool:
    """Whether an item's index terms fulfil a needle: what the history index answers, for stores without one."""
    padded = f" {terms.casefold()} "
    match needle.op:
        case "term" | "phrase":
            return f" {needle.value.casefold()} " in padded
        case "prefix":
            return f" {needle.value.casefold()}" in padded
        case "and":
            return all(holds(part, terms) for part in needle.parts)
        case "or":
            return any(holds(part, terms) for part in needle.parts)
