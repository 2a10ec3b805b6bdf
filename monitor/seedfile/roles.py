"""What each block of a page saved as text is: every decision with its reason.

The article is the stretch of the page that holds most prose: units that end as sentences do count for it with their
words, lines of a menu, links and notices count against it, and the stretch with the largest sum is taken. What stands
before it is the head (breadcrumb, headline, dek, byline, time), what comes after it is the footer.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.seedfile import cues
from monitor.seedfile.blocks import Unit
from monitor.seedfile.boilerplate import block_key
from monitor.seedfile.headline import find_headline, known_headline
from monitor.seedfile.parts import CUE, MENU, Part, first_look

QUOTE_WORDS = 40
QUOTES = 100
"""Quotations of one text that are looked for again."""
TAIL = 0.3
"""A footer's cue is looked for in the last part of the article's text …"""
KEPT = 0.4
"""… and never followed when less than this part of the prose would remain."""
GAP = 25.0
"""What a run of menu lines counts against the article at most, so that paragraphs after it can still belong."""
REACH = 0.3
"""How far after the last prose a cue may end the article, as a part of the article's length: lists stand there."""
BOX = 6
"""Links in a box, at most."""


def judge(units: Sequence[Unit], learned: frozenset[str] = frozenset(), *, title: str | None = None) -> list[Part]:
    """The parts of a page that holds one article, each with its role. A `title` that is known is not looked for."""
    parts = [first_look(unit) for unit in units]
    _fill_boxes(parts)
    _drop_learned(parts, learned)
    start, stop = _article(parts)
    place = find_headline(parts, start, stop) if title is None else known_headline(parts, start, title)
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
        known = [part for part in known if not part.unit.ends]
    for part in known:
        part.be("learned", "stands in several files of this source", 0.95)
        part.weight = CUE


def _article(parts: list[Part]) -> tuple[int, int]:
    """The stretch of parts with the largest sum of weights; where there is no prose, all that is nothing else."""
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


def _cut_footer(parts: list[Part], start: int, stop: int) -> int:
    """Where the article ends: at the earliest cue in its last part, as long as enough prose remains.

    A box of links with paragraphs after it stands in the middle of the article, and ends nothing.
    """
    stop = _to_cue(parts, start, stop)
    article = parts[start:stop]
    size = sum(len(part.text) for part in article)
    prose = sum(part.unit.words for part in article if part.unit.ends)
    last = max((place for place, part in enumerate(article) if part.unit.prose), default=0)
    size_so_far = prose_so_far = 0
    for place, part in enumerate(article):
        is_cue = part.role == "footer" and not part.address and (part.ending or place > last)
        if is_cue and size_so_far >= (1 - TAIL) * size and prose_so_far >= KEPT * prose:
            return start + place
        size_so_far += len(part.text)
        prose_so_far += part.unit.words if part.unit.ends else 0
    return stop


def _to_cue(parts: list[Part], start: int, stop: int) -> int:
    """Lists and short lines after the last prose still belong to the article, up to a cue that is not far away."""
    limit = REACH * sum(len(part.text) for part in parts[start:stop])
    for place in range(stop, len(parts)):
        part = parts[place]
        if part.role in ("footer", "learned") and not part.address:
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
        elif after and dek_open and part.unit.words >= 4:
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
        if part.address:
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
    quotes = [part for part in body if 4 <= part.unit.words <= QUOTE_WORDS and cues.quoted(part.text)]
    for part in quotes[:QUOTES]:
        said = cues.quoted(part.text) or part.text
        if any(said in other.text for other in body if other is not part):
            part.be("pull quote", "a quotation that stands again in the text", 0.9)
