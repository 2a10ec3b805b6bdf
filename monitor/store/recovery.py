"""Whether a store's file can be trusted, and where it goes when it cannot."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING

from msgspec import Struct

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


def set_aside(path: Path) -> Path:
    """Rename a damaged file, and what belongs to it, out of the way; its new name."""
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    target, number = path.with_name(f"{path.name}.damaged-{stamp}"), 1
    while target.exists():
        target, number = path.with_name(f"{path.name}.damaged-{stamp}-{number}"), number + 1
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(target.with_name(target.name + suffix))
    path.rename(target)
    marker(path).unlink(missing_ok=True)
    sync_folder(path.parent)
    return target


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
