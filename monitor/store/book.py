"""The store's tables and its transactions: each has a revision, and keeps records, words and counts in step."""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections import Counter
from itertools import groupby, islice
from typing import TYPE_CHECKING, TypeVar, cast

from msgspec.structs import replace
from tinydb import Query

from monitor.errors import StoreError
from monitor.store.files import WAIT
from monitor.store.records import (
    LAYOUTS,
    STORY_SPAN,
    Ledger,
    Record,
    Tallies,
    Totals,
    derived,
    document,
    micros,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from tinydb import TinyDB
    from tinydb.queries import QueryInstance

    from monitor.model import Item
    from monitor.store.layout import Document, Ground, LaidTable

T = TypeVar("T")

STEP = 3
"""Things of a batch that are written between two looks at whether somebody waits for the store."""
WHOLE = 16
"""Things that are written together or not at all, whoever waits."""
AHEAD = 6 * STEP
"""Things that are looked up together, before they are written: whole steps, and no less than `WHOLE`."""
PAUSE = 0.0006
"""Seconds that a batch stands aside for whoever waits, in which a thread that was waiting wakes."""
MOMENT = 0.05
"""Seconds that a reader waits to bring back what was snoozed."""
GROUP = 500
"""Items of one headline that are compared when outlets are counted."""

_SPAN = int(STORY_SPAN.total_seconds() * 1_000_000)


class Revision:
    """One transaction: its number, and what it does to records and counts."""

    def __init__(self, ledger: Ledger) -> None:
        self.number = ledger.revision + 1
        self.last_id = ledger.last_id
        self.floor = ledger.floor
        self.tallies = Tallies()
        self.known: dict[tuple[str, str], tuple[int, Record]] = {}
        """What is stored, by source and key, of what was looked up."""
        self.ids: set[str] = set()
        """Ids that are taken, of those."""
        self.pruned: dict[tuple[str, str], int] = {}
        """The identities of those that were pruned."""
        self.records: dict[int, Record] = {}
        self.unwritten: dict[int, Record] = {}
        """The records that are not in their table yet."""
        self.gone: list[Record] = []
        self.words: dict[int, Document] = {}
        """Packed (see `LaidTable.pack`), so that the store is held no longer than it must."""
        self.stories: set[str] = set()
        """Headlines whose outlets may have changed."""
        self.changed = False

    def put(self, doc_id: int, before: Record | None, after: Record) -> None:
        """Take a new or changed record."""
        self.tallies.moved(before, after)
        self.records[doc_id] = self.unwritten[doc_id] = after
        self.changed = True

    def removed(self, record: Record) -> None:
        """Take the removal of a record."""
        self.tallies.moved(record, None)
        self.gone.append(record)
        if record.item.story:
            self.stories.add(record.item.story)
        self.changed = True


class Book:
    """The tables of a store, over any TinyDB whose tables have the extensions of `layout`."""

    def __init__(self, db: TinyDB, clock: Callable[[], datetime], *, read_only: bool) -> None:
        self.db = db
        self.clock = clock
        self.read_only = read_only
        self.wrote = False
        self.ground = cast("Ground", db.storage)
        self.items = self.table("items")
        self.bodies = self.table("bodies")
        self.ledgers = self.table("ledger")
        self.totals = self.table("totals")
        self.hours = self.table("hours")
        self._seen: tuple[object, Ledger | None] = (object(), None)
        self._woken: tuple[object, int | None] = (object(), None)
        self._guard = threading.Lock()

    def table(self, name: str) -> LaidTable:
        """A table with its extensions."""
        return cast("LaidTable", self.db.table(name))

    # -- revisions --------------------------------------------------------------------------------------------

    def ledger(self) -> Ledger:
        """What the store is now; read again only when somebody has written."""
        version = self.ground.version()
        known, ledger = self._seen
        if ledger is None or known != version:
            found = self.ledgers.read([1], Ledger)
            if not found:
                raise StoreError("the store has no ledger", hint="run `monitor doctor`")
            ledger = found[1]
            self._seen = (version, ledger)
        return ledger

    @contextlib.contextmanager
    def writing(self, *, durable: bool = True, wait: float = WAIT) -> Iterator[Revision]:
        """A transaction over items: what is put within is written with its counts under one revision, or not at all."""
        with self.ground.transaction(durable=durable, wait=wait):
            ledger = self.ledgers.read([1], Ledger)[1]
            revision = Revision(ledger)
            yield revision
            if revision.changed:
                self._write(revision)
                self._count(ledger, revision)

    def _write(self, revision: Revision) -> None:
        if revision.unwritten:
            self.items.put({doc_id: document(record) for doc_id, record in revision.unwritten.items()})
            revision.unwritten.clear()
        if revision.words:
            self.bodies.put(revision.words)
            revision.words.clear()

    def _count(self, ledger: Ledger, revision: Revision) -> None:
        if revision.stories:
            self._count_outlets(revision)
        if revision.tallies:
            totals = self.totals.read([1], Totals).get(1, Totals())
            self.totals.put({1: document(revision.tallies.totals(totals))})
        hours = revision.tallies.hours()
        if hours:
            known = self.hours.read(list(hours), dict)
            summed = {hour: Counter(known.get(hour, {})) for hour in hours}
            for hour, counts in hours.items():
                summed[hour].update(counts)
            self.hours.put({hour: {name: n for name, n in counts.items() if n > 0} for hour, counts in summed.items()})
        after = Ledger(
            uuid=ledger.uuid,
            schema=ledger.schema,
            revision=revision.number,
            last_id=revision.last_id,
            floor=revision.floor,
        )
        self.ledgers.put({1: document(after)})
        self.wrote = True

    def _count_outlets(self, revision: Revision) -> None:
        """Tell the items of each headline how many sources carry it within the span."""
        doc = Query()
        times = [record.at for record in (*revision.records.values(), *revision.gone)]
        near = (doc.at >= min(times) - 2 * _SPAN) & (doc.at <= max(times) + 2 * _SPAN)
        same = doc.item.story.one_of(sorted(revision.stories))
        columns = ("story", "at", "doc_id", "source")
        found = self.items.select(columns, same & near, order=(("item", "story"), ("at",)), rising=True)
        outlets: dict[int, int] = {}
        for _, group in groupby(found, key=lambda row: row[0]):
            outlets.update(_outlets(list(islice(group, GROUP))))
        sure = {doc_id for doc_id, record in revision.records.items() if record.outlets == outlets.get(doc_id, 1)}
        stored = self.items.read(outlets.keys() - sure, Record)
        changed = {
            doc_id: document(replace(record, outlets=outlets[doc_id], revision=revision.number))
            for doc_id, record in stored.items()
            if record.outlets != outlets[doc_id]
        }
        if changed:
            self.items.put(changed)

    def sliced(
        self,
        things: Sequence[T],
        write: Callable[[Revision, Sequence[T], bool], None],
        look: Callable[[Revision, Sequence[T]], None] = lambda *_: None,
    ) -> None:
        """Write many things step by step, the flag telling the last, in as few transactions as others allow.

        `look` is given each some steps before, in the same transaction. One ends as soon as somebody waits for the
        store, or when it has grown so long that its end would take long. All are on disk when this returns; those
        before it wait for no disk, as the log that they stand in is one.
        """
        done, step = 0, STEP if len(things) > WHOLE else WHOLE
        while True:
            ends = time.perf_counter() + self.ground.hold
            with self.writing(durable=False) as revision:
                looked = done
                while True:
                    if looked == done < len(things):
                        look(revision, things[looked : looked + AHEAD])
                        looked += AHEAD
                    some = things[done : done + step]
                    done += len(some)
                    write(revision, some, done == len(things))
                    self._write(revision)
                    wanted = self.ground.wanted()
                    if done == len(things) or wanted or time.perf_counter() > ends:
                        break
            if done == len(things):
                self.ground.settle()
                return
            self.ground.settle_soon()
            if wanted:
                time.sleep(PAUSE)

    # -- snoozes ----------------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Bring back what has been snoozed long enough; what cannot be written now is shown later.

        A read-only store leaves that to whoever writes next.
        """
        version = self.ground.version()
        if self.read_only:
            return
        known, first = self._woken
        doc = Query()
        if known != version:
            rows = self.items.select(("wake",), doc.wake > 0, order=(("wake",),), rising=True, limit=1)
            first = rows[0][0] if rows else None
            self._woken = (version, first)
        now = self.clock()
        if first is None or first > micros(now):
            return
        with contextlib.suppress(StoreError), self.writing(wait=MOMENT) as revision:
            for doc_id, record in self.items.page((doc.wake > 0) & (doc.wake <= micros(now)), Record):
                revision.put(doc_id, record, derived(replace(record, revision=revision.number), now))


def alike(items: Sequence[Item], source: Query, key: Query) -> QueryInstance:
    """What may have the identity of one of these items, by its fields `source` and `key`: sources may share a key."""
    return source.one_of(sorted({item.source for item in items})) & key.one_of(sorted({item.key for item in items}))


def _outlets(rows: Sequence[tuple[str, int, int, str]]) -> dict[int, int]:
    """For each item of one headline, the number of sources within the span; rows are (story, time, doc_id, source)."""
    found: dict[int, int] = {}
    sources: Counter[str] = Counter()
    first = last = 0
    for _, at, doc_id, _ in rows:
        while last < len(rows) and rows[last][1] <= at + _SPAN:
            sources[rows[last][3]] += 1
            last += 1
        while rows[first][1] < at - _SPAN:
            sources[rows[first][3]] -= 1
            if not sources[rows[first][3]]:
                del sources[rows[first][3]]
            first += 1
        found[doc_id] = len(sources)
    return found


def never() -> datetime:
    """The clock of a book in which nothing happens by time."""
    raise AssertionError("no clock is needed here")


def found(db: TinyDB) -> None:
    """Lay the first stone of a store that has none."""
    book = Book(db, never, read_only=False)
    with book.ground.transaction():
        for name in (*LAYOUTS, "hours"):
            book.table(name).put({})  # all tables early in the file, so that a file that is cut still tells of them
        if not book.ledgers.read([1], Ledger):
            book.ledgers.put({1: document(Ledger(uuid=str(uuid.uuid4())))})
            book.totals.put({1: document(Totals())})
