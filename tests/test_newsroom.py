"""The facade over a store in memory: views, queries, previews, triage, reload."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from monitor.config import Settings
from monitor.errors import QueryError, UsageError
from monitor.ingest import normalise
from monitor.model import Addition, Candidate, Entry, Source, SourceHealth, Topic, View
from monitor.newsroom import Newsroom
from monitor.query import index_terms

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WIRE = Source(id="wire", title="The Wire", url="http://wire.example/feed")
BLOG = Source(id="blog", title="A Blog", url="http://blog.example/feed", enabled=False)


@pytest.fixture
def newsroom(tmp_path):
    settings = Settings(
        folder=tmp_path,
        origin="test",
        store="memory:",
        sources=(WIRE, BLOG),
        topics=(
            Topic(id="defense", title="Defense", query="missile~ OR troops"),
            Topic(id="diplomacy", title="Diplomacy", query='"foreign minister"', severity=3),
            Topic(id="quiet", title="Quiet", query="nothing", pane=False),
        ),
        lists={"arms": "missile~ OR rocket~"},
        user="ana",
    )
    with Newsroom.open(settings, clock=lambda: NOW) as room:
        yield room


def store(newsroom, *entries, source=WIRE, now=NOW):
    additions = []
    for entry in entries:
        item, body = normalise(replace(entry, published=min(entry.published + (now - NOW), now)), source, now)
        document = newsroom.document(_story(item, body))
        additions.append(
            Addition(item=item, body=body, verdict=newsroom.watchlists.judge(document), terms=index_terms(document))
        )
    newsroom.store.add(additions)
    return [addition.item.id for addition in additions]


def _story(item, body):
    from monitor.model import State, Story, Verdict

    return Story(item=item, body=body, verdict=Verdict(), state=State())


def entry(title, *, hours=1, **more):
    return Entry(guid=title, title=title, published=NOW - timedelta(hours=hours), lang="en", **more)


def titles(page):
    return [story.item.title for story in page.stories]


def test_the_panes_are_topics_then_all_then_starred(newsroom):
    assert [pane.id for pane in newsroom.panes()] == ["topic:defense", "topic:diplomacy", "all", "starred"]


def test_a_topic_view_holds_what_its_query_matched_newest_first(newsroom):
    store(newsroom, entry("Missiles seen", hours=3), entry("Weather"), entry("Troops move", hours=2))
    assert titles(newsroom.page(View(topic="defense"))) == ["Troops move", "Missiles seen"]
    assert newsroom.counts().topics["defense"].unread == 2


def test_a_query_narrows_a_view_and_may_name_a_list(newsroom):
    store(newsroom, entry("Missiles seen"), entry("Rockets heard"), entry("Troops move"))
    assert sorted(titles(newsroom.page(View(), query="@arms"))) == ["Missiles seen", "Rockets heard"]
    assert titles(newsroom.page(View(topic="defense"), query="@arms")) == ["Missiles seen"]
    assert newsroom.count(View(), query="@arms") == (2, False)


@pytest.mark.parametrize("query", ["a AND", "@nowhere"])
def test_a_wrong_query_is_refused_with_a_column(newsroom, query):
    with pytest.raises(QueryError) as error:
        newsroom.parse(query)
    assert error.value.column >= 1


def test_what_a_query_found_is_told_with_each_story(newsroom):
    (first,) = store(newsroom, entry("Harbour pilots strike at the quay", body="The quay is shut."))
    (story,) = newsroom.page(View(), query="title:quay").stories
    assert [(hit.field, story.item.title[hit.start : hit.end]) for hit in story.found] == [("title", "quay")]
    assert {hit.field for hit in newsroom.story(first, query="quay").found} >= {"title"}
    assert newsroom.story(first).found == newsroom.story(first, query="train").found == ()
    assert newsroom.page(View()).stories[0].found == ()
    assert newsroom.story("none", query="quay") is None


def test_marks_are_told_and_undone(newsroom):
    first, second = store(newsroom, entry("Missiles seen"), entry("Troops move"))
    newsroom.mark([first, second], "dismiss")
    assert titles(newsroom.page(View(topic="defense"))) == []
    assert newsroom.undo().items
    assert len(titles(newsroom.page(View(topic="defense")))) == 2


def test_what_is_hidden_is_found_by_asking_for_it(newsroom):
    (item,) = store(newsroom, entry("Missiles seen"))
    newsroom.mark([item], "dismiss")
    assert titles(newsroom.page(View(), query="missile~")) == []
    assert titles(newsroom.page(View(), query="missile~ is:dismissed")) == ["Missiles seen"]


def test_a_read_only_newsroom_writes_nothing(newsroom):
    (item,) = store(newsroom, entry("Missiles seen"))
    newsroom.read_only = True
    add = partial(newsroom.add_source, Candidate(url="https://x.example/"), title="X")
    look = partial(newsroom.consider, "https://x.example/")
    save = partial(newsroom.save_topic, "defense", "missile~")
    disable = partial(newsroom.set_enabled, "wire", False)
    mark = partial(newsroom.mark, [item], "read")
    for write in (mark, newsroom.undo, newsroom.refresh, look, add, save, disable):
        with pytest.raises(UsageError, match="read-only"):
            write()
    newsroom.save_session({"pane": "all"})
    newsroom.read_only = False
    assert newsroom.session() == {}


def test_a_short_id_is_enough_while_it_names_one_item(newsroom):
    (item,) = store(newsroom, entry("Missiles seen"))
    assert newsroom.resolve(item[:6]) == item
    with pytest.raises(UsageError, match="no item"):
        newsroom.resolve("zzzzzz")


def test_a_preview_says_what_a_query_would_gain_and_lose(newsroom):
    store(newsroom, entry("Missiles seen"), entry("Rockets heard", hours=30), entry("Troops move"))
    preview = newsroom.preview("@arms", topic="defense", since=NOW - timedelta(days=7))
    assert preview.matched == 2
    assert sum(preview.per_day.values()) == 2
    assert len(preview.per_day) == 8
    assert preview.sources == [("wire", 2)]
    assert [story.item.title for story in preview.gained] == ["Rockets heard"]
    assert [story.item.title for story in preview.lost] == ["Troops move"]


def test_dead_and_noisy_terms_are_told_once_there_is_a_month_to_judge_by(tmp_path, clock):
    settings = Settings(
        folder=tmp_path,
        origin="test",
        store="memory:",
        topics=(Topic(id="defense", title="Defense", query="missile~ OR troops OR frigate"),),
    )
    with Newsroom.open(settings, clock=clock) as room:
        ids = store(room, *(entry(f"Troops {n}") for n in range(6)), entry("Missiles seen"), now=clock())
        assert room.uses() is None
        clock.forward(days=31)
        fresh = store(room, *(entry(f"Fresh troops {n}") for n in range(6)), entry("New missiles"), now=clock())
        assert ids
        room.mark(fresh[:5], "dismiss")
        clock.forward(hours=2)
        doubts = [lint.message for lint in room.lint("missile~ OR troops OR frigate")]
    assert any("frigate has found nothing" in doubt for doubt in doubts)
    assert any("troops is noisy: 83 %" in doubt for doubt in doubts)
    assert not any("missile~" in doubt for doubt in doubts)


def test_a_disabled_source_is_shown_as_such(newsroom):
    assert {status.source.id: status.health.status for status in newsroom.sources()} == {
        "wire": "new",
        "blog": "disabled",
    }


def test_a_source_at_another_address_is_new_whatever_became_of_the_old_one(newsroom):
    newsroom.store.put_health([SourceHealth(source="wire", status="gone", address="of another url")])
    assert newsroom.sources()[0].health.status == "new"


def test_only_a_newsroom_that_may_write_starts_or_stops_a_poller(tmp_path):
    settings = Settings(folder=tmp_path, origin="test", store=f"tinydb:{tmp_path / 'news.db'}", user="ana")
    Newsroom.open(settings).close()
    with Newsroom.open(settings, read_only=True) as room:
        assert room.start_poller() == room.poller() == "none"
        with pytest.raises(UsageError, match="read-only"):
            room.stop_work()
    assert not (tmp_path / "news.db.watchers").exists()


def test_a_feed_is_considered_then_added_beside_comments(tmp_path, feed_server):
    from monitor import config

    sources = tmp_path / "sources.toml"
    sources.write_text('# the desk\'s own\n[[sources]]\nid = "wire"\nurl = "http://wire.example/feed"\n')
    with Newsroom.open(config.load(tmp_path, "memory:", {})) as room:
        candidate = room.consider(feed_server.feed("/world.xml", "One"))
        assert (candidate.title, candidate.trouble) == ("Wire", None)
        assert room.add_source(candidate, title="World & all") == "world-all"
        assert room.settings.source("world-all").url == candidate.url
        assert "# the desk's own" in sources.read_text()
        before = sources.read_text()
        page = "<html><head><link rel='alternate' type='application/rss+xml' href='/more.xml'></head></html>"
        for address, trouble in (
            (candidate.url, 'there already, as "world-all"'),
            ("example.org/feed", "https://"),
            ("gopher://example.org", "https://"),
            (feed_server.put("/", page, content_type="text/html"), "it names .*/more.xml"),
        ):
            with pytest.raises(UsageError, match=trouble):
                room.consider(address)
        assert "not found" in room.consider(f"{feed_server.url}/none.xml").trouble
        assert room.consider("/srv/desk").where == {"path": "/srv/desk"}
        assert room.consider(f"{feed_server.url}/other.xml", stop=lambda: True) is None
        assert sources.read_text() == before
