"""Fifty items triaged at 80×24 with the habits of another reader, keys typed as fast as a line brings them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.terminal.conftest import store_headlines
from tests.terminal.line import Line

ITEMS = 60


@pytest.fixture
def desk(tmp_path):
    """The words that open a store of sixty unread items, the newest "Headline 0"."""

    def make(preset: str) -> list[str]:
        config = tmp_path / "config"
        config.mkdir()
        (config / "monitor.toml").write_text(f'[dashboard]\nkeys = "{preset}"\n')
        (config / "topics.toml").write_text('[topics.defense]\ntitle = "Defense"\nquery = "headline"\n')
        (config / "sources.toml").write_text('[[sources]]\nid = "wire"\nurl = "https://wire.example/"\n')
        return store_headlines(tmp_path, "defense", (f"Headline {n}" for n in range(ITEMS)))

    return make


def found(desk: list[str], query: str) -> list[int]:
    """The numbers of the headlines that a query finds."""
    words = [sys.executable, "-m", "monitor", "items", query, "--json", "--limit", "100", *desk[:4]]
    done = subprocess.run(words, capture_output=True, timeout=30, check=False)
    assert done.returncode in (0, 1), done.stderr
    return sorted(int(item["title"].split()[1]) for item in json.loads(done.stdout or b"[]"))


ROUNDS = {
    # read with Enter and go back, step down, mark read, dismiss, star; the fifth is left as it is
    "newsboat": "\rqjNDs",
    "mutt": "\rqjrdF",
    "vim": "\rqjrds",
}
"""What is done to each five items, by preset."""


@pytest.mark.parametrize("preset", ROUNDS)
def test_fifty_items_are_triaged_by_habit(desk, preset):
    house = desk(preset)
    with Line(*house) as line:
        line.until("Headline 4")
        for n in range(0, 50, 5):
            line.press(("j" if n else "") + ROUNDS[preset])
            line.until(f"starred: Headline {n + 3}")
        line.press({"mutt": "tt", "newsboat": "  ", "vim": "  "}[preset])
        line.until("2 selected")
        line.press(";" + {"newsboat": "D", "mutt": "d", "vim": "d"}[preset])
        line.until("dismissed: 2 items")
        line.press({"newsboat": "U", "mutt": "u", "vim": "U"}[preset])
        line.until("undone: dismiss on 2 items")
        line.press("q")
        line.until("Quit?")
        line.press("y")
        assert line.ended() == 0
    fives = range(0, 50, 5)
    dismissed = [n + 2 for n in fives]
    assert found(house, "is:dismissed") == dismissed
    assert found(house, "is:starred") == [n + 3 for n in fives]
    assert found(house, "is:unread") == [n for n in range(ITEMS) if not (n < 50 and n % 5 in (0, 1, 2))]
    assert line.injected() == []


def test_space_in_the_reader_reads_on_and_selects_nothing(desk):
    house = desk("mutt")
    with Line(*house, rows=10) as line:
        line.until("Headline 4")
        line.press("\r")
        line.until("reading")
        while "of story 1." not in line.text():
            line.press(" ")
            line.settle()
        line.press("q")
        line.until("open")
        assert "✓" not in line.text()
        assert line.leave() == 0
