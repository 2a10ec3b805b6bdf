"""Copies of a store while everybody goes on, and their way back."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import uuid
from typing import TYPE_CHECKING, cast

from monitor.errors import StoreError
from monitor.store.book import Book, never
from monitor.store.damage import explain_sqlite
from monitor.store.database import SqliteDB, place, refuse
from monitor.store.files import FileLock, explain, guard, open_private, sync_folder
from monitor.store.migrations import bring_up
from monitor.store.records import LAYOUTS, Ledger, document
from monitor.store.recovery import inspect, set_aside
from monitor.store.sqlite import SqliteGround

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.store.port import Told

PAGES = 2000
"""Pages copied between two words of progress."""


def copy(path: Path, target: Path, progress: Told) -> None:
    """A consistent copy of a store that may be in use, in one file, put in its place whole."""
    guard(target)
    part = target.with_name(target.name + ".part")
    guard(part)
    try:
        part.unlink(missing_ok=True)
        os.close(open_private(part, os.O_RDWR | os.O_CREAT | os.O_EXCL))
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with (
            contextlib.closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as source,
            contextlib.closing(sqlite3.connect(part, isolation_level=None)) as twin,
        ):
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM tinydb").fetchone()

            def told(_status: int, remaining: int, total: int) -> None:
                if progress is not None:
                    progress(total - remaining, total)

            source.backup(twin, pages=PAGES, progress=told, sleep=0)
            source.execute("COMMIT")
            twin.execute("PRAGMA journal_mode = DELETE")
        descriptor = open_private(part, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        part.rename(target)
        sync_folder(target.parent)
    except sqlite3.Error as error:
        part.unlink(missing_ok=True)
        raise explain_sqlite(error, target) from error
    except OSError as error:
        part.unlink(missing_ok=True)
        raise explain(error, target) from error


def restore_sqlite(backup: Path, path: Path) -> None:
    """Put a backup in the place of a store, which may be in use."""
    found = inspect(backup)
    refuse(backup, found)
    faults = sound(backup) if found.state == "sound" else [found.reason]
    if faults:
        raise StoreError(f"{backup}: is not a sound backup ({faults[0]})")
    lock = FileLock(path.with_name(path.name + ".lock"))
    with contextlib.closing(lock), lock.held():
        there = inspect(path)
        refuse(path, there)
        if there.state != "sound":
            if there.state == "damaged":
                set_aside(path)
            new = path.with_name(path.name + ".new")
            guard(new)
            shutil.copyfile(backup, new)
            new.chmod(0o600)
            with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
            place(new, path)
    with contextlib.closing(SqliteDB(path, LAYOUTS)) as db:
        ground = cast("SqliteGround", db.storage)
        book = Book(db, never, read_only=False)
        before = book.ledger().revision
        with ground.lock.held():
            if there.state == "sound":
                with contextlib.closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as source:
                    ground.take(source)
            bring_up(book)
            ledger = book.ledgers.read([1], Ledger)[1]
            number = max(before, ledger.revision) + 1
            fresh = Ledger(uuid=str(uuid.uuid4()), revision=number, floor=number, last_id=ledger.last_id)
            book.ledgers.put({1: document(fresh)})


def sound(path: Path) -> list[str]:
    """What SQLite finds wrong with a file that nobody uses."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
    except sqlite3.Error as error:
        return [str(error)]
    return [] if found == ["ok"] else found
