"""Feeds and seed files in, live panes and an article out."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.endtoend.terminal import Terminal

TOPICS = """
[topics.defense]
title = "Defense"
query = "missile~ OR troop~"
[topics.diplomacy]
title = "Diplomacy"
query = '"foreign minister"'
"""


@pytest.fixture
def house(tmp_path, feed_server):
    """A config folder with one feed and one folder of local text, and a store beside it."""
    config, seeds = tmp_path / "config", tmp_path / "seeds"
    config.mkdir()
    seeds.mkdir()
    (config / "topics.toml").write_text(TOPICS)
    (config / "sources.toml").write_text(
        f'[[sources]]\nid = "wire"\ntitle = "Wire"\nurl = "{feed_server.feed("/wire.xml", "Missiles over the strait")}"\n'
        f'every = "1s"\n[[sources]]\nid = "drops"\ntitle = "Desk drops"\npath = "{seeds}"\n'
        '[defaults]\nmin_interval = "1s"\n'
    )
    return ["--config", str(config), "--store", f"tinydb:{tmp_path}/news.db"]


def monitor(house, *words, status=(0, 1)):
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *house, *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode in (status if isinstance(status, tuple) else (status,)), done.stderr
    return done.stdout + (done.stderr if done.returncode > 1 else "")


def titles(house, *words):
    return [item["title"] for item in json.loads(monitor(house, "items", "--json", *words))]


def test_a_desk_at_work(house, feed_server, tmp_path):
    with Terminal(*house) as first:
        first.until("Missiles over the strait")
        # A new entry stands in its pane within a poll and a second, without a key pressed.
        feed_server.feed("/wire.xml", "Missiles over the strait", "Troops cross the [/b] river")
        first.until("Troops cross the [/b] river", seconds=10)
        # A file put into the watched folder too.
        (tmp_path / "seeds" / "call.txt").write_text(
            "Missile crew stood down\n\nThe missile crew at the northern base was stood down on Monday, two officials "
            "said. They gave no reason for the order, which came after midnight.\n"
        )
        first.until("Missile crew stood down", seconds=15)
        assert set(titles(house, "--topic", "defense")) == {
            "Missiles over the strait",
            "Troops cross the [/b] river",
            "Missile crew stood down",
        }
        with Terminal(*house, columns=160, rows=45) as second:
            second.until("Missile crew stood down")
            # What one dashboard stars, the other shows, and so does the command line.
            first.press("g")
            first.press("s")
            first.press("d")
            deadline = time.monotonic() + 10
            while len(titles(house, "is:starred")) != 1 or len(titles(house, "is:dismissed")) != 1:
                assert time.monotonic() < deadline
            dismissed = titles(house, "is:dismissed")[0]
            second.until(dismissed[:30], gone=True, seconds=5)
            second.press("qy")
        first.press("U")
        deadline = time.monotonic() + 10
        while titles(house, "is:dismissed"):
            assert time.monotonic() < deadline
        first.press("\r")
        first.until("troop~ in title")
        first.press("Q")
        assert first.ended() == 0
    starred = titles(house, "is:starred")
    assert len(starred) == 1
    with Terminal(*house) as again:
        again.until("troop~ in title")  # what was being read is open again
        again.press("Q")
        assert again.ended() == 0
    assert titles(house, "is:starred") == starred


def test_what_cannot_be_reached_is_said_in_words(house):
    sources = Path(house[1], "sources.toml")
    sources.write_text(
        '[[sources]]\nid = "gone"\ntitle = "Gone Gazette"\nurl = "http://127.0.0.1:9/feed"\n' + sources.read_text()
    )
    with Terminal(*house, columns=120) as terminal:
        terminal.until("Missiles over the strait")
        terminal.until("1 failing", seconds=30)
        terminal.press("S")
        terminal.until("Gone Gazette")
        terminal.until("cannot be reached")
        terminal.press("Q")
        terminal.ended()
