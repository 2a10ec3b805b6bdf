"""Labelled sets: what people say an item is about, read from TSV or JSON lines."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

NONE = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """An item and the topics a reader puts it on. `trap` names the word that misleads, where one does."""

    where: str
    title: str
    text: str = ""
    lang: str | None = "en"
    section: tuple[str, ...] = ()
    topics: frozenset[str] = frozenset()
    trap: str | None = None


def read(folder: Path) -> tuple[Labelled, ...]:
    """All sets of a folder (or the one file named). Raises ConfigError naming every line that cannot be read."""
    files = [folder] if folder.is_file() else sorted((*folder.glob("*.tsv"), *folder.glob("*.jsonl")))
    if not files:
        raise ConfigError((f"{folder}: there is no .tsv or .jsonl file",))
    items, problems = [], []
    for file in files:
        for where, row in _rows(file):
            if isinstance(row, str):
                problems.append(f"{where}: {row}")
            elif not row.get("title"):
                problems.append(f"{where}: there is no title")
            else:
                items.append(_labelled(where, row))
    if problems:
        raise ConfigError(tuple(problems))
    return tuple(items)


def _rows(file: Path) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    """The rows of a file with where they stand; in place of one that cannot be read, why."""
    with file.open(encoding="utf-8", newline="") as lines:
        if file.suffix == ".tsv":
            reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            for row in reader:
                yield f"{file.name}:{reader.line_num}", row
            return
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield f"{file.name}:{number}", _json(line)


def _json(line: str) -> Mapping[str, Any] | str:
    try:
        row = json.loads(line)
    except ValueError as error:
        return f"not JSON: {error}"
    return row if isinstance(row, dict) else "not a JSON object"


def _labelled(where: str, row: Mapping[str, Any]) -> Labelled:
    return Labelled(
        where=where,
        title=row["title"],
        text=row.get("text") or "",
        lang=row.get("lang") or "en",
        section=tuple(_several(row.get("section"))),
        topics=frozenset(_several(row.get("topics"))),
        trap=row.get("trap") or None,
    )


def _several(value: str | Iterable[str] | None) -> list[str]:
    parts = value.split(",") if isinstance(value, str) else list(value or ())
    return [part.strip() for part in parts if part.strip() not in {"", NONE}]
