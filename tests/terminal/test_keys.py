"""What a burst of bytes from the keyboard's side can do (safety cases 46 to 48)."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.terminal.line import ESCAPE, Line


def items(house: list[str], query: str) -> list[str]:
    """The ids of what a query finds."""
    words = [sys.executable, "-m", "monitor", "items", query, "--json", *house[:4]]
    done = subprocess.run(words, capture_output=True, timeout=30, check=False)
    assert done.returncode in (0, 1), done.stderr
    return [item["id"] for item in json.loads(done.stdout or b"[]")]


AHEAD = (
    ("/dAdsx", "search: dAdsx"),
    ("ldads", "limit: dads"),
    ("?dads", "dads"),
    ("mdads", "note: dads"),
    ("SlddQ", "only: ddQ"),
    ("1edAdQ", "dAdQarmy"),
    ("Ad", "title 0"),
)


def test_case_47_keys_typed_ahead_go_where_they_were_meant(hostile_house):
    """One packet of a slow line holds them all: what opens the question, and the answer."""
    with Line(*hostile_house) as line:
        line.until("title 0")
        for keys, shown in AHEAD:
            line.press(keys)
            line.until(shown, seconds=8)
            line.walk(ESCAPE, "y", ESCAPE)
            line.until("title 0")
        assert line.leave() == 0
    assert items(hostile_house, "is:dismissed OR is:starred OR is:done") == []


def test_case_47_a_forged_end_of_a_paste_destroys_nothing(hostile_house):
    before = items(hostile_house, "is:unread")
    with Line(*hostile_house) as line:
        line.until("title 0")
        line.press("3/\x1b[200~title\x1b[201~\r")
        line.until("/ title")
        line.press("\x1b[200~x\x1b[201~dxAyQ\x1b[201~")
        assert line.ended() == 0
    for _ in range(3):
        undo = [sys.executable, "-m", "monitor", "mark", "undo", *hostile_house[:4]]
        subprocess.run(undo, capture_output=True, timeout=30, check=False)
    assert items(hostile_house, "is:unread") == before


def test_case_46_47_two_megabytes_and_no_end(hostile_house):
    """Bytes that are no keys, a paste of two megabytes, one that never ends: the next key is answered."""
    with Line(*hostile_house) as line:
        line.until("title 0")
        line.press("l")
        line.until("limit:")
        for junk in ("A" * 2_000_000, "\udcff\udcfe\udcc3", "\x1b[" + "1;" * 20_000 + "~"):
            data = f"\x1b[200~{junk}\x1b[201~".encode("utf-8", "surrogateescape")
            while data:
                data = data[os.write(line.child.child_fd, data[:4096]) :]
                line.read(0)
        line.press("\x1b[48;99999;99999t\x1b]0;x")
        line.heard()
        line.walk(ESCAPE, ESCAPE)
        line.press("S")
        line.until("failing", seconds=5)
        assert line.leave() == 0
    assert line.injected() == []
    assert len(line.output) < 2_000_000


def test_case_48_a_suspended_dashboard_gives_the_terminal_back_and_takes_it_again(hostile_house):
    with Line(*hostile_house) as line:
        line.until("title 0")
        line.walk("j")
        line.settle(1.0)
        line.press("\x1a")
        line.stopped()
        assert b"\x1b[?1049l" in line.output[-200:]
        line.screen.reset()
        line.resume()
        line.until("title 0", seconds=5)
        with line.eyes_shut():  # to see a frame of a thousand columns takes longer than to draw it
            for rows, columns in ((1, 1), (500, 3), (1, 500), (1000, 1000), (24, 80)):
                line.child.setwinsize(rows, columns)
                line.settle(0.1)
            line.settle(0.5, most=20)
        line.screen.reset()
        line.press("\x0c")
        line.until("title 0", seconds=5)
        assert line.leave() == 0
    assert line.injected() == []
