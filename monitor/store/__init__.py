"""The store: TinyDB as its API and query language, on an indexed SQLite file by default."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from monitor.store.port import Store

__all__ = ["open_store", "restore"]


def _now() -> datetime:
    return datetime.now(UTC)


def open_store(url: str, *, read_only: bool = False, clock: Callable[[], datetime] = _now) -> Store:
    """Open (and, unless read-only, make) the store at `tinydb:PATH`, `json:PATH` or `memory:`.

    Raises StoreError with the mend, NewerStoreError for a store of a newer monitor, which is left untouched. What a
    person must hear about the opening is in `Store.notices`.
    """
    from monitor.store.opening import open_url

    return open_url(url, read_only=read_only, clock=clock)


def restore(backup: Path, url: str) -> None:
    """Put a backup in the place of a store, which may be in use. Raises StoreError when the backup is not sound."""
    from monitor.store.opening import restore_url

    restore_url(backup, url)
