"""gofeed's documents: what its X.json says of the items of X.xml, ours say too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.errors import SourceError
from monitor.ingest import plausible
from monitor.model import Body, Entry, Item
from tests.conformance.differences import disputed
from tests.conformance.pipeline import NOW, through, with_ids
from tests.conformance.words import has, seen, words


def pairs(folder: Path) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Documents with what they should give, by name."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".xml":
            beside = path.with_suffix(".json")
        elif path.suffix == ".json":
            beside = path.with_name(f"{path.stem}_expected.json")
        else:
            continue
        if beside.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes(), json.loads(beside.read_bytes())


def differences(expected: dict[str, Any], data: bytes) -> Iterator[str]:
    wanted = expected.get("items") or expected.get("entries") or []
    known_by = {"guid", "id", "link", "links"}
    visible = data if any(known_by & item.keys() for item in wanted) else with_ids(data)
    result = through(visible)
    if expected.get("title") and words(result.feed.title) != words(seen(expected["title"])):
        yield f"feed title {result.feed.title!r}"
    wanted = [item for item in wanted if item]
    if len(result.items) < len(wanted):
        yield f"{len(result.items)} items, not {len(wanted)}"
    for item, entry, ours, body in zip(wanted, result.entries, result.items, result.bodies, strict=False):
        yield from _of_item(item, entry, ours, body)


def _of_item(theirs: dict[str, Any], entry: Entry, ours: Item, body: Body) -> Iterator[str]:
    title = theirs.get("title")
    if title and words(seen(title)) and words(ours.title) != words(seen(title)):
        yield f"title {ours.title!r}"
    texts = [ours.dek or "", body.text]
    content = theirs.get("content") or theirs.get("content_html") or ""
    content = content.get("value", "") if isinstance(content, dict) else content
    if not has(texts, content):
        yield f"content {texts}"
    summary = theirs.get("description") or theirs.get("summary") or ""
    if not has(texts, summary) and not set(words(seen(summary))) <= set(words(body.text)):
        yield f"summary {texts}"
    guid = theirs.get("guid") or theirs.get("id")
    guid = guid.get("value") if isinstance(guid, dict) else guid
    if guid and entry.guid != guid:
        yield f"guid {entry.guid!r}"
    link = theirs.get("link") or theirs.get("url")
    if link and "://" in link and ours.url != link:
        yield f"link {ours.url!r}"
    yield from _dates(theirs, entry)
    yield from _lists(theirs, ours, body)


def _dates(theirs: dict[str, Any], entry: Entry) -> Iterator[str]:
    keys = ("publishedParsed", "pubDateParsed", "updatedParsed", "date_published", "date_modified")
    for key in keys:
        if not theirs.get(key):
            continue
        at = datetime.fromisoformat(theirs[key]).replace(microsecond=0)
        if plausible(at, NOW) and at not in (entry.published, entry.updated):
            yield f"{key} {entry.published} {entry.updated}"


def _lists(theirs: dict[str, Any], ours: Item, body: Body) -> Iterator[str]:
    for category in theirs.get("categories") or theirs.get("tags") or ():
        term = category if isinstance(category, str) else category.get("label") or category.get("term")
        term = term or category.get("value")
        if term and " ".join(term.split()) not in ours.section:
            yield f"category {term!r} {ours.section}"
    for person in theirs.get("authors") or [theirs.get("author")]:
        name = person.get("name") if isinstance(person, dict) else person
        if name and not any(name in (author, f"{author} (") or author in name for author in ours.authors):
            yield f"author {name!r} {ours.authors}"
    urls = [enclosure.url for enclosure in body.enclosures]
    files = theirs.get("enclosures") or theirs.get("attachments") or [theirs.get("enclosure") or {}]
    for file in files:
        if file.get("url", "").startswith("http") and file["url"] not in urls:
            yield f"enclosure {urls}"


def test_every_item_is_right_but_those_told(shared_data: Path, root: Path) -> None:
    found: dict[str, str] = {}
    checked = 0
    for name, data, expected in pairs(shared_data / "conformance" / "gofeed" / "testdata"):
        checked += 1
        try:
            wrong = list(differences(expected, data))
        except SourceError as error:
            wrong = [f"refused: {error}"]
        if wrong:
            found[name] = "; ".join(wrong)
    assert checked >= 500
    assert not (problems := disputed(root, "gofeed", found)), "\n".join(problems)
