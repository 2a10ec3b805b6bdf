"""A story as lines to read: head, why it is here, text with the hits marked, captions, links.

Pure, and lazy: a long body is wrapped only as far as somebody reads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from rich.cells import cell_len

from monitor.model import Body, Hit, Story
from monitor.text import CAP_BODY, clean, clean_line
from monitor.tui import paint


class Line(Struct, frozen=True):
    """A line of text, the role it is drawn in, and where the hits stand in it."""

    text: str
    role: str = "ink"
    spans: tuple[paint.Span, ...] = ()


BLANK = Line("")


def lines(story: Story, width: int, *, source: str, topics: Mapping[str, str], now: datetime) -> Iterator[Line]:
    """The article, wrapped to `width` cells."""
    item = story.item
    body = story.body or Body()
    by_field: dict[tuple[str, int], list[paint.Span]] = {}
    for hit in (*story.verdict.hits, *story.found):
        by_field.setdefault((hit.field, hit.index), []).append((hit.start, hit.end))
    yield from wrapped(clean_line(item.title), width, "title", by_field.get(("title", 0), ()))
    byline = (source, ", ".join(item.authors), item.place or "", item.agency or "", " / ".join(item.section))
    yield from wrapped(" · ".join(clean_line(part) for part in byline if part), width, "quiet")
    yield from wrapped(_when(story, now), width, "quiet")
    if item.url:
        yield from wrapped(clean_line(item.url, cap=2000), width, "accent")
    for text in _desk(story, now):
        yield from wrapped(clean_line(text), width, "good")
    for text in why(story, topics):
        yield from wrapped(clean_line(text), width, "star")
    yield BLANK
    if item.dek and not body.text.startswith(item.dek):
        yield from wrapped(clean_line(item.dek), width, "title", by_field.get(("dek", 0), ()))
        yield BLANK
    yield from _text(body.text, width, by_field.get(("body", 0), ()))
    if body.captions:
        yield BLANK
        for index, caption in enumerate(body.captions):
            yield from wrapped(
                f"▏{clean_line(caption)}", width, "quiet", _moved(by_field.get(("caption", index), ()), 1)
            )
    addresses = [link for link in body.links if link != item.url] + [enclosure.url for enclosure in body.enclosures]
    if addresses:
        yield BLANK
        for number, address in enumerate(addresses, 1):
            yield from wrapped(f"{number}. {clean_line(address, cap=2000)}", width, "accent")
    if item.former_titles:
        yield BLANK
        for title in item.former_titles:
            yield from wrapped(f"was: {clean_line(title)}", width, "quiet")


def raw(story: Story, width: int) -> Iterator[Line]:
    """The text as it came, or the body where nothing else was kept."""
    body = story.body or Body()
    yield from _text(body.raw or body.text, width, ())
    for note in body.notes:
        yield from wrapped(f"parser: {clean_line(note)}", width, "faint")


def _text(text: str, width: int, spans: Sequence[paint.Span]) -> Iterator[Line]:
    safe = clean(text[: 2 * CAP_BODY])
    if safe[:-1] != text[: len(safe) - 1]:
        spans = ()
    spans = paint.merged(spans)
    at = 0
    while at <= len(safe):
        end = safe.find("\n", at)
        end = len(safe) if end < 0 else end
        if end == at:
            yield BLANK
        else:
            inside = [(start - at, stop - at) for start, stop in spans if start < end and stop > at]
            yield from wrapped(safe[at:end], width, "ink", inside)
        at = end + 1
    if safe.endswith("…") and len(safe) < len(text):
        yield Line("(the text is longer; it was truncated here)", "warning")


def wrapped(text: str, width: int, role: str, spans: Sequence[paint.Span] = ()) -> Iterator[Line]:
    """One paragraph as lines of at most `width` cells, the spans with them."""
    at, length, n = 0, len(text), 0
    spans = paint.merged(spans)
    while at < length:
        end = _break(text, at, width)
        stop = end
        while stop > at and text[stop - 1] == " ":
            stop -= 1
        while n < len(spans) and spans[n][1] <= at:
            n += 1
        here = []
        for start, last in spans[n:]:
            if start >= stop:
                break
            here.append((max(start, at) - at, min(last, stop) - at))
        yield Line(text[at:stop], role, tuple(here))
        at = end
        while at < length and text[at] == " ":
            at += 1


def _break(text: str, at: int, width: int) -> int:
    """Where the line that begins at `at` ends: after a word where there is one, else where it is full."""
    piece = text[at : at + width + 1]
    fits = len(piece) if piece.isascii() else _fitting(piece, width)
    if fits <= width and at + fits >= len(text) and cell_len(piece[:fits]) <= width:
        return at + fits
    fits = min(fits, width) if piece.isascii() else fits
    if at + fits < len(text) and text[at + fits] == " ":
        return at + fits
    blank = text.rfind(" ", at, at + fits)
    return blank + 1 if blank > at else at + max(1, fits)


def _fitting(text: str, width: int) -> int:
    cells = 0
    for n, char in enumerate(text):
        cells += cell_len(char)
        if cells > width:
            return n
    return len(text)


def _moved(spans: Sequence[paint.Span], by: int) -> list[paint.Span]:
    return [(start + by, end + by) for start, end in spans]


def _when(story: Story, now: datetime) -> str:
    item = story.item
    local = item.published.astimezone()
    parts = [
        f"{local:%a} {local.day} {local:%b %Y %H:%M %Z}",
        f"{paint.age((now - item.published).total_seconds())} ago",
    ]
    if item.published_guessed:
        parts.append("time guessed")
    if item.updated is not None:
        parts.append(f"updated {item.updated.astimezone():%H:%M}")
    if story.outlets > 1:
        parts.append(f"{story.outlets} outlets")
    if item.words:
        parts.append(f"{item.words} words")
    return " · ".join(parts)


def _desk(story: Story, now: datetime) -> Iterator[str]:
    state = story.state
    told = [word for word, true in (("starred", state.starred), (state.triage, state.triage != "new")) if true]
    if state.snoozed_until is not None and state.snoozed_until > now:
        told.append(f"snoozed until {state.snoozed_until.astimezone():%a %H:%M}")
    if state.assignee:
        told.append(f"for {state.assignee}")
    told += [f"#{tag}" for tag in state.tags]
    if told:
        yield " · ".join(told)
    for note in state.notes:
        yield f"✎ {note.text} ({note.who}, {note.at.astimezone():%d %b %H:%M})"


def why(story: Story, topics: Mapping[str, str]) -> Iterator[str]:
    """For the query asked and every topic: which term was found how often, where, and the topic's score."""
    if story.found:
        yield f"found → {_terms(story.found)}"
    for topic, score in story.verdict.scores.items():
        terms = _terms([hit for hit in story.verdict.hits if hit.topic == topic])
        yield f"{topics.get(topic, topic)} {score:g} → {terms or 'no term of its own'}"


def _terms(hits: Sequence[Hit]) -> str:
    terms = []
    for term, count in Counter(hit.term for hit in hits).most_common():
        fields = dict.fromkeys(hit.field for hit in hits if hit.term == term)
        terms.append(f"{term}{f' ×{count}' if count > 1 else ''} in {', '.join(fields)}")
    return "; ".join(terms)
