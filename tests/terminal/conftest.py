"""A store of hostile items, made once for each module, and a config whose every title is hostile too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from monitor.model import Addition, SourceHealth, Verdict
from monitor.query import Document, index_terms
from monitor.store import open_store
from tests.tui.fake import make_story
from tests.tui.hostile import MARKUP, SEQUENCES, TEXTS, hostile_story

C1 = ("\x90$qm\x9c", "\x9b2J", "\x9d0;x\x9c", "\u202e")
SOURCES = ("reuters", "afp", "presstv", "bbc")


def storable(value):
    """As it can be written down: a lone surrogate is the one thing no store takes."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, tuple):
        return tuple(storable(part) for part in value)
    if isinstance(value, dict):
        return {storable(key): part for key, part in value.items()}
    if isinstance(value, Struct):
        return replace(value, **{name: storable(getattr(value, name)) for name in value.__struct_fields__})
    return value


def store_headlines(folder: Path, topic: str, titles: Iterable[str]) -> list[str]:
    """Store unread items of one topic, the first title the newest; the words that open them with the config there."""
    now = datetime.now(UTC)
    additions = []
    for number, title in enumerate(titles):
        story = make_story(number, title=title)
        at = now - timedelta(minutes=number + 1)
        item = replace(story.item, published=at, seen=at, source="wire")
        verdict, terms = Verdict(scores={topic: 1.0}), index_terms(Document(item, story.body))
        additions.append(Addition(item=item, body=story.body, verdict=verdict, terms=terms))
    with open_store(f"tinydb:{folder}/news.db") as store:
        store.add(additions)
    return ["--config", str(folder / "config"), "--store", f"tinydb:{folder}/news.db", "--no-poll"]


def make_hostile_house(folder: Path) -> Path:
    """A folder with `config/` and `news.db`: stored past every cleaner, so that only drawing stands before the terminal."""
    config = folder / "config"
    config.mkdir(parents=True)
    topics = {
        "defense": (f"{MARKUP[0]}Defense", "army OR missile~"),
        "diplomacy": (f"{MARKUP[3]}\x9b2J\x9d0;x\x9c\u202e", "talks"),
    }
    (config / "topics.toml").write_text(
        "".join(
            f"[topics.{name}]\ntitle = {json.dumps(title)}\nquery = {json.dumps(query)}\n"
            for name, (title, query) in topics.items()
        ),
        encoding="utf-8",
    )
    (config / "sources.toml").write_text(
        "".join(
            f'[[sources]]\nid = "{name}"\ntitle = {json.dumps(MARKUP[n + 3] + C1[n])}\n'
            f'url = "https://{name}.example/"\n'
            for n, name in enumerate(SOURCES)
        ),
        encoding="utf-8",
    )
    now = datetime.now(UTC)
    additions = []
    for n in range(len(TEXTS)):
        story = storable(hostile_story(n))
        at = now - timedelta(minutes=n + 1)
        item = replace(story.item, published=at, seen=at, source=SOURCES[n % len(SOURCES)])
        terms = index_terms(Document(item, story.body))
        additions.append(Addition(item=item, body=story.body, verdict=story.verdict, terms=terms))
    with open_store(f"tinydb:{folder}/news.db") as store:
        store.add(additions)
        store.put_health(
            SourceHealth(
                source=name, status="failing", message=f"error {text}", moved_to=text, failing_since=now, last_try=now
            )
            for name, text in zip(SOURCES, SEQUENCES[7:], strict=False)
        )
    return folder


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One hostile house for a module; tests that write take a copy of it."""
    return make_hostile_house(tmp_path_factory.mktemp("house"))


@pytest.fixture
def hostile_house(prepared: Path, tmp_path: Path) -> list[str]:
    """The words that open a copy of the hostile house, without a poller."""
    folder = shutil.copytree(prepared, tmp_path / "house")
    return ["--config", str(folder / "config"), "--store", f"tinydb:{folder}/news.db", "--no-poll"]
