"""Markdown with front matter: what the front matter names is taken at its word, the rest is read as text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from monitor.model import Entry
from monitor.seedfile.blocks import units
from monitor.seedfile.dates import find_times
from monitor.seedfile.parsed import Parsed
from monitor.seedfile.plain import parse_text

_YAML = re.compile(r"\A---[ \t]*\n(?P<head>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\A\+\+\+[ \t]*\n(?P<head>.*?)\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_PAIR = re.compile(r"^(?P<key>[A-Za-z_][\w -]{0,40}):[ \t]*(?P<value>.*)$")
_ITEM = re.compile(r"^[ \t]*-[ \t]+(?P<value>.+)$")
_HEADING = re.compile(r"^(?:#{1,6}[ \t]+(?P<text>.+?)[ \t]*#*|(?P<over>\S.*)\n(?:=+|-{3,}))[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^(?:```|~~~).*$", re.MULTILINE)
_URL = r"(?P<url>[^()\s]{1,2000}+(?:\([^()\s]{0,200}+\)[^()\s]{0,2000}+){0,20})"
"""An address in a link may hold pairs of parentheses: one that opens another link ends it, and is not read again."""
_IMAGE = re.compile(rf"!\[(?P<alt>[^\[\]\n]{{0,500}})\]\({_URL}(?:\s+\"(?P<title>[^\"\n]{{0,500}})\")?\)")
_LINK = re.compile(rf"\[(?P<text>[^\[\]\n]{{1,500}})\](?:\({_URL}(?:\s+\"[^\"\n]*\")?\)|\[[^\]\n]{{0,100}}\])")
_AUTOLINK = re.compile(r"<(https?://[^>\s]{1,2000})>")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]{1,100}\]:\s+\S+.*$", re.MULTILINE)
_EMPHASIS = re.compile(
    r"(?<![\w*_])(?P<mark>\*\*\*|\*\*|\*|__|_|~~|`)(?=\S)(?P<text>[^\n]{1,1000}?)(?<=\S)(?P=mark)(?![\w*_])"
)
_QUOTE = re.compile(r"^[ \t]{0,3}>[ \t]?", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!~>|])")


def parse_markdown(text: str, *, boilerplate: frozenset[str] = frozenset()) -> Parsed:
    """The one entry of a Markdown text that has been cleaned."""
    head, rest, notes = _front_matter(text)
    title = _text(head, "title", "headline", "subject")
    heading = _HEADING.search(rest)
    if title is None and heading is not None and not rest[: heading.start()].strip():
        title = _flat(heading["text"] or heading["over"])
        notes.append("headline: the first heading")
    if (
        heading is not None
        and not rest[: heading.start()].strip()
        and _flat(heading["text"] or heading["over"]) == title
    ):
        rest = rest[heading.end() :]
    images = [image["title"] or image["alt"] for image in _IMAGE.finditer(rest)]
    links = [
        link["url"] for link in _LINK.finditer(_IMAGE.sub("", rest)) if link["url"] and link["url"].startswith("http")
    ]
    plain = _flat(_HEADING.sub(lambda found: f"\n{found['text'] or found['over']}\n", _IMAGE.sub("", rest)))
    parsed = (
        parse_text(plain, boilerplate=boilerplate, title=title)
        if units(plain)
        else Parsed(entries=(Entry(),), format="text")
    )
    entry = parsed.entries[0]
    published = _time(head, notes, "date", "published", "publishdate", "pubdate", "created")
    entry = replace(
        entry,
        url=_text(head, "url", "link", "canonical", "original"),
        captions=(*dict.fromkeys(filter(None, images)), *entry.captions),
        links=tuple(dict.fromkeys(links)),
        authors=_list(head, "author", "authors", "byline") or entry.authors,
        agency=_text(head, "agency", "source", "publisher") or entry.agency,
        section=_list(head, "section", "category", "categories") or entry.section,
        tags=_list(head, "tags", "keywords"),
        lang=_text(head, "lang", "language"),
        dek=_text(head, "dek", "description", "summary", "subtitle") or entry.dek,
        place=_text(head, "place", "location", "dateline") or entry.place,
        published=published or entry.published,
        updated=_time(head, notes, "updated", "modified", "lastmod") or entry.updated,
        raw=text,
        notes=(*notes, *entry.notes),
    )
    return Parsed(entries=(entry,), format="markdown", blocks=parsed.blocks)


def _front_matter(text: str) -> tuple[Mapping[str, Any], str, list[str]]:
    if found := _TOML.match(text):
        try:
            head = {key.casefold(): value for key, value in tomllib.loads(found["head"]).items()}
        except tomllib.TOMLDecodeError as problem:
            return {}, text[found.end() :], [f"front matter is not TOML: {problem}"]
        return head, text[found.end() :], [f"front matter: {', '.join(head)}"]
    if found := _YAML.match(text):
        pairs = _pairs(found["head"])
        return pairs, text[found.end() :], [f"front matter: {', '.join(pairs)}"]
    return {}, text, []


def _pairs(head: str) -> dict[str, Any]:
    """The plain part of YAML that front matter is written in: `key: value`, `key: [a, b]` and lists of `- item`."""
    pairs: dict[str, Any] = {}
    key = ""
    for line in head.split("\n"):
        if pair := _PAIR.match(line):
            key = pair["key"].strip().casefold()
            value = pair["value"].strip()
            if value.startswith("[") and value.endswith("]"):
                pairs[key] = [_unquoted(part) for part in value[1:-1].split(",") if part.strip()]
            else:
                pairs[key] = "" if value in ("|", ">", "|-", ">-") else _unquoted(value)
        elif key and (item := _ITEM.match(line)):
            if not isinstance(pairs[key], list):
                pairs[key] = []
            pairs[key].append(_unquoted(item["value"]))
        elif key and line.startswith((" ", "\t")) and isinstance(pairs[key], str):
            pairs[key] = f"{pairs[key]} {line.strip()}".strip()
    return pairs


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].replace('\\"', '"')
    return value.split(" #", 1)[0].rstrip()


def _text(head: Mapping[str, Any], *keys: str) -> str | None:
    for key in keys:
        value = head.get(key)
        if isinstance(value, list):
            value = value[0] if value else None
        if value is not None and not isinstance(value, dict) and str(value).strip():
            return str(value).strip()
    return None


def _list(head: Mapping[str, Any], *keys: str) -> tuple[str, ...]:
    for key in keys:
        value = head.get(key)
        if isinstance(value, str) and value.strip():
            return tuple(part.strip() for part in re.split(r"\s*[,/;]\s*|\s+and\s+", value) if part.strip())
        if isinstance(value, list) and value:
            return tuple(str(part) for part in value)
    return ()


def _time(head: Mapping[str, Any], notes: list[str], *keys: str) -> Any:
    value = _text(head, *keys)
    times = find_times(value) if value else []
    if value and not times:
        notes.append(f"date {value[:40]!r} is not one that is certain")
    if not times:
        return None
    if times[0].assumed:
        notes.append(f"published: {times[0].assumed}")
    return times[0].at


def _without_comments(text: str) -> str:
    kept: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        at = end + len("-->")
    return "".join((*kept, text[at:]))


def _flat(text: str) -> str:
    """Markdown's marks taken out of text."""
    text = _without_comments(_FENCE.sub("", text))
    text = _REFERENCE.sub("", _QUOTE.sub("", text))
    text = _AUTOLINK.sub(r"\1", _LINK.sub(lambda link: link["text"], text))
    for _ in range(2):
        text = _EMPHASIS.sub(lambda found: found["text"], text)
    return _ESCAPED.sub(r"\1", text).strip()
