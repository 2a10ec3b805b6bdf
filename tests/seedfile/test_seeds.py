"""The seeds that ship are read whole and stand on topics of the shipped watchlists."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from monitor.ingest import normalise
from monitor.model import Memory, Source, Topic
from monitor.query import Document, Watchlists
from monitor.sources import files


def test_the_seeds_fill_panes(root: Path):
    source = Source(id="seeds", title="Seeds", path=str(root / "seeds"))
    gathered = files.read(source, Memory())
    assert gathered.told == ()
    assert len(gathered.entries) >= 10
    assert all(entry.title and not entry.title_guessed and entry.body for entry in gathered.entries)
    shipped = tomllib.loads((root / "config" / "topics.toml").read_text("utf-8"))
    topics = [Topic(id=name, title=name, query=topic["query"]) for name, topic in shipped["topics"].items()]
    watchlists = Watchlists(topics, {name: noise["query"] for name, noise in shipped["lists"].items()})
    pairs = [normalise(entry, source, datetime(2026, 11, 24, tzinfo=UTC)) for entry in gathered.entries]
    found = {topic for item, body in pairs for topic in watchlists.judge(Document(item, body, source=source)).topics}
    assert found >= {"defense", "diplomacy", "nuclear", "economy", "cyber", "elections", "disasters"}
