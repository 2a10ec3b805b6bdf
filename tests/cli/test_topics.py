"""`topics`, `match`, `parse`: watchlists tried on history and on files."""

from __future__ import annotations

import io
import json

import pytest

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>W</title>
<item><title>Missile test at sea</title><guid>1</guid><description>Ships were warned.</description></item>
<item><title>Bread prices</title><guid>2</guid></item></channel></rss>"""
TEXT = (
    "News / Defense\n\nGeneral inspects the missile brigade\n\n"
    + (
        "The general said on Monday that the brigade had received new vehicles and that training would go on "
        "through the winter in the northern valleys of the country, whatever the weather brings.\n\n"
    )
    * 3
)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "feed.xml").write_text(FEED)
    (tmp_path / "general.txt").write_text(TEXT)
    return tmp_path


def test_topics_are_listed_with_their_tallies(desk):
    records = desk("topics", "--json").json
    assert [(r["id"], r["total"], r["unread"]) for r in records] == [("defense", 3, 3), ("diplomacy", 1, 1)]
    assert list(records[0]) == ["id", "title", "query", "pane", "severity", "spelling", "total", "unread"]


def test_a_topic_is_explained_and_tried_in_its_own_spelling(desk, tmp_path):
    (desk.config / "topics.toml").write_text("[topics.port]\nquery = 'harbour'\nspelling = 'exact'\n")
    (tmp_path / "us.txt").write_text("The harbor festival opens today.")
    assert desk("topics", "explain", "port", str(tmp_path / "us.txt")).status == 1
    assert desk("topics", "explain", "harbour", str(tmp_path / "us.txt")).status == 0
    item = desk.id_of("Harbour festival")
    assert desk("topics", "explain", "port", item).status == 0
    assert desk("topics", "test", "harbor", "--topic", "port").status == 1
    assert desk("topics", "test", "harbor").status == 0


def test_standard_input_is_read_whole_or_refused(desk, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"missile " * 1_300_000)))
    outcome = desk("match", "missile")
    assert outcome.status == 1
    assert "standard input: larger than 10 MB" in outcome.err


def test_check_tells_every_error_and_every_doubt(desk):
    assert desk("topics", "check").status == 0
    (desk.config / "topics.toml").write_text(
        "[topics.a]\nquery = 'x AND'\n[topics.b]\nquery = 'US OR x'\n[topics.c]\nquery = '@none'\n"
    )
    outcome = desk("topics", "check", "--json")
    assert outcome.status == 2
    assert len(outcome.json["errors"]) == 2
    assert "column" in outcome.json["errors"][0]
    assert any(doubt["topic"] == "b" for doubt in outcome.json["doubts"])
    assert desk("topics", "check").err.count("\n") == 2


def test_terms_that_find_nothing_are_named_once_there_is_history(desk):
    from datetime import UTC, datetime, timedelta

    from monitor.model import Addition, Body, Item, Verdict
    from monitor.store import open_store

    assert "NATO" in (desk.config / "topics.toml").read_text()
    assert "nothing in 30 days" not in desk("topics", "check").out
    with open_store(desk.store) as store:
        then = datetime.now(UTC) - timedelta(days=40)
        old = Item(
            id="old", source="wire", key="k", digest="d", story="s", url=None, title="Old", published=then, seen=then
        )
        store.add([Addition(item=old, body=Body(), verdict=Verdict())])
    out = desk("topics", "check").out
    assert "envoy~ has found nothing" not in out
    (desk.config / "topics.toml").write_text("[topics.defense]\nquery = 'missile~ OR zeppelin'\n")
    assert "zeppelin has found nothing in 30 days" in desk("topics", "check").out


def test_a_topic_that_cannot_be_read_stops_no_other(desk):
    with (desk.config / "topics.toml").open("a") as file:
        file.write("[topics.bad]\nquery = '(open'\n")
    outcome = desk("items", "--topic", "defense", "--json")
    assert (outcome.status, len(outcome.json)) == (0, 3)
    assert "bad" in outcome.err
    assert desk("config", "check").status == 2


def test_test_shows_what_a_query_would_gain_and_lose(desk):
    record = desk("topics", "test", "festival OR troop~", "--topic", "defense", "--since", "2d", "--json").json
    assert record["matched"] == 2
    assert sum(record["per_day"].values()) == 2
    assert record["sources"] == [{"source": "wire", "hits": 2}]
    assert len(record["gained"]) == 1
    assert len(record["lost"]) == 2
    text = desk("topics", "test", "festival OR troop~", "--topic", "defense").out
    assert "+ " in text
    assert "against defense: 1 gained, 2 lost" in text
    assert desk("topics", "test", "zeppelin").status == 1
    days = [desk("topics", "test", "troop~", "--since", since).out.count("\n20") for since in ("7d", "900d")]
    assert days == [8, 1], "of a long span only the days that have hits"


def test_explain_an_item_and_a_file(desk, files):
    outcome = desk("topics", "explain", "missile~ NEAR/3 port", desk.id_of("Missile"))
    assert outcome.status == 0
    assert "missile~" in outcome.out
    assert desk("topics", "explain", "defense", str(files / "general.txt")).status == 0
    assert desk("topics", "explain", "zeppelin", str(files / "general.txt")).status == 1
    outcome = desk("topics", "explain", "zeppelin", "generla.txt")
    assert (outcome.status, outcome.err) == (2, "monitor: generla.txt: no such file\n")


def test_match_on_files(desk, files):
    outcome = desk("match", "missile~", str(files / "feed.xml"), str(files / "general.txt"))
    assert outcome.status == 0
    assert len(outcome.out.splitlines()) == 2
    assert "Missile test at sea" in outcome.out
    assert "×1 in title" in outcome.out
    records = desk("match", "missile~", str(files / "feed.xml"), "--json").json
    assert [record["title"] for record in records] == ["Missile test at sea"]
    assert records[0]["hits"][0]["text"] == "Missile"
    assert desk("match", "zeppelin", str(files / "feed.xml")).status == 1
    assert desk("match", "a AND", str(files / "feed.xml")).status == 2


def test_match_on_standard_input(desk, monkeypatch):
    for data, title in ((FEED, "Missile test at sea"), (TEXT, "General inspects the missile brigade")):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data.encode())))
        assert title in desk("match", "missile~").out


def test_match_knows_the_lists_of_the_config(desk, files):
    assert desk("match", "missile~ NOT @noise", str(files / "feed.xml")).status == 0
    assert desk("match", "@nois", str(files / "feed.xml")).status == 2


def test_a_file_that_cannot_be_read_stops_no_other(desk, files):
    (files / "binary.txt").write_bytes(b"\0\1\2" * 100)
    outcome = desk("match", "missile~", str(files / "none.txt"), str(files / "binary.txt"), str(files / "feed.xml"))
    assert outcome.status == 0
    assert len(outcome.out.splitlines()) == 1
    assert len(outcome.err.splitlines()) == 2


def test_parse_shows_items_and_reasons(desk, files):
    outcome = desk("parse", str(files / "general.txt"), str(files / "feed.xml"))
    assert outcome.status == 0
    text, feed = outcome.json
    assert text["format"] == "text"
    assert text["items"][0]["title"] == "General inspects the missile brigade"
    assert text["items"][0]["section"] == ["News", "Defense"]
    assert text["items"][0]["topics"] == ["defense"]
    assert any(block["role"] == "headline" and block["reason"] for block in text["blocks"])
    assert [item["title"] for item in feed["items"]] == ["Missile test at sea", "Bread prices"]
    assert json.dumps(outcome.json).count("\\u001b") == 0
    assert desk("parse", str(files / "none.txt")).status == 1


def test_parse_of_hostile_files_prints_nothing_but_text(desk, shared_data):
    files = [
        str(path)
        for path in sorted((shared_data / "hostile").rglob("*"))
        if path.is_file() and path.stat().st_size < 200_000
    ]
    outcome = desk("parse", *files[:60])
    assert outcome.status in {0, 1}
    assert not any(ord(letter) < 32 and letter != "\n" for letter in outcome.out + outcome.err)
    assert "\x7f" not in outcome.out
