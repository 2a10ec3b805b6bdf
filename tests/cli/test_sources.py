"""`sources`: health, the config's list of them, checking, OPML, discovery; on loopback only."""

from __future__ import annotations

import pytest

from monitor.config import load

LIST_KEYS = ["id", "title", "url", "path", "every", "tier", "enabled", "lang", "tags", "insecure", "health"]


def ids(desk) -> list[str]:
    return [source.id for source in load(desk.config, desk.store, {}).sources]


def test_list_shows_health(desk):
    records = desk("sources", "list", "--json").json
    assert [record["id"] for record in records] == ["wire", "drops"]
    assert list(records[0]) == LIST_KEYS
    assert records[0]["health"]["status"] == "new"
    assert desk("sources", "--json").json == records
    assert "The Wire" in desk("sources").out


def test_add_switch_and_remove(desk):
    outcome = desk(
        "sources", "add", "https://news.example/feed.xml", "--title", "News Example", "--every", "10m", "--tag", "x",
        "--unseen",
    )  # fmt: skip
    assert (outcome.status, outcome.out) == (0, "news-example\n")
    desk("sources", "disable", "news-example", "wire")
    by_id = {source.id: source for source in load(desk.config, desk.store, {}).sources}
    assert not by_id["wire"].enabled
    assert by_id["news-example"].every == 600
    assert by_id["news-example"].tags == ("x",)
    assert {r["id"]: r["health"]["status"] for r in desk("sources", "--json").json}["wire"] == "disabled"
    desk("sources", "enable", "wire")
    desk("sources", "remove", "news-example")
    assert ids(desk) == ["wire", "drops"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("add", "https://x.example/", "--unseen", "--id", "wire"), 'already a source "wire"'),
        (("add", "https://x.example/", "--unseen", "--every", "often"), "must be a duration"),
        (("add", "http://127.0.0.1:9/wire.xml"), 'is there already, as "wire"'),
        (("add", "https://[", "--unseen"), "sources.toml: the address cannot be read: Invalid IPv6 URL"),
        (("add", ""), "an address is missing"),
        (("add", "javascript://x"), "only http, https and local paths"),
        (("add", "file:///etc/passwd"), "only http, https and local paths"),
        (("remove", "nothing"), 'no source "nothing"'),
        (("enable", "nothing"), 'no source "nothing"'),
        (("check", "wir"), 'did you mean "wire"?'),
    ],
)
def test_a_wrong_change_writes_nothing(desk, words, line):
    before = (desk.config / "sources.toml").read_text()
    outcome = desk("sources", *words)
    assert outcome.status == 2
    assert line in outcome.err
    assert (desk.config / "sources.toml").read_text() == before


def test_add_takes_the_title_of_the_feed(desk, feed_server):
    outcome = desk("sources", "add", feed_server.feed("/world.xml", "One"), "--id", "world")
    assert (outcome.status, outcome.out) == (0, "world\n")
    assert load(desk.config, desk.store, {}).source("world").title == "Wire"
    assert desk("sources", "add", feed_server.feed("/more.xml", "Two"), "--title", "More").out == "more\n"


def test_add_refuses_a_web_page_and_names_its_feeds(desk, feed_server):
    page = "<html><head><link rel='alternate' type='application/rss+xml' href='/world.xml'></head></html>"
    before = ids(desk)
    outcome = desk("sources", "add", feed_server.put("/", page, content_type="text/html"))
    assert outcome.status == 2
    assert f"not a feed (it names {feed_server.url}/world.xml)" in outcome.err
    bare = feed_server.put("/bare", "<html></html>", content_type="text/html")
    outcome = desk("sources", "add", bare)
    assert outcome.status == 2
    assert "--unseen adds it" in outcome.err
    assert ids(desk) == before
    assert desk("sources", "add", bare, "--unseen", "--id", "bare").status == 0
    assert ids(desk) == [*before, "bare"]


def test_add_keeps_what_cannot_be_read_now_and_says_so(desk, feed_server):
    outcome = desk("sources", "add", f"{feed_server.url}/none.xml", "--id", "none")
    assert (outcome.status, outcome.out) == (1, "none\n")
    assert "none is added, but cannot be read now: not found (404)" in outcome.err
    assert "none" in ids(desk)


def test_the_config_that_ships_is_copied_before_it_is_changed(capsys):
    from monitor.cli.process import run
    from monitor.config import shipped_folder, user_folder

    before = (shipped_folder() / "sources.toml").read_bytes()
    assert run(["sources", "add", "https://news.example/feed.xml", "--unseen"]) == 0
    assert f"your own now stands in {user_folder()}" in capsys.readouterr().err
    assert (shipped_folder() / "sources.toml").read_bytes() == before
    assert "news.example" in (user_folder() / "sources.toml").read_text()


def test_check_says_what_is_wrong_and_stores_nothing(desk, feed_server):
    good = feed_server.feed("/good.xml", "Troops & tanks", "Two")
    page = feed_server.put("/page", "<html><body>Please log in</body></html>", content_type="text/html")
    outcome = desk("sources", "check", good, page, feed_server.url + "/none", "--json")
    assert outcome.status == 1
    by_id = {record["id"]: record for record in outcome.json}
    assert (by_id[good]["status"], by_id[good]["entries"]) == ("ok", 2)
    assert by_id[page]["status"] == "not-a-feed"
    assert by_id[feed_server.url + "/none"]["status"] == "http-404"
    assert len(desk("items", "--json").json) == 6
    assert desk("sources", "check", good).status == 0


def test_opml_in_and_out(desk, tmp_path):
    listed = desk("sources", "export").out
    assert 'xmlUrl="http://127.0.0.1:9/wire.xml"' in listed
    file = tmp_path / "list.opml"
    file.write_text(
        """<opml version="2.0"><body><outline text="Wires"><outline text="One &amp; Only" type="rss"
        xmlUrl="https://one.example/feed"/><outline text="Wire again" xmlUrl="http://127.0.0.1:9/wire.xml"/>
        <outline text="Evil" xmlUrl="|rm -rf ~"/></outline></body></opml>"""
    )
    outcome = desk("sources", "import", str(file), "--dry-run")
    assert outcome.status == 0
    assert "1 would be added, 1 were there already" in outcome.err
    assert ids(desk) == ["wire", "drops"]
    desk("sources", "import", str(file))
    assert ids(desk) == ["wire", "drops", "one-only"]
    assert load(desk.config, desk.store, {}).source("one-only").tags == ("Wires",)
    outcome = desk("sources", "import", "opml/none.opml")
    assert outcome.status == 2
    assert "opml/defense.opml" in outcome.err
    assert desk("sources", "import", "opml/defense.opml", "--dry-run").status == 0


def test_discover(desk, feed_server):
    page = feed_server.put(
        "/",
        "<html><head><link rel='alternate' type='application/rss+xml' title='News' href='/feed.xml'></head></html>",
        content_type="text/html",
    )
    feed_server.feed("/feed.xml", "One")
    (found,) = desk("sources", "discover", page, "--json").json
    assert found["url"] == feed_server.url + "/feed.xml"
    outcome = desk("sources", "discover", feed_server.put("/bare", "<html></html>", content_type="text/html"))
    assert (outcome.status, outcome.out) == (1, "")
    assert "/bare: names no feed" in outcome.err


def test_local_text_that_is_not_there_is_warned_of(desk):
    before = (desk.config / "sources.toml").read_text()
    (desk.config / "sources.toml").write_text(before + '[[sources]]\npath = "none/*.txt"\n[[sources]]\npath = "desk"\n')
    outcome = desk("config", "check")
    assert outcome.status == 0
    assert f"warning: sources.toml: desk: {desk.config}/desk is not there yet" in outcome.err
    assert "*.txt" not in outcome.err


def test_config_check_tells_every_problem_of_every_file_at_once(desk):
    (desk.config / "sources.toml").write_text('[[sources]]\nurl = "ftp://news.example/"\n')
    (desk.config / "topics.toml").write_text("[topics.a]\nquery = 'x AND'\n[topics.b]\nquerry = 'y'\n")
    (desk.config / "monitor.toml").write_text('[dashboard]\ntheme = "none"\nextra_panes = { Big = "x OR" }\n')
    (desk.config / "keys.toml").write_text('no_such_command = "x"\n')
    outcome = desk("config", "check")
    assert outcome.status == 2
    for told in (
        "sources[1].url",
        "topic a: column 3",
        "topics.b.querry",
        "dashboard.theme",
        '"Big"',
        "no_such_command",
    ):
        assert told in outcome.err


def test_names_that_only_the_dashboard_knows_are_checked(desk):
    (desk.config / "keys.toml").write_text('stra = "s"\nread = "d"\n')
    (desk.config / "monitor.toml").write_text('[dashboard]\ntheme = "newsroom-drak"\nextra_panes = { Big = "a AND" }\n')
    outcome = desk("config", "check")
    assert outcome.status == 2
    assert 'keys.toml: stra: no such command, did you mean "star"?' in outcome.err
    assert 'keys.toml: "d" would be both read and dismiss' in outcome.err
    assert 'dashboard.theme: no theme "newsroom-drak", did you mean "newsroom-dark"?' in outcome.err
    assert 'dashboard.extra_panes."Big": column ' in outcome.err
