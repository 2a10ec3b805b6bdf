"""The grammar, production by production; every way to be refused, with its column."""

from __future__ import annotations

import pytest

from monitor.errors import QueryError
from monitor.query import parse

WRITTEN = [
    # as typed, as written out
    ("a b", "a AND b"),
    ("a AND b", "a AND b"),
    ("a && b", "a AND b"),
    ("a | b", "a OR b"),
    ("a b OR c", "(a AND b) OR c"),
    ("a (b OR c)", "a AND (b OR c)"),
    ("(a)", "a"),
    ("-a", "NOT a"),
    ("a -b", "a AND NOT b"),
    ("NOT a NEAR/3 b", "NOT a NEAR/3 b"),
    ("NOT (a b)", "NOT (a AND b)"),
    ("NOT NOT a", "NOT NOT a"),
    ("a NEAR b", "a NEAR/10 b"),
    ("a W/3 b", "a NEAR/3 b"),
    ("a PRE/3 b", "a ONEAR/3 b"),
    ("a NEAR/s b", "a NEAR/s b"),
    ("a NEAR/3 b NOTNEAR/p c", "a NEAR/3 b NOTNEAR/p c"),
    ("a NEAR/3 (b NEAR/3 c OR d)", "a NEAR/3 (b NEAR/3 c OR d)"),
    ("W PRE", "W AND PRE"),
    ("a^3 (b OR c)^0.5", "a^3 AND (b OR c)^0.5"),
    ("a^2.50", "a^2.5"),
    ("ATLEAST/3 (a OR b)", "ATLEAST/3(a OR b)"),
    ("title:a", "title:a"),
    ('title:"a b"~', 'title:"a b"~'),
    ("title:(a OR b)", "title:(a OR b)"),
    ("title:/^a/i", "title:/^a/i"),
    ("title:{US}", "title:{US}"),
    ("title:@list", "title:@list"),
    ("is:(unread OR starred)", "is:unread OR is:starred"),
    ("published:(today OR yesterday)", "published:today OR published:yesterday"),
    ("published:>=2026-11-20", "published:>=2026-11-20"),
    ("published:2026-11-01..2026-11-20", "published:2026-11-01..2026-11-20"),
    ("published:-6h..now", "published:-6h..now"),
    ('published:>="2026-11-20T10:00"', 'published:>="2026-11-20T10:00"'),
    ("words:=300", "words:300"),
    ("(is:unread)^3", "is:unread^3"),
    ("words:300..500", "words:300..500"),
    ("“a b”~", '"a b"~'),
    ("O’Brien", "O'Brien"),
    (r'"say \"no\""', r'"say \"no\""'),
    ("a # a comment\nOR b", "a OR b"),
    ("{New York}", "{New York}"),
    (r"/a\/b/is", r"/a\/b/is"),
    ("F‑35", "F-35"),
    ("and or", "and AND or"),
]


@pytest.mark.parametrize(("typed", "written"), WRITTEN)
def test_written_out(typed: str, written: str) -> None:
    assert str(parse(typed)) == written
    assert parse(written) == parse(typed)


@pytest.mark.parametrize(
    "text",
    [
        "air-defence",
        "U.S.",
        "C++",
        "AT&T",
        "9/11",
        "1,000",
        "3.5bn",
        "H5N1",
        "defen?e",
        "minist*",
        "*stan",
        "🇺🇦",
        "国防部",
        "می\u200cشود",
        "foo_bar",
        "workers'",
        "iran.example",
        "नमस्ते",
    ],
)
def test_words(text: str) -> None:
    assert str(parse(text)) == text


REFUSED = [
    # query, column, part of the message
    ("", 1, "empty"),
    ("   ", 1, "empty"),
    ("#tag", 1, "empty"),
    ("a OR", 3, "ends after OR"),
    ("a NEAR/3", 3, "ends after NEAR/3"),
    ("NOT", 1, "ends after NOT"),
    ("a (b OR", 6, "ends after OR"),
    ("a AND AND b", 7, "AND where a term is expected"),
    ("OR a", 1, "OR where a term is expected"),
    ("a || b", 4, "| where a term is expected"),
    ("()", 2, "an empty place"),
    ("a b)", 4, "a closing parenthesis without"),
    ("a (b (c)", 3, "unclosed parenthesis opened at column 3"),
    ('say "open', 5, "unclosed quote starting at column 5"),
    ("{open", 1, "unclosed brace"),
    ("{}", 1, "braces without a word"),
    ("{US}~", 5, "a stem of an exact word"),
    ("/open", 1, "unclosed regular expression"),
    ("/[a/", 1, "not a regular expression"),
    ("/a/ix", 4, "unknown flags"),
    ('"..."', 1, "no word"),
    ("a NEAR/x b", 3, "NEAR/x has no distance"),
    ("a NEAR/ b", 3, "NEAR/ has no distance"),
    ("a NEAR/3 NOT b", 10, "NOT where a term is expected"),
    ("a NEAR/3 (b OR NOT c)", 16, "NOT inside an operand of NEAR/3"),
    ("(a b) ONEAR/2 c", 4, "AND inside an operand of ONEAR/2"),
    ("a NEAR/3 is:read", 10, "is:read inside an operand"),
    ("a NEAR/3 ATLEAST/2(b)", 10, "ATLEAST/2(b) inside an operand"),
    ("ATLEAST/0(a)", 1, "a number from 1"),
    ("ATLEAST a", 1, "a number from 1"),
    ("ATLEAST/2 a", 1, "needs a group"),
    ("a^0", 2, "a weight is more than 0"),
    ("a^11", 2, "a weight is more than 0"),
    ("a^x", 2, "without a term or a number"),
    ("a ^2", 3, "without a term or a number"),
    ("^2", 1, "without a term or a number"),
    ("a^2^3", 4, "a weight without a term of its own"),
    ("title: a", 1, "title: without a value"),
    ("title:)", 1, "title: without a value"),
    ("title:NOT", 1, "title: without a value"),
    ("words:5..3", 1, "words: the range ends before it begins"),
    ("a published:2026-11-20..2026-11-01", 3, "published: the range ends before it begins"),
    ("published:-1h..-6h", 1, "published: the range ends before it begins"),
    ("titel:a", 1, "there is no field titel:"),
    ("http://a.b", 5, '":" behind http'),
    ("at 10:30", 6, '":" behind 10'),
    ("source:>3", 8, "cannot be compared"),
    ("is:unred", 1, "is:unred is not known"),
    ("is:(unread OR {read})", 15, "{read} is no value of is:"),
    ("has:images", 1, "has:images is not known"),
    ("words:many", 1, "many is not a number"),
    ("words:>", 1, "words: without a value"),
    ("published:soon", 1, "soon is not a time"),
    ("published:2026-02-30", 1, "2026-02-30 is not a date"),
    ("published:1400-01-01", 1, "the year 1400"),
    ("published:-6h", 1, "a single instant"),
    ("published:6h..now", 1, "6h is not a time"),
    ("w*", 1, "w* stands for too much"),
    ("a *", 3, "* stands for too much"),
    ('"defence *"', 1, "* stands for too much"),
    ("国*", 1, "* stands for too much"),
    (".*", 1, ". in the word .*"),
    ("a- b", 2, "- in the word a-"),
    ("and/or", 4, "/ in the word and/or"),
    ("[NATO]", 1, "[ in the word [NATO]"),
    ("stop!", 5, "! in the word stop!"),
    ("a,b", 2, ", in the word a,b"),
    ("C# flaw", 2, "# inside a word"),
    ("@", 1, "@ without a name"),
    ("~a", 1, "stray ~"),
    ("a } b", 3, "stray }"),
    ("(" * 100 + "a" + ")" * 100, 61, "nested too deeply"),
    ("-" * 100 + "a", 60, "nested too deeply"),
    ("a" + " NEAR a" * 30, 143, "more than 20 NEAR"),
    ("a " * 30_000, 1, "longer than"),
    ("mi\udcffab*", 3, "a byte that is no text"),
]


@pytest.mark.parametrize(("text", "column", "says"), REFUSED)
def test_refused(text: str, column: int, says: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(text)
    assert says in error.value.message
    assert error.value.column == column
    assert error.value.hint
    assert error.value.query == text
    assert str(error.value).startswith(f"column {column}: ")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("titel:a", "did you mean title:?"),
        ("is:unred", "did you mean is:unread?"),
        ("published:-6h", "published:>=-6h"),
        ("#tag", '"#tag"'),
        ("NEAR/3 a", "put a term before it"),
        ("AND", '"and"'),
    ],
)
def test_the_hint_mends(text: str, hint: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(text)
    assert hint in (error.value.hint or "")


def test_columns_count_characters_of_the_text_as_typed() -> None:
    with pytest.raises(QueryError) as error:
        parse("“国防部” AND (“b")
    assert error.value.column == 12


def test_nodes_know_their_columns() -> None:
    root = parse("a AND\n  missile~").root
    assert [part.column for part in root.parts] == [1, 9]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "query",
    [
        "words:3..3",
        "published:2026-11-01..2026-11-01",
        "seen:-6h..now",
        "seen:yesterday..today",
        "seen:-1h..2026-01-01",
        "seen:today..-1h",
    ],
)
def test_a_range_that_may_hold_something_is_taken(query: str) -> None:
    assert str(parse(query)) == query
