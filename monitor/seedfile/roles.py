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
from monitor.seedfile.dates import Stamp, time_line, timestamp_line
from monitor.seedfile.parsed import Role

HEADLINE_WORDS = range(3, 31)
QUOTE_WORDS = 40
TAIL = 0.3
"""A footer's cue is looked for in the last part of the article's text …"""
KEPT = 0.4
"""… and never followed when less than this part of the prose would remain."""
GAP = 25.0
REACH = 0.3
BOX = 6
RIVAL = 5.0
_HEAD_UNITS = 40
MENU, LINE, CUE, LINK = -4.0, -3.0, -20.0, -3.0
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
    furniture: cues.Furniture | None = None

    def be(self, role: Role, reason: str, confidence: float) -> None:
        """Take a role."""
        self.role, self.reason, self.confidence = role, reason, confidence

    @property
    def ending(self) -> bool:
        """Whether no article goes on after it."""
        return self.role == "learned" or (self.furniture is not None and self.furniture.ending)

    @property
    def text(self) -> str:
        """The unit's text."""
        return self.unit.text


def judge(units: Sequence[Unit], learned: frozenset[str] = frozenset(), *, title: str | None = None) -> list[Part]:
    """The parts of a page that holds one article, each with its role; none is looked for as headline but a known `title`."""
    parts = [_first_look(unit) for unit in units]
    _fill_boxes(parts)
    _drop_learned(parts, learned)
    start, stop = _article(parts)
    place = _headline(parts, start, stop) if title is None else _known_headline(parts, start, title)
    if place is not None and place >= start:
        start = place + 1
    stop = max(start, _cut_footer(parts, start, stop))
    _head(parts, place, start)
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
    if time_line(unit.text):
        part.be("timestamp", "a time without its date", 0.7)
        part.weight = LINK
        return part
    if (found := cues.furniture(unit)) is not None:
        part.furniture = found
        part.be("footer", found.reason, 0.8)
        part.weight = CUE if found.ending else LINK if found.address else MENU
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
    if unit.ends or cues.credits_tail(unit.text):
        part.weight = words if words >= 4 else 1
    elif unit.text.endswith((":", ",", ";", "—", "–")) or words >= 40:
        part.weight = words / 2
    elif unit.bullet:
        part.weight = min(words, 4)
    elif words <= 4:
        part.weight = MENU
    else:
        part.weight = LINE
    return part


def _fill_boxes(parts: list[Part]) -> None:
    """The lines after the title of a box of links are its links."""
    left = 0
    first = next((place for place, part in enumerate(parts) if part.unit.prose), len(parts))
    for part in parts[first:]:
        if part.furniture is not None and part.furniture.box:
            left = BOX
        elif left and part.role is None and not part.unit.ends and part.unit.words >= 4 and part.weight < 0:
            part.be("footer", "a link in a box of links", 0.6)
            left -= 1
        else:
            left = 0


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
    total, begin, gap = 0.0, 0, 0.0
    for place, part in enumerate(parts):
        if total <= 0:
            total, begin, gap = 0.0, place, 0.0
        weight = part.weight
        if weight < 0:
            if not part.ending:
                weight = max(weight, -GAP - gap)
                gap += weight
        else:
            gap = 0.0
        total += weight
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
    scores: dict[int, float] = {}
    best: tuple[float, int] | None = None
    for place in range(max(0, start - _HEAD_UNITS), min(start + 2, len(parts))):
        part = parts[place]
        if (
            part.role is not None
            or part.unit.words not in HEADLINE_WORDS
            or (part.unit.prose and not _signed(parts, place))
        ):
            continue
        within = place >= start
        if within and (parts[start].role is None and place > start):
            break
        if within and not _signed(parts, place) and (best is not None or part.unit.period):
            continue
        score = scores[place] = _headline_score(parts, place, start, vocabulary, repeated, opened)
        if best is None or score > best[0]:
            best = (score, place)
    if best is None:
        best = _short_headline(parts, start)
    if best is not None:
        best = (best[0], _fuller(parts, _topmost(parts, scores, best[1])))
    if best is not None and parts[best[1]].role is None:
        parts[best[1]].be(
            "headline", "the line before the article that reads most like one", min(0.95, 0.5 + best[0] / 30)
        )
        return best[1]
    return None


def _topmost(parts: list[Part], scores: dict[int, float], place: int) -> int:
    """The first of the lines that stand together and read like a headline: what follows it is dek. One within another wins."""
    run = [place]
    while (
        place in scores
        and scores.get(run[0] - 1, -1.0) > max(3.0, scores[place] - RIVAL)
        and parts[run[0] - 1].unit.words > 4
    ):
        run.insert(0, run[0] - 1)
    for other in run[1:]:
        if parts[other].text in parts[run[0]].text:
            return other
    return run[0]


def _known_headline(parts: list[Part], start: int, title: str) -> int | None:
    """Where a title that is known stands once more."""
    for place, part in enumerate(parts[: start + 3]):
        if part.text.casefold() == title.casefold():
            part.be("headline", "the title that the format names", 1.0)
            return place
    return None


def _fuller(parts: list[Part], place: int) -> int:
    """The same words just before, with more punctuation: a page's title beside the headline set in two lines."""
    words = re.findall(r"\w+", parts[place].text)
    for before in range(max(0, place - 3), place):
        text = parts[before].text
        if len(text) > len(parts[place].text) and re.findall(r"\w+", text) == words:
            return before
    return place


def _signed(parts: list[Part], place: int) -> bool:
    """Whether a byline or a time comes right after a part."""
    return parts[place].unit.words <= 20 and any(
        part.role in ("byline", "timestamp") and len(part.text) > len("23:59") for part in parts[place + 1 : place + 3]
    )


def _headline_score(
    parts: list[Part], place: int, start: int, vocabulary: Counter[str], repeated: Counter[str], opened: str
) -> float:
    unit = parts[place].unit
    text = unit.text.casefold()
    words = set(_WORD.findall(text))
    score = min(unit.words, 12) * 0.5 - (2 if unit.words <= 3 else 0) - 0.3 * abs(start - place)
    if words:
        told = sum(1 for word in words if vocabulary[word])
        score += 1.2 * min(told, 5) + 3 * told / len(words)
    following = [part.role for part in parts[place + 1 : place + 4]]
    if "byline" in following or "timestamp" in following:
        score += 3
    if any(part.role == "breadcrumb" for part in parts[max(0, place - 2) : place]):
        score += 3
    if repeated[text] > 1 or (place > 2 and text in opened):
        score += 2
    if unit.period:
        score -= 4
    score -= 0.5 * max(0, unit.words - 15)
    if unit.words <= 4 and place + 1 < start and parts[place + 1].role is None and parts[place + 1].unit.words > 4:
        score -= 3
    if any(part.role in ("byline", "timestamp") for part in parts[max(0, place - 5) : place]):
        score -= 3
    return score


def _short_headline(parts: list[Part], start: int) -> tuple[float, int] | None:
    """A headline of a word or two, or a long one, where nothing else stands before the article."""
    free = [place for place in range(start) if parts[place].role is None]
    if not free and start < len(parts) and parts[start].role is None and not parts[start].unit.prose:
        free = [start] if not parts[start].unit.period else []
    return (0.0, free[0]) if len(free) == 1 else None


def _cut_footer(parts: list[Part], start: int, stop: int) -> int:
    """Where the article ends: at the earliest cue in its last part, as long as enough prose remains.

    A box of links with paragraphs after it stands in the middle of the article, and ends nothing.
    """
    stop = _to_cue(parts, start, stop)
    sizes = [len(part.text) for part in parts[start:stop]]
    prose = [part.unit.words if part.unit.ends else 0 for part in parts[start:stop]]
    for offset in range(len(sizes)):
        part = parts[start + offset]
        if (
            part.role != "footer"
            or (part.furniture and part.furniture.address)
            or sum(sizes[:offset]) < (1 - TAIL) * sum(sizes)
        ):
            continue
        goes_on = any(later.unit.prose for later in parts[start + offset + 1 : stop])
        if (part.ending or not goes_on) and sum(prose[:offset]) >= KEPT * sum(prose):
            return start + offset
    return stop


def _to_cue(parts: list[Part], start: int, stop: int) -> int:
    """Lists and short lines after the last prose still belong to the article, up to a cue that is not far away."""
    limit = REACH * sum(len(part.text) for part in parts[start:stop])
    for place in range(stop, len(parts)):
        part = parts[place]
        if part.role in ("footer", "learned") and not (part.furniture and part.furniture.address):
            while place > stop and parts[place - 1].weight == MENU:
                place -= 1  # noqa: PLW2901 - short lines just before a cue go with it
            return place
        limit -= len(part.text)
        if limit < 0:
            break
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
        elif (after or title is None) and part.weight > 0 and part.unit.words >= 4:
            part.be("body", "a sentence between headline and article", 0.5)
        else:
            part.be("navigation", "a line of the page before the article", 0.7)


def _near(place: int, title: int) -> bool:
    return title - 4 <= place <= title + 8


def _body(parts: list[Part], start: int, stop: int) -> None:
    """Everything in the article that is nothing else is its text."""
    for place, part in enumerate(parts[start:stop]):
        if part.furniture is not None and part.furniture.address:
            part.be("body", "an address within the article", 0.5)
        elif part.role in (None, "breadcrumb", "byline", "timestamp") or (
            part.signal and part.signal.kind == "advisory"
        ):
            if part.role in ("byline", "timestamp") and place < 3:
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
