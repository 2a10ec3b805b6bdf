"""feedparser's `Expect:` cases through our pipeline, wherever they speak of what we store."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from monitor.errors import SourceError
from monitor.ingest import plausible
from monitor.model import Body, Entry, Item
from monitor.sources.feed import Feed
from tests.conformance.differences import disputed
from tests.conformance.pipeline import NOW, Result, through, with_ids
from tests.conformance.words import has, seen, words

_HEADER = re.compile(r"^\s*Header:\s*([\w-]+)\s*:\s*(.*?)\s*$", re.MULTILINE)
_EXPECT = re.compile(r"Expect:\s*(.*?)\s*(?:-->|\n)")


@dataclass(frozen=True, slots=True)
class Case:
    """A file with what its authors say of it."""

    name: str
    data: bytes
    headers: dict[str, str]
    claims: tuple[tuple[str, Any], ...]
    """What to look at, as Python text, and what should be there."""


def cases(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        head = _decoded(data)
        expected = _EXPECT.search(head)
        if expected is None:
            continue
        yield Case(
            name=path.relative_to(folder).as_posix(),
            data=data,
            headers={name.lower(): value for name, value in _HEADER.findall(head)},
            claims=tuple(_claims(expected[1])),
        )


def _decoded(data: bytes) -> str:
    if data[:4] in (b"\0\0\xfe\xff", b"\xff\xfe\0\0") or data[:4].count(0) == 3:
        big = data[0] == 0
        return data.decode("utf-32-be" if big else "utf-32-le", "replace")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:4].count(0) == 2:
        big = data[0] in (0, 0xFE)
        return data.decode("utf-16-be" if big else "utf-16-le", "replace")
    return data.decode("cp037" if data[:4] == b"\x4c\x6f\xa7\x94" else "utf-8", "replace")


def _claims(text: str) -> Iterator[tuple[str, Any]]:
    tree = ast.parse(text, mode="eval").body
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    for part in parts:
        if not isinstance(part, ast.Compare) or not isinstance(part.ops[0], ast.Eq | ast.Is):
            continue
        try:
            expected = ast.literal_eval(part.comparators[0])
        except ValueError:
            continue
        yield _dotted(part.left), expected


def _dotted(node: ast.expr) -> str:
    """`entries[0]['title_detail']['value']` as `entries.0.title_detail.value`."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{_dotted(node.value)}.{node.attr}"
        case ast.Subscript(slice=ast.Constant()):
            return f"{_dotted(node.value)}.{node.slice.value}"
        case _:
            return ast.unparse(node)


def run(case: Case) -> Result:
    """The case's document through our pipeline; entries that say nothing of an article are given an id, so as to stay."""
    url = urljoin(f"http://127.0.0.1:8097/tests/{case.name}", case.headers.get("content-location", ""))
    return through(
        with_ids(case.data) if _speaks_of_entries(case) else case.data,
        url=url,
        content_type=case.headers.get("content-type", "application/xml"),
        lang=case.headers.get("content-language"),
    )


def _speaks_of_entries(case: Case) -> bool:
    about = {claim.split(".")[2] for claim, _ in case.claims if claim.startswith("entries.")}
    return bool(about) and not about & {"id", "guid", "link", "links"}


def difference(claim: str, expected: Any, result: Result) -> str | None:
    """How we differ from a claim; None where we do not, or where it is not about what we store."""
    root, _, rest = claim.partition(".")
    if claim == "len(entries)":
        return _unless(len(result.entries) == expected, expected, len(result.entries))
    if root == "feed":
        return _of_feed(rest, expected, result.feed)
    if root != "entries":
        return None
    number, _, name = rest.partition(".")
    index = int(number)
    if not _stored(name):
        return None
    if index >= len(result.items):
        return None if expected in ("", None) else f"{name}: no entry"
    return _of_entry(name, expected, result.entries[index], result.items[index], result.bodies[index])


def _of_feed(name: str, expected: Any, ours: Feed) -> str | None:
    if name in ("title", "title_detail.value"):
        return _unless(words(ours.title) == words(seen(expected)), expected, ours.title)
    if name == "language":
        return _unless((ours.lang or "") == expected, expected, ours.lang)
    if name == "ttl":
        return _unless(ours.ttl == 60.0 * int(expected), expected, ours.ttl)
    return None


_TEXTS = ("description", "summary", "summary_detail.value", "content.0.value", "subtitle")
_TIMES = ("published_parsed", "updated_parsed", "created_parsed")
_LISTED = re.compile(r"(tags|enclosures|authors|media_thumbnail)\.(\d+)\.(\w+)\Z")


def _stored(name: str) -> bool:
    plain = ("title", "title_detail.value", "link", "id", "guid", "author", "author_detail.name", "category")
    lang = ("language", "title_detail.language")
    return name in (*plain, *lang, *_TEXTS, *_TIMES) or bool(_LISTED.match(name))


def _of_entry(name: str, expected: Any, entry: Entry, item: Item, body: Body) -> str | None:
    if name in ("title", "title_detail.value"):
        stood_in = not words(seen(expected)) and "title made from the text" in body.notes
        return _unless(stood_in or words(item.title) == words(seen(expected)), expected, item.title)
    if name in _TEXTS:
        texts = [item.dek or "", body.text]
        return _unless(has(texts, expected), expected, texts)
    if name == "link":
        absolute = expected if "://" in expected else None
        return _unless(item.url == absolute or (absolute is None and item.url is not None), expected, item.url)
    if name in ("id", "guid"):
        return _unless((entry.guid or "") == expected, expected, entry.guid)
    if name in ("author", "author_detail.name"):
        return _unless(not expected or any(_same_name(ours, expected) for ours in item.authors), expected, item.authors)
    if name == "category":
        return _unless(expected in item.section, expected, item.section)
    if name in _TIMES:
        return _time(name, expected, entry)
    if name in ("language", "title_detail.language"):
        told_none = not expected  # then the feed or its server may still tell
        return _unless(told_none or item.lang == expected.partition("-")[0].lower(), expected, item.lang)
    return _of_list(name, expected, item, body)


def _of_list(name: str, expected: Any, item: Item, body: Body) -> str | None:
    found = _LISTED.match(name)
    assert found
    kind, field = found[1], found[3]
    if kind == "tags":
        return _unless(expected in item.section, expected, item.section) if field in ("term", "label") else None
    if kind == "authors":
        return _unless(expected in item.authors, expected, item.authors) if field == "name" else None
    ours = {"href": "url"}.get(field, field)
    values = [str(getattr(enclosure, ours)) for enclosure in body.enclosures]
    return _unless(expected in values, expected, values)


def _time(name: str, expected: tuple[int, ...], entry: Entry) -> str | None:
    at = entry.updated if name == "updated_parsed" else entry.published
    try:
        wanted = datetime(*expected[:6], tzinfo=UTC)
    except ValueError:
        wanted = datetime(*expected[:5], tzinfo=UTC) + timedelta(seconds=59)
    if not plausible(wanted, NOW):
        return None
    return _unless(wanted in (at, entry.published, entry.updated), expected, at)


def _same_name(ours: str, theirs: str) -> bool:
    return ours == theirs or ours == theirs.partition(" (")[0]


def _unless(same: bool, expected: Any, ours: Any) -> str | None:
    return None if same else f"{str(expected)[:60]!r}, ours {str(ours)[:100]!r}"


def test_every_case_holds_but_those_told(shared_data: Path, root: Path) -> None:
    found: dict[str, str] = {}
    checked = 0
    for case in cases(shared_data / "conformance" / "feedparser" / "tests"):
        relevant = [claim for claim in case.claims if _is_relevant(claim[0])]
        if not relevant:
            continue
        try:
            result = run(case)
        except SourceError as error:
            found[case.name] = f"refused: {error}"
            continue
        for claim, expected in relevant:
            checked += 1
            what = difference(claim, expected, result)
            if what is not None:
                found[case.name] = f"{claim}: {what}"
    assert checked > 1200
    assert not (problems := disputed(root, "feedparser", found)), "\n".join(problems)


def _is_relevant(claim: str) -> bool:
    root, _, rest = claim.partition(".")
    if claim == "len(entries)":
        return True
    if root == "feed":
        return rest in ("title", "title_detail.value", "language", "ttl")
    return root == "entries" and _stored(rest.partition(".")[2])
