"""Plain text to entries."""

from __future__ import annotations

from monitor.model import Entry
from monitor.seedfile.blocks import units
from monitor.seedfile.parsed import Block, Parsed


def parse_text(text: str, *, boilerplate: frozenset[str] = frozenset()) -> Parsed:
    """The entries of a safe text."""
    found = units(text)
    entry = Entry(title=found[0].text, body="\n\n".join(unit.text for unit in found[1:]), raw=text)
    blocks = tuple(
        Block(text=unit.text, role="body" if place else "headline", reason="position", confidence=0.5)
        for place, unit in enumerate(found)
    )
    return Parsed(entries=(entry,), format="text", blocks=blocks)
