"""OPML subscription lists, read leniently (many in the wild are not well-formed) and written strictly.

An outline is a feed's title, address and folders, and nothing else: what other programs would run or read from it
(commands, filters, local files) makes no source.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from monitor.errors import SourceError
from monitor.ingest import safe_url
from monitor.likeness import fold
from monitor.model import Source
from monitor.text import clean_line

CAP_BYTES = 10_000_000
CAP_FEEDS = 10_000
CAP_FOLDERS = 8
"""Folders of a feed that become tags, from the outermost."""
_ENTITY = re.compile(rb"<!ENTITY\b", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
_NAME = r"[\w:.-]+"
_OPENED = re.compile(rf"\s*({_NAME})\s*=\s*([\"'])")
_CLOSED = {
    quote: re.compile(rf"{quote}(?=\s*(?:/?>|\Z|{_NAME}\s*=))|<(?=/?outline\b)", re.IGNORECASE) for quote in "\"'"
}
"""What ends an attribute's value, in which lists leave `<`, `&` and even quotes as they are."""
_OUTLINE = re.compile(r"<!--.*?(?:-->|\Z)|<(/?)outline\b", re.IGNORECASE | re.DOTALL)
_EMPTY = re.compile(r"\s*/")
_NOT_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriptions:
    """What a list holds: sources, and a line for each thing that was left out."""

    sources: tuple[Source, ...] = ()
    problems: tuple[str, ...] = ()


def read(data: bytes) -> Subscriptions:
    """Read a list. Raises SourceError where it is none at all."""
    if len(data) > CAP_BYTES:
        raise SourceError(f"the list is larger than {CAP_BYTES:,} bytes", kind="too-large")
    if _ENTITY.search(data):
        raise SourceError("the list defines entities of its own, which is refused", kind="refused")
    text = _decoded(data)
    if "<outline" not in text.lower() and "<opml" not in text.lower():
        raise SourceError("this is not an OPML list", kind="not-a-feed")
    sources: dict[str, Source] = {}
    problems: list[str] = []
    ids: set[str] = set()
    twice = 0
    for folders, attributes in _outlines(text):
        address = attributes.get("xmlurl") or ""
        title = clean_line(attributes.get("title") or attributes.get("text") or "", cap=200)
        if not address.strip():
            if attributes.get("type", "").lower() in ("rss", "atom"):
                problems.append(f"{title or 'an outline'}: it has no address")
            continue
        url = safe_url(address)
        if url is None:
            problems.append(f"{title or 'an outline'}: {clean_line(address, cap=80)} is not an http address")
        elif url in sources:
            twice += 1
        elif len(sources) >= CAP_FEEDS:
            problems.append(f"only the first {CAP_FEEDS:,} feeds are read")
            break
        else:
            title = title or url
            categories = (clean_line(name, cap=60) for name in attributes.get("category", "").split(",")[:CAP_FOLDERS])
            tags = tuple(dict.fromkeys(filter(None, (*folders, *categories))))
            sources[url] = Source(id=new_id(title, ids), title=title, url=url, tags=tags)
            if "filtercmd" in attributes:
                problems.append(f"{title}: its filter command is left out")
    if twice:
        problems.append(f"{twice} feeds are named more than once")
    return Subscriptions(sources=tuple(sources.values()), problems=tuple(problems))


def write(sources: Collection[Source]) -> str:
    """An OPML 2.0 list of the sources that have an address; the first tag of each is its folder. No secrets leave."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "<head><title>Sources</title></head>",
        "<body>",
    ]
    folders: dict[str, list[Source]] = {}
    for source in sources:
        if source.url is not None:
            folders.setdefault(source.tags[0] if source.tags else "", []).append(source)
    for folder, members in sorted(folders.items()):
        if folder:
            lines.append(f"<outline text={_quoted(folder)}>")
        for source in members:
            title = _quoted(source.title)
            lines.append(
                f'<outline type="rss" text={title} title={title} xmlUrl={_quoted(_without_user(source.url or ""))}/>'
            )
        if folder:
            lines.append("</outline>")
    lines += ["</body>", "</opml>", ""]
    return "\n".join(lines)


def new_id(title: str, taken: set[str]) -> str:
    """A source id made from a title, unlike any taken; it is then taken too."""
    stem = _NOT_ID.sub("-", fold(title)).strip("-")[:40].strip("-") or "source"
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}-{number}", number + 1
    taken.add(found)
    return found


def _outlines(text: str) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """Each outline with the folders around it. Tag by tag, as well-formedness cannot be had."""
    path: list[str] = []
    beyond = place = 0
    while found := _OUTLINE.search(text, place):
        place = found.end()
        if found[0].startswith("<!--"):
            continue
        if found[1]:
            if beyond:
                beyond -= 1
            elif path:
                path.pop()
            continue
        attributes: dict[str, str] = {}
        while (opened := _OPENED.match(text, place)) and (closed := _CLOSED[opened[2]].search(text, opened.end())):
            if closed[0] == "<":
                break
            attributes[opened[1].lower()] = html.unescape(text[opened.end() : closed.start()])
            place = closed.end()
        yield tuple(dict.fromkeys(folder for folder in path if folder)), attributes
        if _EMPTY.match(text, place):
            continue
        if len(path) >= CAP_FOLDERS:
            beyond += 1
        else:
            named = "" if attributes.get("xmlurl") else attributes.get("text") or attributes.get("title") or ""
            path.append(clean_line(named, cap=60))


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    declared = _ENCODING.match(data.lstrip(b"\xef\xbb\xbf \r\n\t"))
    try:
        return data.decode(declared[1].decode("ascii") if declared else "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _without_user(url: str) -> str:
    head, at, tail = url.partition("@")
    scheme, slashes, authority = head.partition("//")
    return f"{scheme}{slashes}{tail}" if at and "/" not in authority else url


def _quoted(text: str) -> str:
    return quoteattr(clean_line(text, cap=2_000))
