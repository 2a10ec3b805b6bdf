"""The real article page of the specification gives exactly the fields of its table."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.ingest import normalise
from monitor.model import Entry, Source, Topic
from monitor.query import Document, Watchlists
from monitor.seedfile import Parsed, parse_file
from monitor.text import clean_line

NAME = "press_tv_missile_negotiations.txt"


@pytest.fixture
def parsed(shared_data: Path) -> Parsed:
    return parse_file(NAME, (shared_data / "texts" / NAME).read_bytes())


@pytest.fixture
def entry(parsed: Parsed) -> Entry:
    assert len(parsed.entries) == 1
    return parsed.entries[0]


def test_section_and_title(entry: Entry):
    assert entry.section == ("News", "Defense")
    assert entry.title == "Senior army commander rules out negotiations on Iran missile program"
    assert not entry.title_guessed


def test_captions_are_two_and_kept(entry: Entry):
    first, second = entry.captions
    assert first.endswith("(AFP photo)")
    assert second.endswith("(Photo by AP)")
    assert not any(caption in entry.body for caption in entry.captions)


def test_body_begins_and_ends_as_it_should(entry: Entry, shared_data: Path):
    assert entry.body.startswith("A senior commander of the Iranian Armed Forces says")
    assert entry.body.endswith("rejected the possibility of any negotiation on it.")
    lines = (shared_data / "texts" / NAME).read_text("utf-8").split("\n")
    prose = [clean_line(line) for line in lines[6:-4] if line.strip()]
    assert entry.body.split("\n\n") == prose


def test_boilerplate_is_apart_and_reachable(entry: Entry):
    assert [text.replace("’", "'") for text in entry.boilerplate] == [
        "Press TV's website can also be accessed at the following alternate addresses:",
        "Press TV News Roku",
    ]


def test_nothing_is_claimed_that_the_page_does_not_say(entry: Entry):
    assert entry.published is None
    assert (entry.authors, entry.agency, entry.kind, entry.urgency) == ((), None, None, None)


def test_every_block_has_a_role_a_reason_and_a_confidence(parsed: Parsed):
    assert len(parsed.blocks) == 15
    assert all(block.reason and 0 < block.confidence <= 1 for block in parsed.blocks)


def test_topics_are_the_right_ones_and_the_stray_caption_is_on_none(entry: Entry, root: Path):
    shipped = tomllib.loads((root / "config" / "topics.toml").read_text("utf-8"))
    topics = [Topic(id=name, title=name, query=topic["query"]) for name, topic in shipped["topics"].items()]
    source = Source(id="seed", title="Seed", path="/seeds")
    item, body = normalise(entry, source, datetime(2026, 11, 24, tzinfo=UTC))
    lists = {name: noise["query"] for name, noise in shipped["lists"].items()}
    verdict = Watchlists(topics, lists).judge(Document(item, body, source=source))
    assert {"defense", "diplomacy", "nuclear"} <= set(verdict.topics)
    assert "elections" not in verdict.topics
    assert {hit.topic for hit in verdict.hits} == set(verdict.topics)
    assert not [hit for hit in verdict.hits if hit.field == "caption"]


@pytest.mark.parametrize("word", ["capitol", "pelosi", "democrats", "sayyad-3"])
def test_a_caption_is_found_only_when_it_is_asked_for(entry: Entry, word: str):
    source = Source(id="seed", title="Seed", path="/seeds")
    item, body = normalise(entry, source, datetime(2026, 11, 24, tzinfo=UTC))
    document = Document(item, body, source=source)
    assert Watchlists([], {}).match(word, document) is None
    assert Watchlists([], {}).match(f"caption:{word}", document) is not None
