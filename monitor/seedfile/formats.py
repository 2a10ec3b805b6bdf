"""Which format a file has, by name and by content, and its parser."""

from __future__ import annotations

from pathlib import Path, PurePath

from monitor.errors import SourceError
from monitor.seedfile.decode import decode
from monitor.seedfile.parsed import Parsed
from monitor.text import clean, clean_line

SUPPORTED = ".txt .text .md .html .htm .json .jsonl .xml .rss .atom .eml .mbox"


def parse_file(path: Path | str, data: bytes, *, boilerplate: frozenset[str] = frozenset()) -> Parsed:
    """The entries of a local file.

    Raises SourceError(kind="unreadable") for what is empty, binary or of a format that is not supported.
    """
    from monitor.seedfile.plain import parse_text

    name = clean_line(PurePath(path).name)
    suffix = PurePath(path).suffix.casefold()
    if suffix and f"{suffix} " not in f"{SUPPORTED} ":
        raise SourceError(f"{name}: {suffix} files are not read", kind="unreadable", hint=f"supported: {SUPPORTED}")
    text, notes = decode(data, name=name)
    parsed = parse_text(clean(text, cap=2_000_000), boilerplate=boilerplate)
    return Parsed(entries=parsed.entries, format=parsed.format, notes=notes, blocks=parsed.blocks)
