"""What each block of a page saved as text is: every decision with its reason.

The article is the stretch of the page that holds most prose: units that end as sentences do count for it with their words, lines
of a menu, links and notices count against it, and the stretch with the largest sum is taken. What stands before it is the head
(breadcrumb, headline, dek, byline, time), what comes after it is the footer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.seedfile import cues, wire
from monitor.seedfile.blocks import Unit
from monitor.seedfile.boilerplate import block_key
from monitor.seedfile.dates import Stamp, timestamp_line
from monitor.seedfile.parsed import Role

HEADLINE_WORDS = range(3, 31)
QUOTE_WORDS = 40
TAIL = 0.3
"""A footer's cue is looked for in the last part of the article's text …"""
KEPT = 0.4
"""… and never followed when less than this part of the prose would remain."""
_HEAD_UNITS = 40
_WORD = re.compile(r"\w{4,}")


@dataclass
class Part:
    """A unit under judgement: its role so far, with the reason and the confidence."""

    unit: Unit
    role: Role | None = None
    reason: str = ""
    confidence: float = 0.0
    weight: float = 0.0
    """What it counts for or against being article text."""
    authors: tuple[str, ...] | None = None
    section: tuple[str, ...] = ()
    times: list[Stamp] = field(default_factory=list)
    signal: wire.Signal | None = None

    def be(self, role: Role, reason: str, confidence: float) -> None:
        """Take a role."""
        self.role, self.reason, self.confidence = role, reason, confidence

    @property
    def text(self) -> str:
        """The unit's text."""
        return self.unit.text


def judge(units: Sequence[Unit], learned: frozenset[str] = frozenset()) -> list[Part]:
    """The parts of a page that holds one article, each with its role."""
    parts = [_first_look(unit) for unit in units]
    _drop_learned(parts, learned)
    start, stop = _article(parts)
    title = _headline(parts, start, stop)
    if title is not None and title >= start:
        start = title + 1
    stop = _cut_footer(parts, start, stop)
    _head(parts, title, start)
    _body(parts, start, stop)
    _pull_quotes(parts)
    for part in parts[stop:]:
        if part.role in (None, "body", "breadcrumb", "byline", "timestamp"):
            part.be("footer", part.reason or "stands after the article", 0.7)
    return parts


def _first_look(unit: Unit) -> Part:
    """What a unit shows by itself."""
    part = Part(unit)
    words = unit.words
    if reason := cues.caption(unit):
        part.be("caption", reason, 0.9)
        return part
    if signal := wire.line_signal(unit.text):
        part.signal = signal
        part.be("advisory", signal.reason, 0.9)
        return part
    if times := timestamp_line(unit.text):
        part.times = times
        part.be("timestamp", "nothing but a date", 0.9)
        part.weight = -3
        return part
    if reason := cues.furniture(unit):
        part.be("footer", reason, 0.8)
        part.weight = -12 if "address" not in reason else -4
        return part
    if section := cues.breadcrumb(unit):
        part.section = section
        part.be("breadcrumb", "short names parted by a mark", 0.8)
        part.weight = -4
        return part
    if (authors := cues.byline(unit)) is not None:
        part.authors = authors
        part.be("byline", "names who wrote it", 0.8)
        part.weight = -3
        return part
    if unit.ends:
        part.weight = words if words >= 4 else 1
    elif unit.text.endswith((":", ",", ";", "—", "–")) or words >= 40:
        part.weight = words / 2
    elif unit.bullet:
        part.weight = min(words, 4)
    elif words <= 4:
        part.weight = -6
    else:
        part.weight = -5
    return part


def _drop_learned(parts: list[Part], learned: frozenset[str]) -> None:
    """Mark what is boilerplate of the source, unless that would take most of the prose."""
    if not learned:
        return
    known = [part for part in parts if block_key(part.text) in learned]
    prose = sum(part.unit.words for part in parts if part.unit.prose)
    if sum(part.unit.words for part in known if part.unit.prose) > (1 - KEPT) * prose:
        known = [part for part in known if not part.unit.prose]
    for part in known:
        part.be("learned", "stands in several files of this source", 0.95)
        part.weight = -12


def _article(parts: list[Part]) -> tuple[int, int]:
    """The stretch of parts with the largest sum of weights; empty, at the end of the head, where there is no prose at all."""
    best = (0.0, 0, 0)
    total, begin = 0.0, 0
    for place, part in enumerate(parts):
        if total <= 0:
            total, begin = 0.0, place
        total += part.weight
        if total > best[0]:
            best = (total, begin, place + 1)
    if best[0] > 0:
        return best[1], best[2]
    first = next((place for place, part in enumerate(parts) if part.role is None), len(parts))
    last = max((place + 1 for place, part in enumerate(parts) if part.role is None), default=first)
    return first, last


def _headline(parts: list[Part], start: int, stop: int) -> int | None:
    """Which part is the headline; None where none can be found."""
    vocabulary = Counter(word for part in parts[start:stop] for word in _WORD.findall(part.text.casefold()))
    repeated = Counter(part.text.casefold() for part in parts)
    opened = " ".join(part.text.casefold() for part in parts[: min(3, start)])
    best: tuple[float, int] | None = None
    for place in range(max(0, start - _HEAD_UNITS), min(start + 2, len(parts))):
        part = parts[place]
        if part.role is not None or part.unit.words not in HEADLINE_WORDS or part.unit.prose:
            continue
        if place >= start and (part.unit.period or best is not None):
            break
        score = _headline_score(parts, place, start, vocabulary, repeated, opened)
        if best is None or score > best[0]:
            best = (score, place)
    if best is None:
        best = _short_headline(parts, start)
    if best is not None and parts[best[1]].role is None:
        parts[best[1]].be(
            "headline", "the line before the article that reads most like one", min(0.95, 0.5 + best[0] / 30)
        )
        return best[1]
    return None


def _headline_score(
    parts: list[Part], place: int, start: int, vocabulary: Counter[str], repeated: Counter[str], opened: str
) -> float:
    unit = parts[place].unit
    text = unit.text.casefold()
    words = set(_WORD.findall(text))
    score = min(unit.words, 12) * 0.5 - 0.3 * abs(start - place)
    if words:
        score += 7 * sum(1 for word in words if vocabulary[word]) / len(words)
    following = [part.role for part in parts[place + 1 : place + 4]]
    if "byline" in following or "timestamp" in following:
        score += 3
    if any(part.role == "breadcrumb" for part in parts[max(0, place - 2) : place]):
        score += 3
    if repeated[text] > 1 or (place > 2 and text in opened):
        score += 2
    if unit.period:
        score -= 4
    return score


def _short_headline(parts: list[Part], start: int) -> tuple[float, int] | None:
    """A headline of one or two words, where the text before the article holds nothing else."""
    free = [
        place
        for place in range(min(start + 1, len(parts)))
        if parts[place].role is None and not parts[place].unit.period
    ]
    return (0.0, free[0]) if len(free) == 1 or (free and start == 0) else None


def _cut_footer(parts: list[Part], start: int, stop: int) -> int:
    """Where the article ends: at the earliest cue in its last part, as long as enough prose remains."""
    sizes = [len(part.text) for part in parts[start:stop]]
    prose = [part.unit.words if part.unit.ends else 0 for part in parts[start:stop]]
    for offset in range(len(sizes)):
        if sum(sizes[:offset]) < (1 - TAIL) * sum(sizes) or parts[start + offset].role != "footer":
            continue
        if sum(prose[:offset]) >= KEPT * sum(prose):
            return start + offset
    return stop


def _head(parts: list[Part], title: int | None, start: int) -> None:
    """Name what stands before the article."""
    dek_open = title is not None
    for place, part in enumerate(parts[:start]):
        after = title is not None and place > title
        if part.role == "footer" or (
            part.role in ("breadcrumb", "byline", "timestamp") and title is not None and not _near(place, title)
        ):
            part.be("navigation", part.reason or "stands away from the headline", 0.7)
        elif part.role is not None:
            dek_open = dek_open and not (after and part.role == "body")
        elif after and dek_open and part.unit.words >= 4 and part.weight > -6:
            part.be("dek", "stands between headline and article", 0.6)
            dek_open = False
        elif after and part.unit.ends and part.unit.words >= 4:
            part.be("body", "a sentence between headline and article", 0.5)
        else:
            part.be("navigation", "a line of the page before the article", 0.7)


def _near(place: int, title: int) -> bool:
    return title - 4 <= place <= title + 8


def _body(parts: list[Part], start: int, stop: int) -> None:
    """Everything in the article that is nothing else is its text."""
    for part in parts[start:stop]:
        if part.role == "footer" and "address" in part.reason:
            part.be("body", "an address within the article", 0.5)
        elif part.role in (None, "breadcrumb", "byline", "timestamp"):
            if part.role == "byline" and part is parts[start]:
                continue
            part.be(
                "body",
                "a paragraph" if part.unit.prose else "a line within the article",
                0.9 if part.unit.prose else 0.7,
            )


def _pull_quotes(parts: list[Part]) -> None:
    """A quotation that stands again in the text is set for the eye only."""
    body = [part for part in parts if part.role == "body"]
    for part in body:
        said = cues.quoted(part.text)
        if (
            said
            and 4 <= part.unit.words <= QUOTE_WORDS
            and any(said in other.text for other in body if other is not part)
        ):
            part.be("pull quote", "a quotation that stands again in the text", 0.9)
