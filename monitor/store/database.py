"""The `tinydb:` store's file: made whole, checked before it is trusted, mended when it is damaged."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, cast

from tinydb import TinyDB

from monitor.errors import NewerStoreError, StoreError
from monitor.store.book import Book, found
from monitor.store.damage import DamagedError
from monitor.store.definition import make_file
from monitor.store.files import FileLock, explain, guard
from monitor.store.lease import leases
from monitor.store.migrations import bring_up, stamp
from monitor.store.records import LAYOUTS, SCHEMA
from monitor.store.recovery import Finding, age_of, inspect, keep_backup, place, ready, settle
from monitor.store.search import SearchIndex
from monitor.store.sqlite import SqliteGround
from monitor.store.table import SqliteTable
from monitor.store.tiny import TinyStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from monitor.store.port import Store, Told

BACKUP_EVERY = 24 * 3600.0


class SqliteDB(TinyDB):
    """TinyDB on an indexed SQLite file."""

    table_class = SqliteTable  # type: ignore[assignment]
    default_storage_class = SqliteGround  # type: ignore[assignment]


def open_sqlite(url: str, path: Path, *, read_only: bool, clock: Callable[[], datetime]) -> Store:
    """The store in an indexed SQLite file."""
    notices = _mend(path, clock, read_only=read_only)
    db = SqliteDB(path, LAYOUTS, read_only=read_only)
    book = Book(db, clock, read_only=read_only)
    try:
        bring_up(book)
        index = SearchIndex(path.with_name(path.name + ".search"), book)

        def backup(target: Path, progress: Told) -> None:
            from monitor.store.backup import copy

            try:
                copy(path, target, progress)
            except DamagedError:
                cast("SqliteGround", db.storage).note_damage()
                raise

        def keep(most: int | None) -> None:
            bak = path.with_name(path.name + ".bak")
            try:
                size = path.stat().st_size
                room = size < min(most or size + 1, shutil.disk_usage(path.parent).free // 3)
            except OSError as error:
                raise explain(error, path) from error
            if room and age_of(bak, clock()) > BACKUP_EVERY:
                backup(bak, None)

        return TinyStore(book, url, lease=leases(path, clock), backup=backup, keep=keep, index=index, notices=notices)
    except BaseException:
        db.close()
        raise


def _mend(path: Path, clock: Callable[[], datetime], *, read_only: bool) -> list[str]:
    """Make sure that a sound store lies at the path; what was done about one that was not."""
    what = inspect(path)
    refuse(path, what)
    if what.state == "sound":
        return []
    if read_only:
        raise StoreError(f"{path}: damaged ({what.reason})", hint="the next `monitor poll` or dashboard mends it")
    lock = FileLock(path.with_name(path.name + ".lock"))
    with contextlib.closing(lock), lock.held():
        if ready(path).exists():
            aside = settle(path)
            return [f"{path} was being replaced when that was broken off; that is done now{_kept(aside)}"]
        what = inspect(path)
        refuse(path, what)
        if what.state == "sound":
            return []
        bak = path.with_name(path.name + ".bak")
        if what.state == "absent":
            notices = keep_backup(path)
            place(_fresh(path), path)
            return notices
        from monitor.store.salvage import salvage

        sound_bak = bak if inspect(bak).state == "sound" else None
        new = _fresh(path)
        with contextlib.closing(SqliteDB(new, LAYOUTS)) as db:
            book = Book(db, clock, read_only=False)
            saved, restored = salvage(path, sound_bak, book)
        told = f"{path} was damaged ({what.reason}){_kept(place(new, path))}"
        if not saved and not restored:
            return [f"{told}; nothing in it could be read and there was no backup: the store starts empty"]
        return [f"{told}; {saved:,} items were saved from it and {restored:,} from the last backup"]


def _kept(aside: Path | None) -> str:
    return f", and what stood there is kept as {aside.name}" if aside else ""


def refuse(path: Path, what: Finding) -> None:
    """Refuse what is not ours to touch."""
    if what.state == "foreign":
        raise StoreError(f"{path}: is a database of another program", hint="choose another name for the store")
    if what.schema > SCHEMA:
        raise NewerStoreError(f"{path}: written by a newer monitor (schema {what.schema})", hint="upgrade this one")


def clear(path: Path) -> Path:
    """The name for a new file beside a store; one that was not finished is no use."""
    new = path.with_name(path.name + ".new")
    for suffix in ("", "-wal", "-shm", ".lock", ".turn"):
        beside = new.with_name(new.name + suffix)
        guard(beside)
        beside.unlink(missing_ok=True)
    return new


def _fresh(path: Path) -> Path:
    """An empty store under another name, to be put in its place whole: an empty file is never ours."""
    new = clear(path)
    make_file(new, SCHEMA)
    with contextlib.closing(SqliteDB(new, LAYOUTS)) as db:
        ground = cast("SqliteGround", db.storage)
        with ground.transaction():
            for name in LAYOUTS:
                ground.create(name)
            found(db)
            stamp(ground)
    return new
