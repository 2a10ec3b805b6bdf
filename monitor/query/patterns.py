"""Regular expressions that people bring: compiled once, and never run for longer than they may."""

from __future__ import annotations

import time
import warnings
from functools import lru_cache
from typing import Any

TIME_LIMIT = 0.05
"""Seconds one pattern may take for one item."""
MAX_LENGTH = 1000
_MAX_SPANS = 200


@lru_cache(maxsize=1024)
def compiled(pattern: str, flags: str = "") -> Any:
    """The compiled pattern. Raises ValueError saying what is wrong with it."""
    import regex

    if len(pattern) > MAX_LENGTH:
        raise ValueError(f"longer than {MAX_LENGTH} characters")
    options = regex.VERSION0 | (regex.IGNORECASE if "i" in flags else 0) | (regex.DOTALL if "s" in flags else 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return regex.compile(pattern, options)
    except (regex.error, ValueError, OverflowError, RecursionError, IndexError, KeyError) as error:
        raise ValueError(getattr(error, "msg", None) or str(error) or "not a regular expression") from error


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


def is_slow(pattern: str, flags: str) -> bool:
    """Whether a pattern runs out of time on text made to provoke it."""
    expression = compiled(pattern, flags)
    started = time.process_time()
    for provocation in ("a" * 40 + "!", "x" * 40 + "!", "0" * 40 + "!", "word " * 12 + "!", "ab" * 24 + "!"):
        if spans(expression, provocation)[1]:
            return True
    return time.process_time() - started > TIME_LIMIT
