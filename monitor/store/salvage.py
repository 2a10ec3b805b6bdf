"""Saving what a damaged store still gives, row by row, and completing it from the last backup."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from monitor.errors import StoreError
from monitor.model import Body
from monitor.store.records import LAYOUTS, Entry, Health, Ledger, Record, Remembered, Tallies, Totals, Words, document
from monitor.store.recovery import reader
from monitor.store.sqlite import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from monitor.store.book import Book

SLICE = 500
FAILURES = 1000
"""Rows that cannot be read after which the rest of a table is given up."""
KINDS: dict[str, Any] = {
    "items": Record,
    "bodies": Words,
    "journal": Entry,
    "sources": Health,
    "memories": Remembered,
    "ledger": Ledger,
}
DERIVED = frozenset({"ledger", "totals", "hours"})


def salvage(damaged: Path, backup: Path | None, book: Book) -> tuple[int, int]:
    """Fill a new store with every row that a damaged file still gives, then with what only the backup has.

    How many items came from each.
    """
    saved = _copy(damaged, book, lambda _name, _number: True)
    from_backup = 0
    if backup is not None:
        have = {name: {row[0] for row in book.table(name).select(("doc_id",))} for name in LAYOUTS}
        places = set(book.items.select(("source", "key")))
        gone = {document["id"] for _, document in book.table("tombstones").page(None, dict)}

        def wanted(name: str, number: int, record: Any = None) -> bool:
            if number in have.get(name, ()):
                return False
            item = getattr(record, "item", None)
            return item is None or ((item.source, item.key) not in places and item.id not in gone)

        from_backup = _copy(backup, book, wanted)
    renew(book)
    return saved, from_backup


def renew(book: Book, revision: int = 0) -> None:
    """Make all that is derived anew: counts and hours, and a ledger from which everybody reads everything again."""
    with book.ground.transaction():
        tallies, last_id = Tallies(), 0
        with_body = {row[0] for row in book.bodies.select(("doc_id",))}
        missing = {}
        for number, record in book.items.page(None, Record):
            tallies.moved(None, record)
            revision, last_id = max(revision, record.revision, record.worded), max(last_id, number)
            if number not in with_body:
                missing[number] = document(Words(body=Body()))
            with_body.discard(number)
        book.bodies.drop(sorted(with_body))
        if missing:
            book.bodies.put(missing)
        book.totals.put({1: document(tallies.totals(Totals()))})
        book.hours.drop([row[0] for row in book.hours.select(("doc_id",))])
        hours = tallies.hours()
        if hours:
            book.hours.put(hours)
        ledger = book.ledgers.read([1], Ledger)[1]
        number = max(revision, ledger.revision) + 1
        book.ledgers.put(
            {1: document(replace(ledger, revision=number, floor=number, last_id=max(last_id, ledger.last_id)))}
        )


def _copy(source: Path, book: Book, wanted: Callable[..., bool]) -> int:
    """Put the rows of a file into a store, as far as they can be read and are wanted; the number of items."""
    count = 0
    try:
        connection = reader(source)
    except (sqlite3.Error, OSError):
        return 0
    with contextlib.closing(connection):
        for name in [
            *LAYOUTS,
            *(found for found in _names(connection) if found not in LAYOUTS and found not in DERIVED),
        ]:
            table = book.table(name)
            some: dict[int, Any] = {}
            for number, content in _rows(connection, name):
                with contextlib.suppress(StoreError, ValueError, msgspec.MsgspecError, TypeError):
                    kind = KINDS.get(name, dict)
                    thing = table.load(content, kind)  # type: ignore[attr-defined]
                    if wanted(name, number, thing) if kind is Record else wanted(name, number):
                        some[number] = document(thing)
                if len(some) >= SLICE:
                    count += _put(table, name, some)
                    some = {}
            count += _put(table, name, some)
    return count


def _put(table: Any, name: str, some: dict[int, Any]) -> int:
    """Write rows together, or, when one of them is in the way of another, one by one."""
    if not some:
        return 0
    try:
        table.put(some)
        written = len(some)
    except StoreError:
        written = 0
        for number, content in some.items():
            with contextlib.suppress(StoreError):
                table.put({number: content})
                written += 1
    return written if name == "items" else 0


def _names(connection: sqlite3.Connection) -> list[str]:
    try:
        return [str(row[0]) for row in connection.execute("SELECT name FROM tinydb")]
    except sqlite3.Error:
        return []


def _rows(connection: sqlite3.Connection, name: str) -> Iterator[tuple[int, bytes]]:
    """The rows of a table as far as they can be read: from both ends, then one by one between."""
    table = quoted(name)
    low, high = 0, 2**62
    for way, order in ((">", "ASC"), ("<", "DESC")):
        edge = low if way == ">" else high
        try:
            for number, content in connection.execute(
                f"SELECT doc_id, doc FROM {table} NOT INDEXED WHERE doc_id > ? AND doc_id < ? ORDER BY doc_id {order}",
                (low, high),
            ):
                edge = number
                yield number, content
        except sqlite3.OperationalError:
            return
        except sqlite3.Error:
            low, high = (edge, high) if way == ">" else (low, edge)
        else:
            return
    number, stride, failures = low + 1, 1, 0
    while number < high and failures < FAILURES:
        try:
            sql = f"SELECT doc_id, doc FROM {table} NOT INDEXED WHERE doc_id >= ? ORDER BY doc_id LIMIT 1"
            row = connection.execute(sql, (number,)).fetchone()
        except sqlite3.Error:
            number, stride, failures = number + stride, min(stride * 2, 16), failures + 1
            continue
        if row is None or row[0] >= high:
            return
        yield row
        number, stride = row[0] + 1, 1
