"""RSS, RDF, Atom and CDF to entries, by feedparser. Slow on hostile input: runs in a worker that can be killed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from io import BytesIO
from typing import Any

from monitor.errors import SourceError
from monitor.ingest import EMPTY, Drop, left_out
from monitor.model import Enclosure, Entry
from monitor.readable import Readable, absolute, html_to_text, inline_text
from monitor.sources import mend, plain
from monitor.sources.dates import from_struct, parse_date
from monitor.sources.reduce import plainly_utf8

CAP_BYTES = 20_000_000
CAP_ENTRIES = 5_000
CAP_DEK = 500
"""Characters of a lone summary that still is a dek and not a body."""
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE)
_FEED_TAG = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_BEFORE_ROOT = rb"(?:\xef\xbb\xbf)?(?:\s|<\?(?>.*?\?>)|<!--(?>.*?-->)|<!DOCTYPE(?>[^>\[]*>))*+"
_ROOT = re.compile(_BEFORE_ROOT + _FEED_TAG.pattern, re.IGNORECASE | re.DOTALL)
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_ALTERNATE = re.compile(rb"<link\b[^>]*application/(?:rss|atom)\+xml[^>]*>", re.IGNORECASE)
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 7 * 86400, "monthly": 30 * 86400, "yearly": 365 * 86400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed's own facts and its entries. `ttl` is in seconds: how long it says that nothing will change."""

    title: str = ""
    lang: str | None = None
    ttl: float | None = None
    entries: tuple[Entry, ...] = ()
    whole: bool = True
    """False: the document ended before its end, and is worth another look."""
    drops: tuple[Drop, ...] = ()
    """Entries left out."""
    notes: tuple[str, ...] = ()


def parse(
    data: bytes, *, url: str, content_type: str = "", encoding: str | None = None, lang: str | None = None
) -> Feed:
    """Read a feed. Raises SourceError of kind empty, too-large, refused or not-a-feed."""
    prescan(data, encoding)
    encoding = mend.charset(data, encoding)
    data = mend.stray_bytes(data, encoding)
    whole = not mend.cut_short(data)
    if not whole:
        data = mend.whole_entries(data)
    data, offered = mend.first_entries(data, CAP_ENTRIES)
    headers = {"content-location": url, "content-type": _xml_type(content_type, encoding)}
    if lang:
        headers["content-language"] = lang
    try:
        split = plain.read(data, url=url, lang=lang, ways=_ways()) if plainly_utf8(data, encoding) else None
        parsed = _joined(split, headers) if split else None
        return _feed(parsed or _whole(data, headers), data, url, whole=whole, offered=offered)
    except SourceError:
        raise
    except (MemoryError, RecursionError):
        raise SourceError("the feed is too deep or too large to read", kind="too-large") from None
    except Exception as error:  # noqa: BLE001 - feedparser's own mistakes on hostile input: LookupError, ValueError …
        raise SourceError(f"the feed cannot be read ({type(error).__name__})", kind="unreadable") from None


def prescan(data: bytes, encoding: str | None = None) -> None:
    """Refuse what no parser should see. Raises SourceError."""
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise SourceError("the answer is empty", kind="empty")
    if len(data) > CAP_BYTES:
        raise SourceError(f"larger than {CAP_BYTES:,} bytes", kind="too-large")
    if mend.defines_entities(data, encoding):
        raise SourceError("the feed defines entities of its own, which is refused", kind="refused")
    if _PAGE.match(data[:8192]) and not _FEED_TAG.search(data[:8192]):
        raise _not_a_feed(data)


def warm() -> None:
    """Import what parsing needs, before the process that does it is forked."""
    _feedparser()
    html_to_text("<p>")


@cache
def _feedparser() -> Any:
    """Feedparser with the expat of the standard library, whatever the environment and the path say."""
    import xml.sax

    import feedparser
    import feedparser.api
    import feedparser.mixin

    feedparser.api.PREFERRED_XML_PARSERS.clear()
    xml.sax.default_parser_list[:] = ["xml.sax.expatreader"]
    mixin = feedparser.mixin
    # An id is what it says, wherever the feed was fetched from.
    mixin._FeedParserMixin.can_be_relative_uri.discard("id")  # noqa: SLF001
    # Both are pure, and asked the same for every element of a feed: remembering answers saves a quarter of the time.
    mixin.make_safe_absolute_uri = lru_cache(1024)(mixin.make_safe_absolute_uri)
    mixin._urljoin = lru_cache(1024)(mixin._urljoin)  # noqa: SLF001
    return feedparser


@cache
def _ways() -> plain.Ways:
    """What feedparser does with names, for reading what is plain without it."""
    parser = _feedparser().api.StrictFeedParser
    modules = {address.lower(): prefix for address, prefix in parser.namespaces.items()}
    return plain.Ways(
        modules=modules, treats=lambda name: hasattr(parser, f"_start_{name}") or hasattr(parser, f"_end_{name}")
    )


def _whole(data: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
    """What feedparser makes of a document; of one that is not well-formed, with its bare ampersands written out."""
    options = {"response_headers": headers, "sanitize_html": False, "resolve_relative_uris": False}
    parsed: Mapping[str, Any] = _feedparser().parse(BytesIO(data), **options)
    if parsed.get("bozo") and (mended := mend.bare_ampersands(data)) != data:
        parsed = _feedparser().parse(BytesIO(mended), **options)
    return parsed


def _joined(split: plain.Plain, headers: Mapping[str, str]) -> Mapping[str, Any] | None:
    """The plain part of a document with what feedparser makes of the rest; None where the two do not fit."""
    unread = split.entries.count(None)
    if split.head is not None and not unread:
        return {"version": "rss20", "feed": split.head, "entries": split.entries}
    parsed = _whole(split.rest, headers)
    if len(parsed["entries"]) != unread:
        return None
    others = iter(parsed["entries"])
    entries = [next(others) if entry is None else entry for entry in split.entries]
    return {"version": parsed["version"], "feed": parsed["feed"], "entries": entries}


def _xml_type(content_type: str, encoding: str | None) -> str:
    """The content type as feedparser should take it: an HTML or plain one would make it doubt what is XML."""
    kind = content_type.partition(";")[0].strip().lower()
    kind = kind if kind.endswith(("/xml", "+xml")) else "application/xml"
    return f"{kind}; charset={encoding}" if encoding else kind


def _feed(parsed: Mapping[str, Any], data: bytes, url: str, *, whole: bool, offered: int) -> Feed:
    head: dict[str, Any] = dict(parsed["feed"])
    raw = parsed["entries"]
    offered = max(offered, len(raw))
    if not parsed.get("version") and not _is_feed(raw, data):
        raise _not_a_feed(data)
    base = absolute(_text(head.get("link")), url) or url
    lang = _text(head.get("language"))
    authors = _authors(head)
    read = (_entry(dict(entry), base, url, lang, authors) for entry in raw[:CAP_ENTRIES])
    entries = tuple(entry for entry in read if entry is not None)
    return Feed(
        title=inline_text(_text(head.get("title")) or ""),
        lang=lang,
        ttl=_ttl(head),
        entries=entries,
        whole=whole,
        drops=drops(offered, entries),
        notes=(*over(offered), *(() if whole else ("the document is cut short",))),
    )


def over(offered: int) -> tuple[str, ...]:
    """What to tell of a document with so many entries."""
    return (f"only the first {CAP_ENTRIES:,} of {offered:,} entries are read",) * (offered > CAP_ENTRIES)


def drops(offered: int, entries: Sequence[Entry]) -> tuple[Drop, ...]:
    """What was left out of a document with so many entries, of which these were read."""
    beyond = max(offered - CAP_ENTRIES, 0)
    return (
        *left_out(f"beyond the first {CAP_ENTRIES:,} of a document", beyond),
        *left_out(EMPTY, offered - beyond - len(entries)),
    )


def _is_feed(entries: Iterable[Any], data: bytes) -> bool:
    """A root of a feed's name is a feed, and so are entries under any other; a page that holds `<item>` is not."""
    return bool(_ROOT.match(data[:8192])) or (any(entries) and not _HTML.search(data[:2048]))


def _not_a_feed(data: bytes) -> SourceError:
    head = data[:4096].lstrip()
    if b"<opml" in head.lower():
        return SourceError("this is OPML, a list of feeds", kind="not-a-feed", hint="monitor sources import reads it")
    if head.startswith(b"%PDF"):
        return SourceError("this is a PDF, not a feed", kind="not-a-feed")
    if _HTML.search(head):
        hint = "monitor sources discover finds its feeds" if _ALTERNATE.search(data) else None
        return SourceError("this is a web page, not a feed", kind="not-a-feed", hint=hint)
    return SourceError("this is not a feed", kind="not-a-feed")


def _ttl(head: Mapping[str, Any]) -> float | None:
    ttl = _text(head.get("ttl"))
    if ttl and ttl.isascii() and ttl.isdigit():
        return min(int(ttl[:7]), 7 * 1440) * 60.0
    period = _PERIODS.get((_text(head.get("sy_updateperiod")) or "").strip().lower())
    if period is None:
        return None
    often = (_text(head.get("sy_updatefrequency")) or "1").strip()
    return period / max(int(often[:4]) if often.isascii() and often.isdigit() else 1, 1)


# feedparser's dictionaries answer one key with another's value, slowly; a plain copy of one holds what was there.


def _entry(entry: dict[str, Any], base: str, own: str, lang: str | None, feed_authors: tuple[str, ...]) -> Entry | None:
    link = _link(entry, base)
    title = _text(entry.get("title"))
    if title:
        title = inline_text(title)
    dek, body = _texts(entry, link or base)
    guid = _text(entry.get("id"))
    if not (guid or link or title or dek or body.text):
        return None
    return Entry(
        guid=guid,
        url=link,
        title=title,
        dek=dek,
        body=body.text,
        captions=body.captions,
        links=tuple(found for found in body.links if found != link),
        enclosures=_enclosures(entry, base, own),
        authors=_authors(entry) or _authors(dict(entry.get("source") or ())) or feed_authors,
        section=tuple(dict.fromkeys(_terms(entry.get("tags") or ()))),
        lang=_text(dict(entry.get("title_detail") or ()).get("language")) or _text(entry.get("language")) or lang,
        published=_time(entry, "published") or _time(entry, "created"),
        updated=_time(entry, "updated"),
    )


def _link(entry: dict[str, Any], base: str) -> str | None:
    found = absolute(_text(entry.get("link")), base)
    if found:
        return found
    links = [dict(link) for link in entry.get("links") or ()]
    others = [link.get("href") for link in links if link.get("rel") in (None, "alternate")]
    others += [entry.get("feedburner_origlink"), dict(entry.get("media_player") or ()).get("url")]
    return next((found for other in others if (found := absolute(_text(other), base))), None)


def _texts(entry: dict[str, Any], base: str) -> tuple[str | None, Readable]:
    """The dek and the body. The longest content is the body; a short summary alone is a dek without a body."""
    contents = [_readable(dict(part), base) for part in entry.get("content") or ()]
    summary = _readable(
        dict(entry.get("summary_detail") or entry.get("subtitle_detail") or {"value": entry.get("summary")}), base
    )
    body = max(contents, key=lambda page: len(page.text), default=Readable())
    if not body.text:
        short = len(summary.text) <= CAP_DEK and "\n\n" not in summary.text
        if not short or summary.text.startswith(("• ", "> ")):
            return None, summary
        return summary.text or None, Readable(links=summary.links, captions=summary.captions, images=summary.images)
    opening = " ".join(body.text[: len(summary.text) + 40].split())
    told = not summary.text or " ".join(summary.text.rstrip("….[] ").split()) in opening
    return None if told else summary.text, body


def _readable(detail: dict[str, Any], base: str) -> Readable:
    value = _text(detail.get("value"))
    if not value:
        return Readable()
    own_base = _text(detail.get("base"))
    return html_to_text(value, base if not own_base or own_base == base else absolute(own_base, base) or base)


def _time(entry: dict[str, Any], name: str) -> datetime | None:
    return parse_date(_text(entry.get(name))) or from_struct(entry.get(f"{name}_parsed"))


def _authors(entry: dict[str, Any]) -> tuple[str, ...]:
    names = [_text(dict(person).get("name")) for person in entry.get("authors") or ()]
    if not any(names):
        names = [_text(entry.get("author"))]
    return tuple(dict.fromkeys(inline_text(name) for name in names if name))


def _terms(tags: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for tag in map(dict, tags):
        term = _text(tag.get("label")) or _text(tag.get("term"))
        if term and not term.startswith(("http://", "https://")):
            yield inline_text(term)


def _enclosures(entry: dict[str, Any], base: str, own: str) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    linked = [link for link in map(dict, entry.get("links") or ()) if link.get("rel") == "enclosure"]
    linked = [link for link in linked if link.get("href") != own]  # what an empty address is resolved to
    media = [dict(part) for name in ("media_content", "media_thumbnail") for part in entry.get(name) or ()]
    for part in (*linked, *media):
        url = absolute(_text(part.get("href")) or _text(part.get("url")), base)
        if url and url not in found:
            length = _text(part.get("length")) or _text(part.get("filesize")) or ""
            size = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None
            found[url] = Enclosure(url=url, type=_text(part.get("type")), length=size)
    return tuple(found.values())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
