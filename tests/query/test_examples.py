"""Every row of the examples table of the language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import QueryError
from monitor.model import State
from monitor.query import Watchlists, parse
from tests.query.build import NOW, document, matches

ROWS = [
    # query, text that must match, text that must not
    ("missile", "a missile", "two missiles"),
    ("missile~", "a missile", "a mission"),
    ("missile~", "two missiles", "a missal"),
    *[('"air defence"', text, "air and defence") for text in ("air defence", "air-defence", "airdefence", "air defense")],
    *[("air-defence", text, "air and defence") for text in ("air defence", "air-defence", "airdefence", "air defense")],
    ("ceasefire", "the ceasefire", "to cease fire"),
    ("ceasefire", "the cease-fire", "cease the fire"),
    *[('"cease fire"', text, "cease all fire") for text in ("ceasefire", "cease-fire", "cease fire")],
    ("{US} AND sanction~", "U.S. sanctions", "told us of sanctions"),
    ('{WHO} OR "World Health Organi?ation"', "the WHO says", "the man who"),
    ('{WHO} OR "World Health Organi?ation"', "World Health Organisation", "the man who"),
    ('{WHO} OR "World Health Organi?ation"', "World Health Organization", "world health"),
    ("defen?e AND minist*", "the defence minister", "defence"),
    ("defen?e AND minist*", "ministry of defense", "minister"),
    ('"nuclear talk"~', "nuclear talks", "nuclear power talks"),
    ("(missile~ OR rocket~) NOT (cricket OR football)", "rockets fired", "rockets at the cricket"),
    ("Iran NEAR/8 sanction~", "Iran under new sanctions", "Iran a b c d e f g h i sanctions"),
    ("Iran NEAR/8 sanction~", "sanctions against Iran", "Iran"),
    ("Iran NEAR/8 sanction~", "Iran a b c d e f g h sanctions", "sanctions"),
    ("warn~ ONEAR/3 strike~", "warned of more strikes", "strikes after a warning"),
    ("strike~ NOTNEAR/8 (union~ OR worker~ OR wage~ OR pay)", "launches strike on base", "Rail workers strike over pay"),
    ("Jordan NOTNEAR/0 Michael", "Jordan calls for talks", "Michael Jordan"),
    ("Jordan NOTNEAR/0 Michael", "Michael Jordan visits Jordan", "Jordan Michael"),
    ("ATLEAST/3(drone~ OR {UAV} OR {UAVs})", "a drone, a UAV and more UAVs", "a drone and a UAV"),
    (r"/\bS-?[34]00\b/", "S‑400 and S300", "S-3000"),
    ("\"Iran's\" enrichment", "Iran enrichment", "Iranian enrichment"),
    ("\"Iran's\" enrichment", "the enrichment by Iran’s scientists", "enrichment"),
    ("Київ OR Kyiv OR Kiev", "у місті КИЇВ", "Kyivan"),
    ("ایران NEAR/5 موشک", "ایران یک موشک", "ایران"),
    ("国防部", "中国国防部发言人", "国防和部队"),
    ('9/11 OR "S-300" OR COVID-19', "after 9/11 attacks", "9 11th"),
    ('9/11 OR "S-300" OR COVID-19', "the S-300 system", "S 3000"),
    ('9/11 OR "S-300" OR COVID-19', "Covid-19 cases", "Covid cases"),
    ('("joint exercise" OR wargame~)^3 navy^0.5', "wargames of the navy", "wargames"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "yes", "no"), ROWS)
def test_example(query: str, yes: str, no: str) -> None:
    assert matches(query, "Title", yes)
    assert matches(query, yes)
    assert not matches(query, "Title", no)
    assert not matches(query, no)


def test_near_stays_in_one_field() -> None:
    assert not matches("Iran NEAR/8 sanction~", "Iran", "sanctions")
    assert not matches('"air defence"', "air", "defence")


def test_field_examples() -> None:
    assert matches("title:(truce OR ceasefire)", "A truce", "")
    assert not matches("title:(truce OR ceasefire)", "Talks", "a truce")
    assert matches('lead:"foreign minister"', "x", "The foreign minister said")
    assert not matches('lead:"foreign minister"', "x", "word " * 60 + "the foreign minister")
    assert not matches('lead:"foreign minister"', "foreign minister", "")
    assert matches(r"title:/^(UPDATE|WRAPUP) \d+-/", "UPDATE 2-Iran talks resume")
    assert not matches(r"title:/^(UPDATE|WRAPUP) \d+-/", "An UPDATE 2-Iran")


def test_filter_examples() -> None:
    query = "source:(reuters OR afp) -section:sport"
    assert matches(query, "x", source_id="reuters-world")
    assert matches(query, "x", source_id="afp")
    assert not matches(query, "x", source_id="afp", section=("News", "Sport"))
    assert not matches(query, "x", source_id="bbc")
    fresh = "published:-6h..now outlets:>=3 is:unread"
    assert matches(fresh, "x", outlets=3, published=NOW - timedelta(hours=1))
    assert not matches(fresh, "x", outlets=2, published=NOW - timedelta(hours=1))
    assert not matches(fresh, "x", outlets=3, published=NOW - timedelta(hours=7))
    assert not matches(fresh, "x", outlets=3, published=NOW - timedelta(hours=1), state=State(read=True))


def test_list_example() -> None:
    lists = {"gulf-states": "Qatar OR {UAE}", "missiles": "missile~ OR rocket~", "sport-noise": "section:sport"}
    watchlists = Watchlists((), lists)
    query = "@gulf-states AND @missiles NOT @sport-noise"
    assert watchlists.match(query, document("Qatar rockets"))
    assert not watchlists.match(query, document("Qatar rockets", section=("sport",)))
    assert not watchlists.match(query, document("Qatar talks"))


@pytest.mark.parametrize(
    ("query", "column", "says"),
    [
        ("a AND", 3, "ends after AND"),
        ("(a OR b", 1, "unclosed parenthesis"),
        ("NEAR/3 a", 1, "NEAR/3 where a term is expected"),
        ("title:", 1, "title: without a value"),
        ('"open', 1, "unclosed quote starting at column 1"),
        ("a NEAR/3 (b AND c)", 13, "AND inside an operand of NEAR/3"),
        ("a OR OR b", 6, "OR where a term is expected"),
    ],
)
def test_error_example(query: str, column: int, says: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(query)
    assert error.value.column == column
    assert says in error.value.message
    assert error.value.hint


def test_cyclic_list_is_an_error() -> None:
    with pytest.raises(QueryError, match="list @loop contains itself: @loop → @other → @loop") as error:
        Watchlists((), {"loop": "x OR @other", "other": "y @loop"})
    assert error.value.column == 6
    assert error.value.hint
