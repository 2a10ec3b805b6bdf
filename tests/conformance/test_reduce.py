"""Parsing a reduced document gives, for the entries left in it, what parsing the whole document gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import SourceError
from monitor.model import Entry
from monitor.sources import feed
from monitor.sources.reduce import MARK, reduce
from tests.conformance.pipeline import with_ids

URL = "http://news.example/feed.xml"
SETS = ("conformance/feedparser", "conformance/gofeed", "conformance/newsboat", "conformance/lemon24", "real_feeds")


def documents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".xml", ".rss", ".atom"):
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def parsed(data: bytes) -> tuple[Entry, ...] | None:
    try:
        return feed.parse(data, url=URL).entries
    except SourceError:
        return None


def marks_of(known: bytes) -> list[bytes]:
    return [known[at : at + MARK] for at in range(0, len(known), MARK)]


def wrong(data: bytes, whole: tuple[Entry, ...], held: list[bytes]) -> str | None:
    """How the reduced document differs from the whole, whose entries are all there."""
    reduced = reduce(data, b"".join(held))
    marks = marks_of(reduced.known)
    if len(marks) != len(whole):
        return f"{len(marks)} marks for {len(whole)} entries"
    wanted = tuple(entry for entry, mark in zip(whole, marks, strict=True) if mark not in held)
    if reduced.cut != len(whole) - len(wanted):
        return f"{reduced.cut} cut, not {len(whole) - len(wanted)}"
    ours = parsed(reduced.data)
    return None if ours == wanted else f"{len(ours or ())} entries differ from {len(wanted)}"


@pytest.mark.parametrize("name", SETS)
def test_every_reduced_document_equals_the_whole(shared_data: Path, name: str) -> None:
    problems: list[str] = []
    reducible = 0
    for path, original in documents(shared_data / name):
        data = original
        whole = parsed(data)
        if not whole and b"</item>" not in data and b"</entry>" not in data:
            continue
        first = reduce(data, b"")
        assert first.data == data and not first.cut
        if not first.known:
            continue
        marks = marks_of(first.known)
        if whole is None or len(whole) != len(marks):  # an entry that says nothing was dropped
            data = with_ids(data)
            whole = parsed(data) or ()
            marks = marks_of(reduce(data, b"").known)
        reducible += 1
        sets = (marks[1::2], marks[::2]) if len(marks) > 1 else (marks,)
        problems += [f"{path}: {what}" for held in sets if (what := wrong(data, whole, held))]
    assert not problems, "\n".join(problems)
    assert reducible >= {"real_feeds": 120, "conformance/feedparser": 800, "conformance/gofeed": 250}.get(name, 3)


@pytest.mark.parametrize("name", ["bbc", "straittimes", "fox", "cp_aljazeera"])
def test_a_series_reduced_by_the_poll_before_equals_the_whole(shared_data: Path, name: str) -> None:
    known = b""
    cut = 0
    for path, data in documents(shared_data / "real_feeds" / "series" / name):
        held = marks_of(known)
        assert not (what := wrong(data, parsed(data) or (), held)) or not reduce(data, b"").known, f"{path}: {what}"
        reduced = reduce(data, known)
        known, cut = reduced.known, cut + reduced.cut
    assert cut > 0 or name == "fox"
