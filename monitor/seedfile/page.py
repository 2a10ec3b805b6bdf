"""A saved web page: metadata from its head, the article by trafilatura if that is installed, else by our own reader."""

from __future__ import annotations

import re
from itertools import islice

from msgspec.structs import replace

from monitor.errors import SourceError
from monitor.model import Entry
from monitor.readable import absolute, html_to_text, inline_text
from monitor.seedfile.blocks import count_words
from monitor.seedfile.dates import find_times
from monitor.seedfile.parsed import Parsed
from monitor.seedfile.plain import parse_text
from monitor.seedfile.signals import complete
from monitor.text import clean, clean_line

_META = re.compile(r"<meta\b(?P<attributes>[^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?P<name>[\w:.-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+))")
_TITLE = re.compile(r"<title\b[^<>]{0,200}>(?P<text>[^<]{0,2000})</title", re.IGNORECASE)
_H1 = re.compile(r"<h1\b[^<>]{0,1000}>", re.IGNORECASE)
_H1_END = re.compile(r"</h1\b", re.IGNORECASE)
_LANG = re.compile(
    r"<html\b[^<>]{0,1000}?\blang\s*=\s*[\"']?(?P<lang>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)", re.IGNORECASE
)
_LINK = re.compile(r"<link\b(?P<attributes>[^<>]{1,4000})>", re.IGNORECASE)
_TIME = re.compile(r"<time\b[^<>]{0,400}?\bdatetime\s*=\s*[\"']?(?P<when>[^\"'<>]{8,40})", re.IGNORECASE)
_SITE = re.compile(r"\s+(?:\||[-–—»·:])\s+[^|–—»·]{2,40}$")
_HTML_CAP = 1_000_000
_TAGS = 300
"""Tags of one kind that are looked at."""
_H1_CHARS = 4000
_ENOUGH_WORDS = 25


def parse_page(html: str, *, boilerplate: frozenset[str] = frozenset()) -> Parsed:
    """The one entry of an HTML page."""
    html = html[:_HTML_CAP]
    meta = _metadata(html)
    url = next((link for link in (_canonical(html), absolute(meta.get("og:url"), None)) if link), None)
    title, reason = _title(html, meta)
    notes = [f"headline: {reason}"] if title else []
    readable = html_to_text(html, url)
    by, body = _extracted(html)
    text = clean(body or readable.text, cap=_HTML_CAP)
    if not text and not title:
        raise SourceError("the page holds no text", kind="unreadable", hint="nothing to do")
    if body:
        parsed = Parsed(entries=(Entry(title=title, body=text),), format="html")
    elif text:
        parsed = parse_text(text, boilerplate=boilerplate, title=title)
    else:
        parsed = Parsed(entries=(Entry(title=title),), format="html")
    notes.append(f"text: by {by}")
    entry = parsed.entries[0]
    when = meta.get("article:published_time") or meta.get("datepublished") or meta.get("date") or _first_time(html)
    times = find_times(when) if when else []
    modified = meta.get("article:modified_time") or meta.get("datemodified")
    later = find_times(modified) if modified else []
    paragraphs = [part for part in entry.body.split("\n\n") if clean_line(part) != title]
    entry = replace(
        entry,
        url=url,
        body="\n\n".join(paragraphs),
        dek=_dek(meta, entry),
        captions=tuple(dict.fromkeys((*entry.captions, *readable.captions))),
        links=readable.links,
        authors=tuple(filter(None, (_author(meta),))) or entry.authors,
        section=(meta["article:section"],) if meta.get("article:section") else entry.section,
        tags=tuple(filter(None, re.split(r"\s*,\s*", meta.get("keywords", "")))),
        lang=_lang(html),
        published=times[0].at if times else entry.published,
        updated=later[0].at if later else entry.updated,
        raw=readable.text,
        notes=(*notes, *entry.notes),
    )
    return Parsed(entries=(complete(entry),), format="html", blocks=parsed.blocks)


def _extracted(html: str) -> tuple[str, str]:
    """Who took the article out of the page, and its text; none where no library is installed or it finds little."""
    try:
        import trafilatura
    except ImportError:
        return "our own reader; trafilatura is not installed", ""
    try:
        text = trafilatura.extract(html, include_comments=False, include_tables=True, favor_recall=True)
    except Exception as problem:  # noqa: BLE001 - whatever its parsers raise, our own reader goes on
        return f"our own reader; trafilatura failed ({type(problem).__name__})", ""
    if not text or count_words(text) < _ENOUGH_WORDS:
        return "our own reader; trafilatura found too little", ""
    return "trafilatura", "\n\n".join(line.strip() for line in str(text).split("\n") if line.strip())


def _metadata(html: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in islice(_META.finditer(html), _TAGS):
        pairs = _attributes(tag["attributes"])
        name = (pairs.get("property") or pairs.get("name") or pairs.get("itemprop") or "").casefold()
        if name and pairs.get("content"):
            found.setdefault(name, clean_line(inline_text(pairs["content"])))
    return found


def _title(html: str, meta: dict[str, str]) -> tuple[str | None, str]:
    if heading := _heading(html):
        return heading, "the page's h1"
    if meta.get("og:title"):
        return meta["og:title"], "the page's og:title"
    if (title := _TITLE.search(html)) and (text := clean_line(inline_text(title["text"]))):
        return _SITE.sub("", text) or text, "the page's title, without the site's name"
    return None, ""


def _heading(html: str) -> str | None:
    for tag in islice(_H1.finditer(html), _TAGS):
        end = _H1_END.search(html, tag.end(), tag.end() + _H1_CHARS)
        if end is not None and (text := clean_line(inline_text(html[tag.end() : end.start()]))):
            return text
    return None


def _canonical(html: str) -> str | None:
    for tag in islice(_LINK.finditer(html), _TAGS):
        pairs = _attributes(tag["attributes"])
        if pairs.get("rel", "").casefold() == "canonical":
            return absolute(inline_text(pairs.get("href", "")), None)
    return None


def _attributes(written: str) -> dict[str, str]:
    return {
        pair["name"].casefold(): pair["double"] or pair["single"] or pair["bare"] or ""
        for pair in _ATTRIBUTE.finditer(written)
    }


def _first_time(html: str) -> str | None:
    found = _TIME.search(html)
    return found["when"] if found else None


def _author(meta: dict[str, str]) -> str | None:
    author = meta.get("author") or meta.get("article:author") or ""
    return author if author and not author.startswith("http") else None


def _lang(html: str) -> str | None:
    found = _LANG.search(html)
    return found["lang"] if found else None


def _dek(meta: dict[str, str], entry: Entry) -> str | None:
    described = meta.get("og:description") or meta.get("description")
    if described and described[:60] not in entry.body:
        return described
    return entry.dek
