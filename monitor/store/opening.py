"""Opening a store: by its URL, privately, checked before it is trusted; its backups."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
from tinydb import TinyDB

from monitor.errors import NewerStoreError, StoreError, UsageError
from monitor.store import recovery
from monitor.store.book import Book
from monitor.store.files import (
    FileLock,
    explain,
    guard,
    open_private,
    prepare_folder,
    refuse_remote,
    replace,
    sync_folder,
)
from monitor.store.lease import FileLease, MemoryLease
from monitor.store.migrations import bring_up, stamp
from monitor.store.plain import JsonGround, MemoryGround, PlainTable
from monitor.store.records import LAYOUTS, SCHEMA, Ledger, Totals, document
from monitor.store.search import SearchIndex
from monitor.store.sqlite import SqliteGround, explain_sqlite, make_file
from monitor.store.table import SqliteTable
from monitor.store.tiny import TinyStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from monitor.store.layout import Layout
    from monitor.store.port import Holder, Lease, Store

    Told = Callable[[int, int], None] | None

OUTGROWN = 5000
"""Items from which a JSON file says that it has outgrown its kind."""
BACKUP_EVERY = 24 * 3600.0
BACKUP_AT_CLOSE = 256_000_000
"""Bytes up to which a store that has no fresh backup makes one when it is closed."""
PAGES = 2000


class _SqliteDB(TinyDB):
    table_class = SqliteTable  # type: ignore[assignment]
    default_storage_class = SqliteGround  # type: ignore[assignment]


class _PlainTable(PlainTable):
    layouts = LAYOUTS


class _PlainDB(TinyDB):
    table_class = _PlainTable


def new_tinydb(path: Path, layouts: Mapping[str, Layout]) -> TinyDB:
    """A TinyDB on an indexed SQLite file, made if it is not there, for tables of these layouts and any others."""
    if not path.exists():
        make_file(path, 0)
    return _SqliteDB(path, layouts)


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
    try:
        return (_open_sqlite if kind == "tinydb" else _open_json)(url, path, read_only, clock)
    except OSError as error:
        raise explain(error, path) from error


def restore_url(backup: Path, url: str) -> None:
    """Put a backup in the place of a store."""
    kind, path = parse(url)
    if path is None:
        raise UsageError("memory: cannot be restored to")
    guard(backup)
    if not backup.is_file():
        raise StoreError(f"{backup}: there is no such backup")
    prepare_folder(path.parent)
    try:
        with backup.open("rb") as file:
            sqlite = file.read(16) == b"SQLite format 3\x00"
        if sqlite != (kind == "tinydb"):
            raise StoreError(
                f"{backup}: is a backup of another kind of store",
                hint=f"restore it to a {'tinydb' if sqlite else 'json'}: store",
            )
        (_restore_sqlite if sqlite else _restore_json)(backup, path)
    except OSError as error:
        raise explain(error, path) from error


# ---------------------------------------------------------------- in memory


def _open_memory(url: str, read_only: bool, clock: Callable[[], datetime]) -> Store:
    db = _PlainDB(storage=MemoryGround)
    _found(db)
    holders: dict[str, tuple[MemoryLease, Holder]] = {}

    def lease(name: str) -> Lease:
        return MemoryLease(name, holders, clock)

    def backup(target: Path, progress: Told) -> None:
        store.export_tinydb(target, progress)

    store = TinyStore(Book(db, clock, read_only=read_only), url, lease=lease, backup=backup)
    return store


# ---------------------------------------------------------------- JSON


def _open_json(url: str, path: Path, read_only: bool, clock: Callable[[], datetime]) -> Store:
    notices = _mend_json(path, read_only=read_only)
    db = _PlainDB(path, storage=JsonGround, read_only=read_only)
    if not read_only:
        _found(db)

    def backup(target: Path, progress: Told) -> None:
        store.export_tinydb(target, progress)

    store = TinyStore(
        Book(db, clock, read_only=read_only), url, lease=_leases(path, clock), backup=backup, notices=notices
    )
    count = store.stats()["items"]
    if count > OUTGROWN:
        store.tell(
            f"{path} holds {count:,} items: a json: store rewrites all of them at each mark; use tinydb: for so many"
        )
    return store


def _mend_json(path: Path, *, read_only: bool) -> list[str]:
    """Set a damaged JSON file aside and put the last good one in its place; what was done."""
    if not path.exists():
        return []
    reason = _json_fault(path)
    if reason is None:
        return []
    if read_only:
        raise StoreError(f"{path}: damaged ({reason})", hint="open it once without --read-only to mend it")
    lock = FileLock(path.with_name(path.name + ".lock"))
    with contextlib.closing(lock), lock.held():
        reason = _json_fault(path)
        if reason is None:
            return []
        aside = recovery.set_aside(path)
        keep = path.with_name(path.name + ".bak")
        if keep.exists() and _json_fault(keep) is None:
            replace(path, [keep.read_bytes()])
            return [f"{path} was damaged ({reason}) and is kept as {aside.name}; the last good one was restored"]
        return [
            f"{path} was damaged ({reason}) and is kept as {aside.name}; there was no backup: the store starts empty"
        ]


def _json_fault(path: Path) -> str | None:
    guard(path)
    try:
        tables = msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, dict[str, object]]])
    except (msgspec.MsgspecError, RecursionError) as error:
        return str(error)
    ledger = tables.get("ledger", {}).get("1", {})
    schema = ledger.get("schema", 0)
    if isinstance(schema, int) and schema > SCHEMA:
        raise NewerStoreError(f"{path}: written by a newer monitor (schema {schema})", hint="upgrade this one")
    return None if tables == {} or ledger else "its ledger is missing"


def _restore_json(backup: Path, path: Path) -> None:
    reason = _json_fault(backup)
    if reason is not None:
        raise StoreError(f"{backup}: is not a sound backup ({reason})")
    tables = msgspec.json.decode(backup.read_bytes(), type=dict[str, dict[str, dict[str, object]]])
    if not tables:
        raise StoreError(f"{backup}: is an empty backup")
    lock = FileLock(path.with_name(path.name + ".lock"))
    with contextlib.closing(lock), lock.held():
        guard(path)
        if path.exists() and _json_fault(path) is None:
            replace(path.with_name(path.name + ".bak"), [path.read_bytes()])
        ledger = msgspec.convert(tables["ledger"]["1"], Ledger)
        number = max(ledger.revision, _json_revision(path)) + 1
        fresh = Ledger(uuid=str(uuid.uuid4()), revision=number, floor=number, last_id=ledger.last_id)
        replace(path, [msgspec.json.encode({**tables, "ledger": {"1": document(fresh)}})])


def _json_revision(path: Path) -> int:
    try:
        return int(msgspec.json.decode(path.read_bytes())["ledger"]["1"]["revision"])
    except (OSError, msgspec.MsgspecError, LookupError, TypeError):
        return 0


# ---------------------------------------------------------------- SQLite


def _open_sqlite(url: str, path: Path, read_only: bool, clock: Callable[[], datetime]) -> Store:
    notices = _mend_sqlite(path, clock, read_only=read_only)
    db = _SqliteDB(path, LAYOUTS, read_only=read_only)
    book = Book(db, clock, read_only=read_only)
    try:
        bring_up(book)
        index = SearchIndex(path.with_name(path.name + ".search"), book)

        def backup(target: Path, progress: Told) -> None:
            copy_sqlite(path, target, progress)

        def keep() -> None:
            bak = path.with_name(path.name + ".bak")
            if path.stat().st_size <= BACKUP_AT_CLOSE and recovery.age_of(bak, clock()) > BACKUP_EVERY:
                copy_sqlite(path, bak, None)

        return TinyStore(book, url, lease=_leases(path, clock), backup=backup, keep=keep, index=index, notices=notices)
    except BaseException:
        db.close()
        raise


def _mend_sqlite(path: Path, clock: Callable[[], datetime], *, read_only: bool) -> list[str]:
    """Make sure that a sound store lies at the path; what was done about one that was not."""
    found = recovery.inspect(path)
    _refuse(path, found)
    if found.state == "sound":
        return []
    if read_only:
        raise StoreError(f"{path}: damaged ({found.reason})", hint="open it once without --read-only to mend it")
    lock = FileLock(path.with_name(path.name + ".lock"))
    with contextlib.closing(lock), lock.held():
        found = recovery.inspect(path)
        _refuse(path, found)
        if found.state == "sound":
            return []
        bak = path.with_name(path.name + ".bak")
        if found.state == "absent":
            _place(_fresh(path), path)
            return (
                [f"{path} was not there, but a backup of it is: `monitor restore {bak}` brings it back"]
                if bak.exists()
                else []
            )
        sound_bak = bak if recovery.inspect(bak).state == "sound" else None
        new = _fresh(path)
        with contextlib.closing(_SqliteDB(new, LAYOUTS)) as db:
            book = Book(db, clock, read_only=False)
            saved, restored = recovery.salvage(path, sound_bak, book)
        aside = recovery.set_aside(path)
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + ".search" + suffix).unlink(missing_ok=True)
        _place(new, path)
        kept = f"{path} was damaged ({found.reason}) and is kept as {aside.name}"
        if not saved and not restored:
            return [f"{kept}; nothing in it could be read and there was no backup: the store starts empty"]
        return [f"{kept}; {saved:,} items were saved from it and {restored:,} from the last backup"]


def _refuse(path: Path, found: recovery.Found) -> None:
    if found.state == "foreign":
        raise StoreError(f"{path}: is a database of another program", hint="choose another name for the store")
    if found.schema > SCHEMA:
        raise NewerStoreError(f"{path}: written by a newer monitor (schema {found.schema})", hint="upgrade this one")


def _fresh(path: Path) -> Path:
    """An empty store under another name, to be put in its place whole: an empty file is never ours."""
    new = path.with_name(path.name + ".new")
    for suffix in ("", "-wal", "-shm", ".lock"):
        beside = new.with_name(new.name + suffix)
        guard(beside)
        beside.unlink(missing_ok=True)
    make_file(new, SCHEMA)
    with contextlib.closing(_SqliteDB(new, LAYOUTS)) as db:
        ground = cast("SqliteGround", db.storage)
        with ground.transaction():
            for name in LAYOUTS:
                ground.create(name)
            _found(db)
    return new


def _place(new: Path, path: Path) -> None:
    new.rename(path)
    new.with_name(new.name + ".lock").unlink(missing_ok=True)
    sync_folder(path.parent)


def copy_sqlite(path: Path, target: Path, progress: Told) -> None:
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
            contextlib.closing(sqlite3.connect(part, isolation_level=None)) as copy,
        ):
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM tinydb").fetchone()

            def told(_status: int, remaining: int, total: int) -> None:
                if progress is not None:
                    progress(total - remaining, total)

            source.backup(copy, pages=PAGES, progress=told, sleep=0)
            source.execute("COMMIT")
            copy.execute("PRAGMA journal_mode = DELETE")
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


def _restore_sqlite(backup: Path, path: Path) -> None:
    found = recovery.inspect(backup)
    _refuse(backup, found)
    faults = sound(backup) if found.state == "sound" else [found.reason]
    if faults:
        raise StoreError(f"{backup}: is not a sound backup ({faults[0]})")
    lock = FileLock(path.with_name(path.name + ".lock"))
    with contextlib.closing(lock), lock.held():
        there = recovery.inspect(path)
        _refuse(path, there)
        if there.state != "sound":
            if there.state == "damaged":
                recovery.set_aside(path)
            new = path.with_name(path.name + ".new")
            guard(new)
            shutil.copyfile(backup, new)
            new.chmod(0o600)
            with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
            _place(new, path)
    with contextlib.closing(_SqliteDB(path, LAYOUTS)) as db:
        ground = cast("SqliteGround", db.storage)
        book = Book(db, _never, read_only=False)
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


# ---------------------------------------------------------------- both


def _never() -> datetime:
    raise AssertionError("no clock is needed here")


def _found(db: TinyDB) -> None:
    """Lay the first stone of a store that has none."""
    book = Book(db, _never, read_only=False)
    with book.ground.transaction():
        if not book.ledgers.read([1], Ledger):
            book.ledgers.put({1: document(Ledger(uuid=str(uuid.uuid4())))})
            book.totals.put({1: document(Totals())})
            stamp(book)


def _leases(path: Path, clock: Callable[[], datetime]) -> Callable[[str], Lease]:
    return lambda name: FileLease(path.with_name(f"{path.name}.{name}"), clock)
