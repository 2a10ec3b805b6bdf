"""Nothing that a terminal acts on, nothing hidden, nothing endless; and honest text stays as it is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import CAP_LINE, MARKS, clean, clean_line, fit, visible, width

ANY = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("dirty", "safe"),
    [
        ("\x1b[31mred\x1b[0m alert", "red alert"),
        ("\x1b]0;owned\x07Title", "Title"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ text", "link text"),
        ("\x1b]52;c;cm0gLXJm\x07copy", "copy"),
        ("\x9b31mred", "red"),
        ("\x9d0;x\x9cTitle", "Title"),
        ("\x1bP$q\x1b\\answer", "answer"),
        ("\x1bcreset", "reset"),
        ("unterminated \x1b]0;title stays readable", "unterminated 0;title stays readable"),
        ("a\x00b\x07c\x08d\x7fe", "abcde"),
        ("pay\u202eload\u2066 x\u2069", "payload x"),
        ("Ira\u200bn \ufeffx", "Iran x"),
        ("one\r\ntwo\rthree\x0bfour\u2028five\x85six", "one two three four five six"),
        ("tabs\tand \xa0 spaces", "tabs and spaces"),
        ("\ud800lone", "\ufffdlone"),
        ("می\u200cشود", "می\u200cشود"),
        ("👩\u200d👩\u200d👧 family", "👩\u200d👩\u200d👧 family"),
        ("[/b] [@click=app.quit]x[/]", "[/b] [@click=app.quit]x[/]"),
        ("中国国防部发言人", "中国国防部发言人"),
    ],
)
def test_a_line_is_safe_and_honest(dirty: str, safe: str) -> None:
    assert clean_line(dirty) == safe


def test_no_control_outlives_cleaning() -> None:
    for code in (*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)):
        for dirty in (f"a{chr(code)}", f"a{chr(code)}é b", f"{chr(code)}31m"):
            assert chr(code) == "\n" or chr(code) not in clean(dirty)
            assert chr(code) not in clean_line(dirty)


def test_a_body_keeps_its_paragraphs() -> None:
    assert clean("one \r\n\r\n\r\n\r\ntwo\n\tthree\n") == "one\n\ntwo\n three"


def test_marks_are_thinned_but_words_are_whole() -> None:
    assert clean_line("a" + "\u0301" * 1000) == "a" + "\u0301" * MARKS
    assert clean_line("क्षत्रिय हिन्दी") == "क्षत्रिय हिन्दी"


def test_a_line_and_a_body_are_capped() -> None:
    assert len(clean_line("x" * 10_000_000)) == CAP_LINE
    assert clean("x" * 50, cap=10) == "x" * 9 + "…"


@given(ANY)
def test_whatever_comes_in_nothing_dangerous_goes_out(text: str) -> None:
    for safe in (clean(text), clean_line(text)):
        safe.encode("utf-8")
        assert not any(unicodedata.category(char) == "Cc" and char != "\n" for char in safe)
        assert not any(
            unicodedata.bidirectional(char) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
            for char in safe
        )
    assert "\n" not in clean_line(text)


@given(ANY)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(ANY, st.integers(0, 40))
def test_a_fitted_line_fits(text: str, cells: int) -> None:
    assert width(fit(clean_line(text), cells)) <= cells


def test_blank_looking_titles_are_not_visible() -> None:
    assert not visible(clean_line("\u3164\u2800 \u200b"))
    assert visible("(x)")
