"""`export`: briefings and data, harmless wherever they are opened, written only where they may be."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from monitor.cli.briefing import _inert, _link, _marked, write_html, write_markdown
from monitor.model import Item, State, Story, Verdict

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_briefing_by_topic(desk):
    desk("mark", "note", desk.id_of("Troops"), "-m", "call <b>back</b>")
    text = desk("export").out
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == ["# Briefing", "## Defense", "## Diplomacy", "## Other"]
    assert "Envoys resume talks" in text.split("## Diplomacy")[1]
    assert r"note, ana: call \<b\>back\</b\>" in text
    assert "(The Wire, " in text


def test_one_topic_alone(desk):
    text = desk("export", "--topic", "diplomacy").out
    assert "## Defense" not in text
    assert "## Other" not in text


def test_html_has_no_tag_of_a_strangers(desk, tmp_path):
    page = tmp_path / "briefing.html"
    desk("mark", "note", desk.id_of("Troops"), "-m", "<script>alert(1)</script>")
    outcome = desk("export", "--format", "html", "-o", str(page))
    assert (outcome.status, outcome.out) == (0, "")
    text = page.read_text()
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "Content-Security-Policy" in text
    assert 'href="https://news.example/0?a=1&amp;b=%282%29"' in text


@pytest.mark.parametrize("write", [write_html, write_markdown])
def test_only_web_addresses_become_links(write):
    item = Item(
        id="1", source="s", key="k", digest="d", story="s", url="javascript:alert(1)", title="Run", published=NOW, seen=NOW
    )  # fmt: skip
    page = io.StringIO()
    write([("All", [Story(item=item, verdict=Verdict(), state=State())])], {}, page)
    assert "Run" in page.getvalue()
    assert "javascript" not in page.getvalue()


def test_csv_and_json_lines_to_files(desk, tmp_path):
    desk("export", "--format", "csv", "-o", str(tmp_path / "a.csv"))
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    desk("export", "missile~", "--format", "jsonl", "-o", str(tmp_path / "a.jsonl"))
    records = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert len(records) == 2
    assert all("body" in record for record in records)


def test_stock_tinydb_opens_the_export(desk, tmp_path):
    from tinydb import TinyDB

    file = tmp_path / "news.json"
    outcome = desk("export", "--format", "tinydb", "-o", str(file))
    assert outcome.status == 0
    with TinyDB(file) as db:
        assert any(len(db.table(name)) == 6 for name in db.tables())
    assert "needs a file" in desk("export", "--format", "tinydb").err
    assert "whole store" in desk("export", "missile", "--format", "tinydb", "-o", str(tmp_path / "b")).err


def test_a_file_that_is_there_is_kept(desk, tmp_path):
    file = tmp_path / "mine.md"
    file.write_text("mine")
    outcome = desk("export", "-o", str(file))
    assert outcome.status == 2
    assert "--force replaces it" in outcome.err
    assert file.read_text() == "mine"
    assert desk("export", "-o", str(file), "--force").status == 0
    assert file.read_text().startswith("# Briefing")


@pytest.mark.parametrize("words", [("export", "--format", "md"), ("export", "--format", "tinydb"), ("backup",)])
def test_nothing_is_written_through_a_symlink(desk, tmp_path, words):
    target = tmp_path / "target"
    target.write_text("precious")
    link = tmp_path / "link"
    link.symlink_to(target)
    for force in ((), ("--force",)):
        outcome = desk(*words, *(("-o",) if words[0] == "export" else ()), str(link), *force)
        assert outcome.status == 2
        assert "symlink" in outcome.err
    assert target.read_text() == "precious"
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    desk(*words, *(("-o",) if words[0] == "export" else ()), str(dangling))
    assert not (tmp_path / "nowhere").exists()


def test_an_export_that_fails_leaves_nothing(desk, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    desk("export", "(broken", "-o", str(folder / "a.md"))
    desk("export", "-o", str(folder / "no" / "such" / "a.md"))
    desk("export", "-o", str(folder))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "|cmd", "%x", "\t=1+1", "\r\n=1", "\x1b[31m=1", " =1"]
)
def test_no_cell_begins_like_a_formula(cell):
    assert _inert(cell)[:1] == "'"


def test_markdown_shows_text_as_it_is():
    assert _marked("[a](b) <i> *x* `y` # z") == r"\[a\](b) \<i\> \*x\* \`y\` \# z"
    assert _marked("- x\n1. y\n> z") == "\\- x\n\\1. y\n\\> z"
    assert _link("https://x/a)b c>d]") == "https://x/a%29b%20c%3Ed%5D"
