"""One SQLite file as TinyDB's storage, for threads and processes.

Write-ahead log, `synchronous=FULL`; each commit and checkpoint runs under one `flock`, because SQLite before 3.51.3 can
lose commits when processes reset the log at the same time.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from tinydb.storages import Storage

from monitor.errors import StoreBusyError, StoreError
from monitor.store.damage import DamagedError, explain_sqlite
from monitor.store.definition import definition, quoted
from monitor.store.files import WAIT, FileLock, explain, guard, open_private
from monitor.store.layout import BARE
from monitor.store.mapped import Tables
from monitor.store.recovery import marker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from monitor.store.layout import Document, Layout

CHECKPOINT = 32_000_000
"""Bytes of write-ahead log from which it is folded into the file, whoever has to wait for it."""
CALM = 4_000_000
"""Bytes from which that is done when nothing is being stored."""
CACHE = 8_000_000
"""Bytes of pages that the writing connection keeps: the indexes of a batch touch many."""


class SqliteGround(Storage):
    """One SQLite file as TinyDB's storage: a connection to write, one to read, usable from any thread."""

    tabled: Any
    """The Table class that speaks for it."""
    hold = 0.008
    """Seconds after which a batch ends its transaction, whoever waits."""

    def __init__(self, path: Path, layouts: Mapping[str, Layout], *, read_only: bool = False) -> None:
        super().__init__()
        self.path = path
        self.layouts = layouts
        self.read_only = read_only
        self.lock = FileLock(path.with_name(path.name + ".lock"))
        self._reading = threading.RLock()
        self._owner: int | None = None
        self._names: set[str] | None = None
        self._inode = path.stat().st_ino
        self._beside: ThreadPoolExecutor | None = None
        self._settling: Future[None] | None = None
        self._reader = self._connect()
        self._writer = None if read_only else self._connect()
        self._reader.execute("PRAGMA query_only = 1")
        if self._writer is not None:
            self._writer.execute(f"PRAGMA cache_size = -{CACHE // 1024}")

    def _connect(self) -> sqlite3.Connection:
        for suffix in ("", "-wal", "-shm"):
            guard(self.path.with_name(self.path.name + suffix))
        uri = self.path.absolute().as_uri()
        mode = "rw"
        if self.read_only:
            mode = "ro"
            wal = self.path.with_name(self.path.name + "-wal")
            if not os.access(self.path.parent, os.W_OK) and not wal.exists():
                mode = "ro&immutable=1"
        try:
            connection = sqlite3.connect(
                f"{uri}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False, cached_statements=200
            )
            connection.execute("PRAGMA busy_timeout = 5000")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute(f"PRAGMA journal_size_limit = {2 * CALM}")
            connection.execute("PRAGMA mmap_size = 0")
            connection.execute("PRAGMA secure_delete = 0")
            connection.execute("PRAGMA trusted_schema = 0")
        except sqlite3.Error as error:
            raise explain_sqlite(error, self.path) from error
        return connection

    def explain(self, error: sqlite3.Error) -> StoreError:
        """The error in words; damage is noted beside the file, so that whoever opens it next mends it."""
        told = explain_sqlite(error, self.path)
        if isinstance(told, DamagedError):
            self.note_damage()
        return told

    def note_damage(self) -> None:
        """Note beside the file, also where it is only read, that it is damaged: who opens it next mends it."""
        with contextlib.suppress(StoreError, OSError):
            os.close(open_private(marker(self.path), os.O_WRONLY | os.O_CREAT))

    # -- speaking SQL -----------------------------------------------------------------------------------------

    @property
    def within(self) -> bool:
        """Whether this thread is inside a transaction."""
        return self._owner == threading.get_ident()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a SELECT; within a transaction its own writes are seen."""
        try:
            if self.within and self._writer is not None:
                return self._writer.execute(sql, values).fetchall()
            with self._reading:
                return self._reader.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise self.explain(error) from error

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """A statement of the transaction at hand."""
        if self._writer is None:
            raise StoreError(f"{self.path}: opened to read only")
        try:
            self._writer.execute(sql, values)
        except sqlite3.Error as error:
            raise self.explain(error) from error

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """A statement of the transaction at hand, for each row."""
        if self._writer is None:
            raise StoreError(f"{self.path}: opened to read only")
        try:
            self._writer.executemany(sql, rows)
        except sqlite3.Error as error:
            raise self.explain(error) from error

    @contextlib.contextmanager
    def transaction(self, *, durable: bool = True, wait: float = WAIT) -> Iterator[None]:
        """All that is written within is written together or not at all; may be nested.

        It is on disk when it ends; with `durable` False, when `settle` has returned: the log is then written as ever,
        and only not waited for.
        """
        if self._writer is None:
            raise StoreError(f"{self.path}: opened to read only", hint="open it without --read-only")
        if self.within:
            yield
            return
        with self.lock.held(wait):
            self._follow()
            writer = self._writer
            try:
                writer.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                writer.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise self.explain(error) from error
            self._owner = threading.get_ident()
            try:
                yield
                writer.execute("COMMIT")
            except BaseException as error:
                self._names = None
                if writer.in_transaction:
                    with contextlib.suppress(sqlite3.Error):
                        writer.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise self.explain(error) from error
                raise
            finally:
                self._owner = None

    def _follow(self) -> None:
        """Open anew when the file was replaced (by `restore`) while it was open."""
        if self._replaced():
            with self._reading:
                self._reader.close()
                if self._writer is not None:
                    self._writer.close()
                self._reader = self._connect()
                self._writer = None if self.read_only else self._connect()
                self._reader.execute("PRAGMA query_only = 1")
                self._inode, self._names = self.path.stat().st_ino, None

    def _replaced(self) -> bool:
        try:
            return self.path.stat().st_ino != self._inode
        except OSError as error:
            raise explain(error, self.path) from error

    def version(self) -> object:
        """Changes whenever anybody has written; some microseconds."""
        if not self.within and self._replaced():
            with contextlib.nullcontext() if self.read_only else self.lock.held():
                self._follow()
        with self._reading:
            try:
                return self._inode, self._reader.execute("PRAGMA data_version").fetchone()[0]
            except sqlite3.Error as error:
                raise self.explain(error) from error

    def take(self, source: sqlite3.Connection) -> None:
        """Become a copy of another database, in one transaction, under everybody who has this one open."""
        if self._writer is None:
            raise StoreError(f"{self.path}: opened to read only")
        try:
            with self.lock.held():
                source.backup(self._writer)
        except sqlite3.Error as error:
            raise self.explain(error) from error
        self._names = None

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Mapping[str, Mapping[str, Document]]]:
        """The tables as they are at one moment, read by a connection of their own, which holds up nobody."""
        ground = SqliteGround(self.path, self.layouts, read_only=True)
        with contextlib.closing(ground):
            ground.rows("BEGIN")
            yield ground.read() or {}

    def settle(self) -> None:
        """Have the write-ahead log be on disk; what a checkpoint took from it already is."""
        begun, self._settling = self._settling, None
        if begun is not None:
            begun.result()
        self._sync()

    def settle_soon(self) -> None:
        """Begin with that on a thread beside, and wait for nothing; the next of either raises what goes wrong."""
        if self._settling is not None and not self._settling.done():
            return
        begun, self._settling = self._settling, None
        if begun is not None:
            begun.result()
        if self._beside is None:
            self._beside = ThreadPoolExecutor(1, thread_name_prefix="settle")
        self._settling = self._beside.submit(self._sync)

    def _sync(self) -> None:
        try:
            descriptor = os.open(self.path.with_name(self.path.name + "-wal"), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        except OSError as error:
            raise explain(error, self.path) from error
        try:
            os.fdatasync(descriptor)
        except OSError as error:
            raise explain(error, self.path) from error
        finally:
            os.close(descriptor)

    def wanted(self) -> bool:
        """Whether another thread or process waits to write."""
        return self.lock.wanted()

    def upkeep(self, *, calm: bool = False) -> None:
        """Fold the write-ahead log into the file once it has grown; when all is calm, once it has grown a little."""
        if self._writer is None or self.within:
            return
        try:
            if self.path.with_name(self.path.name + "-wal").stat().st_size < (CALM if calm else CHECKPOINT):
                return
            with self.lock.held():
                self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except (OSError, sqlite3.Error, StoreBusyError):
            return

    # -- TinyDB's Storage -------------------------------------------------------------------------------------

    def names(self) -> set[str]:
        """The names of all tables."""
        return {row[0] for row in self.rows("SELECT name FROM tinydb")}

    def create(self, name: str) -> None:
        """Make a table, with its columns and indexes, if it is not there."""
        if self._names is None:
            self._names = self.names()
        if name in self._names:
            return
        layout = self.layouts.get(name, BARE)
        for statement in definition(name, layout):
            self.run(statement)
        self.run("INSERT INTO tinydb (name) VALUES (?)", (name,))
        self._names = None

    def discard(self, name: str) -> None:
        """Remove a table."""
        self.run(f"DROP TABLE IF EXISTS {quoted(name)}")
        self.run(f"DROP TABLE IF EXISTS {quoted(name, 'each')}")
        self.run("DELETE FROM tinydb WHERE name = ?", (name,))
        self._names = None

    def read(self) -> Tables | None:  # type: ignore[override]
        """The tables, each read when it is asked for; None when there is none."""
        names = self.names()
        return Tables(self, names) if names else None

    def write(self, data: Mapping[str, Mapping[str, Document]]) -> None:
        """Make the tables be just these."""
        with self.transaction():
            for name in self.names() - set(data):
                self.discard(name)
            for name, rows in data.items():
                if isinstance(rows, dict):
                    self.discard(name)
                    self.tabled(self, name).put({int(number): document for number, document in rows.items()})

    def rows_of(self, name: str) -> Mapping[str, Any]:
        """The documents of a table by id, each read when it is asked for."""
        rows: Mapping[str, Any] = self.tabled(self, name).rows_now()
        return rows

    def size(self) -> int:
        """Bytes on disk, the write-ahead log included."""
        total = 0
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(OSError):
                total += self.path.with_name(self.path.name + suffix).stat().st_size
        return total

    def check(self, progress: Callable[[str], None] | None = None) -> list[str]:
        """What SQLite finds wrong, a line each."""
        del progress
        try:
            found = [str(row[0]) for row in self.rows("PRAGMA quick_check(20)")]
        except StoreError as error:
            return [str(error)]
        if found == ["ok"]:
            return []
        self.note_damage()
        return [*(" ".join(line.split()) for line in found), str(DamagedError.at(self.path))]

    def close(self) -> None:
        """Let go of files and locks; the last to close folds the log into the file."""
        if self._beside is not None:
            self._beside.shutdown()
        with contextlib.ExitStack() as stack:
            if not self.read_only:
                with contextlib.suppress(StoreError):
                    stack.enter_context(self.lock.held(1.0))
            with self._reading:
                self._reader.close()
                if self._writer is not None:
                    self._writer.close()
        self.lock.close()
