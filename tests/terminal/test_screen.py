"""What stands on the screen is right: after a stop, on any terminal, with letters of any width (safety cases 11, 43, 51)."""

from __future__ import annotations

import os
import re
import termios

import pytest

from tests.terminal.conftest import store_headlines
from tests.terminal.line import Line

WIDE = (
    "plain letters",
    "軍司令官が停戦を否定した",
    "국방부 장관 회담",
    "👨‍👩‍👧‍👦 a family of joined signs",
    "🏳️‍🌈 a flag and 🇺🇦 another 👍🏽",
    "नमस्ते सेना का बयान",
    "قائد الجيش يستبعد وقف إطلاق النار",
    "soft\u00adhy\u00adphens and zero\u200bwidth",
    "e\u0301a\u0308o\u0302 combining marks",
    "\ufdfd one letter, very wide",
    "ｆｕｌｌ ｗｉｄｔｈ ①②③ ½ “quotes” …",
    "☂️ ☎️ ✈️ signs that may be wide",
)

WITHOUT = """
import os, sys
del os.environ["TERM"]
os.execv(sys.executable, [sys.executable, "-m", "monitor", *sys.argv[1:]])
"""
"""The program in a surrounding that names no terminal."""


@pytest.fixture
def house(tmp_path):
    """The words that open a store of titles of every width, in two panes."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "topics.toml").write_text('[topics.a]\ntitle = "Left"\nquery = "a"\n')
    (config / "sources.toml").write_text(
        '[[sources]]\nid = "wire"\ntitle = "通信社 wire"\nurl = "https://wire.example/"\n'
    )
    return store_headlines(tmp_path, "a", (f"{title} {title}" * 3 for title in WIDE))


def redrawn(line: Line) -> str:
    """The screen drawn wholly anew on an empty terminal."""
    line.screen.reset()
    line.press("\x0c")
    line.settle(0.3)
    return line.text()


def test_case_11_columns_are_aligned_whatever_stands_in_them(house):
    """The second pane begins where it should in every row, as a terminal counts cells."""
    with Line(*house, rows=30, columns=120) as line:
        line.until("plain letters")
        line.settle(0.3)
        rows = [line.screen.display[y] for y in range(line.screen.lines)]
        assert sum(1 for row in rows if re.search(r"\d\d:\d\d", row)) >= len(WIDE)
        starts = set()
        for y in range(2, 2 + len(WIDE) + 1):
            cells = line.screen.buffer[y]
            starts |= {
                x for x in range(45, 75) if re.fullmatch(r"\d\d:\d\d", "".join(cells[x + k].data for k in range(5)))
            }
        assert len(starts) == 1, rows
        for key in "jjjjjjjjjjj":
            line.press(key)
            line.settle(0.03)
        assert line.text() == redrawn(line)
        assert line.leave() == 0
    assert line.injected() == []


@pytest.mark.parametrize("size", [(24, 80), (40, 130), (20, 60)], ids=str)
def test_case_43_the_screen_is_right_after_a_stop_in_which_the_window_changed(house, size):
    with Line(*house) as line:
        line.until("plain letters")
        line.press("\x1a")
        line.stopped()
        line.child.setwinsize(*size)
        line.screen.resize(*size)
        line.screen.reset()
        line.stream.feed(b"$ shell output\r\n" * 30)
        line.resume()
        line.until("plain letters")
        line.settle(0.3)
        shown = line.text()
        assert "shell output" not in shown
        assert shown == redrawn(line)
        assert line.leave() == 0


@pytest.mark.parametrize("term", [None, "tmux-256color", "screen", "vt100", "linux", "dumb"])
def test_case_51_any_terminal_is_used_and_given_back(house, term):
    env = {"COLORTERM": "", "TERM": term or "lost"}
    with Line(*house, env=env, program=("-m", "monitor") if term else ("-c", WITHOUT)) as line:
        keyboard = os.open(f"/proc/{line.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)
        line.until("plain letters")
        assert not termios.tcgetattr(keyboard)[3] & termios.ECHO
        line.press("jj\r")
        line.until("reading")
        assert line.leave() == 0
        assert termios.tcgetattr(keyboard)[3] & (termios.ECHO | termios.ICANON) == termios.ECHO | termios.ICANON
        os.close(keyboard)
    for mode in (b"?1049", b"?25", b"?2004", b"?1000", b"?1004"):
        assert line.output.rfind(b"\x1b[" + mode + (b"h" if mode == b"?25" else b"l")) > line.output.rfind(
            b"\x1b[" + mode + (b"l" if mode == b"?25" else b"h")
        ), mode
    assert line.injected() == []
