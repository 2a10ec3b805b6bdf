"""TinyDB's Table on an indexed SQLite file: TinyDB's own operations, run over single documents.

The bytes are SQLite pages that hold JSON documents. The table hands TinyDB's update functions a mapping that loads a
document when it is touched and writes back what changed; queries are compiled (see `compile`) and checked again where
SQL says less.
"""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from tinydb.table import Table

from monitor.errors import StoreError
from monitor.store.compile import Where, compile_query, names_of
from monitor.store.damage import DamagedError
from monitor.store.definition import quoted
from monitor.store.layout import BARE, at
from monitor.store.mapped import Rows, Working
from monitor.store.sqlite import SqliteGround

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from tinydb.queries import QueryLike

    from monitor.store.layout import Document, Key, Path

T = TypeVar("T")

CHUNK = 500
"""Documents or values at a time."""


class SqliteTable(Table):
    """TinyDB's table over single documents."""

    _storage: SqliteGround

    def __init__(self, storage: SqliteGround, name: str, cache_size: int = 10, persist_empty: bool = False) -> None:
        self._layout = storage.layouts.get(name, BARE)
        self._table = quoted(name)
        self._each = quoted(name, "each")
        self._local = threading.local()
        self._cached: object = None
        super().__init__(storage, name, cache_size, persist_empty)

    # -- what the store asks beyond TinyDB --------------------------------------------------------------------

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
        where = compile_query(cond, self._layout)
        sql, values = self._query("d.doc_id, d.doc", where, order=order, after=after, rising=rising)
        if where.exact:
            rows = self._rows(sql if limit is None else f"{sql} LIMIT {limit:d}", values)
            return self._load_all(rows, kind)
        found: list[tuple[int, T]] = []
        for number, content in self._rows(sql, values):
            document = self.load(content, dict)
            if cond is None or cond(document):
                found.append((number, msgspec.convert(document, kind)))
                if len(found) == limit:
                    break
        return found

    def read(self, doc_ids: Collection[int], kind: type[T]) -> dict[int, T]:
        """Documents read as `kind`, by doc_id; those that are not there are left out."""
        wanted = list(doc_ids)
        found: dict[int, T] = {}
        for start in range(0, len(wanted), CHUNK):
            some = wanted[start : start + CHUNK]
            marks = ",".join("?" * len(some))
            rows = self._rows(f"SELECT doc_id, doc FROM {self._table} WHERE doc_id IN ({marks})", some)
            found.update(self._load_all(rows, kind))
        return found

    def select(
        self,
        columns: Sequence[str],
        cond: QueryLike | None = None,
        *,
        order: Sequence[Path] = (),
        limit: int | None = None,
        rising: bool = False,
    ) -> list[tuple[Any, ...]]:
        """Columns (or `doc_id`) of documents, without reading the documents."""
        where = compile_query(cond, self._layout)
        if not where.exact:
            raise ValueError("a query over columns alone must be exact")
        carried = self._layout.each.carried if where.key is not None and self._layout.each else ()
        names = ", ".join(f"e.{column}" if column in carried else f"d.{column}" for column in columns)
        sql, values = self._query(names, where, order=order, rising=rising)
        return self._rows(sql if limit is None else f"{sql} LIMIT {limit:d}", values)

    def tally(self, cond: QueryLike | None) -> int:
        """How many documents match, by index."""
        where = compile_query(cond, self._layout)
        if not where.exact:
            return len(self.page(cond, dict))
        lone = where.key is not None and "d." not in where.sql
        sql, values = self._query("count(*)", where, joined=not lone)
        return int(self._rows(sql, values)[0][0]) if self._there() else 0

    def put(self, documents: Mapping[int, Document]) -> None:
        """Write documents under their ids, new or not."""
        with self._storage.transaction():
            self._storage.create(self.name)
            self.save(documents)
        self.clear_cache()

    def pack(self, document: Document) -> Document:
        """The document with its bytes made; only for tables without columns."""
        return Packed(self.dump(document))

    def append(self, document: Document) -> int:
        """Insert under the next id; the id."""
        return self.insert(document)

    def drop(self, doc_ids: Collection[int]) -> None:
        """Remove documents."""
        self.remove(doc_ids=doc_ids)

    def _query(
        self,
        columns: str,
        where: Where,
        *,
        order: Sequence[Path] = (),
        after: Key | None = None,
        rising: bool = False,
        joined: bool = True,
    ) -> tuple[str, list[Any]]:
        each = self._layout.each
        names: dict[Path, str] = {("doc_id",): "d.doc_id", **names_of(self._layout)}
        source, conditions, values = f"{self._table} d", [where.sql.replace("{each}", self._each)], []
        if where.key is not None and each is not None:
            names.update({self._layout.columns[column]: f"e.{column}" for column in each.carried})
            names[(*each.path, where.key)] = "e.value"
            source = f"{self._each} e" + (f" CROSS JOIN {self._table} d ON d.doc_id = e.doc_id" if joined else "")
            conditions.append("e.key = ?")
        values = [*where.values, *([] if where.key is None else [where.key])]
        fields = [names[tuple(path)] for path in order]
        if after is not None:
            marks = ", ".join("?" * len(fields))
            conditions.append(f"({', '.join(fields)}) {'>=' if rising else '<'} ({marks})")
            values.extend(after)
        direction = "ASC" if rising else "DESC"
        sorting = f" ORDER BY {', '.join(f'{name} {direction}' for name in fields)}" if fields else ""
        return f"SELECT {columns} FROM {source} WHERE {' AND '.join(conditions)}{sorting}", values

    # -- TinyDB's own operations ------------------------------------------------------------------------------

    def insert(self, document: Mapping[str, Any]) -> int:
        """TinyDB's, with the next id taken inside the transaction."""
        if not isinstance(document, Mapping):
            raise ValueError("Document is not a Mapping")  # noqa: TRY004 - as TinyDB says it
        with self._storage.transaction():
            return super().insert(document)

    def search(self, cond: QueryLike) -> list[Any]:
        """TinyDB's, over the documents that the index proposes."""
        version = self._storage.version()
        if version != self._cached or self._storage.within:
            self.clear_cache()
            self._cached = version
        with self._narrowed(cond):
            return super().search(cond)

    def get(self, cond: QueryLike | None = None, doc_id: int | None = None, doc_ids: Any = None) -> Any:
        """TinyDB's, over the documents that the index proposes."""
        with self._narrowed(cond):
            return super().get(cond, doc_id, doc_ids)

    def update(self, fields: Any, cond: QueryLike | None = None, doc_ids: Any = None) -> list[int]:
        """TinyDB's, over the documents that the index proposes."""
        with self._narrowed(cond if doc_ids is None else None):
            return super().update(fields, cond, doc_ids)

    def remove(self, cond: QueryLike | None = None, doc_ids: Any = None) -> list[int]:
        """TinyDB's, over the documents that the index proposes."""
        with self._narrowed(cond if doc_ids is None else None):
            return super().remove(cond, doc_ids)

    @contextlib.contextmanager
    def _narrowed(self, cond: QueryLike | None) -> Iterator[None]:
        before, self._local.narrow = self._narrow, cond
        try:
            yield
        finally:
            self._local.narrow = before

    @property
    def _narrow(self) -> QueryLike | None:
        return getattr(self._local, "narrow", None)

    def _get_next_id(self) -> int:
        rows = self._rows(f"SELECT max(doc_id) FROM {self._table}")
        highest = rows[0][0] if rows and rows[0][0] is not None else 0
        number = max(highest + 1, self._next_id or 1)
        self._next_id = number + 1  # type: ignore[assignment]
        return number

    def _read_table(self) -> Any:
        return Rows(self, self._narrow)

    def rows_now(self) -> Mapping[str, Any]:
        """The documents by id as text, each read when it is asked for."""
        return Rows(self, None)

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        with self._storage.transaction():
            self._storage.create(self.name)
            working = Working(self, self._narrow)
            updater(working)
            working.flush()
        self.clear_cache()

    # -- rows -------------------------------------------------------------------------------------------------

    def _there(self) -> bool:
        return self.name in self._storage.names()

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._storage.rows(sql, values)
        except StoreError as error:
            if isinstance(error.__cause__, sqlite3.OperationalError) and "no such table" in str(error.__cause__):
                return []
            raise

    def load(self, content: bytes, kind: type[T]) -> T:
        """A row's content as a kind of document. Raises DamagedError, which is noted, when it is none."""
        try:
            return self.decode(content, kind)
        except DamagedError:
            self._storage.note_damage()
            raise

    def _load_all(self, rows: Sequence[tuple[Any, ...]], kind: type[T]) -> list[tuple[int, T]]:
        """Ids with their documents; what is not read at once is read one by one."""
        if not self._layout.compressed:
            read: Callable[[bytes], T] = decoder(kind).decode  # type: ignore[arg-type]
            with contextlib.suppress(msgspec.MsgspecError, TypeError):
                return [(number, read(content)) for number, content in rows]
        return [(number, self.load(content, kind)) for number, content in rows]

    def decode(self, content: bytes, kind: type[T]) -> T:
        """A row's content as a kind of document. Raises DamagedError when it is none."""
        try:
            plain = zlib.decompress(content) if self._layout.compressed else content
            try:
                found: T = decoder(kind).decode(plain)  # type: ignore[arg-type]
            except msgspec.MsgspecError:
                found = msgspec.convert(json.loads(plain), kind)
        except (msgspec.MsgspecError, zlib.error, ValueError, TypeError) as error:
            raise DamagedError.at(self._storage.path, f" (a document in {self.name}: {error})") from error
        return found

    def dump(self, document: Document) -> bytes:
        """A document as a row's content."""
        if isinstance(document, Packed):
            return document.content
        try:
            content = msgspec.json.encode(document)
        except (TypeError, ValueError, OverflowError, msgspec.MsgspecError):
            content = json.dumps(document).encode()
        return zlib.compress(content, 1) if self._layout.compressed else content

    def scan(self, narrow: QueryLike | None) -> Iterator[tuple[int, bytes]]:
        """The rows that a query may match, by doc_id, some at a time."""
        where = compile_query(narrow, self._layout)
        last: int | None = None
        while True:
            sql, values = self._query("d.doc_id, d.doc", where)
            if last is not None:
                sql, values = f"{sql} AND d.doc_id > ?", [*values, last]
            rows = self._rows(f"{sql} ORDER BY d.doc_id LIMIT {CHUNK}", values)
            yield from rows
            if len(rows) < CHUNK:
                return
            last = rows[-1][0]

    def one(self, number: int) -> bytes | None:
        """The content of one row."""
        rows = self._rows(f"SELECT doc FROM {self._table} WHERE doc_id = ?", (number,))
        return rows[0][0] if rows else None

    def total(self) -> int:
        """How many rows there are."""
        rows = self._rows(f"SELECT count(*) FROM {self._table}")
        return rows[0][0] if rows else 0

    def save(self, documents: Mapping[int, Document]) -> None:
        """Write rows, changing only the columns that differ."""
        if self._layout.plain:
            rows = [(number, self.dump(document)) for number, document in documents.items()]
            self._storage.run_many(f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?)", rows)
            return
        columns = tuple(self._layout.columns)
        numbers = list(documents)
        for start in range(0, len(numbers), CHUNK):
            some = numbers[start : start + CHUNK]
            named, marks = "".join(f", {column}" for column in columns), ",".join("?" * len(some))
            sql = f"SELECT doc_id{named} FROM {self._table} WHERE doc_id IN ({marks})"
            known = {row[0]: row[1:] for row in self._rows(sql, some)}
            fresh = []
            for number in some:
                document = documents[number]
                content, values = self.dump(document), self._columns(document)
                before = known.get(number)
                if before is None:
                    fresh.append((number, content, *values))
                    continue
                changed = [place for place, value in enumerate(values) if value != before[place]]
                assigned = "".join(f", {columns[place]} = ?" for place in changed)
                sql = f"UPDATE {self._table} SET doc = ?{assigned} WHERE doc_id = ?"
                self._storage.run(sql, (content, *(values[place] for place in changed), number))
            if fresh:
                marks = ", ".join("?" * (len(columns) + 2))
                self._storage.run_many(f"INSERT INTO {self._table} VALUES ({marks})", fresh)
            self._save_each(some, documents, known.keys())

    def _save_each(self, numbers: Sequence[int], documents: Mapping[int, Document], known: Collection[int]) -> None:
        each = self._layout.each
        if each is None:
            return
        paths = [self._layout.columns[column] for column in each.carried]
        fresh = []
        for number in numbers:
            document = documents[number]
            carried = [_scalar(at(document, path)) for path in paths]
            entries = [
                (number, key, _scalar(value), *carried) for key, value in (at(document, each.path) or {}).items()
            ]
            if number in known:
                before = self._rows(f"SELECT * FROM {self._each} WHERE doc_id = ?", (number,))
                if before == entries:
                    continue
                self._storage.run(f"DELETE FROM {self._each} WHERE doc_id = ?", (number,))
            fresh.extend(entries)
        if fresh:
            marks = ", ".join("?" * (len(paths) + 3))
            self._storage.run_many(f"INSERT INTO {self._each} VALUES ({marks})", fresh)

    def erase(self, numbers: Sequence[int] | None) -> None:
        """Remove rows; None removes all."""
        for table in (self._table, *((self._each,) if self._layout.each else ())):
            if numbers is None:
                self._storage.run(f"DELETE FROM {table}")
            else:
                self._storage.run_many(f"DELETE FROM {table} WHERE doc_id = ?", [(number,) for number in numbers])

    def _columns(self, document: Document) -> tuple[Any, ...]:
        return tuple([_scalar(at(document, path)) for path in self._layout.columns.values()])


def _scalar(value: Any) -> Any:
    """The value as a column holds it; None where SQLite could not compare it as Python does."""
    if isinstance(value, str):
        return value if value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value) else None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else None
    return value if isinstance(value, float) and math.isfinite(value) else None


@cache
def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """The reader of a kind of document."""
    return msgspec.json.Decoder(kind)


class Packed(dict[str, Any]):
    """A document of which only the bytes are left."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.content = content


SqliteGround.tabled = SqliteTable
