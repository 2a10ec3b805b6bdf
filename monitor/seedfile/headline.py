"""Which line of a page is the headline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from monitor.seedfile.parts import Part

WORDS = range(3, 31)
"""How many words a headline has; a shorter one counts only where nothing rivals it."""
RIVAL = 5.0
"""By how much a line may read worse than the best and still be the headline, when it stands above it."""
_HEAD = 40
"""Parts before the article that are looked at."""
_PLAUSIBLE = 3.0
_REASON = "the line before the article that reads most like one"
_WORD = re.compile(r"\w{4,}")


def find_headline(parts: Sequence[Part], start: int, stop: int) -> int | None:
    """Where the headline of the article from `start` to `stop` stands, given its role; None where there is none."""
    return _Search(parts, start, stop).run()


def known_headline(parts: Sequence[Part], start: int, title: str) -> int | None:
    """Where a title that is known stands once more."""
    for place, part in enumerate(parts[: start + 3]):
        if part.text.casefold() == title.casefold():
            part.be("headline", "the title that the format names", 1.0)
            return place
    return None


class _Search:
    """The lines before an article, and what tells a headline among them."""

    def __init__(self, parts: Sequence[Part], start: int, stop: int) -> None:
        self.parts = parts
        self.start = start
        self.told = frozenset(word for part in parts[start:stop] for word in _WORD.findall(part.text.casefold()))
        """The words of the article."""
        times = Counter(part.text.casefold() for part in parts)
        self.again = frozenset(text for text, count in times.items() if count > 1)
        self.opened = " ".join(part.text.casefold() for part in parts[: min(3, start)])
        """How the page begins: often its title, with the site's name."""

    def run(self) -> int | None:
        scores = {place: self._score(place) for place in self._candidates()}
        if scores:
            best = max(scores, key=lambda place: (scores[place], -place))
            place, score = self._fuller(self._topmost(scores, best)), scores[best]
        elif (short := self._short()) is not None:
            place, score = short, 0.0
        else:
            return None
        if self.parts[place].role is not None:
            return None
        self.parts[place].be("headline", _REASON, min(0.95, 0.5 + score / 30))
        return place

    def _candidates(self) -> list[int]:
        """Lines before the article; within it only its first, or one that a byline or time follows."""
        found: list[int] = []
        for place in range(max(0, self.start - _HEAD), min(self.start + 2, len(self.parts))):
            part = self.parts[place]
            if place > self.start and self.parts[self.start].role is None:
                break
            signed = self._signed(place)
            if part.role is not None or part.unit.words not in WORDS or (part.unit.prose and not signed):
                continue
            if place >= self.start and not signed and (found or part.unit.period):
                continue
            found.append(place)
        return found

    def _score(self, place: int) -> float:
        """How much a line reads like the headline: its length, its words, and what stands around it."""
        parts, unit = self.parts, self.parts[place].unit
        text = unit.text.casefold()
        words = set(_WORD.findall(text))
        score = min(unit.words, 12) * 0.5 - 0.3 * abs(self.start - place) - 0.5 * max(0, unit.words - 15)
        if words:
            told = len(words & self.told)
            score += 1.2 * min(told, 5) + 3 * told / len(words)
        if any(part.role in ("byline", "timestamp") for part in parts[place + 1 : place + 4]):
            score += 3
        if any(part.role in ("byline", "timestamp") for part in parts[max(0, place - 5) : place]):
            score -= 3
        if any(part.role == "breadcrumb" for part in parts[max(0, place - 2) : place]):
            score += 3
        if text in self.again or (place > 2 and text in self.opened):
            score += 2
        if unit.period:
            score -= 4
        if unit.words <= 3:
            score -= 2
        if (
            unit.words <= 4
            and place + 1 < self.start
            and parts[place + 1].role is None
            and parts[place + 1].unit.words > 4
        ):
            score -= 3
        return score

    def _topmost(self, scores: dict[int, float], best: int) -> int:
        """The first of the lines that stand together and read like a headline; one that stands within another wins."""
        enough = max(_PLAUSIBLE, scores[best] - RIVAL)
        first = best
        while scores.get(first - 1, -1.0) > enough and self.parts[first - 1].unit.words > 4:
            first -= 1
        text = self.parts[first].text
        return next((place for place in range(first + 1, best + 1) if self.parts[place].text in text), first)

    def _fuller(self, place: int) -> int:
        """The same words just before, with more punctuation: a page's title beside the headline set in two lines."""
        words = re.findall(r"\w+", self.parts[place].text)
        for before in range(max(0, place - 3), place):
            text = self.parts[before].text
            if len(text) > len(self.parts[place].text) and re.findall(r"\w+", text) == words:
                return before
        return place

    def _signed(self, place: int) -> bool:
        """Whether a byline or a time comes right after a part."""
        return self.parts[place].unit.words <= 20 and any(
            part.role in ("byline", "timestamp") and len(part.text) > len("23:59")
            for part in self.parts[place + 1 : place + 3]
        )

    def _short(self) -> int | None:
        """A headline of a word or two, or a long one, where nothing else stands before the article."""
        free = [place for place in range(self.start) if self.parts[place].role is None]
        if (
            not free
            and self.start < len(self.parts)
            and self.parts[self.start].role is None
            and not self.parts[self.start].unit.prose
        ):
            free = [self.start] if not self.parts[self.start].unit.period else []
        return free[0] if len(free) == 1 else None
