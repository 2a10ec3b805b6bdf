"""What an entry's own words say about it, whatever its format: signals in the headline, the dateline of the copy."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from monitor.model import Entry
from monitor.seedfile import wire
from monitor.seedfile.dates import find_times

_PREFIXES = 3
"""How many signals may stand before a headline, as in "REFILE-UPDATE 2-"."""


def complete(entry: Entry, lines: Iterable[wire.Signal] = ()) -> Entry:
    """The entry with what its headline, its dateline and the `lines` around it tell; what the format said stays."""
    signals = list(lines)
    title = entry.title
    for _ in range(_PREFIXES):
        signal = wire.headline_signal(title) if title else None
        if signal is None:
            break
        signals.insert(0, signal)
        if not signal.end or title is None:
            break
        title = title[signal.end :].strip()
    if killed := wire.kill_signal(entry.body):
        signals.append(killed)
    notes = list(entry.notes)
    chosen = min(signals, key=lambda signal: (signal.kind != "kill", signal.urgency), default=None)
    if chosen is not None:
        notes.append(f"kind: {chosen.kind}, urgency {chosen.urgency}: {chosen.reason}")
    line = wire.dateline(entry.body)
    published = entry.published
    if line is not None:
        if published is None and line.date and (times := find_times(line.date)):
            published = times[0].at
            notes.append(f"published: {published:%Y-%m-%d} from the dateline, {times[0].assumed}")
        notes.append(f"dateline: place {line.place or 'not given'}, agency {line.agency or 'not given'}")
    return replace(
        entry,
        title=title,
        kind=entry.kind or (chosen.kind if chosen else None),
        urgency=entry.urgency or (chosen.urgency if chosen else None),
        place=entry.place or (line.place if line else None),
        agency=entry.agency or (line.agency if line else None),
        published=published,
        notes=tuple(dict.fromkeys(notes)),
    )
