"""Copies of a store while everybody goes on, and their way back."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import uuid
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from monitor.errors import StoreError
from monitor.store.book import Book, never
from monitor.store.damage import DamagedError, explain_sqlite
from monitor.store.database import SqliteDB, clear, refuse
from monitor.store.files import FileLock, explain, guard, open_private, sync_folder
from monitor.store.migrations import bring_up
from monitor.store.records import LAYOUTS, Ledger, document
from monitor.store.recovery import inspect, marker, place, reader, ready, settle
from monitor.store.sqlite import SqliteGround

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.store.port import Told

PAGES = 2000
"""Pages copied between two words of progress."""


def copy(path: Path, target: Path, progress: Told) -> None:
    """A consistent copy of a store that may be in use, in one file, put in its place only when it is sound."""
    guard(target)
    part = target.with_name(target.name + ".part")
    try:
        _twin(path, part, progress)
        faults = sound(part)
        if faults:
            raise DamagedError.at(path, f" ({faults[0]}), and {target} was left as it was")
        for old in (
            marker(target),
            *(target.with_name(target.name + suffix) for suffix in ("-wal", "-shm", "-journal")),
        ):
            guard(old)
            old.unlink(missing_ok=True)
        part.rename(target)
        sync_folder(target.parent)
    except sqlite3.Error as error:
        raise explain_sqlite(error, target) from error
    except OSError as error:
        raise explain(error, target) from error
    finally:
        part.unlink(missing_ok=True)


def _twin(path: Path, twin: Path, progress: Told = None) -> None:
    """A copy of a database that may be in use, durably on disk."""
    guard(twin)
    twin.unlink(missing_ok=True)
    os.close(open_private(twin, os.O_RDWR | os.O_CREAT | os.O_EXCL))
    with (
        contextlib.closing(reader(path)) as source,
        contextlib.closing(sqlite3.connect(twin, isolation_level=None)) as target,
    ):
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM tinydb").fetchone()

        def told(_status: int, remaining: int, total: int) -> None:
            if progress is not None:
                progress(total - remaining, total)

        source.backup(target, pages=PAGES, progress=told, sleep=0)
        source.execute("COMMIT")
        target.execute("PRAGMA journal_mode = DELETE")
    descriptor = open_private(twin, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def restore_sqlite(backup: Path, path: Path) -> None:
    """Put a backup in the place of a store, which may be in use: all of it or, when that is broken off, nothing."""
    found = inspect(backup)
    refuse(backup, found)
    faults = sound(backup) if found.state == "sound" else [found.reason]
    if faults:
        raise StoreError(f"{backup}: is not a sound backup ({faults[0]})")
    try:
        lock = FileLock(path.with_name(path.name + ".lock"))
        with contextlib.closing(lock), lock.held():
            if ready(path).exists():
                settle(path)
            there = inspect(path)
            refuse(path, there)
            if there.state != "sound":
                place(_renewed(backup, path, 0), path)
                return
        with contextlib.closing(SqliteDB(path, LAYOUTS)) as db:
            ground = cast("SqliteGround", db.storage)
            with ground.lock.held():
                new = _renewed(backup, path, Book(db, never, read_only=False).ledger().revision)
                with contextlib.closing(reader(new)) as source:
                    ground.take(source)
                new.unlink()
    except sqlite3.Error as error:
        raise explain_sqlite(error, path) from error


def _renewed(backup: Path, path: Path, revision: int) -> Path:
    """A copy of a backup beside a store, from which everybody will read everything again."""
    new = clear(path)
    _twin(backup, new)
    with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    with contextlib.closing(SqliteDB(new, LAYOUTS)) as db:
        book = Book(db, never, read_only=False)
        bring_up(book)
        with book.ground.transaction():
            ledger = book.ledgers.read([1], Ledger)[1]
            number = max(revision, ledger.revision) + 1
            book.ledgers.put({1: document(replace(ledger, uuid=str(uuid.uuid4()), revision=number, floor=number))})
    return new


def sound(path: Path) -> list[str]:
    """What SQLite finds wrong with a file that nobody uses."""
    try:
        with contextlib.closing(reader(path)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
    except sqlite3.Error as error:
        return [str(error)]
    return [] if found == ["ok"] else found
