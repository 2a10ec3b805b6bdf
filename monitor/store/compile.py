"""TinyDB queries to SQL: the hash of a query tells what it asks, and becomes a WHERE that no match can fail.

Where the WHERE says less than the query (`exact` is False) the query itself decides on each document.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from tinydb.queries import QueryInstance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tinydb.queries import QueryLike

    from monitor.store.layout import Layout, Path

MOST_VALUES = 20_000
"""More values than this in one IN are left to the query itself."""

_COMPARISONS = frozenset({"<", "<=", ">", ">="})


class Where(Struct):
    """A condition in SQL. `key` is the one entry of the `Each` index that every match has."""

    sql: str = "1"
    values: list[Any] = field(default_factory=list)
    exact: bool = True
    key: str | None = None


ANYTHING: tuple[str, list[Any], bool] = ("1", [], False)


def compile_query(query: QueryLike | None, layout: Layout) -> Where:
    """The WHERE of a query over a table `d`; with a key, what the `Each` index carries is named on `e`."""
    if query is None:
        return Where()
    told = query._hash if isinstance(query, QueryInstance) else None  # noqa: SLF001
    if told is None:
        return Where(exact=False)
    clauses = _conjuncts(told)
    key = next((found for clause in clauses if (found := _each_key(clause, layout)) is not None), None)
    names: Mapping[Path, str] = names_of(layout)
    if key is not None and layout.each is not None:
        clauses = [clause for clause in clauses if _each_key(clause, layout) != key]
        names = {**names, **{layout.columns[column]: f"e.{column}" for column in layout.each.carried}}
    equal = {clause[1] for clause in clauses if clause[0] in {"==", "one_of"} and clause[1] in names}
    coarse = {layout.columns[column] for column in layout.coarse}
    if equal & coarse and equal - coarse:
        names = {**names, **{path: f"+{names[path]}" for path in equal & coarse}}
    compiler = _Compiler(names, layout)
    parts = [compiler.clause(clause) for clause in clauses]
    return Where(
        sql=" AND ".join(sql for sql, _, _ in parts if sql != "1") or "1",
        values=[value for _, values, _ in parts for value in values],
        exact=all(exact for _, _, exact in parts),
        key=key,
    )


@cache
def names_of(layout: Layout) -> Mapping[Path, str]:
    """The column of each indexed field, on a table `d`."""
    return {path: f"d.{column}" for column, path in layout.columns.items()}


def _conjuncts(told: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    if told and told[0] == "and":
        return [clause for part in sorted(told[1], key=_shape) for clause in _conjuncts(part)]
    return [told] if told else []


def _shape(told: tuple[Any, ...]) -> tuple[str, str]:
    """What parts are sorted by, so that the same question is the same SQL whatever its values."""
    if not told:
        return "", ""
    return told[0], "" if told[0] in {"and", "or", "not"} else repr(told[1])


def _each_key(clause: tuple[Any, ...], layout: Layout) -> str | None:
    if layout.each is None or clause[0] != "exists":
        return None
    path = clause[1]
    return path[-1] if path[:-1] == layout.each.path and isinstance(path[-1], str) else None


class _Compiler:
    def __init__(self, names: Mapping[Any, str], layout: Layout) -> None:
        self._names = names
        self._layout = layout

    def clause(self, told: tuple[Any, ...]) -> tuple[str, list[Any], bool]:
        """The SQL of a part, its values, and whether it says all that the part says."""
        if not told:
            return "1", [], True
        operation = told[0]
        if operation in {"and", "or"}:
            return self._joined(operation.upper(), [self.clause(part) for part in sorted(told[1], key=_shape)])
        if operation == "not":
            sql, values, exact = self.clause(told[1])
            return (f"({sql}) IS NOT TRUE", values, True) if exact else ANYTHING
        if _each_key(told, self._layout) is not None:
            return "EXISTS (SELECT 1 FROM {each} x WHERE x.doc_id = d.doc_id AND x.key = ?)", [told[1][-1]], True
        column = self._names.get(told[1]) if len(told) > 1 else None
        if column is None:
            return ANYTHING
        if operation in {"==", "!="} and _plain(told[2]):
            if told[2] is None:
                return (f"{column} IS NULL", [], False) if operation == "==" else (f"{column} IS NOT NULL", [], True)
            if isinstance(told[2], bool) and operation == "==":
                return f"{column} = {told[2]:d}", [], True
            return (f"{column} = ?", [told[2]], True) if operation == "==" else (f"{column} IS NOT ?", [told[2]], False)
        if operation in _COMPARISONS and _plain(told[2]) and told[2] is not None:
            return (
                (f"{column} {operation} 0", [], True) if told[2] == 0 else (f"{column} {operation} ?", [told[2]], True)
            )
        if operation == "one_of":
            chosen = list(told[2])
            if len(chosen) <= MOST_VALUES and all(_plain(value) and value is not None for value in chosen):
                return f"{column} IN ({', '.join('?' * len(chosen))})", chosen, True
        return ANYTHING

    @staticmethod
    def _joined(word: str, parts: list[tuple[str, list[Any], bool]]) -> tuple[str, list[Any], bool]:
        sql = "(" + f" {word} ".join(sql for sql, _, _ in parts) + ")"
        return sql, [value for _, values, _ in parts for value in values], all(exact for _, _, exact in parts)


def _plain(value: object) -> bool:
    """Whether SQLite compares the value as Python does."""
    if isinstance(value, str):
        return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or (isinstance(value, int) and -(2**63) <= value < 2**63)
