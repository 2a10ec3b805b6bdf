"""Opening a store by its URL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from monitor.errors import StoreError, UsageError
from monitor.store.files import explain, guard, prepare_folder, refuse_remote
from monitor.store.recovery import ready

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from monitor.store.lease import MemoryLease
    from monitor.store.port import Holder, Lease, Store, Told


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
    if read_only and not path.exists() and not ready(path).exists():
        raise StoreError(
            f"{path}: there is no store yet", hint="run `monitor poll` once, or open it without --read-only"
        )
    if not read_only:
        prepare_folder(path.parent)
    refuse_remote(path.parent)
    try:
        if kind == "tinydb":
            from monitor.store.database import open_sqlite

            return open_sqlite(url, path, read_only=read_only, clock=clock)
        from monitor.store.jsonfile import open_json

        return open_json(url, path, read_only=read_only, clock=clock)
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
            head = file.read(16)
        sqlite = head == b"SQLite format 3\x00"
        if not sqlite and not head.lstrip().startswith(b"{"):
            raise StoreError(f"{backup}: is no backup", hint="`monitor backup` makes them")
        if sqlite != (kind == "tinydb"):
            raise StoreError(
                f"{backup}: is a backup of another kind of store",
                hint=f"restore it to a {'tinydb' if sqlite else 'json'}: store",
            )
        if sqlite:
            from monitor.store.backup import restore_sqlite

            restore_sqlite(backup, path)
        else:
            from monitor.store.jsonfile import restore_json

            restore_json(backup, path)
    except OSError as error:
        raise explain(error, path) from error


def _open_memory(url: str, read_only: bool, clock: Callable[[], datetime]) -> Store:
    from monitor.store.book import Book, found
    from monitor.store.jsonfile import PlainDB
    from monitor.store.lease import MemoryLease
    from monitor.store.plain import MemoryGround
    from monitor.store.tiny import TinyStore

    db = PlainDB(storage=MemoryGround)
    found(db)
    holders: dict[str, tuple[MemoryLease, Holder]] = {}

    def lease(name: str) -> Lease:
        return MemoryLease(name, holders, clock)

    def backup(target: Path, progress: Told) -> None:
        store.export_tinydb(target, progress)

    store = TinyStore(Book(db, clock, read_only=read_only), url, lease=lease, backup=backup)
    return store
