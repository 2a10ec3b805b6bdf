"""`items`, `show`, `tail`, `stats`: what stands in the store, as people and scripts read it."""

from __future__ import annotations

import csv
import io
import pwd
import time
from datetime import UTC, datetime

import pytest

from monitor.cli.faults import record
from monitor.cli.options import moment
from monitor.cli.process import run

ITEM_KEYS = [
    "id", "source", "url", "title", "dek", "lang", "section", "authors", "agency", "place", "published",
    "published_guessed", "seen", "updated", "words", "kind", "urgency", "topics", "score", "hits", "state",
]  # fmt: skip
FULL_KEYS = [*ITEM_KEYS, "captions", "links", "enclosures", "body"]


def test_items_are_newest_first(desk):
    outcome = desk("items", "--json")
    assert outcome.status == 0
    assert [item["title"].split()[0] for item in outcome.json] == [
        "Missile", "Envoys", "Troops", "Harbour", '=HYPERLINK("http://127.0.0.1/","win")', "Cup",
    ]  # fmt: skip
    assert outcome.err == ""


def test_the_schema_of_one_item(desk):
    item = desk("items", "--topic", "defense", "--limit", "1", "--json").json[0]
    assert list(item) == ITEM_KEYS
    assert item["topics"] == ["defense"]
    assert item["hits"] == [
        {"topic": "defense", "field": "title", "term": "missile~", "text": "Missile", "start": 0, "end": 7},
    ]
    assert item["state"] == {
        "read": False, "starred": False, "triage": "new", "assignee": None, "snoozed_until": None, "notes": [],
    }  # fmt: skip
    assert item["published"].endswith("Z")
    assert len(item["published"]) == 20
    full = desk("items", "--limit", "1", "--json", "--full").json[0]
    assert list(full) == FULL_KEYS
    assert full["enclosures"] == [{"url": "https://news.example/a.mp3", "type": "audio/mpeg", "length": 9}]


def test_hits_show_the_words_where_they_stand(desk):
    for item in desk("items", "--json", "--full").json:
        for hit in item["hits"]:
            text = {"title": item["title"], "dek": item["dek"], "body": item["body"]}[hit["field"]]
            assert text[hit["start"] : hit["end"]] == hit["text"]


def test_a_query_narrows_and_nothing_found_is_status_1(desk):
    assert [item["title"] for item in desk("items", "envoy~ AND missile~", "--json").json] == [
        "Envoys resume talks on missile treaty",
    ]
    outcome = desk("items", "zeppelin", "--json")
    assert (outcome.status, outcome.out) == (1, "[]\n")
    assert desk("stats", "--json").json["store"]["url"] == desk.store
    assert desk("items", "zeppelin", "--format", "jsonl").out == ""


def test_since_before_source_and_limit(desk):
    assert len(desk("items", "--since", "150m", "--json").json) == 2
    assert len(desk("items", "--before", "150m", "--json").json) == 4
    assert len(desk("items", "--source", "wire", "--limit", "3", "--format", "jsonl").lines) == 3
    assert len(desk("items", "--limit", "0", "--json").json) == 6


def test_sorted_by_score(desk):
    scores = [item["score"] for item in desk("items", "--sort", "score", "--json").json]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 6


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("items", "missile AND"), "column 9"),
        (("items", "--topic", "defence"), 'no topic "defence" (did you mean "defense"?)'),
        (("items", "--source", "wir"), 'no source "wir" (did you mean "wire"?)'),
        (("items", "--since", "often"), '"often" is no time'),
        (("items", "two", "words"), "put a query of several words in quotes"),
        (("items", "--frmat", "json"), "--format"),
        (("show", "zzzz"), "no item 'zzzz'"),
        (("show", "\udcff"), "no item"),
        (("show", "zzzz", "--raw", "--json"), "--raw is text"),
        (("itmes",), 'no such command "itmes", did you mean "items"?'),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(desk, words, line):
    outcome = desk(*words)
    assert outcome.status == 2
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("monitor: ")
    assert line in outcome.err


def test_a_table_has_no_colour_where_there_is_no_terminal(desk):
    outcome = desk("items")
    assert "\x1b" not in outcome.out
    assert "Envoys resume talks on missile treaty" in outcome.out
    assert len(outcome.out.splitlines()) == 6


def test_csv_runs_in_no_spreadsheet(desk):
    rows = list(csv.DictReader(io.StringIO(desk("items", "--format", "csv").out)))
    assert len(rows) == 6
    assert rows[4]["title"] == '\'=HYPERLINK("http://127.0.0.1/","win")'
    assert rows[0]["topics"] == "defense"


def test_markdown_is_a_list_with_links(desk):
    lines = desk("items", "--format", "md").out.splitlines()
    assert lines[0].startswith("- [Missile parts seized at port](https://news.example/0?a=1&b=%282%29) (wire, ")
    assert lines[4].startswith(r"- [\=HYPERLINK")


def test_show_takes_the_beginning_of_an_id(desk):
    item = desk.id_of("Troops")
    outcome = desk("show", item[:6])
    assert outcome.status == 0
    assert "Troops leave the valley" in outcome.out
    assert "The Wire · " in outcome.out
    assert "names NATO once." in outcome.out
    assert "defense" in outcome.out
    assert "×1 in title" in outcome.out
    record = desk("show", item, "--format", "json").json
    assert list(record) == FULL_KEYS
    assert record["body"].endswith("names NATO once.")
    assert desk("show", item, "--format", "md").out.startswith("# Troops leave the valley\n")
    assert desk("show", item, "--raw").out.startswith("First words about it.")


def test_two_ids_with_one_beginning_are_not_guessed(desk):
    ids = sorted(item["id"] for item in desk("items", "--json").json)
    outcome = desk("show", "")
    assert outcome.status == 2
    assert ids


def test_stats(desk):
    record = desk("stats", "--json").json
    assert record["items"] == 6
    assert record["topics"]["defense"]["total"] == 3
    assert len(record["topics"]["defense"]["hourly"]) == 24
    assert record["store"]["items"] == 6
    assert "6 open items" in desk("stats").out


def test_a_store_that_is_not_there_yet_is_empty(desk, tmp_path):
    desk.store = f"tinydb:{tmp_path}/none/news.db"
    outcome = desk("items", "--json")
    assert (outcome.status, outcome.out) == (1, "[]\n")
    assert "monitor poll --once" in outcome.err
    assert not (tmp_path / "none").exists()
    assert [topic["id"] for topic in desk("topics", "list", "--json").json] == ["defense", "diplomacy"]
    assert desk("stats", "--json").json["topics"]["diplomacy"]["unread"] == 0


def test_days_begin_where_the_reader_is(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        after_the_change = datetime(2026, 10, 25, 12, tzinfo=UTC)  # clocks went back at one in the morning
        begin = [moment(day, after_the_change).isoformat() for day in ("yesterday", "today", "tomorrow")]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert begin == ["2026-10-23T22:00:00+00:00", "2026-10-24T22:00:00+00:00", "2026-10-25T23:00:00+00:00"]


def test_without_a_home_folder_there_is_one_line_and_named_places_work(desk, monkeypatch):
    def nobody(_: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    assert desk("items", "--json").status == 0
    assert run(["--install-completion", "bash"]) == 2
    assert desk.capsys.readouterr().err == "monitor: this user has no home folder (set HOME)\n"
    for words in (["items"], ["config", "path"], ["stats"], ["config", "init"]):
        assert run(words) == 2
        assert desk.capsys.readouterr().err == (
            "monitor: this user has no home folder (set HOME, or name both --config and --store)\n"
        )
    assert "a fault of the monitor itself: ValueError: x" in record(ValueError("x"))


def test_a_home_folder_of_nobody_is_a_name_like_any_other(desk, capsys):
    assert run(["--config", "~nosuchuser", "items"]) == 2
    assert "no such folder: " in capsys.readouterr().err
    assert run(["--config", str(desk.config), "--store", "~nosuchuser/news.db", "items"]) == 1
    assert "nothing is stored yet" in capsys.readouterr().err
    (desk.config / "sources.toml").write_text('[[sources]]\npath = "~nosuchuser/drops"\n')
    assert "is not there yet" in desk("config", "check").err
    assert "no such file" in desk("sources", "import", "~nosuchuser/list.opml").err
    assert desk("sources", "add", "~nosuchuser/drops", "--id", "other", "--unseen").status == 0
