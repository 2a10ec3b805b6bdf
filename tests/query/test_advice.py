"""Lints and explanations: what is doubtful in a query, and why it matches or not."""

from __future__ import annotations

import pytest

from monitor.model import State, Story
from monitor.query import Explanation, Use, Watchlists, count_uses
from tests.query.build import NO_LISTS, document, topic


def lints(query: str) -> list[tuple[int, str]]:
    return [(lint.column, lint.message) for lint in NO_LISTS.lint(query)]


@pytest.mark.parametrize(
    ("query", "column", "says"),
    [
        ("talks US", 7, "US also finds the word “us”"),
        ("WHO report", 1, "WHO also finds"),
        ("U.S. army", 1, "U.S. also finds"),
        ("it and IT", 4, "and is looked for as a word"),
        ("a OR b c", 8, "AND and OR without parentheses"),
        ("(a) AND b OR c", 5, "AND and OR without parentheses"),
        ("NOT a", 1, "only what must not be there"),
        ("a OR NOT b", 1, "only what must not be there"),
        ("-a -b", 1, "only what must not be there"),
        ("ab*", 1, "ab* finds a great many words"),
        ('"ab* pact"', 1, "ab* finds a great many words"),
        ('"what now?"', 1, "the ? at the end of now?"),
        ("a NEAR/51 b", 3, "NEAR/51 reaches very far"),
        (r"/(a+)+$/", 1, "can take very long"),
    ],
)
def test_lint(query: str, column: int, says: str) -> None:
    assert any(at == column and says in message for at, message in lints(query)), lints(query)
    assert all(str(lint).startswith("column ") and lint.hint for lint in NO_LISTS.lint(query))


@pytest.mark.parametrize(
    "query",
    [
        "{US} talks",
        "NATO",
        "(a OR b) c",
        "a b NOT c",
        "a (b OR c)",
        "abc*",
        "a NEAR/50 b",
        r"/\bCVE-\d{4}/",
        "is:unread",
        "a OR b OR c",
    ],
)
def test_no_lint(query: str) -> None:
    assert lints(query) == []


def test_lint_of_everything_names_topic_and_list() -> None:
    watchlists = Watchlists([topic("t", "US talks")], {"l": "NOT x"})
    assert [(lint.topic, lint.column) for lint in watchlists.lint()] == [("t", 1), ("@l", 1)]
    assert str(watchlists.lint()[0]).startswith("t: column 1: US also finds")


def test_dead_and_noisy_terms() -> None:
    uses = {
        "missile~": Use(items=10, dismissed=7),
        "navy": Use(items=10, dismissed=6),
        "a NEAR/3 b": Use(items=1, dismissed=1),
    }
    found = NO_LISTS.lint("missile~^2 OR navy OR zeppelin OR a NEAR/3 b NOT sport", uses=uses)
    told = [lint.message for lint in found if "parentheses" not in lint.message]
    assert told == ["missile~ is noisy: 70 % of what it found was dismissed", "zeppelin has found nothing in 30 days"]


def test_uses_are_counted_from_stored_hits() -> None:
    watchlists = Watchlists([topic("t", "missile~ OR navy")], {})

    def story(title: str, triage: str = "new") -> Story:
        item = document(title)
        return Story(item=item.item, verdict=watchlists.judge(item), state=State(triage=triage))  # type: ignore[arg-type]

    stories = [story("missiles, missiles"), story("missile", "dismissed"), story("the navy"), story("tea")]
    assert count_uses(stories) == {"missile~": Use(items=2, dismissed=1), "navy": Use(items=1)}


def explain(query: str, title: str = "", body: str = "", **kwargs: object) -> Explanation:
    return NO_LISTS.explain(query, document(title, body, **kwargs))


def test_an_explanation_prints_as_a_tree() -> None:
    watchlists = Watchlists([], {"noise": "section:sport OR cricket"})
    item = document("Missiles hit Iran", "Iran was hit; many more new and heavy sanctions came.")
    explanation = watchlists.explain("(missile~ OR rocket OR bomb) Iran NEAR/2 sanction~ NOT @noise words:>9", item)
    assert str(explanation).splitlines() == [
        "✗ AND  — 2 of 4",
        "  ✓ OR  — 1 of 3",
        "    ✓ missile~  — title “Missiles”",
        "    ✗ not found: rocket, bomb",
        "  ✗ NEAR/2  — Iran ×2, sanction~ ×1; closest: 7 words between, in body",
        "    ✓ Iran  — title “Iran”; body “Iran”",
        "    ✓ sanction~  — body “sanctions”",
        "  ✓ NOT",
        "    ✗ @noise",
        "      ✗ OR  — 0 of 2",
        "        ✗ section:  — section is not known",
        "          ✗ not found: sport",
        "        ✗ not found: cricket",
        "  ✗ words:>9  — words is 0",
    ]


def test_a_match_is_explained_with_its_score_and_hits() -> None:
    explanation = explain("missile~ OR rocket", "Missiles", "a missile and a missile")
    assert explanation.matched
    assert explanation.score == 5.0
    assert explanation.note.startswith("score 5")
    assert [hit.text for hit in explanation.hits] == ["Missiles", "missile", "missile"]
    assert "✓ missile~  — title “Missiles”; body “missile” ×2" in str(explanation)


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("missile", "only as “missiles”; missile~ finds that"),
        ("{US}", "only as “us”"),
        ('"missiles told"', "its words are there, but not side by side"),
        ("photo", "only in caption"),
        ("ATLEAST/3(told)", "1 distinct hit"),
        ("told NEAR/0 missiles", "told ×1, missiles ×1; closest: 2 words between, in title"),
        ("missiles ONEAR/5 told", "missiles ×1, told ×1; closest: 2 words between, in title, the other way round"),
        ("told NEAR/3 afar", "told ×1, afar ×1; never apart in one field"),
        ("told NEAR/3 tol*", "told ×1, tol* ×1; never apart in one field"),
        ("told NEAR/3 gone", "told ×1, gone ×0"),
        ("is:unread", ""),
        ("outlets:>2", "outlets is 1"),
        ("published:yesterday", "published is 2026-11-24 12:00 UTC"),
        ("updated:today", "updated is not known"),
        ("place:iran", "place is not known"),
        ("topic:x", "topic is not known"),
        ("domain:a.example", "domain is “b.example”"),
        (r"/(told|us|of)+(a+)+(x*x*)*$Z/", ""),
    ],
)
def test_why_not(query: str, note: str) -> None:
    explanation = explain(
        query, "told us of missiles", "afar", captions=("a photo",), state=State(read=True), url="https://b.example/"
    )  # fmt: skip
    assert not explanation.matched
    assert explanation.note == note


def test_the_other_spelling_is_told() -> None:
    assert str(explain("defence OR labour~", "the defense")).splitlines()[1:] == [
        "  ✓ defence (or defense)  — title “defense”",
        "  ✗ not found: labour~ (or labor)",
    ]
    exact = Watchlists([], {}, spelling="exact")
    assert "(or" not in str(exact.explain("defence", document("the defense")))


def test_a_pattern_out_of_time_is_told() -> None:
    explanation = explain("/(a|a?)+(a+)+b/", "a" * 4000 + "!")
    assert not explanation.matched
    assert explanation.note == "stopped: it took too long"
