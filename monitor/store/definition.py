"""The file as SQLite has it: how it is made, and its tables named and defined from their layouts."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from monitor.store.damage import explain_sqlite
from monitor.store.files import open_private
from monitor.store.layout import Index, Layout

APPLICATION = 0x4E574D31
"""SQLite's application_id of our files."""


def make_file(path: Path, schema: int) -> None:
    """An empty file of ours, without a table."""
    os.close(open_private(path, os.O_RDWR | os.O_CREAT | os.O_EXCL))
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA user_version = {schema}")
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute("CREATE TABLE tinydb (name TEXT PRIMARY KEY, layout TEXT) WITHOUT ROWID")
    except sqlite3.Error as error:
        raise explain_sqlite(error, path) from error


def quoted(name: str, part: str = "rows") -> str:
    """The SQL name of a table's part."""
    return '"' + f"{part}:{name}".replace('"', '""') + '"'


def definition(name: str, layout: Layout) -> Iterator[str]:
    """The SQL that makes a table."""
    columns = "".join(f", {column}" for column in layout.columns)
    yield f"CREATE TABLE {quoted(name)} (doc_id INTEGER PRIMARY KEY, doc{columns})"
    yield from _indexes(name, "rows", layout.indexes)
    if layout.each is not None:
        carried = "".join(f", {column}" for column in layout.each.carried)
        yield f"CREATE TABLE {quoted(name, 'each')} (doc_id, key, value{carried})"
        yield f"CREATE INDEX {quoted(name, 'each:doc_id')} ON {quoted(name, 'each')} (doc_id)"
        yield from _indexes(name, "each", layout.each.indexes)


def _indexes(name: str, part: str, indexes: Sequence[Index]) -> Iterator[str]:
    for number, index in enumerate(indexes):
        where = f" WHERE {index.where}" if index.where else ""
        unique = "UNIQUE " if index.unique else ""
        named = quoted(name, f"{part}:{number}")
        yield f"CREATE {unique}INDEX {named} ON {quoted(name, part)} ({', '.join(index.columns)}){where}"
