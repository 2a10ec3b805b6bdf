"""A document through our whole pipeline, without network and store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.ingest import normalise
from monitor.model import Body, Entry, Item, Source
from monitor.sources import feed, jsonfeed

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SOURCE = Source(id="case", title="Case", url="http://127.0.0.1:8097/")
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)")
_ENTRY_END = re.compile(rb"</(item|entry)>")


@dataclass(frozen=True, slots=True)
class Result:
    """What our pipeline makes of a document."""

    feed: feed.Feed
    items: tuple[Item, ...]
    bodies: tuple[Body, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.feed.entries


def through(
    data: bytes,
    *,
    url: str = "http://127.0.0.1:8097/feed.xml",
    content_type: str = "application/xml",
    lang: str | None = None,
    source: Source = SOURCE,
    now: datetime = NOW,
) -> Result:
    if jsonfeed.looks_like_json(data):
        parsed = jsonfeed.parse(data, url=url, lang=lang)
    else:
        charset = _CHARSET.search(content_type)
        encoding = charset[1] if charset else None
        parsed = feed.parse(data, url=url, content_type=content_type, encoding=encoding, lang=lang)
    pairs = [normalise(entry, source, now) for entry in parsed.entries]
    return Result(parsed, tuple(item for item, _ in pairs), tuple(body for _, body in pairs))


def with_ids(data: bytes) -> bytes:
    """A document whose entries all have an id: one that has no word, link or id is dropped as no article."""

    def with_id(end: re.Match[bytes]) -> bytes:
        return (b'<guid isPermaLink="false">case</guid>' if end[1] == b"item" else b"<id>case</id>") + end[0]

    return _ENTRY_END.sub(with_id, data)
