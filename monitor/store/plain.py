"""Plain storages: stock TinyDB JSON with atomic replace and a lock, and memory. A scan answers everything."""

from __future__ import annotations

import contextlib
import math
import os
import threading
from abc import abstractmethod
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from tinydb.storages import Storage
from tinydb.table import Table

from monitor.errors import StoreError
from monitor.store.files import WAIT, FileLock, explain, guard, replace, sync_folder
from monitor.store.layout import BARE, at

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path as FilePath

    from tinydb.queries import QueryLike

    from monitor.store.layout import Document, Key, Layout, Path

T = TypeVar("T")
Tables = dict[str, dict[str, Any]]
Stamp = tuple[int, int, int] | None


class PlainTable(Table):
    """TinyDB's own table with the store's extensions answered by a scan."""

    layouts: Mapping[str, Layout] = {}

    @property
    def _layout(self) -> Layout:
        return self.layouts.get(self.name, BARE)

    def _found(self, cond: QueryLike | None) -> list[tuple[int, Document]]:
        return [(int(n), doc) for n, doc in self._read_table().items() if cond is None or cond(doc)]

    def page(
        self,
        cond: QueryLike | None,
        kind: type[T],
        *,
        order: Sequence[Path] = (),
        after: Key | None = None,
        limit: int | None = None,
        rising: bool = False,
    ) -> list[tuple[int, T]]:
        """Documents read as `kind`, by doc_id, in an order, from just after a key; `rising`, from that key on."""
        found = [(_key(number, doc, order), number, doc) for number, doc in self._found(cond)]
        if order:
            found.sort(key=lambda entry: entry[0], reverse=not rising)
        if after is not None:
            found = [entry for entry in found if (entry[0] >= after if rising else entry[0] < after)]
        return [(number, msgspec.convert(doc, kind)) for _, number, doc in islice(found, limit)]

    def read(self, doc_ids: Collection[int], kind: type[T]) -> dict[int, T]:
        """Documents read as `kind`, by doc_id; those that are not there are left out."""
        table = self._read_table()
        return {n: msgspec.convert(table[str(n)], kind) for n in doc_ids if str(n) in table}

    def select(
        self,
        columns: Sequence[str],
        cond: QueryLike | None = None,
        *,
        order: Sequence[Path] = (),
        limit: int | None = None,
        rising: bool = False,
    ) -> list[tuple[Any, ...]]:
        """Columns (or `doc_id`) of documents."""
        found = self._found(cond)
        if order:
            found.sort(key=lambda entry: _key(entry[0], entry[1], order), reverse=not rising)
        paths = self._layout.columns
        return [
            tuple(number if column == "doc_id" else at(doc, paths[column]) for column in columns)
            for number, doc in islice(found, limit)
        ]

    def tally(self, cond: QueryLike | None) -> int:
        """How many documents match."""
        return len(self._found(cond))

    def pack(self, document: Document) -> Document:
        """The document itself."""
        return document

    def put(self, documents: Mapping[int, Document]) -> None:
        """Write documents under their ids, new or not."""
        self._update_table(lambda table: table.update(documents))

    def append(self, document: Document) -> int:
        """Insert under the next id; the id."""
        with self._storage.transaction():  # type: ignore[attr-defined]
            self._next_id = None
            return self.insert(document)

    def drop(self, doc_ids: Collection[int]) -> None:
        """Remove documents."""
        self.remove(doc_ids=doc_ids)

    def _update_table(self, updater: Callable[[dict[int, Mapping[str, Any]]], None]) -> None:
        with self._storage.transaction():  # type: ignore[attr-defined]
            super()._update_table(updater)


class PlainGround(Storage):
    """Whole tables: a transaction changes a draft, and what everybody reads is never changed, only replaced by it."""

    hold = math.inf

    def __init__(self) -> None:
        super().__init__()
        self._draft: Tables = {}
        self._dirty = False
        self._owner: int | None = None

    @abstractmethod
    def _latest(self) -> Tables:
        """The tables as they were last published."""

    @abstractmethod
    def _publish(self, tables: Tables) -> None:
        """Have everybody read these tables from now on, durably."""

    @abstractmethod
    def _turn(self, wait: float) -> AbstractContextManager[None]:
        """The lock between all who write."""

    @property
    def within(self) -> bool:
        """Whether this thread is inside a transaction."""
        return self._owner == threading.get_ident()

    def read(self) -> Tables:
        """The tables; within a transaction its own writes are seen."""
        return self._draft if self.within else self._latest()

    def write(self, data: Tables) -> None:
        """Take the tables as they are now; for everybody when the transaction ends."""
        with self.transaction():
            self._draft, self._dirty = data, True

    @contextlib.contextmanager
    def transaction(self, *, durable: bool = True, wait: float = WAIT) -> Iterator[None]:
        """All or nothing; may be nested."""
        del durable
        if self.within:
            yield
            return
        with self._turn(wait):
            self._draft, self._dirty, self._owner = dict(self._latest()), False, threading.get_ident()
            try:
                yield
                if self._dirty:
                    self._publish(self._draft)
            finally:
                self._draft, self._owner = {}, None

    def snapshot(self) -> AbstractContextManager[Tables]:
        """The tables as they are at one moment."""
        return contextlib.nullcontext(dict(self.read()))

    def settle(self) -> None:
        """What is published is durable, as far as it can be."""

    def settle_soon(self) -> None:
        """So it is when it is published."""

    def wanted(self) -> bool:
        """Each write is whole, whoever waits."""
        return False

    def upkeep(self, *, calm: bool = False) -> None:
        """Nothing to do: each write is whole."""
        del calm


class MemoryGround(PlainGround):
    """Everything in memory, for tests and for looking without a store."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._published: tuple[int, Tables] = (0, {})

    def _latest(self) -> Tables:
        return self._published[1]

    def _publish(self, tables: Tables) -> None:
        self._published = (self._published[0] + 1, tables)

    def _turn(self, wait: float) -> AbstractContextManager[Any]:
        del wait
        return self._lock

    def version(self) -> object:
        """Changes whenever anybody has written."""
        return self._published[0]

    def size(self) -> int:
        """Nothing is on disk."""
        return 0

    def check(self, progress: Callable[[str], None] | None = None) -> list[str]:
        """Memory is sound."""
        del progress
        return []


class JsonGround(PlainGround):
    """Stock TinyDB JSON in one file: replaced whole, durably, under a lock; the one before is kept as `.bak`."""

    def __init__(self, path: FilePath, *, read_only: bool = False) -> None:
        super().__init__()
        self._path = path
        self._read_only = read_only
        self._lock = FileLock(path.with_name(path.name + ".lock"))
        self._published: tuple[Stamp, Tables] | None = None

    def _turn(self, wait: float) -> AbstractContextManager[None]:
        if self._read_only:
            raise StoreError(f"{self._path}: opened to read only")
        return self._lock.held(wait)

    def _latest(self) -> Tables:
        """Read again only when the file has changed."""
        stamp, known = self._stamped(), self._published
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            content = b"{}"
        except OSError as error:
            raise explain(error, self._path) from error
        try:
            tables = msgspec.json.decode(content, type=dict[str, dict[str, dict[str, Any]]])
        except msgspec.MsgspecError as error:
            raise StoreError(
                f"{self._path}: damaged ({error})", hint="open it again to restore the last good one"
            ) from error
        self._published = (stamp, tables)
        return tables

    def _publish(self, tables: Tables) -> None:
        guard(self._path)
        if self._path.exists():
            keep = self._path.with_name(self._path.name + ".bak")
            guard(keep)
            link = self._path.with_name(self._path.name + ".old")
            link.unlink(missing_ok=True)
            try:
                os.link(self._path, link)
                link.replace(keep)
                sync_folder(self._path.parent)
            except OSError as error:
                raise explain(error, self._path) from error
        replace(self._path, [msgspec.json.encode(tables)])
        self._published = (self._stamped(), tables)

    def _stamped(self) -> Stamp:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def version(self) -> object:
        """Changes whenever anybody has written."""
        return self._stamped()

    def size(self) -> int:
        """Bytes on disk."""
        stamp = self._stamped()
        return stamp[2] if stamp else 0

    def check(self, progress: Callable[[str], None] | None = None) -> list[str]:
        """Whether the file can be read."""
        del progress
        self._published = None
        try:
            self._latest()
        except StoreError as error:
            return [str(error)]
        return []

    def close(self) -> None:
        """Let go of the lock's file."""
        self._lock.close()


def _key(number: int, doc: Document, order: Sequence[Path]) -> Key:
    return tuple(number if path == ("doc_id",) else at(doc, path) for path in order)
