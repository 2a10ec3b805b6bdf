"""Boilerplate learned per source: a block that stands in several files is no news in any of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
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

_DIGITS = re.compile(r"\d+")
_TEACHING = frozenset({"body", "navigation", "footer", "learned", "caption", "dek"})


def block_key(text: str) -> str:
    """What two blocks share when they say the same: letter case, white space and numbers do not count."""
    plain = _DIGITS.sub("0", " ".join(text.split()).casefold())
    return blake2b(plain.encode("utf-8", "replace"), digest_size=6).hexdigest()


class _Document(msgspec.Struct, array_like=True):
    known: list[str]
    files: dict[str, list[str]]


class Boilerplate:
    """What was learned of one source. Once learned, a block stays known."""

    def __init__(self, known: Iterable[str] = (), files: Mapping[str, Iterable[str]] | None = None) -> None:
        self._known = set(known)
        self._files = {name: frozenset(keys) for name, keys in (files or {}).items()}
        self._counts: Counter[str] = Counter(key for keys in self._files.values() for key in keys)

    def learn(self, name: str, blocks: Iterable[Block | str]) -> None:
        """Count the blocks of a file, instead of what its name held before; files that say the same count once."""
        texts = (block if isinstance(block, str) else block.text for block in blocks if _teaches(block))
        keys = frozenset(list(dict.fromkeys(block_key(text) for text in texts))[:BLOCKS])
        self.forget(name)
        if keys in self._files.values():
            return
        self._files[name] = keys
        self._counts.update(keys)
        while len(self._files) > WINDOW:
            self.forget(next(iter(self._files)))

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

    def known(self) -> frozenset[str]:
        """The keys of the blocks that are boilerplate, for `parse_file`."""
        return frozenset(self._known)

    def holders(self, keys: frozenset[str]) -> tuple[str, ...]:
        """The counted files that hold any of these blocks."""
        return tuple(name for name, held in self._files.items() if held & keys)

    def dump(self) -> str:
        """All of it as JSON text."""
        files = {name: sorted(keys) for name, keys in self._files.items()}
        return msgspec.json.encode(_Document(known=sorted(self._known), files=files)).decode()

    @classmethod
    def load(cls, text: str | None) -> Self:
        """From JSON text; empty where there is none or it cannot be read."""
        if not text:
            return cls()
        try:
            document = msgspec.json.decode(text, type=_Document)
        except msgspec.MsgspecError:
            return cls()
        return cls(document.known, document.files)


def _teaches(block: Block | str) -> bool:
    return isinstance(block, str) or block.role in _TEACHING
