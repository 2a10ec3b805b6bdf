"""The history index: full text over the index terms of items, which proposes candidates and never decides.

It lies in a file of its own (SQLite FTS5) and is derived: it follows the store by revision, and whatever is wrong with
it, it is thrown away and made again. An item is indexed under a number that rises with its published time, so that
candidates come newest first without being sorted; after an edit it gets a new number, and the old one points nowhere.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from typing import TYPE_CHECKING

from tinydb import Query

from monitor.errors import StoreBusyError, StoreError
from monitor.store.files import FileLock, guard, open_private
from monitor.store.records import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from monitor.model import Needle
    from monitor.store.book import Book

FORMAT = 1
SLICE = 25
"""Items indexed in one transaction."""
TAIL = 2000
"""Items not indexed yet that a search looks at one by one; with more, the index is not used."""
BATCH = 256
SETTLE = 0.2
"""Seconds that indexing waits after something was stored, so that it does not get in the way of what follows."""
QUIET = 1.0
"""Seconds without anything stored after which the store's upkeep holds up nobody."""
YIELD = 1.0
"""Seconds that a slice of indexing gives way to what is being stored, at the most."""
CHECKPOINT = 4_000_000
"""Bytes of write-ahead log from which it is folded into the file."""

_TICK = 1_000_000
"""Microseconds in a second, which is how finely the index is sorted."""
_SPREAD = 24
"""Bits of the number that tell the items of one second apart."""
_PUNCTUATION = (
    "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum()).replace("'", "''").replace('"', '""')
)


_TOKENS = f"tokenize=\"ascii tokenchars '{_PUNCTUATION}'\""
TABLES = (
    "CREATE TABLE IF NOT EXISTS head (format, uuid, revision)",
    "CREATE TABLE IF NOT EXISTS places (number INTEGER PRIMARY KEY, doc_id UNIQUE)",
    f"CREATE VIRTUAL TABLE IF NOT EXISTS terms USING fts5 (words, content='', columnsize=0, {_TOKENS})",
)
"""Every character but white space and controls belongs to a term; terms are told apart by nothing but spaces."""


class LostIndexError(StoreError):
    """The history index is not to be had now; a walk of the view answers the same, slower."""

    def __init__(self) -> None:
        super().__init__("the history index is being made again")


class SearchIndex:
    """The history index of one store, beside it on disk."""

    def __init__(self, path: Path, book: Book) -> None:
        self._path = path
        self._book = book
        self._lock = FileLock(path.with_name(path.name + ".lock"))
        self._threads = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._follower: threading.Thread | None = None
        self._stop = threading.Event()
        self._before = self._stored = 0
        self.tell: Callable[[Mapping[str, int] | None], None] | None = None
        """Called with the progress of long work, and with None at its end."""

    # -- following the store ----------------------------------------------------------------------------------

    def follow(self, seconds: float | None = None, progress: Callable[[int, int], None] | None = None) -> None:
        """Index what is new since last time, in the order of revisions, for at most so many seconds."""
        if self._book.read_only:
            return
        began = time.monotonic()
        try:
            if not self._next(self._done()):
                return
            with self._lock.held(0.5):
                done = self._done()
                count, total = 0, self._waiting(done) if progress is not None else 0
                while (
                    not self._stop.is_set()
                    and (rows := self._next(done))
                    and (seconds is None or time.monotonic() - began < seconds)
                ):
                    self._give_way()
                    self._index(rows)
                    done = rows[-1][0]
                    count += len(rows)
                    self._checkpoint()
                    if progress is not None:
                        progress(min(count, total), total)
        except StoreBusyError:
            return
        except sqlite3.Error:
            self._discard()

    def follow_soon(self) -> None:
        """Index what is new in a thread of its own, and do the store's upkeep: whoever stored it need not wait."""
        with self._threads:
            if self._follower is None or not self._follower.is_alive():
                self._follower = threading.Thread(target=self._catch_up, name="history-index", daemon=True)
                self._follower.start()

    def _catch_up(self) -> None:
        told = 0.0

        def tell(done: int, total: int) -> None:
            nonlocal told
            if self.tell is not None and total > TAIL and (done == total or time.monotonic() - told > 1):
                told = time.monotonic()
                self.tell(None if done == total else {"done": done, "total": total})

        stored = None
        while stored != self._stored:
            stored = self._stored
            self._stop.wait(SETTLE)
            with contextlib.suppress(StoreError):
                self.follow(progress=tell)
            if self._stop.wait(QUIET):
                return
        self._book.ground.upkeep(calm=True)

    @contextlib.contextmanager
    def first(self) -> Iterator[None]:
        """Work of this process that indexing gives way to."""
        self._before += 1
        try:
            yield
        finally:
            self._before -= 1
            self._stored += 1

    def _give_way(self) -> None:
        deadline = time.monotonic() + YIELD
        while self._before and threading.current_thread() is self._follower and time.monotonic() < deadline:
            self._stop.wait(0.002)

    def _next(self, done: int) -> list[tuple[int, int, int]]:
        """The next items to index, as (revision, doc_id, time), whole revisions at a time."""
        doc = Query()
        columns, order = ("worded", "doc_id", "at"), (("worded",), ("doc_id",))
        select = self._book.items.select
        rows = select(columns, doc.worded > done, order=order, rising=True, limit=SLICE + 1)
        if len(rows) <= SLICE:
            return rows
        whole = [row for row in rows if row[0] != rows[-1][0]]
        return whole or select(columns, doc.worded == rows[0][0], order=order, rising=True)

    def _waiting(self, done: int) -> int:
        return self._book.items.tally(Query().worded > done)

    def _index(self, rows: Sequence[tuple[int, int, int]]) -> None:
        texts = self._book.bodies.read([doc_id for _, doc_id, _ in rows], Words)
        entries = sorted((_number(at, doc_id), doc_id) for _, doc_id, at in rows if doc_id in texts)
        with self._threads:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                for wanted, doc_id in entries:
                    number = wanted
                    while connection.execute("SELECT 1 FROM places WHERE number = ?", (number,)).fetchone():
                        number += 1
                    connection.execute("UPDATE places SET doc_id = NULL WHERE doc_id = ?", (doc_id,))
                    connection.execute("INSERT INTO places VALUES (?, ?)", (number, doc_id))
                    terms = texts[doc_id].terms.encode("utf-8", "replace").decode()
                    connection.execute("INSERT INTO terms (rowid, words) VALUES (?, ?)", (number, terms))
                connection.execute("UPDATE head SET revision = ?", (rows[-1][0],))
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    # -- proposing --------------------------------------------------------------------------------------------

    def tail(self) -> list[int]:
        """Items that are not indexed yet. Raises LostIndexError when they are too many for the index to be of use."""
        try:
            rows = self._book.items.select(("doc_id",), Query().worded > self._done(), limit=TAIL + 1)
        except sqlite3.Error as error:
            self._discard()
            raise LostIndexError from error
        if len(rows) > TAIL:
            raise LostIndexError
        return [row[0] for row in rows]

    def walk(self, needle: Needle, newest: int | None, oldest: int | None) -> Iterator[list[int]]:
        """Items that may fulfil a needle, newest first, those of a second together; times are microseconds."""
        below = 1 << 62 if newest is None else (newest // _TICK + 1) << _SPREAD
        least = 0 if oldest is None else oldest // _TICK << _SPREAD
        match, size = expression(needle), BATCH
        while True:
            rows = self._match(match, least, below, size)
            complete = len(rows) < size
            if not complete:
                second = rows[-1][0] >> _SPREAD
                whole = [row for row in rows if row[0] >> _SPREAD != second]
                if not whole:
                    size *= 4
                    continue
                rows = whole
            yield [doc_id for _, doc_id in rows if doc_id is not None]
            if complete:
                return
            below = rows[-1][0] >> _SPREAD << _SPREAD

    def members(self, needle: Needle) -> set[int]:
        """All items that may fulfil a needle."""
        return {doc_id for _, doc_id in self._match(expression(needle), 0, 1 << 62, -1) if doc_id is not None}

    def _match(self, match: str, least: int, below: int, limit: int) -> list[tuple[int, int | None]]:
        sql = (
            "SELECT p.number, p.doc_id FROM terms CROSS JOIN places p ON p.number = terms.rowid "
            "WHERE terms MATCH ? AND terms.rowid >= ? AND terms.rowid < ? ORDER BY terms.rowid DESC LIMIT ?"
        )
        try:
            with self._threads:
                return self._open().execute(sql, (match, least, below, limit)).fetchall()
        except sqlite3.Error as error:
            if not str(error).startswith("fts5:"):
                self._discard()
            raise LostIndexError from error

    # -- its file ---------------------------------------------------------------------------------------------

    def _done(self) -> int:
        with self._threads:
            revision, uuid = self._open().execute("SELECT revision, uuid FROM head").fetchone()
        if uuid != self._book.ledger().uuid:
            raise sqlite3.DatabaseError("the index of another store")
        return int(revision)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            for suffix in ("", "-wal", "-shm"):
                guard(self._path.with_name(self._path.name + suffix))
            if self._book.read_only:
                connection = sqlite3.connect(
                    f"{self._path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
                )
            else:
                os.close(open_private(self._path, os.O_RDWR | os.O_CREAT))
                connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA busy_timeout = 2000")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA journal_size_limit = {2 * CHECKPOINT}")
        made = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'head'").fetchone()[0]
        if not made and not self._book.read_only:
            with self._lock.held(5.0):
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("BEGIN IMMEDIATE")
                for statement in TABLES:
                    connection.execute(statement)
                head = "INSERT INTO head SELECT ?, ?, 0 WHERE NOT EXISTS (SELECT 1 FROM head)"
                connection.execute(head, (FORMAT, self._book.ledger().uuid))
                connection.execute("COMMIT")
        found = connection.execute("SELECT format, uuid, revision FROM head").fetchone()
        ledger = self._book.ledger()
        if found is None or found[:2] != (FORMAT, ledger.uuid) or found[2] > ledger.revision:
            raise sqlite3.DatabaseError("the index of another store")

    def _checkpoint(self) -> None:
        with self._threads, contextlib.suppress(OSError):
            if self._path.with_name(self._path.name + "-wal").stat().st_size > CHECKPOINT:
                self._open().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _discard(self) -> None:
        """Throw the file away; it is made again from the store."""
        with self._threads:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            if not self._book.read_only:
                with contextlib.suppress(OSError, StoreError), self._lock.held(0.5):
                    for suffix in ("", "-wal", "-shm"):
                        self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; what is not indexed yet will be, by whoever opens it next."""
        self._stop.set()
        if self._follower is not None:
            self._follower.join()
        with self._threads:
            if self._connection is not None:
                with contextlib.ExitStack() as stack:
                    if not self._book.read_only:
                        with contextlib.suppress(StoreError):
                            stack.enter_context(self._lock.held(0.5))
                    self._connection.close()
                self._connection = None
        self._lock.close()


def _number(at: int, doc_id: int) -> int:
    return at // _TICK << _SPREAD | doc_id & ((1 << _SPREAD) - 1)


def expression(needle: Needle) -> str:
    """A needle in FTS5's words. A value without a term in it asks for nothing that is indexed, and matches nothing."""
    match needle.op:
        case "term" | "phrase":
            return _quoted(needle.value)
        case "prefix":
            return f"{_quoted(needle.value)} *"
        case "and" | "or" if not needle.parts:
            raise LostIndexError
        case "and" | "or":
            return "(" + f" {needle.op.upper()} ".join(expression(part) for part in needle.parts) + ")"


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
