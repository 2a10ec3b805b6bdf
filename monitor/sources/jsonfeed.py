"""JSON Feed 1.0 and 1.1 to entries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from monitor.errors import SourceError
from monitor.model import Enclosure, Entry
from monitor.readable import absolute, html_to_text
from monitor.sources import feed
from monitor.sources.dates import parse_date


def looks_like_json(data: bytes) -> bool:
    """Whether a body can only be JSON."""
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] in (b"{", b"[")


def parse(data: bytes, *, url: str, lang: str | None = None) -> feed.Feed:
    """Read a JSON Feed. Items with wrong types lose those fields only. Raises SourceError."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    try:
        document, _ = _DECODER.raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        raise SourceError("the JSON cannot be read", kind="unreadable") from None
    if not isinstance(document, dict) or not _is_feed(document):
        raise SourceError("this is JSON, but not a JSON Feed", kind="not-a-feed")
    items = document.get("items")
    if not isinstance(items, list):
        raise SourceError("a JSON Feed without a list of items", kind="not-a-feed")
    base = absolute(_text(document.get("home_page_url")), url) or url
    lang = _text(document.get("language")) or lang
    authors = _authors(document)
    read = (_entry(item, base, authors, lang) for item in items[: feed.CAP_ENTRIES] if isinstance(item, dict))
    entries = tuple(entry for entry in read if entry is not None)
    return feed.Feed(
        title=_text(document.get("title")) or "",
        lang=lang,
        entries=entries,
        drops=feed.drops(len(items), entries),
        notes=feed.over(len(items)),
    )


def _is_feed(document: Mapping[str, Any]) -> bool:
    """Whether it says so by its version, written as it should be or by the bare number, or by its own address."""
    version = document.get("version")
    named = isinstance(version, str) and ("jsonfeed.org/version" in version or version in ("1", "1.0", "1.1"))
    return named or isinstance(document.get("feed_url"), str)


def _entry(item: Mapping[str, Any], base: str, feed_authors: tuple[str, ...], lang: str | None) -> Entry | None:
    link = absolute(_text(item.get("url")) or _text(item.get("external_url")), base)
    html = _text(item.get("content_html"))
    page = html_to_text(html, link or base) if html else None
    body = page.text if page else (_text(item.get("content_text")) or "").strip()
    summary = _text(item.get("summary"))
    guid = item.get("id")
    if isinstance(guid, float | bool) or not isinstance(guid, str | int):
        guid = None
    title = _text(item.get("title"))
    if not (guid or link or title or body or summary):
        return None
    image = absolute(_text(item.get("image")), base)
    enclosures = [
        Enclosure(url=found, type=_text(part.get("mime_type")), length=_whole(part.get("size_in_bytes")))
        for part in _dicts(item.get("attachments"))
        if (found := absolute(_text(part.get("url")), base))
    ]
    if image:
        enclosures.append(Enclosure(url=image, type="image/*"))
    return Entry(
        guid=str(guid) if guid is not None else None,
        url=link,
        title=title,
        dek=summary if body else None,
        body=body or summary or "",
        captions=page.captions if page else (),
        links=page.links if page else (),
        enclosures=tuple(enclosures),
        authors=_authors(item) or feed_authors,
        section=tuple(tag for tag in _list(item.get("tags")) if isinstance(tag, str)),
        lang=_text(item.get("language")) or lang,
        published=parse_date(_text(item.get("date_published"))),
        updated=parse_date(_text(item.get("date_modified"))),
    )


def _authors(holder: Mapping[str, Any]) -> tuple[str, ...]:
    people = [*_dicts(holder.get("authors")), *_dicts([holder.get("author")])]
    return tuple(name for person in people if (name := _text(person.get("name"))))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _list(value: object) -> list[Any]:
    return value[:200] if isinstance(value, list) else []


def _dicts(value: object) -> list[dict[str, Any]]:
    return [part for part in _list(value) if isinstance(part, dict)]


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= 100 else digits[:200]


_DECODER = json.JSONDecoder(parse_int=_integer, strict=False)
