"""What a mark does to a state, and which shelf it then lies on: pure, so that store, dashboard and tests agree."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from monitor.errors import UsageError
from monitor.model import Mark, Note, Shelf, State


def apply(mark: Mark, state: State) -> State:
    """The state after a mark. Equal to `state` but for `by` and `at` when the mark changes nothing.

    Raises UsageError where a mark lacks its value.
    """
    changed = _changed(mark, state)
    return state if changed == state else replace(changed, by=mark.who, at=mark.at)


def on_shelf(shelf: Shelf, state: State, now: datetime) -> bool:
    """Whether an item in this state lies on the shelf."""
    asleep = state.snoozed_until is not None and state.snoozed_until > now
    hidden = state.triage in {"dismissed", "done"} or asleep
    match shelf:
        case "open":
            return not hidden
        case "hidden":
            return hidden
        case "starred":
            return state.starred
        case "all":
            return True


def _changed(mark: Mark, state: State) -> State:
    match mark.action:
        case "read" | "unread":
            return replace(state, read=mark.action == "read")
        case "star" | "unstar":
            return replace(state, starred=mark.action == "star")
        case "watch":
            return replace(state, triage="watching", snoozed_until=None)
        case "done":
            return replace(state, triage="done", read=True)
        case "dismiss":
            return replace(state, triage="dismissed", read=True)
        case "restore":
            return replace(state, triage="new", snoozed_until=None)
        case "snooze":
            if mark.until is None:
                raise UsageError("snooze needs a time", hint="say until when, such as 2h or 2026-11-24T09:00Z")
            return replace(state, snoozed_until=mark.until)
        case "assign":
            return replace(state, assignee=mark.value or None)
        case "note":
            note = Note(text=_value(mark), who=mark.who, at=mark.at)
            return replace(state, notes=(*state.notes, note))
        case "tag":
            value = _value(mark)
            return state if value in state.tags else replace(state, tags=(*state.tags, value))
        case "untag":
            return replace(state, tags=tuple(tag for tag in state.tags if tag != mark.value))


def _value(mark: Mark) -> str:
    if not mark.value:
        raise UsageError(f"{mark.action} needs a text")
    return mark.value
