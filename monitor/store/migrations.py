"""Bringing an older store up to date: its documents by steps, its columns and indexes by making them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from monitor.errors import StoreError
from monitor.store.definition import definition, quoted
from monitor.store.records import LAYOUTS, SCHEMA, Ledger, document
from monitor.store.sqlite import SqliteGround
from monitor.store.table import SqliteTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from monitor.store.book import Book
    from monitor.store.layout import Layout

STEPS: Mapping[int, Callable[[Book], None]] = {}
"""By schema: what turns the documents of that schema into those of the next."""


def bring_up(book: Book) -> None:
    """Take a store to this monitor's schema and layouts, all or nothing; nothing is done to one that is there."""
    ground = book.ground if isinstance(book.ground, SqliteGround) else None
    if book.ledger().schema == SCHEMA and not (ground and _unfit(ground)):
        return
    if book.read_only:
        raise StoreError(
            "the store was made by an older monitor",
            hint="the next `monitor poll` or dashboard brings it up to date",
        )
    with book.ground.transaction():
        if ground is not None:
            for name in _unfit(ground):
                _refit(ground, name)
            ground.run(f"PRAGMA user_version = {SCHEMA}")
        for step in range(book.ledgers.read([1], Ledger)[1].schema, SCHEMA):
            STEPS[step](book)
        book.ledgers.put({1: document(replace(book.ledgers.read([1], Ledger)[1], schema=SCHEMA))})


def stamp(ground: SqliteGround) -> None:
    """Note in a new store which layouts its tables have."""
    for name, layout in LAYOUTS.items():
        ground.run("UPDATE tinydb SET layout = ? WHERE name = ?", (description(name, layout), name))


def description(name: str, layout: Layout) -> str:
    """What a table was made by: changes when columns or indexes do."""
    return "\n".join((*definition(name, layout), repr(layout.columns)))


def _unfit(ground: SqliteGround) -> list[str]:
    made = dict(ground.rows("SELECT name, layout FROM tinydb"))
    return [name for name, layout in ground.layouts.items() if made.get(name) != description(name, layout)]


def _refit(ground: SqliteGround, name: str) -> None:
    """Make a table's columns and indexes again from its documents."""
    layout = ground.layouts[name]
    old = quoted(name, "old")
    there = name in ground.names()
    if there:
        ground.run(f"CREATE TEMP TABLE {old} AS SELECT doc_id, doc FROM {quoted(name)}")
        ground.discard(name)
    ground.create(name)
    if there:
        table = SqliteTable(ground, name)
        last = -(2**62)
        while rows := ground.rows(f"SELECT doc_id, doc FROM {old} WHERE doc_id > ? ORDER BY doc_id LIMIT 500", (last,)):
            table.save({number: table.load(content, dict) for number, content in rows})
            last = rows[-1][0]
        ground.run(f"DROP TABLE {old}")
    ground.run("UPDATE tinydb SET layout = ? WHERE name = ?", (description(name, layout), name))
