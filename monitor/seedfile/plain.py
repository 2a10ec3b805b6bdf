"""Plain text to entries: one article, or several parted by rules or end marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from monitor.model import Entry
from monitor.seedfile import wire
from monitor.seedfile.blocks import LINES, Unit, split_sentences, units
from monitor.seedfile.parsed import Block, Parsed
from monitor.seedfile.parts import Part
from monitor.seedfile.roles import judge
from monitor.seedfile.signals import complete

_RULE = re.compile(r"^(?P<weak>[-=_*~#•·]{3,9}|(?:[-=_*~#•·] ){2,9}[-=_*~#•·]?)$|^(?P<strong>[-=_*~#+]{10,})$")
_END_MARK = re.compile(r"^\W{0,3}(?:-?30-?|ENDS?|# ?# ?#|\(END\)|ИТАР|انتهى|NNNN|（完）|\(完\))\W{0,3}$")
_TITLE_CHARS = 180
_AHEAD = 12
"""Units after a rule in which the next article must show."""


def parse_text(text: str, *, boilerplate: frozenset[str] = frozenset(), title: str | None = None) -> Parsed:
    """The entries of a safe text, most often one; always one where its format names the `title`."""
    entries: list[Entry] = []
    blocks: list[Block] = []
    found = units(text)
    notes = (f"only the first {LINES:,} lines were read",) if text.count("\n") >= LINES else ()
    articles = split_articles(found) if title is None else [found]
    for number, article in enumerate(articles):
        parts = judge(article, boilerplate, title=title)
        raw = text if len(articles) == 1 else "\n\n".join(unit.text for unit in article)
        entries.append(entry_of(parts, raw=raw, title=title))
        blocks.extend(_block(part, number) for part in parts)
    return Parsed(entries=tuple(entries), format="text", notes=notes, blocks=tuple(blocks))


def split_articles(found: Sequence[Unit]) -> list[list[Unit]]:
    """One list of units per article. A rule parts two articles only when what follows it opens as an article does."""
    articles: list[list[Unit]] = [[]]
    for place, unit in enumerate(found):
        rule = _RULE.match(unit.text)
        ended = _END_MARK.match(unit.text) is not None
        if rule is None and not ended:
            articles[-1].append(unit)
        elif _has_prose(articles[-1]):
            certain = ended or (rule is not None and rule["strong"] is not None)
            if _opens_article(found[place + 1 : place + 1 + _AHEAD], certain=certain):
                articles.append([])
    return [article for article in articles if article] or [list(found)]


def _has_prose(article: Sequence[Unit]) -> bool:
    return any(unit.ends and unit.words >= 8 for unit in article)


def _opens_article(following: Sequence[Unit], *, certain: bool) -> bool:
    """Whether a headline comes next, and prose; after a weak mark a dateline, byline or time must show as well."""
    ahead = [unit for unit in following if not _RULE.match(unit.text)]
    if len(ahead) < 2 or ahead[0].period or ahead[0].words > 30 or not _has_prose(ahead[1:]):
        return False
    if certain:
        return True
    head = judge(ahead[:6])
    return any(part.role in ("byline", "timestamp", "breadcrumb") for part in head) or any(
        wire.dateline(unit.text) for unit in ahead[1:5]
    )


def entry_of(parts: Sequence[Part], *, raw: str, title: str | None = None) -> Entry:
    """The entry that judged parts make, under the `title` that its format names or the headline among them."""
    notes = [
        f"{part.role}: {part.text[:60]!r}, {part.reason}" for part in parts if part.role not in ("body", "navigation")
    ]
    headline = title or next((part.text for part in parts if part.role == "headline"), None)
    body = [part.text for part in parts if part.role == "body"]
    guessed = headline is None and bool(body)
    if guessed:
        headline = _first_sentence(body[0])
        notes.append("headline: guessed, the first sentence")
    published, updated = _times(parts, notes)
    bylines = [part for part in parts if part.role == "byline"]
    agencies = (wire.agency_of(part.text.removeprefix("By ").strip("() .")) for part in bylines)
    entry = Entry(
        title=headline,
        title_guessed=guessed,
        dek=next((part.text for part in parts if part.role == "dek"), None),
        body="\n\n".join(body),
        captions=tuple(part.text for part in parts if part.role == "caption"),
        boilerplate=tuple(part.text for part in parts if part.role in ("navigation", "footer", "learned", "advisory")),
        authors=tuple(dict.fromkeys(name for part in bylines for name in part.authors or ())),
        section=_section(parts),
        published=published,
        updated=updated,
        raw=raw,
        notes=tuple(notes),
    )
    entry = complete(entry, [part.signal for part in parts if part.signal is not None and part.role == "advisory"])
    return replace(entry, agency=entry.agency or next((name for name in agencies if name), None))


def _section(parts: Sequence[Part]) -> tuple[str, ...]:
    return next((part.section for part in reversed(parts) if part.role == "breadcrumb"), ())


def _times(parts: Sequence[Part], notes: list[str]) -> tuple[datetime | None, datetime | None]:
    stamps = [(stamp, part.text) for part in parts if part.role == "timestamp" for stamp in part.times]
    if not stamps:
        return None, None
    published, line = stamps[0]
    updated = stamps[1][0] if len(stamps) > 1 and stamps[1][0].at > published.at else None
    notes.append(
        f"published: {published.at:%Y-%m-%d %H:%M} UTC from {line[:60]!r}"
        + (f", {published.assumed}" if published.assumed else "")
    )
    return published.at, updated.at if updated else None


def _first_sentence(paragraph: str) -> str:
    line = wire.dateline(paragraph)
    sentence = split_sentences(paragraph[line.end :] if line else paragraph)[0]
    return sentence if len(sentence) <= _TITLE_CHARS else sentence[:_TITLE_CHARS].rsplit(None, 1)[0] + "…"


def _block(part: Part, entry: int) -> Block:
    return Block(text=part.text, role=part.role or "body", reason=part.reason, confidence=part.confidence, entry=entry)
