"""What the store keeps on sources: health, memory, drops, wishes; and small documents by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tinydb import Query

from monitor.model import Memory
from monitor.store.records import Health, Remembered, document

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from monitor.model import SourceHealth
    from monitor.store.book import Book
    from monitor.store.layout import Document, LaidTable

DROPS = 100
WISHES = "wishes"


class Sourcebook:
    """Documents by source and by name."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._healths = book.table("sources")
        self._memories = book.table("memories")
        self._drops = book.table("drops")
        self._memos = book.table("memos")

    def healths(self) -> Mapping[str, SourceHealth]:
        """The health of every source the store has heard of, by id."""
        return {found.source: found.health for _, found in self._healths.page(None, Health)}

    def put_health(self, healths: Collection[SourceHealth]) -> bool:
        """Write healths; whether any tells a person something new (a status, a message)."""
        stored = self._healths.page(Query().source.one_of([health.source for health in healths]), Health)
        known = {found.source: (number, found.health) for number, found in stored}
        changed: dict[int, Document] = {}
        told = False
        for health in healths:
            number, before = known.get(health.source, (None, None))
            told |= before is None or (before.status, before.message) != (health.status, health.message)
            kept = document(Health(source=health.source, health=health))
            if number is None:
                self._healths.append(kept)
            else:
                changed[number] = kept
        if changed:
            self._healths.put(changed)
        return told

    def memory(self, source: str) -> Memory:
        """What the last poll of a source left for the next; empty for a new one."""
        found = self._memories.page(Query().source == source, Remembered, limit=1)
        return found[0][1].memory if found else Memory()

    def put_memories(self, memories: Mapping[str, Memory]) -> None:
        """Write what the next polls of these sources need."""
        stored = self._memories.select(("source", "doc_id"), Query().source.one_of(list(memories)))
        known = dict(stored)
        changed: dict[int, Document] = {}
        for source, memory in memories.items():
            kept = document(Remembered(source=source, memory=memory))
            if source in known:
                changed[known[source]] = kept
            else:
                self._memories.append(kept)
        if changed:
            self._memories.put(changed)

    def drops(self, source: str, limit: int) -> Sequence[Mapping[str, Any]]:
        """The last things of a source that were not stored, newest first."""
        found = self._drops.page(Query().source == source, dict, limit=1)
        return found[0][1]["drops"][:limit] if found else []

    def put_drops(self, source: str, drops: Sequence[Mapping[str, Any]]) -> None:
        """Put these, newest last, before what is already remembered."""
        if not drops:
            return
        with self._book.ground.transaction():
            newest = [document(drop) for drop in reversed(drops)]
            _keep(self._drops, "source", {"source": source, "drops": [*newest, *self.drops(source, DROPS)][:DROPS]})

    def memo(self, name: str) -> Mapping[str, Any] | None:
        """A small document kept by name."""
        found = self._memos.page(Query().name == name, dict, limit=1)
        return found[0][1]["document"] if found else None

    def put_memo(self, name: str, memo: Mapping[str, Any] | None) -> None:
        """Write (or, with None, remove) a small document."""
        with self._book.ground.transaction():
            if memo is None:
                self._memos.drop([row[0] for row in self._memos.select(("doc_id",), Query().name == name)])
            else:
                _keep(self._memos, "name", {"name": name, "document": document(memo)})

    def wish(self, sources: Collection[str] | None) -> None:
        """Add to what is wished for; None wishes for all."""
        with self._book.ground.transaction():
            known = self.memo(WISHES)
            everything = sources is None or (known is not None and known["sources"] is None)
            before = () if known is None or known["sources"] is None else known["sources"]
            wanted = None if everything else sorted({*before, *(sources or ())})
            self.put_memo(WISHES, {"sources": wanted})

    def take_wishes(self) -> Collection[str] | bool | None:
        """The wishes since last asked, taken: ids, None for all, False for none."""
        if self.memo(WISHES) is None:
            return False
        with self._book.ground.transaction():
            known = self.memo(WISHES)
            if known is None:
                return False
            self.put_memo(WISHES, None)
        wanted: Collection[str] | None = known["sources"]
        return wanted


def _keep(table: LaidTable, name: str, kept: Document) -> None:
    """Write the one document of a name, in the place of the one before."""
    found = table.select(("doc_id",), Query()[name] == kept[name])
    if found:
        table.put({found[0][0]: kept})
    else:
        table.append(kept)
