"""Boilerplate learned per source: a block that stands in several files is no news in any of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from hashlib import blake2b
from typing import Self

import msgspec

from monitor.seedfile.parsed import Block

FILES = 3
"""A block is boilerplate when it stands in at least so many files …"""
SHARE = 0.2
"""… and in at least this share of the source's files."""
WINDOW = 1000
"""How many of the latest files are counted, and reached back to."""
BLOCKS = 200
"""How many blocks of one file are counted."""

VERSION_BLOCKS = 3
"""Two files are versions of one story when they share at least so many paragraphs …"""
VERSION_SHARE = 0.6
"""… and this share of the shorter one's: together they count once."""
_PARAGRAPH_WORDS = 12
_DIGITS = re.compile(r"\d+")
_TEACHING = frozenset({"body", "navigation", "footer", "learned", "caption", "dek"})


def block_key(text: str) -> str:
    """What two blocks share when they say the same: letter case, white space and numbers do not count."""
    plain = _DIGITS.sub("0", " ".join(text.split()).casefold())
    return blake2b(plain.encode("utf-8", "replace"), digest_size=6).hexdigest()


class _Document(msgspec.Struct, array_like=True):
    known: list[str]
    files: dict[str, list[str]]
    paragraphs: dict[str, list[str]]


class Boilerplate:
    """What was learned of one source. Once learned, a block stays known."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._files: dict[str, frozenset[str]] = {}
        self._paragraphs: dict[str, frozenset[str]] = {}
        """Of each file's blocks those that are paragraphs: by them versions of one story are known."""
        self._counts: Counter[str] = Counter()
        self._holders: defaultdict[str, set[str]] = defaultdict(set)
        """Names of files by paragraph."""

    def learn(self, name: str, blocks: Iterable[Block | str]) -> None:
        """Count the blocks of a file, instead of what its name held before; copies and versions of it count once."""
        texts = [block if isinstance(block, str) else block.text for block in blocks if _teaches(block)]
        keyed = {block_key(text): text for text in texts[:BLOCKS]}
        self.forget(name)
        keys = frozenset(keyed)
        paragraphs = frozenset(key for key, text in keyed.items() if len(text.split()) >= _PARAGRAPH_WORDS)
        if keys in self._files.values():
            return
        if (older := self._version(paragraphs)) is not None:
            self.forget(older)
        self._add(name, keys, paragraphs)
        while len(self._files) > WINDOW:
            self.forget(next(iter(self._files)))

    def _add(self, name: str, keys: frozenset[str], paragraphs: frozenset[str]) -> None:
        self._files[name] = keys
        self._paragraphs[name] = paragraphs
        self._counts.update(keys)
        for key in paragraphs:
            self._holders[key].add(name)

    def _version(self, paragraphs: frozenset[str]) -> str | None:
        """The file that tells the same story in mostly the same paragraphs."""
        shared = Counter(name for key in paragraphs for name in self._holders.get(key, ()))
        for name, count in shared.most_common(1):
            shorter = min(len(paragraphs), len(self._paragraphs[name]))
            if count >= VERSION_BLOCKS and count >= VERSION_SHARE * shorter:
                return name
        return None

    def settle(self) -> frozenset[str]:
        """Decide on what was counted: the keys that are newly known."""
        enough = max(FILES, SHARE * len(self._files))
        new = frozenset(key for key, count in self._counts.items() if count >= enough) - self._known
        self._known |= new
        return new

    def forget(self, name: str) -> None:
        """Count a file no more; what was learned stays."""
        for key in self._files.pop(name, frozenset()):
            self._counts[key] -= 1
            if not self._counts[key]:
                del self._counts[key]
        for key in self._paragraphs.pop(name, frozenset()):
            self._holders[key].discard(name)
            if not self._holders[key]:
                del self._holders[key]

    def known(self) -> frozenset[str]:
        """The keys of the blocks that are boilerplate, for `parse_file`."""
        return frozenset(self._known)

    def holders(self, keys: frozenset[str]) -> tuple[str, ...]:
        """The counted files that hold any of these blocks."""
        return tuple(name for name, held in self._files.items() if held & keys)

    def dump(self) -> str:
        """All of it as JSON text."""
        document = _Document(
            known=sorted(self._known),
            files={name: sorted(keys) for name, keys in self._files.items()},
            paragraphs={name: sorted(keys) for name, keys in self._paragraphs.items() if keys},
        )
        return msgspec.json.encode(document).decode()

    @classmethod
    def load(cls, text: str | None) -> Self:
        """From JSON text; empty where there is none or it cannot be read."""
        learned = cls()
        if not text:
            return learned
        try:
            document = msgspec.json.decode(text, type=_Document)
        except msgspec.MsgspecError:
            return learned
        learned._known.update(document.known)
        for name, keys in document.files.items():
            learned._add(name, frozenset(keys), frozenset(document.paragraphs.get(name, ())))
        return learned


def _teaches(block: Block | str) -> bool:
    return isinstance(block, str) or block.role in _TEACHING
