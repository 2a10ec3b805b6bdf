"""Opening a store: by its URL, privately, checked before it is trusted."""

from __future__ import annotations

import contextlib
import sqlite3
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from tinydb import TinyDB

from monitor.errors import StoreError, UsageError
from monitor.store.book import Book
from monitor.store.files import guard, open_private, prepare_folder, refuse_remote
from monitor.store.lease import FileLease, MemoryLease
from monitor.store.plain import JsonGround, MemoryGround, PlainTable
from monitor.store.records import LAYOUTS, SCHEMA, Ledger, Totals, document
from monitor.store.sqlite import SqliteGround, explain_sqlite
from monitor.store.table import SqliteTable
from monitor.store.tiny import TinyStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from monitor.store.layout import Layout
    from monitor.store.port import Holder, Lease, Store


class _SqliteDB(TinyDB):
    table_class = SqliteTable
    default_storage_class = SqliteGround


class _PlainTable(PlainTable):
    layouts = LAYOUTS


class _PlainDB(TinyDB):
    table_class = _PlainTable


def parse(url: str) -> tuple[str, Path | None]:
    """The kind of a store URL and its path."""
    kind, colon, path = url.partition(":")
    if kind == "memory" and colon:
        return kind, None
    if kind not in {"tinydb", "json"} or not path:
        raise UsageError(f"{url}: not a store", hint="say tinydb:PATH, json:PATH or memory:")
    return kind, Path(path).expanduser().absolute()


def open_url(url: str, *, read_only: bool, clock: Callable[[], datetime]) -> Store:
    """A store by its URL."""
    kind, path = parse(url)
    if path is None:
        return _open_memory(url, read_only, clock)
    guard(path)
    if read_only and not path.exists():
        raise StoreError(
            f"{path}: there is no store yet", hint="run `monitor poll` once, or open it without --read-only"
        )
    if not read_only:
        prepare_folder(path.parent)
    refuse_remote(path.parent)
    return (_open_sqlite if kind == "tinydb" else _open_json)(url, path, read_only, clock)


def _open_memory(url: str, read_only: bool, clock: Callable[[], datetime]) -> Store:
    db = _PlainDB(storage=MemoryGround)
    _found(db)
    holders: dict[str, tuple[MemoryLease, Holder]] = {}

    def lease(name: str) -> Lease:
        return MemoryLease(name, holders, clock)

    def backup(target: Path, progress: Callable[[int, int], None] | None) -> None:
        store.export_tinydb(target, progress)

    store = TinyStore(Book(db, clock, read_only=read_only), url, lease=lease, backup=backup)
    return store


def _open_json(url: str, path: Path, read_only: bool, clock: Callable[[], datetime]) -> Store:
    db = _PlainDB(path, storage=JsonGround, read_only=read_only)
    if not read_only:
        _found(db)

    def backup(target: Path, progress: Callable[[int, int], None] | None) -> None:
        store.export_tinydb(target, progress)

    store = TinyStore(Book(db, clock, read_only=read_only), url, lease=_leases(path, clock), backup=backup)
    return store


def _open_sqlite(url: str, path: Path, read_only: bool, clock: Callable[[], datetime]) -> Store:
    if not path.exists():
        create(path, LAYOUTS)
    db = _SqliteDB(path, LAYOUTS, read_only=read_only)

    def backup(target: Path, progress: Callable[[int, int], None] | None) -> None:
        raise StoreError(f"{target}: not written")

    return TinyStore(Book(db, clock, read_only=read_only), url, lease=_leases(path, clock), backup=backup)


def create(path: Path, layouts: dict[str, Layout] | None = None) -> None:
    """Make an empty store under another name and put it in its place whole, so that an empty file is never ours."""
    new = path.with_name(path.name + ".new")
    guard(new)
    new.unlink(missing_ok=True)
    import os

    os.close(open_private(new, os.O_RDWR | os.O_CREAT | os.O_EXCL))
    try:
        with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
            connection.execute("CREATE TABLE tinydb (name TEXT PRIMARY KEY) WITHOUT ROWID")
    except sqlite3.Error as error:
        raise explain_sqlite(error, path) from error
    db = _SqliteDB(new, layouts or LAYOUTS)
    with contextlib.closing(db):
        for name in LAYOUTS:
            with db.storage.transaction():
                db.storage.create(name)
        _found(db)
    with contextlib.suppress(FileExistsError):
        os.link(new, path)
    new.unlink()


def _found(db: TinyDB) -> None:
    """Lay the first stone of a store that has none."""
    book = Book(db, lambda: None, read_only=False)
    with book.ground.transaction():
        if not book.ledgers.read([1], Ledger):
            book.ledgers.put({1: document(Ledger(uuid=str(uuid.uuid4())))})
            book.totals.put({1: document(Totals())})


def _leases(path: Path, clock: Callable[[], datetime]) -> Callable[[str], Lease]:
    return lambda name: FileLease(path.with_name(f"{path.name}.{name}"), clock)


def restore_url(backup: Path, url: str) -> None:
    """Put a backup in the place of a store."""
    raise StoreError(f"{backup}: cannot be restored to {url}")
