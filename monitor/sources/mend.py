"""What is done to a document's bytes before a parser sees them: small faults mended, hidden entities found. Pure."""

from __future__ import annotations

import codecs
import re

_DECLARED = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']", re.IGNORECASE)
_UTF8 = frozenset((b"utf-8", b"utf8"))
_BARE_AMPERSAND = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?!#?\w{1,40};)", re.DOTALL)

_ROOT_END = re.compile(rb"</(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_FIRST_TAG = re.compile(rb"<([\w:.-]+)")
_ENTRY_START = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)\b", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_TAIL = 8_000
_SHORT_ENTRY = 100
"""Bytes that an honest entry has at the least."""

_ENTITY = re.compile(rb"<!ENTITY\b", re.IGNORECASE)
_EBCDIC, _EBCDIC_ENTITY = "<?xm".encode("cp037"), "ENTITY".encode("cp037")
_HIDING = frozenset(("utf-7", "raw-unicode-escape", "unicode-escape", "punycode", "idna", "undefined"))
"""Encodings in which no feed is written, and in which ASCII can be spelt otherwise."""


def defines_entities(data: bytes, encoding: str | None = None) -> bool:
    """Whether a document defines entities of its own, or is in an encoding that is good for nothing but hiding them."""
    if _ENTITY.search(data) or (b"\0" in data and _ENTITY.search(data.replace(b"\0", b""))):
        return True
    if data.startswith(_EBCDIC) and _EBCDIC_ENTITY in data:
        return True
    declared = _DECLARED.match(data)
    for name in (declared[1].decode("ascii") if declared else None, encoding):
        try:
            codec = codecs.lookup(name).name if name else ""
        except LookupError:
            continue
        if codec in _HIDING:
            return True
        if codec.startswith(("iso2022", "hz")) and _ENTITY.search(data.decode(codec, "replace").encode()):
            return True
        if codec.startswith("cp") and _EBCDIC_ENTITY in data:
            return True
    return False


def cut_short(data: bytes) -> bool:
    """Whether a feed ends before its root does: what has been read of it is good, but it is not all."""
    tail = data[-_TAIL:].replace(b"\0", b"")
    if _ROOT_END.search(tail):
        return False
    root = _FIRST_TAG.search(data[:_TAIL].replace(b"\0", b""))
    return root is not None and not re.search(rb"</" + re.escape(root[1]) + rb"\s*>", tail)


def whole_entries(data: bytes) -> bytes:
    """A document that is cut short without the entry that is cut: half of it could pass for another one."""
    starts = [found.start() for found in _ENTRY_START.finditer(data)]
    return data[: starts[-1]] if starts and not _ENTRY_END.search(data, starts[-1]) else data


def first_entries(data: bytes, most: int) -> tuple[bytes, int]:
    """A document with no more than so many entries, its end kept, and how many there were."""
    if len(data) < most * _SHORT_ENTRY or data.count(b"<item") + data.count(b"<entry") <= most:
        return data, 0
    starts = [found.start() for found in _ENTRY_START.finditer(data)]
    end = max(data.rfind(b"</item>") + 7, data.rfind(b"</entry>") + 8)
    if len(starts) <= most or end <= starts[most]:
        return data, 0
    return data[: starts[most]] + data[end:], len(starts)


def stray_bytes(data: bytes, encoding: str | None = None) -> bytes:
    """UTF-8 with a few broken bytes: those replaced, where else the whole would be taken for another encoding."""
    declared = _DECLARED.match(data)
    names = {declared[1].lower() if declared else b"utf-8", (encoding or "utf-8").encode("ascii", "replace").lower()}
    if not names <= _UTF8:
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        whole = len(text) - len(text.encode("ascii", "ignore")) - broken
        return text.encode("utf-8") if whole > broken else data
    return data


def charset(data: bytes, named: str | None) -> str | None:
    """The charset that a server names, unless the document is plainly UTF-8: servers name theirs by habit."""
    if named is None or named.lower() in ("utf-8", "utf8"):
        return named
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return named
    return named if text.isascii() or "\0" in text else "utf-8"


def bare_ampersands(data: bytes) -> bytes:
    """A document of an ASCII-like encoding with each `&` that begins no reference written as one."""
    if b"\0" in data[:64]:
        return data
    return _BARE_AMPERSAND.sub(lambda found: b"&amp;" if found[0] == b"&" else found[0], data)
