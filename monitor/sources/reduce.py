"""Known entries cut out of a feed, byte for byte, before the slow parser sees it. Any doubt: the whole document.

An entry's mark is a hash of its bytes and of all that stands around it and could change its meaning: the XML
declaration and the start tags of its ancestors. Marks are joined in `Memory.known`, in the order of the feed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from xml.parsers import expat

MARK = 8
CAP_MARKS = 5_000
_ENTRY_NAMES = frozenset(("item", "entry"))
_DECLARED = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']", re.IGNORECASE)
_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_START_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*+>""")
_SAFE_ENCODINGS = frozenset((b"utf-8", b"utf8", b"us-ascii"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """A document without its known entries. `known` is what to remember of it; empty: not understood."""

    data: bytes
    known: bytes = b""
    cut: int = 0


def reduce(data: bytes, known: bytes, *, encoding: str | None = None) -> Reduced:
    """Cut the entries whose marks are in `known`. Returns the whole document where anything is doubtful."""
    whole = Reduced(data=data)
    if not plainly_utf8(data, encoding):
        return whole
    finder = _Finder(data)
    if not finder.find():
        return whole
    context = blake2b(data[: data.find(b"?>") + 2] if data[:9].find(b"<?xml") >= 0 else b"", digest_size=16)
    context.update(b"\0".join(finder.ancestors))
    marks: list[bytes] = []
    pieces: list[bytes] = []
    held = {known[at : at + MARK] for at in range(0, len(known), MARK)}
    kept_to = 0
    for start, end in finder.slices:
        hashed = context.copy()
        hashed.update(data[start:end])
        mark = hashed.digest()[:MARK]
        marks.append(mark)
        if mark in held:
            pieces.append(data[kept_to:start])
            kept_to = end
    if not kept_to:
        return Reduced(data=data, known=b"".join(marks[:CAP_MARKS]))
    pieces.append(data[kept_to:])
    return Reduced(data=b"".join(pieces), known=b"".join(marks[:CAP_MARKS]), cut=len(pieces) - 1)


def plainly_utf8(data: bytes, encoding: str | None) -> bool:
    """Whether a document says nothing but that it is UTF-8, and has no DTD: then its bytes mean what they seem."""
    declared = _DECLARED.match(data)
    if declared and declared[1].lower() not in _SAFE_ENCODINGS:
        return False
    if encoding and encoding.encode("ascii", "replace").lower() not in _SAFE_ENCODINGS:
        return False
    return b"<!DOCTYPE" not in data and b"\0" not in data[:1024]


def end_of_entry(data: bytes, at: int) -> int:
    """The offset just behind the end tag of an entry at `at`; 0 where there is none, as for an empty-element tag."""
    found = _END.match(data, at)
    return found.end() if found else 0


class _Finder:
    """Finds the byte ranges of the entries, all children of one element, and the start tags above them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.slices: list[tuple[int, int]] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._path: list[int] = []
        """Byte offsets of the open start tags, the root's first, down to the level of the entries."""
        self._above: tuple[int, ...] = ()
        """The path of the first entry, which is that of all."""
        self._start = -1
        self._name = ""
        self._doubt = False

    def find(self) -> bool:
        """Whether the document is well-formed and its entries stand side by side under one parent."""
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
        try:
            self._parser.Parse(self._data, True)  # noqa: FBT003
        except IndexError:  # more ends than starts: an entry within an entry
            return False
        except (expat.ExpatError, LookupError, ValueError, MemoryError):
            return False
        return not self._doubt and bool(self.slices)

    @property
    def ancestors(self) -> list[bytes]:
        """The start tags above the entries, as they are written."""
        return [tag[0] if (tag := _START_TAG.match(self._data, place)) else b"" for place in self._above]

    def _open(self, name: str, _attributes: dict[str, str]) -> None:
        at = self._parser.CurrentByteIndex
        local = name.rpartition(" ")[2]
        if local.lower() in _ENTRY_NAMES:
            self._start, self._name = at, name
            above = tuple(self._path)
            self._doubt = self._doubt or bool(self.slices and above != self._above)
            self._above = above
            # What an entry holds does not matter here, and not to be told of it is half of the time.
            self._parser.StartElementHandler = None
            self._parser.EndElementHandler = self._leave
        else:
            self._path.append(at)

    def _close(self, _name: str) -> None:
        self._path.pop()

    def _leave(self, name: str) -> None:
        """The end of an element within an entry, or of the entry."""
        if name != self._name:
            return
        end = end_of_entry(self._data, self._parser.CurrentByteIndex)
        self._doubt = self._doubt or not end
        self.slices.append((self._start, end))
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
