"""Characters: one normalisation for item text and query alike, and the way back to the text as shown."""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import lru_cache
from typing import NamedTuple

_SWAPS = {
    **dict.fromkeys("‘’‚‛ʼ＇", "'"),
    **dict.fromkeys("“”„‟«»＂", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\u3000", " "),
    "…": ".",
}
"""One character for one, so that columns and offsets stay as they are."""
_SWAP = re.compile("[" + "".join(map(re.escape, _SWAPS)) + "]")

_DROP = re.compile(
    "["
    "\u00ad\u200b\u200d\u2060\ufeff\ufe00-\ufe0f"  # soft hyphen, zero-width space and joiners, variation selectors
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi marks
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff"  # Arabic
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points
    "]+"
)

_LETTERS = str.maketrans(
    {
        "ı": "i",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "æ": "ae",
        "œ": "oe",
        "ё": "е",
        **dict.fromkeys("أإآٱ", "ا"),
        "ة": "ه",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        **{chr(0x0660 + digit): str(digit) for digit in range(10)},
        **{chr(0x06F0 + digit): str(digit) for digit in range(10)},
    }
)
_ACCENTED = re.compile(
    "([a-z\u00df-\u02af\u0370-\u03ff\u0400-\u052f\u1d00-\u1d7f\u1e00-\u1fff])"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


def swap(text: str) -> str:
    """Typographic quotes, hyphens and spaces as their plain twins, one character for one."""
    return text if text.isascii() else _SWAP.sub(lambda match: _SWAPS[match[0]], text)


def normalise(text: str) -> str:
    """NFKC with plain quotes and hyphens; without invisible marks, Arabic vowel signs and Hebrew points."""
    return normalised(text)[0]


def normalised(text: str) -> tuple[str, bool]:
    """A text normalised, and whether every character kept its place."""
    if text.isascii():
        return text, True
    swapped = swap(text)
    if swapped.isascii():
        return swapped, True
    composed = unicodedata.normalize("NFKC", swapped)
    if composed != swapped:
        composed = swap(composed)
    normal = _DROP.sub("", composed)
    return normal, normal == swapped


def fold(text: str) -> str:
    """A normalised word without case, Latin, Greek and Cyrillic accents, and Arabic letter variants."""
    if text.isascii():
        return text.lower()
    bare = _ACCENTED.sub(r"\1", unicodedata.normalize("NFD", text.casefold()))
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


class Origins(NamedTuple):
    """For each character of a normalised text, where in the shown text it comes from: [starts[i], ends[i])."""

    starts: array[int]
    ends: array[int]


def origins(shown: str) -> Origins:
    """The map from `normalise(shown)` back to `shown`."""
    swapped = swap(shown)
    starts, ends = array("L"), array("L")
    start = 0
    for end in range(1, len(swapped) + 1):
        if end < len(swapped) and _continues(swapped[end]):
            continue
        cluster = swapped[start:end]
        whole = normalise(cluster)
        alike = whole == cluster
        for offset in range(len(whole)):
            starts.append(start + offset if alike else start)
            ends.append(start + offset + 1 if alike else end)
        start = end
    return Origins(starts, ends)


@lru_cache(maxsize=4096)
def _continues(char: str) -> bool:
    """Whether normalisation may join a character to the one before it."""
    if char.isascii():
        return False
    first = unicodedata.normalize("NFKD", char)[0]
    return unicodedata.category(first)[0] == "M" or "\u1160" <= first <= "\u11ff"
