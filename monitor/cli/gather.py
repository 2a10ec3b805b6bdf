"""Files given on the command line to items, by the same path as a poll: parse, normalise, judge; no store."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from monitor.errors import SourceError
from monitor.model import Entry, Source, State, Story
from monitor.text import clean_line

if TYPE_CHECKING:
    from monitor.query import Document, Watchlists
    from monitor.seedfile import Block

STDIN = "-"
_LARGEST = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """A file as it was read: its format, what its parser decided, and its entries."""

    name: str
    format: str
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()


def gather(name: str) -> Gathered:
    """Read a feed or seed file, or standard input for "-". Raises SourceError."""
    from monitor.seedfile import parse_file

    data = _bytes(name)
    path = "stdin.txt" if name == STDIN else name
    if name == STDIN and data.lstrip()[:1] in (b"<", b"{"):
        path = "stdin.xml" if data.lstrip()[:1] == b"<" else "stdin.json"
    parsed = parse_file(Path(path), data)
    if parsed.format == "feed" and not parsed.entries:
        return _feed(name, data, parsed.notes)
    return Gathered(name=name, format=parsed.format, entries=parsed.entries, notes=parsed.notes, blocks=parsed.blocks)


def stories(gathered: Gathered, watchlists: Watchlists) -> Iterator[tuple[Story, Document]]:
    """The entries of a file as the store would hold them, each beside its view for the query language."""
    from monitor.poll.worker import Job, work
    from monitor.query import Document

    now = datetime.now(UTC)
    source = Source(id="file", title=clean_line(Path(gathered.name).name), path=gathered.name)
    for addition in work(Job(source=source, now=now, entries=gathered.entries), watchlists).additions:
        item, body, verdict = addition.item, addition.body, addition.verdict
        document = Document(item, body, verdict=verdict, source=source, now=now)
        yield Story(item=item, verdict=verdict, state=State(), body=body), document


def _feed(name: str, data: bytes, notes: tuple[str, ...]) -> Gathered:
    from monitor.sources import feed, jsonfeed

    read = jsonfeed.parse if jsonfeed.looks_like_json(data) else feed.parse
    parsed = read(data, url="")
    return Gathered(name=name, format="feed", entries=parsed.entries, notes=(*notes, *parsed.notes))


def _bytes(name: str) -> bytes:
    if name == STDIN:
        return _whole(sys.stdin.buffer, "standard input")
    path = Path(name)
    try:
        if not path.is_file():
            raise SourceError(
                f"{clean_line(name)}: {'not a file' if path.exists() else 'no such file'}", kind="unreadable"
            )
        with path.open("rb") as file:
            return _whole(file, clean_line(name))
    except OSError as error:
        raise SourceError(f"{clean_line(name)}: {error.strerror}", kind="unreadable") from error


def _whole(file: BinaryIO, told: str) -> bytes:
    data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise SourceError(f"{told}: larger than {_LARGEST // 1_000_000} MB", kind="too-large")
    return data
