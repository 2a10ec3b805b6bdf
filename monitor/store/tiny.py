"""The store, in TinyDB's words: one class over any TinyDB whose tables have the extensions of `layout`."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from msgspec.structs import replace
from tinydb import Query

from monitor.errors import StoreError
from monitor.model import Change, Counts, Page, State, Tally
from monitor.store import views
from monitor.store.ahead import ahead
from monitor.store.book import alike
from monitor.store.desk import Desk
from monitor.store.keeping import Keeping
from monitor.store.port import Known
from monitor.store.records import Record, Totals, Words, clamped, derived, document, edited, hour_of, micros
from monitor.store.sift import Sieve
from monitor.store.sourcebook import Sourcebook

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    from monitor.model import Addition, Journal, Mark, Memory, Needle, SourceHealth, Story, Verdict, View
    from monitor.store.book import Book, Revision
    from monitor.store.layout import Document
    from monitor.store.port import Lease
    from monitor.store.search import SearchIndex

    Arrival = tuple[Addition, Callable[[], Document]]
    """An addition with what gives its words, packed."""

TOLD = 5000
"""Changes that are told one by one; more are told as a reset."""
DAY = 24
KEPT_AT_CLOSE = 256_000_000
"""Bytes up to which closing a store makes the automatic backup, where it is due; pruning makes it of any size."""


class TinyStore:
    """Items, verdicts, triage and sources in TinyDB tables."""

    def __init__(
        self,
        book: Book,
        url: str,
        *,
        lease: Callable[[str], Lease],
        backup: Callable[[Path, Callable[[int, int], None] | None], None],
        keep: Callable[[int | None], None] | None = None,
        index: SearchIndex | None = None,
        notices: Sequence[str] = (),
    ) -> None:
        self.url = url
        self.read_only = book.read_only
        book.ledger()
        self._book = book
        self._desk = Desk(book)
        self._sources = Sourcebook(book)
        self._keeping = Keeping(book)
        self._index = index
        self._sieve = Sieve(book, index)
        if index is not None:
            index.tell = lambda progress: self.put_memo("progress:rebuild", progress)
        self._lease = lease
        self._backup = backup
        self._keep = keep
        self._notices = list(notices)

    @property
    def uuid(self) -> str:
        """What tells this store from any other; another one after a restore."""
        return self._book.ledger().uuid

    # -- items ------------------------------------------------------------------------------------------------

    def known(self, source: str, keys: Collection[str]) -> Mapping[str, Known]:
        """Which of these identity keys of a source are known, remembered identities of pruned items included."""
        remembered = self._keeping.remembered(source, keys)
        found = {key: Known(id=None, digest=digest) for key, digest in remembered.items()}
        same = (Query().item.source == source) & Query().item.key.one_of(list(keys))
        for _, record in self._book.items.page(same, Record):
            found[record.item.key] = Known(id=record.item.id, digest=record.item.digest)
        return found

    def add(
        self,
        additions: Sequence[Addition],
        *,
        healths: Collection[SourceHealth] = (),
        memories: Mapping[str, Memory] | None = None,
    ) -> int:
        """Store new and edited items, with the health of their sources and what their next polls need."""

        def write(revision: Revision, some: Sequence[Arrival], last: bool) -> None:
            if some:
                self._add(revision, some)
            if last:
                revision.changed |= self._sources.put_health(healths)
                self._sources.put_memories(memories or {})

        ordered = sorted(additions, key=lambda addition: addition.item.source)
        first = self._index.first() if self._index is not None else contextlib.nullcontext()
        with first, ahead(self._packed, ordered) as words:
            self._book.sliced(list(zip(ordered, words, strict=True)), write, self._look_up)
        if self._index is not None and additions:
            self._index.follow_soon()
        self._book.ground.upkeep()
        return self.revision()

    def _packed(self, addition: Addition) -> Document:
        return self._book.bodies.pack(document(Words(body=addition.body, terms=addition.terms)))

    def _look_up(self, revision: Revision, additions: Sequence[Arrival]) -> None:
        items = [addition.item for addition, _ in additions]
        revision.pruned |= self._keeping.pruned(items)
        doc = Query()
        taken = doc.item.id.one_of([item.id for item in items])
        found = self._book.items.page(alike(items, doc.item.source, doc.item.key) | taken, Record)
        revision.known |= {(record.item.source, record.item.key): (doc_id, record) for doc_id, record in found}
        revision.ids |= {record.item.id for _, record in found}

    def _add(self, revision: Revision, additions: Sequence[Arrival]) -> None:
        now, ids = self._book.clock(), revision.ids
        places = [(addition.item.source, addition.item.key) for addition, _ in additions]
        self._keeping.recall([revision.pruned.pop(place) for place in places if place in revision.pruned])
        for place, (addition, words) in zip(places, additions, strict=True):
            doc_id, before = revision.known.get(place, (None, None))
            if before is None or doc_id is None:
                revision.last_id += 1
                doc_id, item, state, outlets = revision.last_id, clamped(addition.item), State(), 1
                while item.id in ids:
                    item = replace(item, id=f"{item.id}x")
                    ids.update(row[0] for row in self._book.items.select(("id",), Query().item.id == item.id))
                ids.add(item.id)
            else:
                item, state, outlets = edited(before.item, addition.item), before.state, before.outlets
                revision.stories.add(before.item.story)
            record = Record(
                item=item,
                verdict=addition.verdict,
                state=state,
                outlets=outlets,
                at=0,
                revision=revision.number,
                worded=revision.number,
            )
            record = derived(record, now)
            revision.known[place] = (doc_id, record)
            revision.put(doc_id, before, record)
            revision.words[doc_id] = words()
            revision.stories.add(item.story)
        revision.stories.discard("")

    def get(self, item_id: str) -> Story | None:
        """One story whole, with its body."""
        self._book.wake()
        found = self._book.items.page(Query().item.id == item_id, Record, limit=1)
        if not found:
            return None
        doc_id, record = found[0]
        words = self._book.bodies.read([doc_id], Words)
        return record.story(words[doc_id].body if doc_id in words else None)

    def resolve(self, prefix: str) -> Sequence[str]:
        """Ids that begin so, at most 10."""
        doc = Query()
        span = (doc.item.id >= prefix) & (doc.item.id < prefix + "\U0010ffff")
        return [
            row[0] for row in self._book.items.select(("id",), span, order=(("item", "id"),), rising=True, limit=10)
        ]

    # -- views ------------------------------------------------------------------------------------------------

    def page(
        self,
        view: View,
        *,
        limit: int = 200,
        after: str | None = None,
        needle: Needle | None = None,
        accept: Callable[[Story], bool] | None = None,
        bodies: bool = False,
        scan: int | None = None,
    ) -> Page:
        """A page of a view, newest (or best) first, from just after the key `after`."""
        self._book.wake()
        revision, place = self.revision(), views.read_key(view, after)
        if needle is None and accept is None:
            found = self._book.items.page(
                views.condition(view), Record, order=views.order(view), after=place, limit=limit + 1
            )
            chosen, more = found[:limit], len(found) > limit
            scanned, last = len(chosen), chosen[-1][1] if chosen else None
            texts = self._book.bodies.read([doc_id for doc_id, _ in chosen], Words) if bodies else {}
            stories = [record.story(texts[doc_id].body if doc_id in texts else None) for doc_id, record in chosen]
        else:
            stories, scanned, last, more = [], 0, None, False
            for record, words in self._sieve.candidates(view, place, needle):
                if len(stories) == limit or scanned == scan:
                    more = True
                    break
                scanned, last = scanned + 1, record
                story = record.story(words.body)
                if accept is None or accept(story):
                    stories.append(story if bodies else record.story())
        key = views.write_key(views.key(view, last)) if more and last is not None else None
        return Page(stories=tuple(stories), next=key, revision=revision, scanned=scanned)

    def page_back(self, view: View, *, limit: int = 200, before: str | None = None) -> Page:
        """The page of a view that ends where `page(after=before)` begins; without a key, the last one."""
        self._book.wake()
        revision, place = self.revision(), views.read_key(view, before)
        found = self._book.items.page(
            views.condition(view), Record, order=views.order(view), after=place, limit=limit + 1, rising=True
        )
        key = views.write_key(views.key(view, found[limit][1])) if len(found) > limit else None
        stories = tuple(record.story() for _, record in found[limit - 1 :: -1])
        return Page(stories=stories, next=key, revision=revision, scanned=len(stories))

    def key(self, view: View, story: Story) -> str:
        """The key of the page that begins with a story, or where it would stand."""
        return views.write_key(views.beginning(view, story))

    def count(self, view: View) -> int:
        """How many stories a view holds, by index."""
        self._book.wake()
        if view.source is None and view.since is None and view.until is None:
            totals = self._book.totals.read([1], Totals).get(1, Totals())
            if view.shelf == "open":
                pair = totals.all if view.topic is None else totals.topics.get(view.topic, (0, 0))
                return pair[view.unread]
            if view.shelf == "starred" and view.topic is None:
                return totals.starred[view.unread]
        return self._book.items.tally(views.condition(view))

    def counts(self, now: datetime) -> Counts:
        """Tallies of every topic, of all items and of the starred ones, without a scan."""
        self._book.wake()
        hour = hour_of(micros(now))
        revision = self.revision()
        totals = self._book.totals.read([1], Totals).get(1, Totals())
        hours = self._book.hours.read(range(hour - DAY + 1, hour + 1), dict)

        def tally(name: str, pair: tuple[int, int]) -> Tally:
            hourly = tuple(hours.get(h, {}).get(name, 0) for h in range(hour - DAY + 1, hour + 1))
            return Tally(total=pair[0], unread=pair[1], hourly=hourly)

        topics = {topic: tally(f"topic:{topic}", pair) for topic, pair in totals.topics.items()}
        return Counts(
            topics=topics, all=tally("all", totals.all), starred=tally("starred", totals.starred), revision=revision
        )

    def revision(self) -> int:
        """The store's revision now."""
        self._book.wake()
        return self._book.ledger().revision

    def changes(self, since: int) -> Change:
        """What changed after a revision."""
        self._book.wake()
        ledger = self._book.ledger()
        if since == ledger.revision:
            return Change(revision=since)
        if since > ledger.revision or since < ledger.floor:
            return Change(revision=ledger.revision, reset=True)
        doc = Query()
        order = (("revision",),)
        items = self._book.items.select(("id",), doc.revision > since, order=order, rising=True, limit=TOLD + 1)
        removed = self._keeping.removed(since, TOLD + 1)
        if len(items) > TOLD or len(removed) > TOLD:
            return Change(revision=ledger.revision, reset=True)
        there = dict.fromkeys(row[0] for row in items)
        gone = dict.fromkeys(one for one in removed if one not in there)
        return Change(revision=ledger.revision, items=tuple(there), removed=tuple(gone))

    # -- triage -----------------------------------------------------------------------------------------------

    def rejudge(self, verdicts: Iterable[tuple[str, Verdict]]) -> int:
        """Give known items new verdicts; the new revision."""
        self._desk.rejudge(verdicts)
        self._book.ground.upkeep()
        return self.revision()

    def mark(self, ids: Collection[str], mark: Mark) -> Journal | None:
        """Apply a mark to items, all or nothing, and journal it; None when it changed nothing."""
        return self._desk.mark(ids, mark)

    def undo(self, *, who: str | None = None) -> Journal | None:
        """Take back the last mark that is not undone (of `who`, else of anyone); None when there is none."""
        return self._desk.undo(who)

    def journal(self, limit: int = 50) -> Sequence[Journal]:
        """The last marks, newest first."""
        return self._desk.journal(limit)

    # -- sources ----------------------------------------------------------------------------------------------

    def healths(self) -> Mapping[str, SourceHealth]:
        """The health of every source the store has heard of, by id."""
        return self._sources.healths()

    def put_health(self, healths: Iterable[SourceHealth]) -> None:
        """Write healths that come without items."""
        with self._book.writing() as revision:
            revision.changed |= self._sources.put_health(list(healths))

    def memory(self, source: str) -> Memory:
        """What the last poll of a source left for the next; empty for a new one."""
        return self._sources.memory(source)

    def wish(self, sources: Collection[str] | None) -> None:
        """Ask whoever polls to poll these sources now, from any process."""
        self._sources.wish(sources)

    def take_wishes(self) -> Collection[str] | bool | None:
        """The wishes since last asked, taken: ids, None for all, False for none."""
        return self._sources.take_wishes()

    def drops(self, source: str, limit: int = 100) -> Sequence[Mapping[str, Any]]:
        """The last things of a source that were not stored, newest first."""
        return self._sources.drops(source, limit)

    def put_drops(self, source: str, drops: Sequence[Mapping[str, Any]]) -> None:
        """Remember what was not stored and why."""
        self._sources.put_drops(source, drops)

    # -- house-keeping ----------------------------------------------------------------------------------------

    def lease(self, name: str) -> Lease:
        """The lease of that name."""
        return self._lease(name)

    def memo(self, name: str) -> Mapping[str, Any] | None:
        """A small document kept by name."""
        return self._sources.memo(name)

    def put_memo(self, name: str, document: Mapping[str, Any] | None) -> None:
        """Write (or, with None, remove) a small document."""
        self._sources.put_memo(name, document)

    def prune(
        self,
        *,
        older_than: datetime | None,
        keep_per_source: int | None,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Mapping[str, int]:
        """Remove items by age and count, per source, never what is starred, assigned or noted; how many, by source."""
        pruned = self._keeping.prune(older_than, keep_per_source, dry_run=dry_run, progress=progress)
        if self._keep is not None and not dry_run:
            self._keep(None)
        return pruned

    def backup(self, target: Path, progress: Callable[[int, int], None] | None = None) -> None:
        """A consistent copy in one file while everybody goes on."""
        self._refuse_itself(target)
        self._backup(target, progress)

    def export_tinydb(self, target: Path, progress: Callable[[int, int], None] | None = None) -> int:
        """Write a file that stock TinyDB opens; the number of items."""
        self._refuse_itself(target)
        return self._keeping.export(target, progress)

    def _refuse_itself(self, target: Path) -> None:
        path = Path(self.url.partition(":")[2]).expanduser()
        if target.is_file() and path.is_file() and target.samefile(path):
            raise StoreError(f"{target}: is the store itself", hint="name another file")

    def stats(self) -> Mapping[str, Any]:
        """Items, bytes on disk, schema, revision."""
        return {"url": self.url, "uuid": self.uuid, **self._keeping.stats()}

    def check(self) -> Sequence[str]:
        """What is wrong with the store, a line each; empty when it is sound."""
        return self._keeping.check()

    def notices(self) -> Sequence[str]:
        """What happened on opening that a person must hear."""
        return tuple(self._notices)

    def tell(self, notice: str) -> None:
        """Add what a person must hear."""
        self._notices.append(notice)

    def close(self) -> None:
        """Let go of files and locks; the automatic backup is made if it is due and can be."""
        if self._index is not None:
            self._index.close()
        if self._keep is not None and not self.read_only and self._book.wrote:
            with contextlib.suppress(StoreError):
                self._keep(KEPT_AT_CLOSE)
        self._book.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
