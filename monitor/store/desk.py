"""What the desk does with items: marks, their journal, and new verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from tinydb import Query

from monitor import triage
from monitor.store.records import Entry, Record, derived, differences, document, taken_back

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from monitor.model import Journal, Mark, State, Verdict
    from monitor.store.book import Book, Revision

CHUNK = 500


class Desk:
    """Triage over the records of a book."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._journal = book.table("journal")

    def mark(self, ids: Collection[str], mark: Mark) -> Journal | None:
        """Apply a mark to items, all or nothing, and journal it; None when it changed nothing."""
        with self._book.writing() as revision:
            changes = {}
            for doc_id, record in self._records(list(dict.fromkeys(ids))):
                state = triage.apply(mark, record.state)
                if state != record.state:
                    changes[record.item.id] = differences(record.state, state)
                    self._put(revision, doc_id, record, state)
            if not changes:
                return None
            entry = Entry(mark=mark, changes=changes)
            return entry.journal(self._journal.append(document(entry)))

    def undo(self, who: str | None) -> Journal | None:
        """Take back what the last mark that is not undone changed."""
        doc = Query()
        wanted = doc.undone == False  # noqa: E712 - TinyDB's words
        if who is not None:
            wanted &= doc.mark.who == who
        with self._book.writing() as revision:
            last = self._journal.select(("doc_id",), wanted, order=(("doc_id",),), limit=1)
            if not last:
                return None
            number = last[0][0]
            entry = replace(self._journal.read([number], Entry)[number], undone=True)
            for doc_id, record in self._records(list(entry.changes)):
                state = taken_back(record.state, entry.changes[record.item.id])
                if state != record.state:
                    self._put(revision, doc_id, record, state)
            self._journal.put({number: document(entry)})
            return entry.journal(number)

    def journal(self, limit: int) -> Sequence[Journal]:
        """The last marks, newest first."""
        return [entry.journal(n) for n, entry in self._journal.page(None, Entry, order=(("doc_id",),), limit=limit)]

    def rejudge(self, verdicts: Iterable[tuple[str, Verdict]]) -> None:
        """Give known items new verdicts; those that stay the same are not touched."""
        given = list(verdicts)

        def write(revision: Revision, some: Sequence[tuple[str, Verdict]], last: bool) -> None:
            del last
            wanted = dict(some)
            now = self._book.clock()
            for doc_id, record in self._records(list(wanted)):
                verdict = wanted[record.item.id]
                if verdict != record.verdict:
                    after = replace(record, verdict=verdict, revision=revision.number)
                    revision.put(doc_id, record, derived(after, now))

        self._book.sliced(given, write)

    def _records(self, ids: Sequence[str]) -> Iterable[tuple[int, Record]]:
        for start in range(0, len(ids), CHUNK):
            yield from self._book.items.page(Query().item.id.one_of(ids[start : start + CHUNK]), Record)

    def _put(self, revision: Revision, doc_id: int, record: Record, state: State) -> None:
        after = replace(record, state=state, revision=revision.number)
        revision.put(doc_id, record, derived(after, self._book.clock()))
