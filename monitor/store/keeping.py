"""House-keeping: what is pruned and remembered, exports, figures, checks."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from tinydb import Query

from monitor.store.book import PAUSE, alike
from monitor.store.files import guard, replace
from monitor.store.records import FUTURE, Record, Tallies, Totals, hour_of, micros

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from monitor.model import Item
    from monitor.store.book import Book
    from monitor.store.layout import Document

SLICE = 50
TOMBSTONES = 10_000
"""Removals that can be told one by one."""
MARKS = 10_000
"""Marks that can be undone."""


class Keeping:
    """House-keeping over a book."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._identities = book.table("identities")
        self._tombstones = book.table("tombstones")
        self._journal = book.table("journal")

    # -- identities and tombstones ----------------------------------------------------------------------------

    def remembered(self, source: str, keys: Collection[str]) -> Mapping[str, str]:
        """The digests of pruned items by key."""
        doc = Query()
        found = self._identities.page((doc.source == source) & doc.key.one_of(list(keys)), dict)
        return {identity["key"]: identity["digest"] for _, identity in found}

    def pruned(self, items: Sequence[Item]) -> Mapping[tuple[str, str], int]:
        """Which of these items were stored before and pruned: the numbers of their identities, by source and key."""
        if not self._identities.select(("doc_id",), limit=1):
            return {}
        found = self._identities.select(("doc_id", "source", "key"), alike(items, Query().source, Query().key))
        return {(source, key): number for number, source, key in found}

    def recall(self, numbers: Collection[int]) -> None:
        """Forget the identities of items that are stored again."""
        if numbers:
            self._identities.drop(numbers)

    def removed(self, since: int, limit: int) -> Sequence[str]:
        """Ids of items removed after a revision."""
        doc = Query()
        found = self._tombstones.page(doc.revision > since, dict, order=(("revision",),), rising=True, limit=limit)
        return [tombstone["id"] for _, tombstone in found]

    # -- pruning ----------------------------------------------------------------------------------------------

    def prune(
        self,
        older_than: datetime | None,
        keep_per_source: int | None,
        *,
        dry_run: bool,
        progress: Callable[[int, int], None] | None,
    ) -> Mapping[str, int]:
        """Remove items by age since they were first seen, and by count; how many, by source."""
        doomed = dict(self._doomed(older_than, keep_per_source))
        if not dry_run:
            numbers = list(doomed)
            for start in range(0, len(numbers), SLICE):
                self._remove(numbers[start : start + SLICE])
                if progress is not None:
                    progress(min(start + SLICE, len(numbers)), len(numbers))
                time.sleep(PAUSE)
            self._trim()
            self._book.ground.upkeep()
        return dict(Counter(doomed.values()))

    def _doomed(self, older_than: datetime | None, keep_per_source: int | None) -> Iterator[tuple[int, str]]:
        doc = Query()
        loose = doc.kept == False  # noqa: E712 - TinyDB's words
        if older_than is not None:
            old = self._book.items.select(("doc_id",), loose & (doc.at < micros(older_than + FUTURE)))
            for start in range(0, len(old), SLICE):
                records = self._book.items.read([row[0] for row in old[start : start + SLICE]], Record)
                yield from ((at, one.item.source) for at, one in records.items() if one.item.seen < older_than)
        if keep_per_source is None:
            return
        for source in self._sources():
            ranked = self._book.items.select(
                ("doc_id", "source", "kept"), doc.item.source == source, order=(("at",), ("item", "id"))
            )
            yield from ((number, name) for number, name, kept in ranked[keep_per_source:] if not kept)

    def _sources(self) -> Iterator[str]:
        """The sources that have items, one index step each."""
        last = ""
        while True:
            found = self._book.items.select(
                ("source",), Query().item.source > last, order=(("item", "source"),), rising=True, limit=1
            )
            if not found:
                return
            last = found[0][0]
            yield last

    def _remove(self, numbers: Sequence[int]) -> None:
        with self._book.writing() as revision:
            for number, record in self._book.items.read(numbers, Record).items():
                if record.kept:
                    continue
                revision.removed(record)
                item = record.item
                self._book.items.drop([number])
                self._book.bodies.drop([number])
                self._identities.append({"source": item.source, "key": item.key, "digest": item.digest})
                self._tombstones.append({"id": item.id, "revision": revision.number})

    def _trim(self) -> None:
        """Let go of the oldest tombstones, marks and hours."""
        with self._book.writing() as revision:
            dead = self._tombstones.select(("doc_id", "revision"), order=(("doc_id",),))[TOMBSTONES:]
            if dead:
                revision.floor = max(revision.floor, *(row[1] for row in dead))
                revision.changed = True
                self._tombstones.drop([row[0] for row in dead])
            self._journal.drop([row[0] for row in self._journal.select(("doc_id",), order=(("doc_id",),))[MARKS:]])
            oldest = hour_of(micros(self._book.clock())) - 24 * 14
            self._book.hours.drop([row[0] for row in self._book.hours.select(("doc_id",)) if row[0] < oldest])

    # -- export, figures, checks ------------------------------------------------------------------------------

    def export(self, target: Path, progress: Callable[[int, int], None] | None) -> int:
        """Write every table as stock TinyDB's JSON; the number of items."""
        guard(target)
        with self._book.ground.snapshot() as tables:
            total = len(tables["items"])
            replace(target, _exported(tables, total, progress))
        return total

    def stats(self) -> Mapping[str, Any]:
        """Items, bytes on disk, schema, revision."""
        ledger = self._book.ledger()
        return {
            "items": len(self._book.items),
            "remembered": len(self._identities),
            "marks": len(self._journal),
            "sources": len(self._book.table("sources")),
            "bytes": self._book.ground.size(),
            "schema": ledger.schema,
            "revision": ledger.revision,
        }

    def check(self) -> Sequence[str]:
        """What is wrong, a line each; empty when all is sound."""
        found = self._book.ground.check()
        if found:
            return found
        tallies, numbers = Tallies(), set()
        with self._book.ground.snapshot() as tables:
            for number, document in tables["items"].items():
                numbers.add(number)
                try:
                    tallies.moved(None, msgspec.convert(document, Record))
                except msgspec.ValidationError as error:
                    found.append(f"item {number} is damaged ({error})")
            counted = msgspec.convert(tables["totals"]["1"], Totals)
            bodies = set(tables["bodies"])
        if not found and tallies.totals(Totals()) != counted:
            found.append("the counts of open and unread items are not what the items say")
        if numbers - bodies:
            found.append(f"{len(numbers - bodies)} items have lost their text")
        if bodies - numbers:
            found.append(f"{len(bodies - numbers)} texts have lost their item")
        return found


def _exported(
    tables: Mapping[str, Mapping[str, Document]], total: int, progress: Callable[[int, int], None] | None
) -> Iterator[bytes]:
    between = b"{"
    for name in sorted(tables):
        yield between + msgspec.json.encode(name) + b":{"
        between = b"},"
        for count, (number, document) in enumerate(tables[name].items()):
            yield b'%s"%s":%s' % (b"," if count else b"", number.encode(), msgspec.json.encode(document))
            if name == "items" and progress is not None and count % 500 == 0:
                progress(count + 1, total)
    yield b"}}"
    if progress is not None:
        progress(total, total)
