"""Which stories of a view a query should decide on: a walk of the view, or what the history index proposes."""

from __future__ import annotations

import heapq
from itertools import islice
from typing import TYPE_CHECKING

from monitor.store import views
from monitor.store.records import Record, Words, holds, micros
from monitor.store.search import LostIndexError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from monitor.model import Needle, View
    from monitor.store.book import Book
    from monitor.store.layout import Key
    from monitor.store.search import SearchIndex

    Found = tuple[int, Record]

FIRST, MOST = 32, 256
"""Stories read together: few at first, as a page may soon be full."""
FOLLOW = 0.3
"""Seconds that a search spends on bringing the index up to date."""


class Sieve:
    """Candidates from a book, through its history index where it has one."""

    def __init__(self, book: Book, index: SearchIndex | None) -> None:
        self._book = book
        self._index = index

    def candidates(self, view: View, place: Key | None, needle: Needle | None) -> Iterator[tuple[Record, Words]]:
        """What a view holds from just after a place and a needle does not rule out, in order, with its words."""
        if needle is None:
            for _, record, words in self._worded(self.walk(view, place)):
                yield record, words
            return
        try:
            for record, words in self._proposed(view, place, needle):
                yield record, words
                place = views.key(view, record)
        except LostIndexError:
            if self._index is not None and not self._book.read_only:
                self._index.follow_soon()
            for _, record, words in self._worded(self.walk(view, place)):
                if holds(needle, words.terms):
                    yield record, words

    def walk(self, view: View, place: Key | None) -> Iterator[Found]:
        """A view from just after a place."""
        condition, order, size = views.condition(view), views.order(view), FIRST
        while True:
            found = self._book.items.page(condition, Record, order=order, after=place, limit=size)
            yield from found
            if len(found) < size:
                return
            place, size = views.key(view, found[-1][1]), min(size * 2, MOST)

    def _proposed(self, view: View, place: Key | None, needle: Needle) -> Iterator[tuple[Record, Words]]:
        if self._index is None:
            raise LostIndexError
        self._index.follow(seconds=FOLLOW)
        tail = self._index.tail()
        if view.order == "time":
            late = sorted(self._chosen(tail, view, place), key=lambda found: views.key(view, found[1]), reverse=True)
            indexed = self._indexed(self._index, view, place, needle, frozenset(tail))
            stream = heapq.merge(indexed, late, key=lambda found: views.key(view, found[1]), reverse=True)
        else:
            members = self._index.members(needle).union(tail)
            stream = (found for found in self.walk(view, place) if found[0] in members)
        unsure = frozenset(tail)
        for doc_id, record, words in self._worded(stream):
            if doc_id not in unsure or holds(needle, words.terms):
                yield record, words

    def _indexed(
        self, index: SearchIndex, view: View, place: Key | None, needle: Needle, beside: Collection[int]
    ) -> Iterator[Found]:
        newest = place[0] if place is not None else None
        if view.until is not None:
            newest = min(micros(view.until), newest) if newest is not None else micros(view.until)
        for doc_ids in index.walk(needle, newest, micros(view.since) if view.since else None):
            found = self._chosen([doc_id for doc_id in doc_ids if doc_id not in beside], view, place)
            yield from sorted(found, key=lambda found: views.key(view, found[1]), reverse=True)

    def _chosen(self, doc_ids: Collection[int], view: View, place: Key | None) -> Iterator[Found]:
        for doc_id, record in self._book.items.read(doc_ids, Record).items():
            if views.holds(view, record) and (place is None or views.key(view, record) < place):
                yield doc_id, record

    def _worded(self, stream: Iterable[Found]) -> Iterator[tuple[int, Record, Words]]:
        iterator, size = iter(stream), FIRST
        while some := list(islice(iterator, size)):
            words = self._book.bodies.read([doc_id for doc_id, _ in some], Words)
            for doc_id, record in some:
                if doc_id in words:
                    yield doc_id, record, words[doc_id]
            size = min(size * 2, MOST)
