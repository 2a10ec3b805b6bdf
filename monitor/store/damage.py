"""What SQLite's errors mean for a store, in one line with the mend."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from monitor.errors import StoreBusyError, StoreError


class DamagedError(StoreError):
    """Pages of the file are not what they should be."""

    @classmethod
    def at(cls, path: Path, more: str = "") -> DamagedError:
        """The error for a file."""
        return cls(
            f"{path}: damaged{more}", hint="close every monitor on it and open it again: what can be read is saved"
        )


def explain_sqlite(error: sqlite3.Error, path: Path) -> StoreError:
    """What an error of SQLite means for a store, in one line with the mend."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"{path}: the disk is full", hint="free some space; what was acknowledged is safe")
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return DamagedError.at(path)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreBusyError(f"{path}: another program holds it", hint="try again")
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return StoreError(f"{path}: cannot be written", hint="mend the permissions; `monitor --read-only` only looks")
    if code == sqlite3.SQLITE_IOERR:
        return StoreError(f"{path}: cannot be read or written ({error})", hint="look at the disk and its free space")
    return StoreError(f"{path}: {error}")
