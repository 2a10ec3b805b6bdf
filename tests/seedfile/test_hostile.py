"""Each hostile file does what its manifest says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import SourceError
from monitor.ingest import normalise
from monitor.model import Entry, Memory, Source
from monitor.seedfile import parse_file
from monitor.sources import files

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SOURCE = Source(id="hostile", title="Hostile", path="/hostile")
MINISTER = "Minister: talks to resume next week"
PARAGRAPHS = [
    "The minister said on Monday that talks would resume next week.",
    '"We will not accept pressure," he said.',
    "The drill ended on Sunday.",
]


def _entry(folder: Path, name: str) -> Entry:
    return parse_file(name, (folder / name).read_bytes()).entries[0]


@pytest.mark.parametrize("name", ["article_cr.txt", "article_utf16.txt", "no_breadcrumb.txt"])
def test_the_same_article_in_three_guises(shared_data: Path, name: str):
    entry = _entry(shared_data / "hostile" / "text", name)
    assert entry.title == MINISTER
    assert entry.section == (() if name == "no_breadcrumb.txt" else ("News", "Defense"))
    assert entry.body.split("\n\n") == PARAGRAPHS
    assert len(entry.captions) == 2
    assert entry.published == datetime(2026, 1, 6, 10, 15, tzinfo=UTC)
    assert any("no time zone given" in note for note in entry.notes)


def test_undeclared_windows_1256_is_read(shared_data: Path):
    parsed = parse_file("a.txt", (shared_data / "hostile" / "text" / "article_cp1256.txt").read_bytes())
    assert parsed.entries[0].title == "وزير الدفاع: المحادثات تستأنف"
    assert parsed.entries[0].section == ("أخبار", "دفاع")
    assert any("guessed" in note for note in parsed.notes)


def test_title_only(shared_data: Path):
    entry = _entry(shared_data / "hostile" / "text", "title_only.txt")
    assert (entry.title, entry.body) == ("Just one line without newline", "")


@pytest.mark.parametrize(("name", "word"), [("empty.txt", "empty"), ("binary.txt", "binary")])
def test_what_is_no_text_is_refused_with_the_reason(shared_data: Path, name: str, word: str):
    with pytest.raises(SourceError, match=word) as refused:
        _entry(shared_data / "hostile" / "text", name)
    assert refused.value.kind == "unreadable"
    assert refused.value.hint


def test_escape_sequences_are_stripped(shared_data: Path):
    entry = _entry(shared_data / "hostile" / "text", "escape_seq.txt")
    assert (entry.title, entry.body, entry.section) == ("Headline", "Body text", ("News", "World"))


def test_html_in_a_text_file_is_a_page(shared_data: Path):
    entry = _entry(shared_data / "hostile" / "text", "html_saved.txt")
    assert (entry.title, entry.body) == ("Headline", "Body & more")


def test_markup_is_literal(shared_data: Path):
    entry = _entry(shared_data / "hostile" / "text", "markup_like.txt")
    assert entry.title == "[bold]Not markup[/bold] and [/]"
    assert entry.body == "Body [@click=app.quit]x[/]."


def test_terminal_attacks_leave_nothing_a_terminal_acts_on(shared_data: Path):
    source = Source(id="hostile", title="Hostile", path=str(shared_data / "hostile" / "terminal"))
    gathered = files.read(source, Memory())
    assert gathered.problems == ()
    assert len(gathered.entries) >= 18
    items = [normalise(entry, source, NOW) for entry in gathered.entries]
    texts = [text for item, body in items for text in (item.title, item.id, item.key, body.text, body.raw or "")]
    forbidden = {*map(chr, (*range(10), *range(11, 32), *range(127, 160))), *"\u202e\u202d\u2066\u2067"}
    assert not [text for text in texts if forbidden & set(text) or any("\ud800" <= char <= "\udfff" for char in text)]
    titles = {item.title for item, _ in items}
    assert "Line one Line two Line three" in titles
    assert "[@click=app.quit]press here[/]" in titles
    assert any("Official statement" in title for title in titles)
    assert any("\u200c" in title for title in titles)
