"""A file that only grows, read as `tail -F` does: from where the last pass ended, over rotation and truncation."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from monitor.errors import SourceError
from monitor.sources.opening import READ, Found, Unsettled, read

_HEAD = 256
_BLANK = re.compile(r"\n[ \t]*\n\s*")
_PATTERN_SECONDS = 1.0


class Place(msgspec.Struct, array_like=True, frozen=True):
    """Where a spool was left: bytes read, the file's inode, and a fingerprint of its first bytes."""

    offset: int
    inode: int
    head: str
    length: int
    """Bytes the fingerprint is of."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What a spool gained: whole records in order, where it is left now, and whether there is more to read at once."""

    records: tuple[str, ...]
    place: Place
    notes: tuple[str, ...] = ()
    more: bool = False


def gather(found: Found, place: Place | None, separator: str, *, settled: bool) -> Grown:
    """The records that a spool gained since `place`; one not ended yet waits, unless the file has `settled`.

    Raises OSError, Unsettled, and SourceError for a pattern that cannot be used.
    """
    records: list[str] = []
    notes: list[str] = []
    start = place.offset if place is not None else 0
    if place is None and found.size > READ:
        start = found.size - READ
        notes.append(f"{found.name}: begun {READ // 1_048_576} MB before its end")
    elif place is not None and not _continues(found, place):
        notes.append(f"{found.name}: begun anew, it was rotated or truncated")
        records.extend(_left_behind(found, place, separator))
        start = 0
    data = read(found, start=start, size=READ) if start < found.size else b""
    more = start + len(data) < found.size
    done, used = _split(data, separator, final=settled and not more)
    if more and not used:
        used = len(data)
    records.extend(done)
    return Grown(tuple(records), _place(found, start + used), tuple(notes), more)


def record_id(record: str) -> str:
    """Identity of a record within its spool: the same words are the same record, wherever they stand."""
    return blake2b(record.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _place(found: Found, offset: int) -> Place:
    length = min(_HEAD, offset)
    return Place(offset, found.inode, _fingerprint(read(found, size=length)) if length else "", length)


def _continues(found: Found, place: Place) -> bool:
    if found.inode != place.inode or found.size < place.offset:
        return False
    return not place.length or _fingerprint(read(found, size=place.length)) == place.head


def _fingerprint(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()


def _left_behind(found: Found, place: Place, separator: str) -> list[str]:
    """What stood at the end of the file before it was renamed away, if that file still lies beside the new one."""
    if found.inode == place.inode:
        return []
    with os.scandir(Path(found.path).parent) as listing:
        for child in listing:
            if child.inode() != place.inode or not child.is_file(follow_symlinks=False):
                continue
            status = child.stat(follow_symlinks=False)
            old = Found(found.name, child.path, status.st_size, status.st_mtime_ns, status.st_ino)
            try:
                return _split(read(old, start=place.offset), separator, final=True)[0] if _continues(old, place) else []
            except (OSError, Unsettled):
                return []
    return []


def _split(data: bytes, separator: str, *, final: bool) -> tuple[list[str], int]:
    """The whole records of some bytes, and how many bytes they take; the last one only when it is `final` or ended."""
    text = data.decode("utf-8", "surrogateescape")
    records: list[str] = []
    begin = 0
    for span in _separators(text, separator):
        if text[begin : span[0]].strip():
            records.append(text[begin : span[0]])
        begin = span[1]
    if final:
        if text[begin:].strip():
            records.append(text[begin:])
        begin = len(text)
    return records, len(text[:begin].encode("utf-8", "surrogateescape"))


def _separators(text: str, separator: str) -> list[tuple[int, int]]:
    if separator == "blank":
        return [found.span() for found in _BLANK.finditer(text)]
    import regex

    try:
        pattern: Any = regex.compile(separator, regex.MULTILINE)
        return [found.span() for found in pattern.finditer(text, timeout=_PATTERN_SECONDS)]
    except (regex.error, TimeoutError) as problem:
        raise SourceError(
            f"spool pattern {separator!r}: {problem}", kind="unreadable", hint='use "blank" or a regular expression'
        ) from problem
