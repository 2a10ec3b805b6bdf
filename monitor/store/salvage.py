"""Saving what a damaged store still gives, row by row, and completing it from the last backup."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from monitor.errors import StoreError
from monitor.model import Body
from monitor.store.definition import quoted
from monitor.store.files import guard, open_private
from monitor.store.records import LAYOUTS, Entry, Health, Ledger, Record, Remembered, Tallies, Totals, Words, document
from monitor.store.recovery import reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from monitor.store.book import Book

SLICE = 500
MOST_BYTES = 1 << 40
"""A header that tells of more than this tells nonsense."""
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
    with _whole(damaged) as readable:
        saved = _copy(readable, book, lambda *_: True)
    from_backup = 0
    if backup is not None:
        have = {name: {row[0] for row in book.table(name).select(("doc_id",))} for name in LAYOUTS}
        places = set(book.items.select(("source", "key")))
        tombstones = book.table("tombstones").page(None, dict, order=(("revision",),), rising=True)
        gone = {document["id"]: document["revision"] for _, document in tombstones}

        def wanted(name: str, number: int, thing: Any) -> bool:
            if number in have.get(name, ()):
                return False
            if not isinstance(thing, Record):
                return True
            return (thing.item.source, thing.item.key) not in places and thing.revision > gone.get(thing.item.id, -1)

        from_backup = _copy(backup, book, wanted)
    renew(book)
    return saved, from_backup


def renew(book: Book, revision: int = 0) -> None:
    """Make all that is derived anew: counts and hours, and a ledger from which everybody reads everything again."""
    with book.ground.transaction():
        tallies, last_id = Tallies(), 0
        with_body = {row[0] for row in book.bodies.select(("doc_id",))}
        missing = {}
        for number, record in _items(book):
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


def _items(book: Book) -> Iterator[tuple[int, Record]]:
    """All items, some at a time."""
    after = None
    while found := book.items.page(None, Record, order=(("doc_id",),), after=after, limit=SLICE):
        yield from found
        after = (found[-1][0],)


@contextlib.contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """The file, or, when it was cut, a copy filled up to its size: SQLite opens none that is shorter than it says."""
    with path.open("rb") as file:
        header = file.read(100)
    size = int.from_bytes(header[16:18], "big") * int.from_bytes(header[28:32], "big")
    if len(header) < 100 or path.stat().st_size >= size or size > MOST_BYTES:
        yield path
        return
    copy = path.with_name(path.name + ".part")
    try:
        for suffix in ("", "-wal"):
            beside = copy.with_name(copy.name + suffix)
            guard(beside)
            beside.unlink(missing_ok=True)
            if path.with_name(path.name + suffix).exists():
                os.close(open_private(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
                shutil.copyfile(path.with_name(path.name + suffix), beside)
        os.truncate(copy, size)
        yield copy
    finally:
        for suffix in ("", "-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)


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
                thing = _read(table, content, KINDS.get(name, dict))
                if thing is not None and wanted(name, number, thing):
                    some[number] = document(thing)
                if len(some) >= SLICE:
                    count += _put(table, name, some)
                    some = {}
            count += _put(table, name, some)
    return count


def _read(table: Any, content: bytes, kind: Any) -> Any:
    """A row as what it should be; None when it is damaged."""
    try:
        return table.decode(content, kind)
    except StoreError:
        return None


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
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_ERROR:
                return
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
