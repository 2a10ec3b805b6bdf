"""Views as TinyDB queries, with their orders and the keys of their pages: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from tinydb import Query

from monitor.errors import UsageError
from monitor.store.records import micros

if TYPE_CHECKING:
    from tinydb.queries import QueryInstance

    from monitor.model import Story, View
    from monitor.store.layout import Key, Path
    from monitor.store.records import Record


def condition(view: View) -> QueryInstance | None:
    """What a view asks of an item; None when it takes all."""
    doc = Query()
    parts: list[QueryInstance] = []
    if view.topic is not None:
        parts.append(doc.verdict.scores[view.topic].exists())
    if view.source is not None:
        parts.append(doc.item.source == view.source)
    match view.shelf:
        case "open":
            parts.append(doc.open == True)  # noqa: E712 - TinyDB's words
        case "hidden":
            parts.append(doc.open == False)  # noqa: E712
        case "starred":
            parts.append(doc.state.starred == True)  # noqa: E712
        case "all":
            pass
    if view.unread:
        parts.append(doc.state.read == False)  # noqa: E712
    if view.since is not None:
        parts.append(doc.at >= micros(view.since))
    if view.until is not None:
        parts.append(doc.at < micros(view.until))
    if not parts:
        return None
    whole = parts[0]
    for part in parts[1:]:
        whole &= part
    return whole


def holds(view: View, record: Record) -> bool:
    """Whether a view takes a record: `condition`, asked of one."""
    shelf = {"open": record.open, "hidden": not record.open, "starred": record.state.starred, "all": True}[view.shelf]
    return (
        shelf
        and (view.topic is None or view.topic in record.verdict.scores)
        and (view.source is None or view.source == record.item.source)
        and not (view.unread and record.state.read)
        and (view.since is None or record.at >= micros(view.since))
        and (view.until is None or record.at < micros(view.until))
    )


def order(view: View) -> tuple[Path, ...]:
    """The paths that a view is sorted by, all falling: newest (or best) first."""
    time: tuple[Path, ...] = (("at",), ("item", "id"))
    if view.order == "time":
        return time
    return (("score",) if view.topic is None else ("verdict", "scores", view.topic), *time)


def key(view: View, record: Record) -> Key:
    """Where a record stands in a view's order."""
    time = (record.at, record.item.id)
    if view.order == "time":
        return time
    return (record.score if view.topic is None else record.verdict.scores.get(view.topic, 0.0), *time)


def beginning(view: View, story: Story) -> Key:
    """The place just before a story."""
    time = (micros(story.item.published), f"{story.id}\0")
    if view.order == "time":
        return time
    return (story.verdict.score if view.topic is None else story.verdict.scores.get(view.topic, 0.0), *time)


def write_key(place: Key) -> str:
    """The key of a page, as it is given out."""
    return msgspec.json.encode(place).decode()


def read_key(view: View, text: str | None) -> Key | None:
    """The key of a page as it came back. Raises UsageError when it is not one of this view's order."""
    if text is None:
        return None
    kind: Any = tuple[int, str] if view.order == "time" else tuple[float, int, str]
    try:
        place: Key = msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        raise UsageError("not the key of a page of this view", hint="start again from the first page") from error
    return place
