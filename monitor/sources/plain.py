"""The plain part of RSS, read by expat alone: the same dictionaries as feedparser's at a tenth of its time.

An entry is plain when all that it holds means to feedparser what it says: no nesting, no language or base of its own,
no element that feedparser treats in a way not written here. Every other entry, and every other document, is left to
feedparser. That both ways give the same entries is tested over every document at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from monitor.sources.dates import parse_date
from monitor.sources.reduce import end_of_entry

_SEPARATOR = " "
_ATOM = "http://www.w3.org/2005/atom"
_ONCE = {
    "title": "title",
    "link": "link",
    "guid": "id",
    "pubdate": "published",
    "dc_date": "updated",
    "description": "summary",
    "content_encoded": "content",
}
_LISTS = frozenset(("category", "dc_subject", "author", "dc_creator"))
_FILES = frozenset(("enclosure", "media_content", "media_thumbnail"))
_UNIMPORTANT = frozenset(("source", "dc_rights", "media_credit", "media_rating", "media_license"))
"""Elements that feedparser has a way with, but keeps where we do not look."""
_FACTS = frozenset(("title", "link", "language", "ttl", "sy_updateperiod", "sy_updatefrequency"))
_UNIMPORTANT_FACTS = frozenset(
    ("description", "copyright", "lastbuilddate", "pubdate", "category", "generator", "cloud", "image", "webmaster")
)
_RELATIONS = frozenset(("alternate", "enclosure"))
"""Of a link by Atom's element within RSS: those that lead to the article or to a file."""
_OWN_WORDS = frozenset(("lang", "base"))
_RESERVED = frozenset(
    (
        "links", "authors", "title_detail", "summary_detail", "language", "published_parsed", "updated_parsed",
        "created", "created_parsed", "id", "summary", "published", "updated", "tags", "content", "guidislink",
        "feedburner_origlink", "media_content", "media_thumbnail",
    )
)  # fmt: skip
"""Names under which feedparser would keep an unknown element in the place of one that we read."""
_TRANSLATED = re.compile("[\x80-\x9f]")
_WHOLE_LINK = re.compile(r"https?://[^/\s?#;&\[\]@]+(?:/[^\s&]*(?:&(?!\w+;)[^\s&]*)*)?(?<![#?;.])\Z")

Entry = dict[str, Any]
Child = tuple[str, dict[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What feedparser does: its short names of namespaces, by lower-case address, and which elements it treats."""

    modules: Mapping[str, str]
    treats: Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A document in two parts: its plain entries, and what is left for feedparser.

    `entries` holds an entry, or None where feedparser has to read it, for each of the document in its order. `head`
    are the feed's own facts, None where feedparser has to read them from `rest`.
    """

    head: Entry | None
    entries: tuple[Entry | None, ...]
    rest: bytes


def read(data: bytes, *, url: str, lang: str | None, ways: Ways) -> Plain | None:
    """Read what is plain, None where the document as a whole is not. `data` is UTF-8, `lang` what the server says."""
    reader = _Reader(data, url, lang, ways)
    return reader.result() if reader.run() else None


class _Reader:
    """One pass over a document."""

    def __init__(self, data: bytes, url: str, lang: str | None, ways: Ways) -> None:
        self._data = data
        self._url = url
        self._lang = lang
        self._ways = ways
        self._names: dict[str, str | None] = {}
        self._head: Entry | None = {"language": lang.replace("_", "-")} if lang else {}
        self._entries: list[Entry | None] = []
        self._slices: list[tuple[int, int]] = []

    def result(self) -> Plain:
        """The two parts."""
        pieces: list[bytes] = []
        kept_to = 0
        for (start, end), entry in zip(self._slices, self._entries, strict=True):
            if entry is not None:
                pieces.append(self._data[kept_to:start])
                kept_to = end
        pieces.append(self._data[kept_to:])
        return Plain(head=self._head, entries=tuple(self._entries), rest=b"".join(pieces))

    def run(self) -> bool:
        """Whether this is a well-formed RSS 2 channel whose frame says nothing that would colour its entries."""
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.namespace_prefixes = True
        parser.buffer_text = True
        depth = start = 0
        sound, in_entry, nested = True, False, False
        name: str = ""
        attributes: dict[str, str] = {}
        children: list[Child] = []
        text: list[str] = []

        def opened(tag: str, pairs: dict[str, str]) -> None:
            nonlocal depth, start, sound, in_entry, nested, name, attributes
            depth += 1
            if depth == 4 and in_entry:
                name, attributes = tag, pairs
                text.clear()
            elif depth == 3:
                in_entry, nested = tag == "item", False
                if in_entry:
                    nested = bool(pairs)
                    start = parser.CurrentByteIndex
                    children.clear()
                else:
                    attributes = pairs
                    text.clear()
            elif depth >= 4:
                nested = True
            elif depth == 1:
                sound = tag == "rss" and pairs.get("version", "").startswith("2.") and not _own_words(pairs)
            else:
                sound = sound and tag == "channel" and not _own_words(pairs)

        def closed(tag: str) -> None:
            nonlocal depth, in_entry, sound
            if depth == 4 and in_entry:
                children.append((name, attributes, "".join(text)))
            elif depth == 3 and in_entry:
                in_entry = False
                at = parser.CurrentByteIndex
                end = end_of_entry(self._data, at)
                sound = sound and end > 0
                self._slices.append((start, end))
                self._entries.append(None if nested else self._entry(children))
            elif depth == 3:
                self._fact(tag, attributes, "" if nested else "".join(text))
            depth -= 1

        parser.StartElementHandler, parser.EndElementHandler = opened, closed
        parser.CharacterDataHandler = text.append
        try:
            parser.Parse(self._data, True)  # noqa: FBT003
        except (expat.ExpatError, LookupError, ValueError, MemoryError):
            return False
        return sound and bool(self._entries)

    def _entry(self, children: list[Child]) -> Entry | None:
        """The entry that these elements make, None where feedparser would see more in them."""
        entry: Entry = {}
        for tag, attributes, raw in children:
            if attributes and _own_words(attributes):
                return None
            name = self._names[tag] if tag in self._names else self._named(tag)
            if name is None:
                return None
            if name in _FILES:
                if not _file(entry, name, attributes, raw):
                    return None
            elif name == "atom_link":
                if attributes.get("rel", "alternate").lower() in _RELATIONS:
                    return None
            elif name:
                text = _mended(raw.strip())
                if text is None or not self._take(entry, name, text, attributes):
                    return None
        if "content" in entry:
            entry.setdefault("summary", entry["content"][0]["value"])
        if "link" not in entry and entry.get("guidislink"):
            entry["link"] = entry["id"]
        return entry

    def _fact(self, tag: str, attributes: dict[str, str], raw: str) -> None:
        """Take one of the feed's own elements."""
        if self._head is None:
            return
        name = self._name_of(tag)
        if name in _FACTS:
            text = _mended(raw.strip())
            if (
                text is None
                or attributes
                or (name in self._head and name != "language")
                or (name == "link" and not _WHOLE_LINK.match(text))
            ):
                self._head = None
            else:
                self._head[name] = text
        elif name == "atom_link":
            return
        elif name is None or (name not in _UNIMPORTANT_FACTS and self._ways.treats(name)) or _own_words(attributes):
            self._head = None

    def _named(self, tag: str) -> str | None:
        """What an entry's element is taken by: "" where it does not count, None where it is a doubt."""
        name = self._name_of(tag)
        if name not in _ONCE and name not in _FILES and name not in _LISTS and name not in (None, "atom_link"):
            treated = name not in _UNIMPORTANT and self._ways.treats(str(name))
            name = None if treated or name in _RESERVED else ""
        self._names[tag] = name
        return name

    def _name_of(self, tag: str) -> str | None:
        """What feedparser calls an element, or `atom_link`; None where it depends on more than the tag."""
        namespace, local, prefix = ("", tag, "") if _SEPARATOR not in tag else (f"{tag} ").split(_SEPARATOR)[:3]
        if not namespace:
            return local.lower()
        if namespace.lower() == _ATOM:
            return "atom_link" if local == "link" else None
        module = self._ways.modules.get(namespace.lower(), prefix)
        return f"{module.lower()}_{local.lower()}" if module else None

    def _take(self, entry: Entry, name: str, text: str, attributes: dict[str, str]) -> bool:
        """Put an element's text where it belongs; whether it means what it says."""
        if name in _LISTS:
            return _listed(entry, name, text, attributes)
        key = _ONCE[name]
        if key in entry:
            return False
        if key == "id":
            entry["guidislink"] = attributes.get("isPermaLink", "true") == "true"
            attributes = {} if attributes.keys() <= {"isPermaLink"} else attributes
        elif key == "link":
            return not attributes and bool(_WHOLE_LINK.match(text)) and not entry.update(link=text)
        elif key in ("published", "updated"):
            entry[key] = text
            return not attributes and parse_date(text) is not None
        if key == "content":
            entry[key] = [{"value": text, "base": self._url}]
        else:
            entry[key] = text
            entry[f"{key}_detail"] = {"value": text, "base": self._url, "language": self._lang}
        return not attributes


def _listed(entry: Entry, name: str, text: str, attributes: dict[str, str]) -> bool:
    """Put an element that may stand several times; whether it means what it says."""
    if name in ("category", "dc_subject"):
        if text:
            entry.setdefault("tags", []).append({"term": text})
        return attributes.keys() <= {"domain"}
    if text:
        entry["author"] = text
        entry.setdefault("authors", []).append({"name": text})
    return not attributes and not any(sign in text for sign in "@()<>&")


def _file(entry: Entry, name: str, attributes: dict[str, str], raw: str) -> bool:
    """Put a file that comes with the entry; whether it means what it says."""
    if raw.strip() or any(_SEPARATOR in attribute for attribute in attributes):
        return False
    file = {attribute.lower(): value for attribute, value in attributes.items()}
    if "type" in file:  # the one value that feedparser lowers
        file["type"] = file["type"].lower()
    if name == "enclosure":
        file["rel"] = "enclosure"
        file["href"] = file.get("url") or file.get("uri") or file.get("href") or ""
        entry.setdefault("links", []).append(file)
    else:
        entry.setdefault(name, []).append(file)
    return True


def _own_words(attributes: dict[str, str]) -> bool:
    """Whether an element has a language or a base of its own."""
    return any(name.split(_SEPARATOR)[-2 if _SEPARATOR in name else 0].lower() in _OWN_WORDS for name in attributes)


def _mended(text: str) -> str | None:
    """A text as feedparser leaves it; None for one with code points that it would translate."""
    if text.isascii():
        return text
    if _TRANSLATED.search(text):
        return None
    try:
        return text.encode("iso-8859-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text
