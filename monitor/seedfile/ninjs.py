"""Articles as JSON, one a file, a list of them, or one a line: by the names of ninjs, or by those others use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from monitor.errors import SourceError
from monitor.model import Entry
from monitor.readable import html_to_text, inline_text
from monitor.seedfile.dates import find_times
from monitor.seedfile.parsed import Parsed
from monitor.seedfile.signals import complete
from monitor.seedfile.wire import credit, people

_ITEMS = 5000
_START = 4000
_TEXTS = ("body_text", "body", "text", "content_text", "content", "article", "maintext", "articleBody")
_MARKUPS = ("body_xhtml", "body_html", "content_html", "html")
_HOLDERS = ("items", "articles", "docs", "documents", "results", "stories", "data", "_items")
_CANCELLED = frozenset({"canceled", "cancelled", "withheld", "killed"})


def parse_json(text: str, *, name: str) -> Parsed:
    """The entries of a JSON document or of JSON lines. A saved JSON Feed is told as format "feed".

    Raises SourceError where it is neither, or holds no article.
    """
    if "jsonfeed.org/version" in text[:_START]:
        return Parsed(entries=(), format="feed", notes=("a saved JSON Feed",))
    notes: list[str] = []
    entries: list[Entry] = []
    for document in _documents(text, name, notes):
        for article in _articles(document):
            if (entry := _entry(article)) is not None:
                entries.append(entry)
            if len(entries) >= _ITEMS:
                break
    if not entries:
        raise SourceError(
            f"{name}: no article in this JSON",
            kind="unreadable",
            hint="ninjs names are read: headline, body_text, versioncreated",
        )
    return Parsed(entries=tuple(entries), format="ninjs", notes=tuple(notes))


def _documents(text: str, name: str, notes: list[str]) -> Iterator[Mapping[str, Any]]:
    try:
        whole = json.loads(text)
    except ValueError as problem:
        lines = [line for line in text.splitlines() if line.strip()]
        read = [_line(line) for line in lines]
        good = [document for document in read if document is not None]
        if not good:
            raise SourceError(f"{name}: {problem}", kind="unreadable", hint="neither JSON nor JSON lines") from None
        if len(good) < len(lines):
            notes.append(f"{len(lines) - len(good)} of {len(lines)} lines are not JSON objects and were passed over")
        yield from good
        return
    for document in whole if isinstance(whole, list) else [whole]:
        if isinstance(document, dict):
            yield document


def _line(line: str) -> Mapping[str, Any] | None:
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _articles(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if any(key in document for key in ("headline", "title", "headlines", *_TEXTS, *_MARKUPS)):
        yield document
        return
    for holder in _HOLDERS:
        held = document.get(holder)
        if isinstance(held, list):
            yield from (article for article in held if isinstance(article, dict))
            return


def _entry(article: Mapping[str, Any]) -> Entry | None:
    title = _said(article, "headline", "title", "name") or _by_role(article.get("headlines"), "main", "headline")
    body = _body(article)
    if not title and not body:
        return None
    status = (_said(article, "pubstatus", "pubStatus", "status") or "").casefold()
    urgency = article.get("urgency")
    provider = _named(article.get("infosource")) or _named(article.get("provider")) or _named(article.get("source"))
    published = _time(
        article, "firstcreated", "versioncreated", "published", "publishedAt", "date", "date_published", "pubDate"
    )
    captions = tuple(_captions(article))
    notes = ["read by the names of ninjs"]
    if note := _said(article, "ednote"):
        notes.append(f"editor's note: {note}")
    return complete(
        Entry(
            guid=_said(article, "uri", "guid", "id", "_id"),
            url=_link(article),
            title=inline_text(title) if title else None,
            title_guessed=False,
            dek=_said(article, "description_text", "abstract", "dek", "summary", "description", "subtitle"),
            body=body,
            captions=captions,
            authors=_authors(article),
            agency=credit(provider),
            place=_said(article, "located") or next(iter(_names(article.get("place"))), None),
            section=_names(article.get("section")) or _names(article.get("category")),
            tags=_names(article.get("keywords")) or _names(article.get("subject")) or _names(article.get("tags")),
            lang=_said(article, "language", "lang"),
            published=published,
            updated=_time(article, "versioncreated", "updated", "modified", "date_modified"),
            kind="kill" if status in _CANCELLED or status.endswith(":canceled") else None,
            urgency=urgency if isinstance(urgency, int) and 1 <= urgency <= 9 else None,
            notes=tuple(notes),
        )
    )


def _body(article: Mapping[str, Any]) -> str:
    for key in _TEXTS:
        value = article.get(key)
        if isinstance(value, str) and value.strip():
            return html_to_text(value).text if re.match(r"\s*<\w+", value) else _paragraphs(value)
    for key in _MARKUPS:
        value = article.get(key)
        if isinstance(value, str) and value.strip():
            return html_to_text(value).text
    for body in article.get("bodies") or () if isinstance(article.get("bodies"), list) else ():
        if isinstance(body, dict) and isinstance(body.get("value"), str):
            return html_to_text(body["value"]).text if "<" in body["value"] else _paragraphs(body["value"])
    return ""


def _paragraphs(text: str) -> str:
    parts = re.split(r"\n\s*\n", text) if re.search(r"\n\s*\n", text) else text.split("\n")
    return "\n\n".join(" ".join(part.split()) for part in parts if part.strip())


def _said(article: Mapping[str, Any], *keys: str) -> str | None:
    for key in keys:
        value = article.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, int) and not isinstance(value, bool) and key in ("id", "_id", "guid"):
            return str(value)
    return None


def _by_role(values: object, *roles: str) -> str | None:
    if not isinstance(values, list):
        return None
    texts = {str(value.get("role", "")): value.get("value") for value in values if isinstance(value, dict)}
    chosen = next((texts[role] for role in roles if texts.get(role)), None) or next(iter(texts.values()), None)
    return chosen if isinstance(chosen, str) else None


def _named(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("name") or value.get("literal")
    if isinstance(value, list):
        return _named(value[0]) if value else None
    return value.strip() if isinstance(value, str) and value.strip() else None


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list):
        return tuple(name for part in value if (name := _named(part)))
    name = _named(value)
    return (name,) if name else ()


def _authors(article: Mapping[str, Any]) -> tuple[str, ...]:
    for key in ("authors", "author", "people_byline"):
        if names := _names(article.get(key)):
            return names
    return people(_said(article, "byline", "by") or "")


def _link(article: Mapping[str, Any]) -> str | None:
    link = _said(article, "url", "link", "canonical_url", "webUrl", "uri")
    return link if link and link.startswith(("http://", "https://")) else None


def _time(article: Mapping[str, Any], *keys: str) -> Any:
    value = _said(article, *keys)
    times = find_times(value) if value else []
    return times[0].at if times else None


def _captions(article: Mapping[str, Any]) -> Iterator[str]:
    held = article.get("associations")
    pictures = held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
    for picture in pictures:
        if isinstance(picture, dict) and (
            text := _said(picture, "description_text", "body_text", "headline", "caption")
        ):
            yield text
