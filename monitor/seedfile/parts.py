"""A block under judgement, and what it shows by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.seedfile import cues, wire
from monitor.seedfile.blocks import Unit
from monitor.seedfile.dates import Stamp, time_line, timestamp_line
from monitor.seedfile.parsed import Role

MENU, LINE, LINK, CUE = -4.0, -3.0, -3.0, -20.0
"""What speaks against article text: a few words, more words without an end, an address, a cue of the page."""
LONG = 40
"""Words from which on a block is prose even where it does not end as a sentence does."""


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
    def address(self) -> bool:
        """Whether it is nothing but a link or an address."""
        return self.furniture is not None and self.furniture.address

    @property
    def text(self) -> str:
        """The unit's text."""
        return self.unit.text


def first_look(unit: Unit) -> Part:
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
        part.weight = LINE
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
        part.weight = MENU
        return part
    if (authors := cues.byline(unit)) is not None:
        part.authors = authors
        part.be("byline", "names who wrote it", 0.8)
        part.weight = LINE
        return part
    if unit.ends or cues.credits_tail(unit.text):
        part.weight = words if words >= 4 else 1
    elif unit.text.endswith((":", ",", ";", "—", "–")) or words >= LONG:
        part.weight = words / 2
    elif unit.bullet:
        part.weight = min(words, 4)
    elif words <= 4:
        part.weight = MENU
    else:
        part.weight = LINE
    return part
