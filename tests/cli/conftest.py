"""A desk to run commands on: a config of its own and a store with six items, whose words are ours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli.process import run
from monitor.config import load
from monitor.model import Enclosure, Entry
from monitor.poll.worker import Job, work
from monitor.query import Watchlists
from monitor.store import open_store

SOURCES = """
[[sources]]
id = "wire"
title = "The Wire"
url = "http://127.0.0.1:9/wire.xml"
[[sources]]
id = "drops"
title = "Drops"
path = "drops"
[defaults]
total_timeout = "5s"
"""
TOPICS = """
# the desk's own
[topics.defense]
title = "Defense"
query = "missile~ OR {NATO} OR troop~"
[topics.diplomacy]
title = "Diplomacy"
query = "envoy~ OR talk~"
[lists.noise]
query = "section:sport"
"""


@dataclass
class Outcome:
    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class DeskUnderTest:
    config: Path
    store: str
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Outcome:
        """Run a command in this process."""
        self.capsys.readouterr()
        status = run([*words, "--config", str(self.config), "--store", self.store])
        captured = self.capsys.readouterr()
        return Outcome(status, captured.out, captured.err)

    def id_of(self, title: str) -> str:
        """The id of the item whose title begins so."""
        return next(
            item["id"] for item in self("items", "--json", "--shelf", "all").json if item["title"].startswith(title)
        )


def entries(now: datetime) -> list[Entry]:
    titles = (
        "Missile parts seized at port",
        "Envoys resume talks on missile treaty",
        "Troops leave the valley",
        "Harbour festival opens",
        '=HYPERLINK("http://127.0.0.1/","win")',
        "Cup final: goalkeeper injured",
    )
    return [
        Entry(
            guid=f"guid-{number}",
            url=f"https://news.example/{number}?a=1&b=(2)",
            title=title,
            dek=f"What is known of number {number}.",
            body=f"First words about it.\n\nThe second paragraph, number {number}, names NATO once."
            if number == 2
            else "Words.",
            captions=("A missile on a quay (AP)",) if number == 0 else (),
            links=("https://news.example/more",),
            enclosures=(Enclosure(url="https://news.example/a.mp3", type="audio/mpeg", length=9),),
            authors=("Ana Writer",),
            agency="AFP",
            place="LAGOS",
            section=("Sport",) if number == 5 else ("News", "World"),
            lang="en",
            published=now - timedelta(hours=number + 1),
        )
        for number, title in enumerate(titles)
    ]


@pytest.fixture
def config_folder(tmp_path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    for name, text in {"monitor": "", "sources": SOURCES, "topics": TOPICS, "keys": ""}.items():
        (folder / f"{name}.toml").write_text(text)
    (folder / "drops").mkdir()
    return folder


@pytest.fixture
def desk(tmp_path, config_folder, capsys, monkeypatch) -> DeskUnderTest:
    """A desk whose store holds six items."""
    monkeypatch.setenv("MONITOR_USER", "ana")
    store = f"tinydb:{tmp_path}/data/news.db"
    settings = load(config_folder, store, {})
    watchlists = Watchlists(settings.topics, settings.lists)
    now = datetime.now(UTC).replace(microsecond=0)
    with open_store(store) as opened:
        opened.add(work(Job(source=settings.sources[0], now=now, entries=tuple(entries(now))), watchlists).additions)
    return DeskUnderTest(config_folder, store, capsys)
