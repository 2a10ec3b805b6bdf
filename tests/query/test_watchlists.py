"""Topics and lists together: judging, tolerance, fingerprints, and the watchlists that ship."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from monitor.errors import QueryError
from monitor.model import Topic, Verdict
from monitor.query import WatchlistError, Watchlists, parse
from tests.query.build import document, topic


def test_judge_gives_scores_and_hits_in_the_order_of_the_config() -> None:
    watchlists = Watchlists([topic("b", "x y"), topic("a", "y"), topic("c", "z")], {})
    verdict = watchlists.judge(document("x and y", "y"))
    assert verdict.topics == ("b", "a")
    assert verdict.scores == {"b": 7.0, "a": 4.0}
    assert [(hit.topic, hit.field, hit.text) for hit in verdict.hits] == [
        ("b", "title", "x"), ("b", "title", "y"), ("b", "body", "y"), ("a", "title", "y"), ("a", "body", "y"),
    ]  # fmt: skip


def test_a_topic_may_ask_about_other_topics_and_the_score() -> None:
    topics = [topic("both", "topic:x topic:y"), topic("strong", "score:>=5"), topic("x", "x"), topic("y", "y")]
    watchlists = Watchlists(topics, {})
    item = document("x", "y", verdict=Verdict(scores={"old": 9.0}))
    assert watchlists.judge(item).topics == ("both", "x", "y")
    assert watchlists.judge(document("x x", "y")).topics == ("both", "strong", "x", "y")
    assert item.verdict.scores == {"old": 9.0}


def test_a_list_may_ask_about_other_topics() -> None:
    watchlists = Watchlists([topic("late", "@l"), topic("later", "topic:/^xy/"), topic("xy", "x")], {"l": "topic:xy"})
    item = document("x", verdict=Verdict(scores={"y": 1.0}))
    assert watchlists.match("@l OR topic:/^xy/", item) is None
    assert watchlists.judge(item).topics == ("late", "later", "xy")
    assert watchlists.match("@l OR topic:/^xy/", item) is None


def test_judging_twice_says_the_same() -> None:
    watchlists = Watchlists([topic("a", "x NOT @l")], {"l": "y"})
    item = document("x")
    assert watchlists.judge(item) == watchlists.judge(item)
    other = Watchlists([topic("a", "x NOT @l")], {"l": "x"})
    assert other.judge(item).topics == ()


def test_the_first_error_is_raised_with_its_name() -> None:
    with pytest.raises(QueryError) as error:
        Watchlists([topic("good", "x"), topic("bad", 'x "open')], {})
    assert str(error.value).startswith("topic bad: column 3: unclosed quote")
    assert isinstance(error.value, WatchlistError)
    assert error.value.name == "topic bad"


def test_tolerant_keeps_the_good_ones_and_names_all_problems() -> None:
    topics = [topic("good", "x"), topic("bad", "(x"), topic("missing", "@none"), topic("leans", "x NOT @broken")]
    watchlists = Watchlists(topics, {"fine": "y", "broken": "a OR OR b"}, tolerant=True)
    assert [(problem.name, problem.column) for problem in watchlists.problems] == [
        ("list broken", 6), ("topic bad", 1), ("topic missing", 1), ("topic leans", 7),
    ]  # fmt: skip
    assert "list @broken is wrong: column 6" in watchlists.problems[-1].message
    assert watchlists.judge(document("x")).topics == ("good",)
    assert set(watchlists.fingerprints) == {"good"}


def test_fingerprints_change_with_the_meaning_only() -> None:
    def of(query: str, lists: dict[str, str], **kwargs: str) -> str:
        return Watchlists([topic("t", query, **kwargs)], lists).fingerprints["t"]

    first = of("x NOT @a", {"a": "@b", "b": "y", "c": "z"})
    assert of("x  # why\n AND NOT (@a)", {"a": "@b", "b": "y", "c": "other"}) == first
    assert of("x NOT @a", {"a": "@b", "b": "y2", "c": "z"}) != first
    assert of("x2 NOT @a", {"a": "@b", "b": "y", "c": "z"}) != first
    assert of("x NOT @a", {"a": "@b", "b": "y", "c": "z"}, spelling="exact") != first


def test_single_queries_use_the_same_lists() -> None:
    watchlists = Watchlists([], {"l": "x"})
    found = watchlists.match("@l y", document("x y"), topic="mine")
    assert found is not None
    assert {hit.topic for hit in found.hits} == {"mine"}
    assert watchlists.match(parse("@l y"), document("x")) is None
    for call in (watchlists.needle, watchlists.lint, lambda query: watchlists.match(query, document("x"))):
        with pytest.raises(QueryError, match="there is no list @m"):
            call("@m")


def test_hits_kept_are_bounded() -> None:
    verdict = Watchlists([topic("t", "a")], {}).judge(document("t", "a " * 5000))
    assert len(verdict.hits) == 200
    assert [hit.start for hit in verdict.hits] == list(range(0, 400, 2))


# ---------------------------------------------------------------- what ships


def shipped(root: Path) -> tuple[list[Topic], dict[str, str]]:
    tables = tomllib.loads((root / "config/topics.toml").read_text(encoding="utf-8"))
    topics = [Topic(id=name, title=table["title"], query=table["query"]) for name, table in tables["topics"].items()]
    return topics, {name: table["query"] for name, table in tables["lists"].items()}


def test_the_default_topics_are_those_of_the_data(root: Path, shared_data: Path) -> None:
    topics, lists = shipped(root)
    lines = (shared_data / "watchlists.txt").read_text(encoding="utf-8").splitlines()
    given = {lines[at][3:].strip(): lines[at + 1] for at in range(len(lines)) if lines[at].startswith("@@ ")}
    ours = {topic.id: topic.query for topic in topics} | lists
    assert set(ours) == set(given)
    for name, query in ours.items():
        assert parse(query) == parse(given[name]), name


def test_the_default_topics_work_without_a_doubt(root: Path) -> None:
    topics, lists = shipped(root)
    watchlists = Watchlists(topics, lists)
    assert len(topics) == 15
    assert watchlists.lint() == ()


@pytest.mark.parametrize(
    ("title", "topics"),
    [
        ("Defence minister warns NATO after missile strike", {"defense"}),
        ("Ceasefire holds as hostages are freed", {"conflict", "terrorism"}),
        ("EU imposes new sanctions on Iran over oil", {"sanctions"}),
        ("Rail workers strike over pay", {"unrest"}),
        ("Striker scores twice as league leaders win", set()),
        ("OPEC+ cuts output, oil prices rise", {"energy"}),
        ("Hackers steal data in ransomware attack, CVE-2026-12345 blamed", {"cyber"}),
        ("Ebola outbreak declared, WHO chief says", {"health-emergency"}),
    ],
)
def test_the_default_topics_sort_plain_headlines(root: Path, title: str, topics: set[str]) -> None:
    watchlists = Watchlists(*shipped(root))
    assert set(watchlists.judge(document(title)).topics) == topics


def test_lists_that_come_to_too_much_when_written_out_are_refused() -> None:
    lists = {f"l{depth}": " OR ".join([f"@l{depth + 1}"] * 8) for depth in range(7)} | {"l7": "missile"}
    watchlists = Watchlists([topic("a", "@l0"), topic("b", "@l4")], lists, tolerant=True)
    assert {problem.name for problem in watchlists.problems} == {"list l0", "list l1", "topic a"}
    assert "its lists come to more than 100,000 parts" in str(watchlists.problems[0])
    assert watchlists.judge(document("missile")).topics == ("b",)
