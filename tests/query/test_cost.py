"""What is not asked: the sieve and the needle leave out what cannot match, and the time limits hold."""

from __future__ import annotations

import time

import pytest

from monitor.model import Needle
from monitor.query import Document, Watchlists, index_terms, patterns
from monitor.query.leaves import Terms
from tests.query.build import NO_LISTS, document, topic


@pytest.mark.parametrize(
    ("pattern", "opening"),
    [
        (r"\bCVE-\d{4}", "cve"), (r"\bAPT-?\d{1,3}\b", "apt"), (r"\bmissiles?", None), (r"\bmissile\b", "missile"), (r"CVE", None),
        (r"\bUS", None), (r"\bCVE|x", None), (r"\babc*", None), (r"\babc{2}", None), (r"(\bCVE)", None), (r"\babc+", "abc"),
    ],
)  # fmt: skip
def test_opening_of_a_pattern(pattern: str, opening: str | None) -> None:
    assert patterns.opening(pattern) == opening


@pytest.mark.parametrize(
    "pattern",
    [
        "a{9999999}", r"\w{99999999}", "(?:ab){20000}", "(?:(?:a{1000}){1000}){1000}", "(?:(?:a{100}b){100}c){100}",
        "(?x)(a{1000}) {1000}", "[({]{10001}", "(?:[)]{100}){200}",
    ],
)  # fmt: skip
def test_a_pattern_that_would_fill_the_memory_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="written out"):
        patterns.compiled(pattern)


@pytest.mark.parametrize(
    "pattern", [r"\d{4}-\d{2}-\d{2}", "(?:[A-Z]{3} ?){1,40}", r"a\{99999}", "[{99999}]", "x{0,99999}", "(a{90}){90}"]
)
def test_a_pattern_that_repeats_within_reason_is_taken(pattern: str) -> None:
    assert patterns.compiled(pattern)


def test_topics_that_cannot_match_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    find = Terms.find

    def spied(self: Terms, item: Document, scope: object) -> object:
        asked.append(self.name)
        return find(self, item, scope)  # type: ignore[arg-type]

    monkeypatch.setattr(Terms, "find", spied)
    topics = [
        topic(f"t{number}", f"word{number} OR stem{number}~ OR pre{number}x* OR (other{number} held)")
        for number in range(50)
    ]
    assert Watchlists(topics, {}).judge(document("stem7s held")).topics == ("t7",)
    assert asked == ["stem7~"]


def test_many_wildcards_in_a_word_do_not_multiply() -> None:
    assert not NO_LISTS.match("ab" + "*a" * 20 + "*b", document("ab" + "a" * 2000))
    assert NO_LISTS.match("ab" + "*a" * 20 + "*b", document("ab" + "a" * 2000 + "b"))


@pytest.mark.parametrize(
    ("query", "needle"),
    [
        ("missile", Needle(op="term", value="missile")),
        ("missil*", Needle(op="prefix", value="missil")),
        ("{US}", Needle(op="term", value="us")),
        ("国防部", Needle(op="phrase", value="国 防 部")),
        ("a b", Needle(op="and", parts=(Needle(op="term", value="a"), Needle(op="term", value="b")))),
        ("a NOT b", Needle(op="term", value="a")),
        ("a source:bbc", Needle(op="term", value="a")),
        ("title:a", Needle(op="term", value="a")),
        ("a NOTNEAR/3 b", Needle(op="term", value="a")),
        (r"/\bCVE-\d+/", Needle(op="prefix", value="cve")),
        ("9/11", Needle(op="term", value="911")),
        ("NOT a", None), ("is:unread", None), ("a OR is:unread", None), ("/a/", None), ("*stan", None), ("🇺🇦", None), ("section:a", None),
    ],
)  # fmt: skip
def test_needle(query: str, needle: Needle | None) -> None:
    assert NO_LISTS.needle(query) == needle


def test_index_terms() -> None:
    item = document("U.S. air-strikes", "O’Brien 国防 🇺🇦", captions=("a tank",))
    assert index_terms(item) == (
        "us air strikes obrien 国 防 a tank airstrikes brien ~a ~air ~airstrik ~brien ~obrien ~strike ~tank ~us ~国 ~防"
    )


def test_a_pattern_has_a_bounded_time_for_all_passages_together() -> None:
    item = document("t", "a" * 3000 + "!", captions=("a" * 3000 + "!",) * 20)
    started = time.process_time()
    assert NO_LISTS.match("text:/(a|a?)+(a+)+b/", item) is None
    assert time.process_time() - started < 2.0


def test_a_query_about_the_item_alone_tokenises_nothing() -> None:
    item = document("x", "y")
    assert NO_LISTS.match("is:unread words:>=0 domain:a.example OR outlets:1", item) is not None
    assert "words" not in vars(item)
