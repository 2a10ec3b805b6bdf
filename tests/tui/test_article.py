"""A story as lines: wrapped without loss, hits where they stand, lazily."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from monitor.model import Hit
from monitor.tui import article
from tests.tui.fake import NOW, make_story

TEXT = st.text(alphabet=st.sampled_from("ab cde fghij klmnop 漢字é "), max_size=200).map(
    lambda text: " ".join(text.split())
)


def told(story, width=60):
    return list(article.lines(story, width, source="Reuters", topics={"defense": "Defense"}, now=NOW))


@given(TEXT, st.integers(4, 40))
def test_wrapping_loses_nothing_and_fits(text, width):
    lines = list(article.wrapped(text, width, "ink"))
    assert "".join("".join(line.text.split()) for line in lines) == "".join(text.split())
    assert all(cell_len(line.text) <= width for line in lines)


@given(TEXT, st.integers(4, 40), st.data())
def test_hits_stand_on_the_same_letters_after_wrapping(text, width, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    lines = list(article.wrapped(text, width, "ink", [(start, end)]))
    marked = "".join(line.text[a:b] for line in lines for a, b in line.spans)
    assert "".join(marked.split()) == "".join(text[start:end].split())


def test_hits_of_several_topics_on_the_same_words_are_one():
    story = make_story(0, title="Ceasefire holds")
    hits = tuple(
        Hit(topic=topic, field="title", term="x", text="", start=0, end=end)
        for topic, end in (("a", 9), ("b", 9), ("c", 15))
    )
    story = replace(story, verdict=replace(story.verdict, scores={"a": 1.0}, hits=hits))
    assert told(story)[0] == article.Line("Ceasefire holds", "title", ((0, 15),))


def test_the_why_lines_count_terms_and_fields():
    lines = [line.text for line in told(make_story(3), 100)]
    assert "Defense 3 → navy ×5 in title, body; missile ×4 in body; army ×4 in body" in lines


def test_a_guessed_time_says_so():
    assert any("time guessed" in line.text for line in told(make_story(0, published_guessed=True)))


def test_only_as_much_is_wrapped_as_is_asked_for():
    story = make_story(0, body="army")
    story = replace(story, body=replace(story.body, text="word " * 60_000))
    lines = article.lines(story, 60, source="x", topics={}, now=NOW)
    first = [next(lines) for _ in range(30)]
    assert len(first) == 30
