from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor.model import Addition, Body, Item, Mark, Verdict
from monitor.store import open_store
from tests.clock import Clock

LONG = int(os.environ.get("NEWSROOM_LONG", "1"))
"""How many times as many rounds of what is drawn by chance."""

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def item(number: int, **changes) -> Item:
    """An item; the higher its number the older."""
    made = Item(
        id=f"id{number:06}",
        source="bbc",
        key=f"guid:{number}",
        digest=f"digest-{number}",
        story=f"story-{number}",
        url=f"https://example.org/{number}",
        title=f"Title {number}",
        published=NOON - timedelta(minutes=number),
        seen=NOON,
    )
    return replace(made, **changes)


def addition(number: int, *, scores=None, text="A body.", terms="", **changes) -> Addition:
    return Addition(
        item=item(number, **changes), body=Body(text=text), verdict=Verdict(scores=scores or {}), terms=terms
    )


def mark(action: str, who: str = "ann", *, at: datetime = NOON, **changes) -> Mark:
    return Mark(action=action, who=who, at=at, **changes)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


def url_of(kind: str, folder: Path) -> str:
    name = {"tinydb": "news.db", "json": "news.json", "memory": ""}[kind]
    return f"{kind}:{folder / 'store' / name if name else ''}"


@pytest.fixture(params=["tinydb", "json", "memory"])
def url(request, tmp_path: Path) -> str:
    return url_of(request.param, tmp_path)


@pytest.fixture(params=["tinydb", "json"])
def disk_url(request, tmp_path: Path) -> str:
    return url_of(request.param, tmp_path)


@pytest.fixture
def store(url, clock):
    with open_store(url, clock=clock) as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "news.db"


@pytest.fixture
def tiny(path, clock):
    with open_store(f"tinydb:{path}", clock=clock) as opened:
        yield opened
