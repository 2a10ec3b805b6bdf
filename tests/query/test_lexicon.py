"""What is kept of words from text to text: it is bounded, begun anew when full, and never changes what is found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.query import Watchlists, index_terms, lexicon
from monitor.query.lexicon import Lexicon
from monitor.query.tokens import forms
from tests.query.build import document, topic

TOPICS = (topic("raids", "strike~ OR raid*"), topic("talks", '"cease fire" OR {UN} OR O\'Brien'))
TEXTS = (
    "Strikes on the port went on", "U.N. speaks of a cease-fire", "Raiders came by night", "O'Brien's talks", "Nothing of note here",
)  # fmt: skip


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "_lexicons", {})


def kept() -> int:
    return sum(map(len, lexicon._lexicons.values()))


def test_a_full_lexicon_begins_anew_and_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    roomy = [(Watchlists(TOPICS, {}).judge(document(text)), index_terms(document(text))) for text in TEXTS]
    monkeypatch.setattr(lexicon, "MOST", 3)
    watchlists = Watchlists(TOPICS, {})
    for _ in range(3):
        tight = [(watchlists.judge(document(text)), index_terms(document(text))) for text in TEXTS]
        assert tight == roomy
        assert kept() <= 3 + 2 * max(len(text.split()) for text in TEXTS)


def test_who_holds_a_lexicon_goes_on_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = document("Strikes on the port").words
    assert stream.find("port") == [(3, 3)]
    monkeypatch.setattr(lexicon, "MOST", 0)
    document("other words").words.vocabulary  # noqa: B018 - worked out when asked
    assert stream.find("port") == [(3, 3)]
    assert stream.find_stem("strike") == [(0, 0)]


def test_words_of_other_texts_are_not_found_in_this_one() -> None:
    document("PORT Port port").words.vocabulary  # noqa: B018
    assert document("a Port").words.find("port") == [(1, 1)]


def test_made_up_languages_share_one_lexicon() -> None:
    for number in range(50):
        letters = f"q{chr(97 + number % 26)}{chr(97 + number // 26)}"
        Watchlists(TOPICS, {}).judge(document("strikes", lang=letters))
        index_terms(document("strikes", lang=letters))
    assert len(lexicon._lexicons) == 2


def test_several_threads_learn_a_word_once() -> None:
    words = {f"word{number}" for number in range(500)} | {f"Word{number}" for number in range(500)}
    learned = Lexicon(forms)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: learned.learn(words), range(16)))
    assert {tuple(sorted(learned.words(f"word{number}"))) for number in range(500)} == {
        (f"Word{number}", f"word{number}") for number in range(500)
    }
