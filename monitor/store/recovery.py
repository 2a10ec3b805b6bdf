"""Whether a store's file can be trusted, and where it goes when it cannot."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING

from msgspec import Struct

from monitor.errors import StoreError
from monitor.store.definition import APPLICATION, quoted
from monitor.store.files import guard, sync_folder

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class Finding(Struct, frozen=True):
    """What lies in the place of a store: absent, sound, newer, foreign or damaged, and in words why."""

    state: str
    reason: str = ""
    schema: int = 0


def inspect(path: Path) -> Finding:
    """Look at a store's file without changing it."""
    guard(path)
    if ready(path).exists():
        return Finding("damaged", "it was being replaced when that was broken off")
    if not path.exists():
        return Finding("absent")
    if path.stat().st_size == 0:
        return Finding("damaged", "it is empty")
    if marker(path).exists():
        return Finding("damaged", "some of its pages could not be read")
    try:
        with contextlib.closing(reader(path)) as connection:
            schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if application != APPLICATION and names:
                return Finding("foreign")
            if "tinydb" not in names:
                return Finding("damaged", "its tables are missing")
            if schema <= 1 or connection.execute("SELECT 1 FROM tinydb WHERE name = 'ledger'").fetchone():
                connection.execute(f"SELECT doc FROM {quoted('ledger')} WHERE doc_id = 1").fetchone()[0]
            return Finding("sound", schema=schema)
    except (sqlite3.DatabaseError, TypeError) as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if isinstance(error, TypeError) or code in {
            sqlite3.SQLITE_CORRUPT,
            sqlite3.SQLITE_NOTADB,
            sqlite3.SQLITE_ERROR,
        }:
            return Finding("damaged", str(error) or "its ledger is missing")
        return Finding("sound")


def marker(path: Path) -> Path:
    """The file that says that damage was met while a store was open."""
    return path.with_name(path.name + ".damaged")


def ready(path: Path) -> Path:
    """The whole new file that is about to take the place of a store."""
    return path.with_name(path.name + ".ready")


def place(new: Path, path: Path) -> Path | None:
    """Put a whole new file in the place of a store, and set aside what stood there; its new name.

    Whoever holds the lock may die anywhere in this: the store is still as it was, or the new file is `ready`, and the
    next to open the store goes on from there.
    """
    if new.with_name(new.name + "-wal").exists():
        raise StoreError(f"{new}: could not be written whole", hint="look at the disk and its free space")
    for suffix in (".lock", ".turn"):
        new.with_name(new.name + suffix).unlink(missing_ok=True)
    guard(ready(path))
    new.replace(ready(path))
    sync_folder(path.parent)
    return settle(path)


def settle(path: Path) -> Path | None:
    """Have what is ready take its place; the new name of what stood there.

    An old log or index is never left beside a new file: SQLite would replay the one into it.
    """
    guard(ready(path))
    aside = _set_aside(path)
    for suffix in ("", "-wal", "-shm"):
        index = path.with_name(path.name + ".search" + suffix)
        guard(index)
        index.unlink(missing_ok=True)
    ready(path).rename(path)
    sync_folder(path.parent)
    return aside


def stamped(path: Path, word: str) -> Path:
    """A new name beside a file, with the time in it."""
    name = f"{path.name}.{word}-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}"
    target, number = path.with_name(name), 1
    while any(target.with_name(target.name + suffix).exists() for suffix in ("", "-wal")):
        target, number = path.with_name(f"{name}-{number}"), number + 1
    return target


def keep_backup(path: Path) -> list[str]:
    """Keep the backup of a store that is gone: the one that begins in its place makes its own. What is to be told."""
    bak = path.with_name(path.name + ".bak")
    if not bak.exists():
        return []
    kept = stamped(path, "bak")
    bak.rename(kept)
    return [f"{path} was not there, but a backup of it is: `monitor restore {kept}` brings it back"]


def _set_aside(path: Path) -> Path | None:
    target, found = stamped(path, "damaged"), None
    for suffix in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        guard(beside)
        if beside.exists():
            found = target
            beside.rename(target.with_name(target.name + suffix))
    marker(path).unlink(missing_ok=True)
    sync_folder(path.parent)
    return found


def reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.execute("PRAGMA mmap_size = 0")
    return connection


def age_of(backup: Path, now: datetime) -> float:
    """Seconds since a backup was made; infinite when there is none."""
    try:
        return now.timestamp() - backup.stat().st_mtime
    except OSError:
        return float("inf")
