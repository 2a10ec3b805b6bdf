"""Storage and tables on SQLite as TinyDB's own functions see them: mappings whose documents are loaded when touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinydb.queries import QueryLike

    from monitor.store.sqlite import SqliteGround
    from monitor.store.table import SqliteTable


class Rows(Mapping[str, Any]):
    """A table as TinyDB reads it: documents by id as text, read when they are asked for."""

    def __init__(self, table: SqliteTable, narrow: QueryLike | None) -> None:
        self._of = table
        self._narrow = narrow

    def __getitem__(self, number: str) -> Any:
        content = self._of.one(int(number)) if number.lstrip("-").isdecimal() else None
        if content is None:
            raise KeyError(number)
        return self._of.load(content, dict)

    def __iter__(self) -> Iterator[str]:
        return (str(number) for number, _ in self._of.scan(self._narrow))

    def __len__(self) -> int:
        return self._of.total()

    def items(self) -> Any:
        """Ids and documents, those that the query may match."""
        return ((str(number), self._of.load(content, dict)) for number, content in self._of.scan(self._narrow))


class Working(MutableMapping[int, Any]):
    """A table as TinyDB's update functions see it: documents by id, loaded when touched, written back if changed."""

    def __init__(self, table: SqliteTable, narrow: QueryLike | None) -> None:
        self._of = table
        self._narrow = narrow
        self._documents: dict[int, Any] = {}
        self._before: dict[int, bytes] = {}
        self._gone: dict[int, None] = {}
        self._cleared = False

    def __getitem__(self, number: int) -> Any:
        if number not in self._documents:
            content = None if self._cleared or number in self._gone else self._of.one(number)
            if content is None:
                raise KeyError(number)
            self._before[number] = content
            self._documents[number] = self._of.load(content, dict)
        return self._documents[number]

    def __setitem__(self, number: int, document: Any) -> None:
        self._documents[number] = document
        self._before.pop(number, None)
        self._gone.pop(number, None)

    def __delitem__(self, number: int) -> None:
        if number not in self:
            raise KeyError(number)
        self._documents.pop(number, None)
        self._gone[number] = None

    def __contains__(self, number: object) -> bool:
        if number in self._documents:
            return True
        if self._cleared or number in self._gone or not isinstance(number, int):
            return False
        return self._of.one(number) is not None

    def __iter__(self) -> Iterator[int]:
        stored = (
            [] if self._cleared else [number for number, _ in self._of.scan(self._narrow) if number not in self._gone]
        )
        known = set(stored)
        return iter(stored + [number for number in self._documents if number not in known])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def clear(self) -> None:
        """Remove everything."""
        self._documents.clear()
        self._before.clear()
        self._gone.clear()
        self._cleared = True

    def flush(self) -> None:
        """Write what changed."""
        if self._cleared:
            self._of.erase(None)
        if self._gone:
            self._of.erase(list(self._gone))
        changed = {
            number: document
            for number, document in self._documents.items()
            if (before := self._before.get(number)) is None or self._of.dump(document) != before
        }
        if changed:
            self._of.save(changed)


class Tables(MutableMapping[str, Mapping[str, Any]]):
    """The tables of a storage by name; nothing is read before it is asked for."""

    def __init__(self, ground: SqliteGround, names: set[str]) -> None:
        self._ground = ground
        self._tables: dict[str, Mapping[str, Any] | None] = dict.fromkeys(sorted(names))

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        rows = self._tables[name]
        return self._ground.rows_of(name) if rows is None else rows

    def __setitem__(self, name: str, rows: Mapping[str, Any]) -> None:
        self._tables[name] = rows

    def __delitem__(self, name: str) -> None:
        del self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)
