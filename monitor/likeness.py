"""What texts have in common: words that count, fingerprints of headlines, and whether one is an edit of another."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1780-\u17ff]")
_OUTLET = re.compile(r"\s+[|–—-]\s+[^|–—-]{2,40}\Z")
_EMPTY_WORDS = frozenset(
    """
    a an and are as at be by for from has have he her his in into is it its of on or out over says said she that the
    their to up us was were will with after amid who new
    le la les de des du et en un une der die das und den im el los las y del по на и в с о за
    """.split()  # noqa: SIM905 - a list of words reads best as words
)


def fold(text: str) -> str:
    """Text for comparing: case, accents and width do not count."""
    if text.isascii():
        return text.casefold()
    text = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in text if not unicodedata.combining(char))


def fingerprint(title: str, *, outlet: str = "") -> str | None:
    """What headlines of the same story share: their significant words, in any order; None when too few to tell."""
    shortened = _OUTLET.sub("", title)
    if shortened != title and (fold(outlet) in fold(title) or count_words(shortened) >= 5):
        title = shortened
    folded = fold(title)
    if _UNSPACED.search(folded):
        runs = "".join(_WORD.findall(folded))
        return _hash(runs) if len(runs) >= 8 else None
    words = _significant(folded)
    return _hash(" ".join(sorted(words))) if len(words) >= 4 else None


def _significant(folded: str) -> set[str]:
    return {word for word in _WORD.findall(folded) if len(word) > 1 and word not in _EMPTY_WORDS}


def alike(one: str, other: str, *, least: int) -> bool:
    """Whether two texts have more than half of their significant words in common, and not fewer than so many."""
    ours, theirs = _pieces(one), _pieces(other)
    shared = len(ours & theirs)
    return shared >= least and 4 * shared > len(ours) + len(theirs)


def _pieces(text: str) -> set[str]:
    """The significant words of a text; pairs of characters where words are not parted by spaces."""
    folded = fold(text)
    if _UNSPACED.search(folded):
        runs = "".join(_WORD.findall(folded))
        return {runs[at : at + 2] for at in range(len(runs) - 1)}
    return _significant(folded)


def count_words(text: str) -> int:
    """Words of a text; a character counts as one where words are not parted by spaces."""
    if text.isascii():
        return len(text.split())
    unspaced = len(_UNSPACED.findall(text))
    return len(_UNSPACED.sub(" ", text).split()) + unspaced if unspaced else len(text.split())


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
