"""`mark`, `prune`, `backup`, `restore`: what changes the store, and what takes it back."""

from __future__ import annotations

import pytest


def state(desk, title: str) -> dict:
    return desk("show", desk.id_of(title), "--json").json["state"]


def test_marks_are_made_and_taken_back(desk):
    item = desk.id_of("Missile")
    outcome = desk("mark", "star", item[:8])
    assert (outcome.status, outcome.out) == (0, "")
    assert "1 marked star" in outcome.err
    assert state(desk, "Missile")["starred"]
    assert desk("mark", "undo").status == 0
    assert not state(desk, "Missile")["starred"]
    outcome = desk("mark", "undo")
    assert (outcome.status, outcome.err) == (1, "monitor: nothing to undo\n")


def test_marking_by_query_counts_first_with_dry_run(desk):
    outcome = desk("mark", "dismiss", "--query", "section:sport OR festival", "--dry-run")
    assert (outcome.status, outcome.out) == (0, "2 would be marked dismiss\n")
    assert len(desk("items", "--json").json) == 6
    assert desk("mark", "dismiss", "--query", "section:sport OR festival").status == 0
    assert len(desk("items", "--json").json) == 4
    assert len(desk("items", "--shelf", "hidden", "--json").json) == 2
    desk("mark", "undo")
    assert len(desk("items", "--json").json) == 6


def test_marking_by_topic(desk):
    assert "3 marked read" in desk("mark", "read", "--topic", "defense").err
    assert len(desk("items", "--unread", "--json").json) == 3
    assert "3 were so already" in desk("mark", "read", "--topic", "defense").err


def test_values(desk):
    item = desk.id_of("Troops")
    desk("mark", "assign", item, "-m", "bela")
    desk("mark", "note", item, "--value", "call the ministry")
    desk("mark", "snooze", item, "--until", "2h")
    after = desk("show", item, "--json").json["state"]
    assert after["assignee"] == "bela"
    assert [(note["text"], note["who"]) for note in after["notes"]] == [("call the ministry", "ana")]
    assert after["snoozed_until"]
    assert len(desk("items", "--json").json) == 5


def test_ids_from_standard_input(desk, monkeypatch):
    import io
    import sys

    ids = "\n".join(item["id"] for item in desk("items", "--topic", "defense", "--json").json)
    monkeypatch.setattr(sys, "stdin", io.StringIO(ids))
    assert "3 marked read" in desk("mark", "read", "-").err


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("read",), "give ids or a query"),
        (("read", "abc", "--query", "x"), "not both"),
        (("note", "abc"), "note needs --value"),
        (("undo", "abc"), "undo takes back the last mark whole"),
        (("burn", "abc"), "'burn' is not one of"),
        (("read", "zzz"), "no item 'zzz'"),
        (("read", "--query", "(a"), "column "),
        (("snooze", "--query", "cup"), "snooze needs a time"),
        (("snooze", "--query", "cup", "--until", "2020-01-01"), "2020-01-01 00:00 has passed"),
    ],
)
def test_a_wrong_mark_marks_nothing(desk, words, line):
    outcome = desk("mark", *words)
    assert outcome.status == 2
    assert line in outcome.err
    assert outcome.err.count("\n") == 1
    assert len(desk("items", "--unread", "--json").json) == 6


def test_nothing_matched_is_status_1(desk):
    assert desk("mark", "read", "--query", "zeppelin").status == 1


def test_prune_says_what_would_go(desk):
    outcome = desk("prune", "--older-than", "0s", "--dry-run")
    assert outcome.status == 0
    assert "6  wire" in outcome.out
    assert "6 items would go" in outcome.err
    assert len(desk("items", "--json").json) == 6
    desk("mark", "star", desk.id_of("Cup"))
    assert "5 items are gone" in desk("prune", "--older-than", "0s").err
    assert [item["title"].split(":")[0] for item in desk("items", "--json").json] == ["Cup final"]
    assert "is no span of time" in desk("prune", "--older-than", "soon").err


def test_a_backup_brings_back_what_was(desk, tmp_path):
    copy = tmp_path / "news.backup"
    assert desk("backup", str(copy)).status == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    outcome = desk("backup", str(copy))
    assert (outcome.status, "is there already" in outcome.err) == (2, True)
    desk("mark", "dismiss", "--topic", "defense")
    outcome = desk("restore", __file__)
    assert outcome.status == 1
    assert "is no backup (`monitor backup` makes them)" in outcome.err
    outcome = desk("restore", str(copy))
    assert outcome.status == 0
    assert len(desk("items", "--json").json) == 6
    kept = outcome.err.split("what stood there is kept in ")[1].splitlines()[0]
    assert desk("restore", kept).status == 0
    assert len(desk("items", "--json").json) == 3
