"""Counting right and wrong, and how sure the shares are."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eval.labelled import Labelled

Z95 = 1.959964


class Share(NamedTuple):
    """So many of so many, with Wilson's 95 % interval."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share itself; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, 95 times in 100."""
        if not self.whole:
            return 0.0, 1.0
        share, weight = self.part / self.whole, Z95 * Z95 / self.whole
        middle = (share + weight / 2) / (1 + weight)
        half = Z95 / (1 + weight) * math.sqrt(share * (1 - share) / self.whole + weight / (4 * self.whole))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        """As in `0.93 (0.80–0.98)`."""
        if self.value is None:
            return "–"
        low, high = self.interval
        return f"{self.value:.2f} ({low:.2f}–{high:.2f})"


@dataclass
class Tally:
    """Items a topic found rightly, found wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> Share:
        """Of what was found, how much was right."""
        return Share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> Share:
        """Of what should be found, how much was."""
        return Share(self.right, self.right + self.missed)


@dataclass
class Result:
    """What was counted: per topic, per trap, and over all; `mistakes` one line each."""

    topics: dict[str, Tally] = field(default_factory=dict)
    traps: dict[str, Tally] = field(default_factory=dict)
    clean: dict[str, list[bool]] = field(default_factory=dict)
    """Per trap, for each of its items, whether no topic was wrong about it."""
    total: Tally = field(default_factory=Tally)
    items: int = 0
    mistakes: list[str] = field(default_factory=list)


def measure(items: Iterable[Labelled], judge: Callable[[Labelled], frozenset[str]], topics: Iterable[str]) -> Result:
    """Compare what `judge` says of each item with its labels."""
    result = Result(topics={topic: Tally() for topic in topics})
    traps: defaultdict[str, Tally] = defaultdict(Tally)
    clean: defaultdict[str, list[bool]] = defaultdict(list)
    for item in items:
        found = judge(item)
        result.items += 1
        tallies = [result.total, *([traps[item.trap]] if item.trap else [])]
        for topic in sorted(found | item.topics):
            for tally in (*tallies, result.topics.setdefault(topic, Tally())):
                tally.right += topic in found and topic in item.topics
                tally.wrong += topic in found and topic not in item.topics
                tally.missed += topic not in found
            if topic not in found or topic not in item.topics:
                kind = "missed" if topic in item.topics else "wrong"
                result.mistakes.append(f"{item.where}: {kind} {topic}: {item.title}")
        if item.trap:
            clean[item.trap].append(not found - item.topics)
    result.traps, result.clean = dict(sorted(traps.items())), dict(clean)
    return result
