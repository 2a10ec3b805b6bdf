"""What each mark does, and that a mark which changes nothing leaves no trace."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.model import Mark, Note, State
from monitor.triage import apply, on_shelf

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def mark(action, **more):
    return Mark(action=action, who="ana", at=NOW, **more)


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        (mark("read"), State(), {"read": True}),
        (mark("unread"), State(read=True), {"read": False}),
        (mark("star"), State(), {"starred": True}),
        (mark("unstar"), State(starred=True), {"starred": False}),
        (mark("watch"), State(snoozed_until=LATER), {"triage": "watching", "snoozed_until": None}),
        (mark("done"), State(), {"triage": "done", "read": True}),
        (mark("dismiss"), State(starred=True), {"triage": "dismissed", "read": True, "starred": True}),
        (mark("restore"), State(triage="dismissed"), {"triage": "new"}),
        (mark("snooze", until=LATER), State(), {"snoozed_until": LATER}),
        (mark("assign", value="ben"), State(), {"assignee": "ben"}),
        (mark("assign"), State(assignee="ben"), {"assignee": None}),
        (mark("note", value="call"), State(), {"notes": (Note(text="call", who="ana", at=NOW),)}),
        (mark("tag", value="lead"), State(tags=("x",)), {"tags": ("x", "lead")}),
        (mark("untag", value="x"), State(tags=("x",)), {"tags": ()}),
    ],
)
def test_a_mark_changes_what_it_says(act, before, after):
    state = apply(act, before)
    assert {name: getattr(state, name) for name in after} == after
    assert (state.by, state.at) == ("ana", NOW)


@pytest.mark.parametrize("act", [mark("snooze"), mark("note"), mark("tag")])
def test_a_mark_without_its_value_is_refused(act):
    with pytest.raises(UsageError):
        apply(act, State())


@given(st.sampled_from(["read", "unread", "star", "unstar", "watch", "done", "dismiss", "restore"]), st.booleans())
def test_a_second_mark_of_a_kind_leaves_no_trace(action, read):
    once = apply(mark(action), State(read=read))
    assert apply(Mark(action=action, who="ben", at=LATER), once) == once


@pytest.mark.parametrize(
    ("state", "shelves"),
    [
        (State(), {"open", "all"}),
        (State(triage="watching", starred=True), {"open", "starred", "all"}),
        (State(triage="dismissed"), {"hidden", "all"}),
        (State(triage="done", starred=True), {"hidden", "starred", "all"}),
        (State(snoozed_until=LATER), {"hidden", "all"}),
        (State(snoozed_until=NOW), {"open", "all"}),
    ],
)
def test_which_shelves_a_state_lies_on(state, shelves):
    assert {shelf for shelf in ("open", "hidden", "starred", "all") if on_shelf(shelf, state, NOW)} == shelves
