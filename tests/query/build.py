"""Items and matches in one line, for tests of the query language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.model import Body, Enclosure, Item, State, Topic, Verdict
from monitor.query import Document, Match, Watchlists

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NO_LISTS = Watchlists((), {})


def document(
    title: str = "",
    body: str = "",
    *,
    dek: str | None = None,
    captions: tuple[str, ...] = (),
    lang: str | None = "en",
    state: State | None = None,
    outlets: int = 1,
    verdict: Verdict | None = None,
    now: datetime = NOW,
    enclosures: tuple[Enclosure, ...] = (),
    tz: Any = UTC,
    source: Any = None,
    source_id: str = "bbc-world",
    **item: Any,
) -> Document:
    known = {
        "id": "1", "source": source_id, "key": "guid:1", "digest": "d", "story": "s", "url": None, "published": NOW,
        "seen": NOW, **item,
    }  # fmt: skip
    return Document(
        Item(title=title, dek=dek, lang=lang, **known),
        Body(text=body, captions=captions, enclosures=enclosures),
        state=state,
        outlets=outlets,
        verdict=verdict,
        now=now,
        tz=tz,
        source=source,
    )


def match(query: str, *args: Any, lists: dict[str, str] | None = None, **kwargs: Any) -> Match | None:
    watchlists = Watchlists((), lists) if lists else NO_LISTS
    return watchlists.match(query, document(*args, **kwargs))


def matches(query: str, *args: Any, **kwargs: Any) -> bool:
    return match(query, *args, **kwargs) is not None


def texts(query: str, *args: Any, **kwargs: Any) -> list[str]:
    found = match(query, *args, **kwargs)
    return [] if found is None else [hit.text for hit in found.hits]


def topic(name: str, query: str, **kwargs: Any) -> Topic:
    return Topic(id=name, title=name.title(), query=query, **kwargs)
