"""What holds for every query and every text."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.model import Needle
from monitor.query import Document, Query, Watchlists, index_terms, parse
from monitor.query.normal import fold, normalise, normalised, origins
from monitor.query.tokens import Stream, forms
from tests.query.build import NO_LISTS, document, topic

WORDS = [
    "missile", "missiles", "Missile", "strike", "strikes", "cease-fire", "ceasefire", "cease", "fire", "air", "defence",
    "defense", "US", "us", "U.S.", "WHO", "Iran", "Iran's", "O'Brien", "l'Iran", "S-300", "S300", "9/11", "1,000", "C++",
    "opec+", "AT&T", "Київ", "київ", "Россия", "ایران", "می\u200cشود", "国防部", "国", "防", "नमस्ते", "café", "Erdoğan",
    "ﬁnal", "ＮＡＴＯ", "I\u200bran", "🇺🇦", "Straße", "workers'", "labour", "labor", "대통령이", "ελλάδα", "ישראל",
]  # fmt: skip
LETTERS = st.sampled_from(
    [*"abcdeIUS'-.&/+_~ \n,;:!?()\"", "\u0301", "\u00ad", "\u200c", "é", "ß", "İ", "中", "か", "゙", "ﾞ", "ي", "ـ", "…"]
)
TEXT = st.one_of(
    st.lists(st.sampled_from([*WORDS, ",", ".", "\n\n", "-", "“", "(", "said"]), max_size=25).map(" ".join),
    st.lists(LETTERS, max_size=30).map("".join),
    st.text(max_size=40),
)
WORD = st.sampled_from([word for word in WORDS if word != "workers'"])
LEAF = st.one_of(
    WORD,
    WORD.filter(lambda word: "+" not in word and "🇺" not in word).map(lambda word: f"{word}~"),
    st.lists(WORD, min_size=1, max_size=3).map(lambda words: '"' + " ".join(words) + '"'),
    st.lists(WORD, min_size=1, max_size=2).map(lambda words: '"' + " ".join(words) + '"~'),
    WORD.map(lambda word: "{" + word + "}"),
    st.sampled_from(
        [
            "mis*",
            "defen?e",
            "*sile",
            "str?ke*",
            '"air defen?e"',
            r"/\bS-?\d+/",
            r"/\bmis\w+/i",
            r"/\bira[nq]/i",
            "/missile/i",
            "/[a-z]{3}/s",
        ]
    ),
)


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    group = st.lists(LEAF, min_size=1, max_size=3).map(lambda leaves: f"({' OR '.join(leaves)})")
    operand = st.one_of(LEAF, group)
    near = st.tuples(
        operand,
        st.sampled_from(["NEAR", "NEAR/0", "NEAR/3", "ONEAR/2", "NOTNEAR/1", "NEAR/s", "NOTNEAR/p", "W/2"]),
        operand,
    )
    return st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: "(" + " OR ".join(parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " ".join(parts) + ")"),
        inner.map(lambda part: f"NOT ({part})"),
        near.map(lambda parts: "(" + " ".join(parts) + ")"),
        st.tuples(st.sampled_from(["title", "dek", "lead", "body", "caption", "text"]), inner).map(
            lambda p: f"{p[0]}:({p[1]})"
        ),
        inner.map(lambda part: f"ATLEAST/2({part})"),
        st.tuples(inner, st.sampled_from(["3", "0.5"])).map(lambda p: f"({p[0]})^{p[1]}"),
        st.sampled_from(
            ["is:unread", "words:>=3", "published:today", "source:bbc", "-section:sport", "@noise", "has:body"]
        ),
    )


QUERY = st.recursive(LEAF, compound, max_leaves=8)
LISTS = {"noise": "strike~ OR title:Iran"}
ITEM = st.builds(
    document,
    TEXT,
    TEXT,
    dek=st.one_of(st.none(), TEXT),
    captions=st.lists(TEXT, max_size=2).map(tuple),
    lang=st.sampled_from(["en", "ru", "de", "fa", "zh", "tr"]),
)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    check(text)


@given(
    st.lists(
        st.sampled_from(
            [*"()\"{}/~^-|@#:*?'&. ", "AND", "OR", "NOT", "NEAR/3", "ATLEAST/2", "title:", "a", "bc", "国", " "]
        ),
        max_size=14,
    ).map("".join)
)
def test_no_syntax_breaks_the_parser(text: str) -> None:
    check(text)


@given(QUERY)
def test_a_query_survives_being_written_out(text: str) -> None:
    query = parse(text)
    assert parse(str(query)) == query
    assert str(parse(str(query))) == str(query)


@given(QUERY, ITEM)
def test_hits_show_what_matched(text: str, item: Document) -> None:
    found = Watchlists((), LISTS).match(text, item)
    if found is None:
        return
    body = item.body
    assert body is not None
    for hit in found.hits:
        shown = {"title": item.item.title, "dek": item.item.dek, "body": body.text}.get(hit.field) or body.captions[
            hit.index
        ]
        assert shown[hit.start : hit.end] == hit.text
        assert hit.text.strip()
        term = hit.term
        if term.startswith("/"):
            continue
        assert NO_LISTS.match(term, document("so", f"It was {hit.text} again", lang=item.item.lang)), (term, hit.text)


@given(st.lists(QUERY, min_size=1, max_size=6), ITEM)
def test_judging_many_is_matching_each(texts: list[str], item: Document) -> None:
    topics = [topic(f"t{number}", text) for number, text in enumerate(texts)]
    watchlists = Watchlists(topics, LISTS)
    verdict = watchlists.judge(item)
    for each in topics:
        alone = watchlists.match(each.query, item, topic=each.id)
        assert (alone is not None) == (each.id in verdict.scores)
        if alone is not None:
            assert verdict.scores[each.id] == alone.score
            assert tuple(hit for hit in verdict.hits if hit.topic == each.id) == alone.hits


@given(QUERY, ITEM)
def test_every_match_is_in_the_needle(text: str, item: Document) -> None:
    watchlists = Watchlists((), LISTS)
    needle = watchlists.needle(text)
    if watchlists.match(text, item) is not None and needle is not None:
        assert holds(needle, index_terms(item).split())


@given(ITEM)
def test_index_terms_are_plain(item: Document) -> None:
    for term in index_terms(item).split(" "):
        assert re.fullmatch(r"~?\S+|", term)
        assert all(char.isalnum() or not char.isascii() for char in term.removeprefix("~"))


@given(QUERY, ITEM)
def test_an_explanation_agrees_with_the_match(text: str, item: Document) -> None:
    watchlists = Watchlists((), LISTS)
    explanation = watchlists.explain(text, item)
    found = watchlists.match(text, item)
    assert explanation.matched == (found is not None)
    assert explanation.score == (found.score if found else None)
    assert str(explanation)


@given(st.text("ab*?", min_size=3, max_size=8), st.text("ab", min_size=1, max_size=10))
def test_a_wildcard_stands_for_what_it_does_in_a_shell(text: str, word: str) -> None:
    wild = "ab" + text
    assert (NO_LISTS.match(wild, document(word)) is not None) == fnmatchcase(word, wild)


@given(QUERY)
def test_lints_point_into_the_query(text: str) -> None:
    for lint in Watchlists((), LISTS).lint(text):
        assert 1 <= lint.column <= len(text)
        assert lint.message
        assert lint.hint


@given(TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    folded = fold(normalise(text))
    assert fold(folded) == folded


@given(TEXT)
def test_offsets_lead_back(text: str) -> None:
    normal, in_place = normalised(text)
    back = origins(text)
    if in_place:
        assert list(back.starts) == list(range(len(text)))
    assert len(back.starts) == len(back.ends) == len(normal)
    assert list(back.starts) == sorted(back.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(back.starts, back.ends, strict=True))
    for at, char in enumerate(normal):
        assert char in normalise(text[back.starts[at] : back.ends[at]])


@given(TEXT)
def test_every_word_is_found_under_its_forms(text: str) -> None:
    stream = Stream([("body", 0, text)], lambda: "en")
    for form in stream.vocabulary:
        edges = stream.find(form)
        assert edges
        assert len(edges) == len(set(edges))
    for position, word in enumerate(stream.words):
        assert all((position, position) in stream.find(form) for form in forms(word))
    assert len(stream.words) == len(stream.gaps)
    for position, word in enumerate(stream.words):
        passage, start, end = stream.extent((position, position))
        assert word.startswith(passage.normal[start:end])


PIECES = [
    "a",
    "a-",
    "a'",
    "1,",
    "U.",
    "a+",
    "\u0301",
    "中",
    "(",
    '"',
    "a NEAR/3 ",
    "NOT ",
    "-",
    "((",
    "a OR ",
    "a~ ",
    "{a} ",
]


@pytest.mark.parametrize("piece", PIECES)
def test_long_monotone_input_does_not_hang(piece: str) -> None:
    text = piece * (6_000 // len(piece))
    NO_LISTS.match("(a OR 中) NEAR/5 (a OR u) OR a-a NOTNEAR/2 a", document("a", text))
    if query := check(text):
        NO_LISTS.match(query, document("a", "an a, and a b"))


def check(text: str) -> Query | None:
    """A text is a query that survives being written out, or is refused with a column in it and a hint."""
    try:
        query = parse(text)
    except QueryError as error:
        refusal = error
    else:
        assert parse(str(query)) == query
        return query
    assert 1 <= refusal.column <= len(text) + 1
    assert refusal.hint
    return None


def holds(needle: Needle, terms: list[str]) -> bool:
    """What a full-text index would say."""
    match needle.op:
        case "term":
            return needle.value in terms
        case "prefix":
            return any(term.startswith(needle.value) for term in terms)
        case "phrase":
            return f" {needle.value} " in f" {' '.join(terms)} "
        case "and":
            return all(holds(part, terms) for part in needle.parts)
    return any(holds(part, terms) for part in needle.parts)
