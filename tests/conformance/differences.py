"""The differences that docs/conformance.md owns up to: found ones and told ones must be the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

_ROW = re.compile(r"^\|\s*`([^`]+)`\s*\|\s*(\d+)\s*\|\s*(\S.*?)\s*\|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the table: cases by pattern, how many they are, and the reason."""

    pattern: str
    count: int
    why: str


def told(root: Path, heading: str) -> list[Told]:
    """The rows under a heading of docs/conformance.md."""
    text = (root / "docs" / "conformance.md").read_text("utf-8")
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [Told(pattern, int(count), why) for pattern, count, why in _ROW.findall(part)]


def disputed(root: Path, heading: str, found: Mapping[str, str]) -> list[str]:
    """What is wrong with the table: a line for each difference not told, and for each row that no longer holds."""
    rows = told(root, heading)
    problems = [
        f"not told: {case}: {what}" for case, what in found.items() if not any(_is(case, row.pattern) for row in rows)
    ]
    for row in rows:
        count = sum(_is(case, row.pattern) for case in found)
        if count != row.count:
            problems.append(f"told {row.count}, found {count}: {row.pattern}")
    return problems


def _is(case: str, pattern: str) -> bool:
    return fnmatchcase(case, pattern)
