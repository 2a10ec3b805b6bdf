"""Small faults of documents in the wild, mended before a parser would make a large one of them. Pure, on bytes."""

from __future__ import annotations

import re

_DECLARED = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']", re.IGNORECASE)
_UTF8 = frozenset((b"utf-8", b"utf8"))
_BARE_AMPERSAND = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(?!#?\w{1,40};)", re.DOTALL)

_ROOT_END = re.compile(rb"</(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_ENTRY_START = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)\b", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_TAIL = 8_000


def cut_short(data: bytes) -> bool:
    """Whether a feed ends before its root does: what has been read of it is good, but it is not all."""
    return not _ROOT_END.search(data[-_TAIL:].replace(b"\0", b""))


def whole_entries(data: bytes) -> bytes:
    """A document that is cut short without the entry that is cut: half of it could pass for another one."""
    starts = [found.start() for found in _ENTRY_START.finditer(data)]
    return data[: starts[-1]] if starts and not _ENTRY_END.search(data, starts[-1]) else data


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


def bare_ampersands(data: bytes) -> bytes:
    """A document of an ASCII-like encoding with each `&` that begins no reference written as one."""
    if b"\0" in data[:64]:
        return data
    return _BARE_AMPERSAND.sub(lambda found: b"&amp;" if found[0] == b"&" else found[0], data)
