"""The guard at the keyboard: bounded, and otherwise unseen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.tui.driver import LONGEST_PASTE, Guard

KEYS = st.sampled_from(
    [
        "j",
        "é",
        "\r",
        "\x1b[A",
        "\x1b[1;5C",
        "\x1b[<0;10;20M",
        "\x1bOP",
        "\x1b[97;5u",
        "\x1b[200~paste[x\x1b[201~",
        "\x1bx",
    ]
)


@given(st.lists(KEYS), st.integers(1, 7))
def test_ordinary_input_goes_through_however_it_is_cut(keys, size):
    text = "".join(keys)
    guard = Guard()
    assert "".join(guard.admit(text[at : at + size]) for at in range(0, len(text), size)) == text


def test_a_sequence_without_end_is_dropped_and_the_next_key_is_read():
    assert Guard().admit("\x1b[" + "1;" * 20_000 + "xj") == "\x1bj"


def test_a_control_string_is_dropped_with_or_without_an_end():
    assert Guard().admit("\x1b]0;xxx\x07j") == "\x1bj"
    assert Guard().admit("\x1bPxxx\x1b\\j") == "\x1bj"
    guard = Guard()
    assert guard.admit("\x1b]0;" + "x" * 5000) == "\x1b"
    guard.pause()
    assert guard.admit("j") == "j"


def test_a_paste_without_end_ends_when_nothing_comes():
    guard = Guard()
    guard.admit("\x1b[200~yyy")
    assert [guard.pause() for _ in range(11)].count("\x1b[201~") == 1
    assert guard.admit("j") == "j"


def test_a_long_paste_is_cut_and_ends():
    out = Guard().admit("\x1b[200~" + "A" * 10**6 + "\x1b[201~j")
    assert out.startswith("\x1b[200~AAA")
    assert out.endswith("A\x1b[201~j")
    assert len(out) < LONGEST_PASTE + 20


@given(st.text(alphabet=st.sampled_from("\x1b[]O~;1Mu\x07a")))
def test_nothing_is_made_up(text):
    guard = Guard()
    out = guard.admit(text)
    assert len(out) <= len(text)
