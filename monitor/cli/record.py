"""One item as JSON: a stable schema that scripts rely on, told in docs/json.md."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor.model import Body, Hit, State, Story


def to_record(story: Story, *, full: bool = False) -> dict[str, Any]:
    """A story as it is printed; `full` adds captions, links, enclosures and body."""
    item, verdict = story.item, story.verdict
    record = {
        "id": item.id,
        "source": item.source,
        "url": item.url,
        "title": item.title,
        "dek": item.dek,
        "lang": item.lang,
        "section": list(item.section),
        "authors": list(item.authors),
        "agency": item.agency,
        "place": item.place,
        "published": stamp(item.published),
        "published_guessed": item.published_guessed,
        "seen": stamp(item.seen),
        "updated": stamp(item.updated),
        "words": item.words,
        "kind": item.kind,
        "urgency": item.urgency,
        "topics": list(verdict.topics),
        "score": verdict.score,
        "hits": [_hit(hit) for hit in verdict.hits],
        "state": _state(story.state),
    }
    return record | _body(story.body or Body()) if full else record


def stamp(time: datetime | None) -> str | None:
    """A time in UTC as RFC 3339 has it, to the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if time else None


def _hit(hit: Hit) -> dict[str, Any]:
    record: dict[str, Any] = {
        "topic": hit.topic,
        "field": hit.field,
        "term": hit.term,
        "text": hit.text,
        "start": hit.start,
        "end": hit.end,
    }
    return record | {"index": hit.index} if hit.field == "caption" else record


def _state(state: State) -> dict[str, Any]:
    return {
        "read": state.read,
        "starred": state.starred,
        "triage": state.triage,
        "assignee": state.assignee,
        "snoozed_until": stamp(state.snoozed_until),
        "notes": [{"text": note.text, "who": note.who, "at": stamp(note.at)} for note in state.notes],
    }


def _body(body: Body) -> dict[str, Any]:
    return {
        "captions": list(body.captions),
        "links": list(body.links),
        "enclosures": [{"url": one.url, "type": one.type, "length": one.length} for one in body.enclosures],
        "body": body.text,
    }
