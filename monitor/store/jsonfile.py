"""The `json:` store: one file that stock TinyDB and people with jq can read; opening, mending, restoring."""

from __future__ import annotations

import contextlib
import uuid
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs
from tinydb import TinyDB

from monitor.errors import NewerStoreError, StoreError
from monitor.store.book import Book, found
from monitor.store.files import FileLock, guard, replace
from monitor.store.lease import leases
from monitor.store.migrations import bring_up
from monitor.store.plain import JsonGround, PlainTable
from monitor.store.records import LAYOUTS, SCHEMA, Ledger, document
from monitor.store.recovery import keep_backup, stamped
from monitor.store.tiny import TinyStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from monitor.store.port import Store, Told

OUTGROWN = 5000
"""Items from which a JSON file says that it has outgrown its kind."""


class LaidPlainTable(PlainTable):
    """A plain table that knows the store's layouts."""

    layouts = LAYOUTS


class PlainDB(TinyDB):
    """TinyDB with the store's extensions."""

    table_class = LaidPlainTable


def open_json(url: str, path: Path, *, read_only: bool, clock: Callable[[], datetime]) -> Store:
    """The store in a JSON file."""
    notices = _mend_json(path, read_only=read_only) if path.exists() or read_only else _begun(path)
    db = PlainDB(path, storage=JsonGround, read_only=read_only)
    if not read_only:
        found(db)

    def backup(target: Path, progress: Told) -> None:
        store.export_tinydb(target, progress)

    book = Book(db, clock, read_only=read_only)
    bring_up(book)
    store = TinyStore(book, url, lease=leases(path, clock), backup=backup, notices=notices)
    count = store.stats()["items"]
    if count > OUTGROWN:
        store.tell(
            f"{path} holds {count:,} items: a json: store rewrites all of them at each mark; use tinydb: for so many"
        )
    return store


def _begun(path: Path) -> list[str]:
    """Keep the backup of a JSON file that is gone; what is to be told."""
    lock = FileLock(path.with_name(path.name + ".lock"))
    with contextlib.closing(lock), lock.held():
        return [] if path.exists() else keep_backup(path)


def _mend_json(path: Path, *, read_only: bool) -> list[str]:
    """Set a damaged JSON file aside and put the last good one in its place; what was done."""
    reason = _json_fault(path)
    if reason is None:
        return []
    if read_only:
        raise StoreError(f"{path}: damaged ({reason})", hint="the next `monitor poll` or dashboard mends it")
    lock = FileLock(path.with_name(path.name + ".lock"))
    with contextlib.closing(lock), lock.held():
        reason = _json_fault(path)
        if reason is None:
            return []
        aside, keep = stamped(path, "damaged"), path.with_name(path.name + ".bak")
        replace(aside, [path.read_bytes()])
        told = f"{path} was damaged ({reason}), and what stood there is kept as {aside.name}"
        if keep.exists() and _json_fault(keep) is None:
            replace(path, [keep.read_bytes()])
            return [f"{told}; the last good one was restored"]
        replace(path, [b"{}"])
        return [f"{told}; there was no backup: the store starts empty"]


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


def restore_json(backup: Path, path: Path) -> None:
    """Put a backup in the place of a JSON file."""
    reason = _json_fault(backup)
    if reason is not None:
        raise StoreError(f"{backup}: is not a sound backup ({reason})")
    tables = msgspec.json.decode(backup.read_bytes(), type=dict[str, dict[str, dict[str, object]]])
    if not tables:
        raise StoreError(f"{backup}: is an empty backup")
    lock = FileLock(path.with_name(path.name + ".lock"))
    with contextlib.closing(lock), lock.held():
        guard(path)
        if path.exists():
            keep = stamped(path, "damaged") if _json_fault(path) else path.with_name(path.name + ".bak")
            replace(keep, [path.read_bytes()])
        ledger = msgspec.convert(tables["ledger"]["1"], Ledger)
        number = max(ledger.revision, _json_revision(path)) + 1
        fresh = structs.replace(ledger, uuid=str(uuid.uuid4()), revision=number, floor=number)
        replace(path, [msgspec.json.encode({**tables, "ledger": {"1": document(fresh)}})])


def _json_revision(path: Path) -> int:
    try:
        return int(msgspec.json.decode(path.read_bytes())["ledger"]["1"]["revision"])
    except (OSError, msgspec.MsgspecError, LookupError, TypeError):
        return 0
