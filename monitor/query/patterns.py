"""Regular expressions that people bring: compiled once, and never run for longer than they may."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import Any

TIME_LIMIT = 0.05
"""Seconds one pattern may take for one item."""
MAX_LENGTH = 1000
_MAX_SPANS = 200
_MAX_WRITTEN_OUT = 10_000
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<times>\d+)(?:,\d*)?\}|\s+|.", re.DOTALL)
_OPENING = re.compile(r"\\b([A-Za-z]{3,})(?![A-Za-z?*{])")
_PROVOCATIONS = ("a" * 400 + "!", "x" * 400 + "!", "0" * 400 + "!", "ab" * 200 + "!", "word " * 80 + "!")


@lru_cache(maxsize=1024)
def compiled(pattern: str, flags: str = "") -> Any:
    """The compiled pattern. Raises ValueError saying what is wrong with it."""
    import regex

    if len(pattern) > MAX_LENGTH:
        raise ValueError(f"longer than {MAX_LENGTH} characters")
    if _written_out(pattern) > _MAX_WRITTEN_OUT:
        raise ValueError(f"its {{n}} come to more than {_MAX_WRITTEN_OUT:,} characters written out")
    options = regex.VERSION0 | (regex.IGNORECASE if "i" in flags else 0) | (regex.DOTALL if "s" in flags else 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return regex.compile(pattern, options)
    except (regex.error, ValueError, OverflowError, RecursionError, IndexError, KeyError) as error:
        raise ValueError(getattr(error, "msg", None) or str(error) or "not a regular expression") from error


def _written_out(pattern: str) -> int:
    """About how long a pattern is with `x{n}` as n times x, which is how the engine holds it."""
    sizes, last = [0], 0
    for piece in _PIECE.finditer(pattern):
        text = piece[0]
        if text == "(":
            sizes.append(0)
            continue
        if piece["times"]:
            added = last * (max(int(piece["times"]), 1) - 1)
            last += added
        elif text == ")" and len(sizes) > 1:
            added = last = sizes.pop()
        elif text.isspace() or text == "#":  # in a verbose pattern {n} may still be of what stands before
            added = len(text)
        else:
            added = last = 1
        sizes[-1] += added
    return sum(sizes)


def spans(pattern: Any, text: str, seconds: float = TIME_LIMIT) -> tuple[list[tuple[int, int]], bool]:
    """Where a pattern matches, empty matches left out, and whether it was stopped because its time ran out."""
    found: list[tuple[int, int]] = []
    try:
        for match in pattern.finditer(text, timeout=max(seconds, 0.001)):
            if match.end() > match.start():
                found.append(match.span())
                if len(found) == _MAX_SPANS:
                    break
    except TimeoutError:
        return [], True
    return found, False


def opening(pattern: str) -> str | None:
    r"""The letters a word begins with in every match, folded: `cve` of `\bCVE-\d+`; None where that cannot be said."""
    match = _OPENING.match(pattern)
    return match[1].lower() if match and "|" not in pattern else None


@lru_cache(maxsize=256)
def is_slow(pattern: str, flags: str) -> bool:
    """Whether a pattern runs out of time on text made to provoke it."""
    expression = compiled(pattern, flags)
    return any(spans(expression, provocation)[1] for provocation in _PROVOCATIONS)
