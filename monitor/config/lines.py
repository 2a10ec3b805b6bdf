"""On which line of a TOML text a key stands, for messages: the reader of the standard library does not tell."""

from __future__ import annotations

import re
from functools import lru_cache

Path = tuple[str | int, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_NAME = rf"{_PART}(?:\s*\.\s*{_PART})*"
_ARRAY = re.compile(rf"\s*\[\[\s*({_NAME})\s*\]\]")
_TABLE = re.compile(rf"\s*\[\s*({_NAME})\s*\]")
_KEY = re.compile(rf"\s*({_NAME})\s*=(.*)")


def line_of(text: str, path: Path) -> int | None:
    """The line, from 1, of the key at `path` or of the nearest table around it."""
    lines = _lines(text)
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)


@lru_cache(maxsize=8)
def _lines(text: str) -> dict[Path, int]:
    found: dict[Path, int] = {}
    arrays: dict[Path, int] = {}
    table: Path = ()
    inside: str | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if inside is not None:
            if inside in line:
                inside = None
        elif header := _ARRAY.match(line):
            name = _indexed(_parts(header[1]), arrays)
            name = name[:-1] if isinstance(name[-1], int) else name
            arrays[name] = arrays.get(name, -1) + 1
            table = (*name, arrays[name])
            found.setdefault(name, number)
            found.setdefault(table, number)
        elif header := _TABLE.match(line):
            table = _indexed(_parts(header[1]), arrays)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_parts(key[1])), number)
            inside = next((quote for quote in ('"""', "'''") if key[2].count(quote) % 2), None)
    return found


def _indexed(parts: Path, arrays: dict[Path, int]) -> Path:
    """A header's path with the number of the table it is in, wherever it passes an array of tables."""
    path: Path = ()
    for part in parts:
        path = (*path, part)
        if path in arrays:
            path = (*path, arrays[path])
    return path


def _parts(name: str) -> Path:
    return tuple(part.strip("\"'") if part[0] in "\"'" else part for part in re.findall(_PART, name))
