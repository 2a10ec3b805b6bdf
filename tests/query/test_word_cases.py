"""Every row of the hostile word cases. Where the language makes a choice of its own, the choice is named here and in
docs/watchlists.md."""

from __future__ import annotations

import csv
import html
from pathlib import Path

import pytest

from monitor.errors import QueryError
from tests.query.build import matches

AS_QUERY = {"US": "{US}", "U.S.": "{U.S.}", "WHO": "{WHO}"}
"""A short word in capitals is written in braces: bare, `US` also finds “us”, and a lint says so."""

OUR_CHOICE = {
    ("F-35", "F35 jets"): True,  # a-b also finds the joined word
    ("cease-fire", "ceasefire holds"): True,
    ("ёлка", "елка"): True,  # ё is folded to е
    ("می\u200cشود", "می شود"): True,  # the zero-width non-joiner acts as a hyphen, and a hyphen as a space
}


def rows(folder: Path) -> list[tuple[str, str, bool]]:
    with (folder / "hostile/match/word_match_cases.tsv").open(encoding="utf-8", newline="") as file:
        return [
            (unescape(row["watch_word"]), html.unescape(unescape(row["text"])), row["match"] == "yes")
            for row in csv.DictReader(file, delimiter="\t")
        ]


def unescape(text: str) -> str:
    return text.encode("ascii").decode("unicode_escape")


def as_query(word: str) -> str:
    """A watch word as a query: several words are a phrase, unless they use the syntax."""
    if word in AS_QUERY:
        return AS_QUERY[word]
    plain = " " in word.strip() and '"' not in word and " -" not in word
    return f'"{word}"' if plain else word


def test_every_row(shared_data: Path) -> None:
    cases = rows(shared_data)
    assert len(cases) > 50
    wrong = []
    for word, text, expected in cases:
        wanted = OUR_CHOICE.get((word, text), expected)
        try:
            found = matches(as_query(word), "Title of it", text, lang="en")
        except QueryError:
            found = False
        if found != wanted:
            wrong.append((word, text, wanted))
    assert wrong == []


def test_our_choices_are_in_the_data(shared_data: Path) -> None:
    assert set(OUR_CHOICE) <= {(word, text) for word, text, _ in rows(shared_data)}


@pytest.mark.parametrize("pattern", ["(a+)+$", "(x*x*)*y", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?:a|a?)+b"])
def test_a_hostile_pattern_does_not_hang(pattern: str) -> None:
    assert not matches(f"/{pattern}Z/", "a" * 3000 + "!")


@pytest.mark.parametrize("pattern", ["[unclosed", "(?P<n>", "*", "(?<=a+", "a{2,1}", "\\"])
def test_a_broken_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(QueryError):
        matches(f"/{pattern}/", "x")


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("C++", "a flaw in C++ code"), ("U.S.", "the U.S. army"), ("F-35", "an F-35"), ('"[NATO]"', "what NATO says"),
        ('"\\"quoted\\""', "so quoted"), ("AT&T", "AT&T said"), ("中国", "在中国"), ("ایران", "در ایران"),
        ("İşık", "ışik"), ("straße", "STRASSE"), ('"#tag"', "see #tag"),
    ],
)  # fmt: skip
def test_special_words(word: str, text: str) -> None:
    assert matches(word, text)
