"""NITF and NewsML-G2, the wires' own XML, through a parser that expands nothing and fetches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError, tostring

from monitor.errors import SourceError
from monitor.model import Entry
from monitor.readable import html_to_text
from monitor.seedfile.dates import find_times
from monitor.seedfile.parsed import Parsed
from monitor.seedfile.signals import complete
from monitor.seedfile.wire import credit, people

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NORM = re.compile(r"^(?P<date>\d{8})T(?P<time>\d{6})(?P<zone>Z|[+-]\d{2}:?\d{2})?$")
_ITEMS = 5000


def parse_nitf(data: bytes, *, name: str) -> Parsed:
    """The one entry of a NITF document. Raises SourceError."""
    root = _tree(data, name)
    nitf = root if _tag(root) == "nitf" else next(_all(root, "nitf"), root)
    return Parsed(entries=(complete(_nitf(nitf)),), format="nitf")


def parse_newsml(data: bytes, *, name: str) -> Parsed:
    """The entries of a NewsML-G2 news item or message. Raises SourceError."""
    root = _tree(data, name)
    items = [root] if _tag(root) == "newsItem" else list(_all(root, "newsItem"))
    entries = [entry for item in items[:_ITEMS] if (entry := _news_item(item)) is not None]
    if not entries:
        raise SourceError(
            f"{name}: no news item with text in it", kind="unreadable", hint="packages and pictures are not read"
        )
    return Parsed(entries=tuple(map(complete, entries)), format="newsml")


def _tree(data: bytes, name: str) -> Element:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(data, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise SourceError(
            f"{name} defines entities of its own, which is refused", kind="unreadable", hint="remove them"
        ) from None
    except (ParseError, ValueError, LookupError) as problem:
        raise SourceError(
            f"{name} is not well-formed XML: {problem}", kind="unreadable", hint="nothing of it was read"
        ) from None
    return root


def _nitf(root: Element) -> Entry:
    head, hedline = _one(root, "head"), _one(root, "hedline")
    document = _one(root, "docdata")
    content = _one(root, "body.content")
    issued = _one(root, "date.issue")
    revised = _one(root, "date.release")
    urgency = _attribute(_one(root, "urgency"), "ed-urg")
    status = (_attribute(document, "management-status") or "").casefold()
    dek = _words(_one(hedline, "hl2")) or _words(_one(root, "abstract"))
    media = list(_all(root, "media"))
    captions = tuple(text for item in media for caption in _all(item, "media-caption") if (text := _words(caption)))
    for item in media:
        item.clear()
    return Entry(
        guid=_attribute(_one(root, "doc-id"), "id-string"),
        title=_words(_one(hedline, "hl1")) or _words(_one(head, "title")) or None,
        dek=dek or None,
        body=_paragraphs(content),
        captions=captions,
        authors=people(_words(_one(_one(root, "body.head"), "byline"))),
        agency=credit(_words(_one(root, "distributor")) or _words(_one(root, "doc.copyright"))),
        place=_words(_one(_one(root, "dateline"), "location")) or None,
        tags=tuple(key for word in _all(root, "keyword") if (key := word.get("key"))),
        lang=root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        published=_time(_attribute(issued, "norm") or _attribute(_one(root, "story.date"), "norm")),
        updated=_time(_attribute(revised, "norm")),
        kind="kill" if status in ("killed", "canceled", "cancelled") else None,
        urgency=int(urgency) if urgency and urgency.isdigit() and 1 <= int(urgency) <= 9 else None,
        notes=("read by the names of NITF",),
    )


def _news_item(item: Element) -> Entry | None:
    meta, content = _one(item, "itemMeta"), _one(item, "contentMeta")
    title = _words(_one(content, "headline"))
    body = _inline(_one(item, "contentSet"))
    if not title and not body:
        return None
    urgency = _words(_one(content, "urgency"))
    status = (_attribute(_one(meta, "pubStatus"), "qcode") or "").casefold()
    provider = _one(meta, "provider")
    subjects = (_words(_one(subject, "name")) for subject in _all(content, "subject"))
    notes = ["read by the names of NewsML-G2"]
    if note := _words(_one(meta, "edNote")):
        notes.append(f"editor's note: {note}")
    return Entry(
        guid=item.get("guid"),
        title=title or None,
        dek=_words(_one(content, "description")) or None,
        body=body,
        authors=people(_words(_one(content, "by"))),
        agency=credit(
            _words(_one(content, "creditline")) or _words(_one(provider, "name")) or _attribute(provider, "literal")
        ),
        place=_words(_one(_one(content, "located"), "name")) or None,
        tags=tuple(dict.fromkeys(subject for subject in subjects if subject)),
        lang=_attribute(_one(content, "language"), "tag"),
        published=_time(_words(_one(meta, "firstCreated")) or _words(_one(meta, "versionCreated"))),
        updated=_time(_words(_one(meta, "versionCreated"))),
        kind="kill" if status.endswith((":canceled", ":withheld")) else None,
        urgency=int(urgency) if urgency.isdigit() and 1 <= int(urgency) <= 9 else None,
        notes=tuple(notes),
    )


def _inline(contents: Element | None) -> str:
    for part in contents if contents is not None else ():
        if _tag(part) == "inlineXML":
            nitf = next(_all(part, "body.content"), None)
            return _paragraphs(nitf) if nitf is not None else _html(part)
        if _tag(part) == "inlineData":
            text = "".join(part.itertext())
            return html_to_text(text).text if "<" in text else _plain(text)
    return ""


def _html(part: Element) -> str:
    for element in part.iter():
        element.tag = _tag(element)
    return html_to_text(tostring(part, encoding="unicode")).text


def _plain(text: str) -> str:
    parts = re.split(r"\n\s*\n", text) if re.search(r"\n\s*\n", text) else text.split("\n")
    return "\n\n".join(" ".join(part.split()) for part in parts if part.strip())


def _paragraphs(content: Element | None) -> str:
    if content is None:
        return ""
    paragraphs = [text for part in content.iter() if _tag(part) in ("p", "hl2", "li") and (text := _words(part))]
    return "\n\n".join(paragraphs) if paragraphs else _words(content)


def _tag(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _all(root: Element | None, tag: str) -> Iterator[Element]:
    return (element for element in root.iter() if _tag(element) == tag) if root is not None else iter(())


def _one(root: Element | None, tag: str) -> Element | None:
    return next(_all(root, tag), None)


def _words(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _attribute(element: Element | None, name: str) -> str | None:
    return element.get(name) if element is not None else None


def _time(value: str | None) -> datetime | None:
    if not value:
        return None
    if (norm := _NORM.match(value)) is not None:
        zone = (norm["zone"] or "Z").replace("Z", "+0000").replace(":", "")
        try:
            return datetime.strptime(f"{norm['date']}{norm['time']}{zone}", "%Y%m%d%H%M%S%z").astimezone(UTC)
        except ValueError:
            return None
    times = find_times(value) or (find_times(f"{value[:4]}-{value[4:6]}-{value[6:8]}") if len(value) >= 8 else [])
    return times[0].at if times else None
