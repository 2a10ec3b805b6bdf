"""A watchlist is changed under a running desk: history follows, and a mistake changes nothing."""

from __future__ import annotations

from pathlib import Path

from tests.endtoend.terminal import Terminal
from tests.endtoend.test_newsroom import TOPICS, house, monitor, titles

__all__ = ["house"]


def test_history_follows_a_changed_watchlist_and_a_wrong_one_is_refused(house, feed_server):
    feed_server.feed("/wire.xml", "Missiles over the strait", "Grain ships wait at the river mouth")
    topics = Path(house[1], "topics.toml")
    with Terminal(*house, columns=100) as terminal:
        terminal.until("Missiles over the strait")
        assert titles(house, "--topic", "defense") == ["Missiles over the strait"]
        topics.write_text(TOPICS.replace("OR troop~", "OR troop~ OR river"))
        terminal.press("1z")
        terminal.until("Grain ships wait at the river mouth", seconds=20)
        assert len(titles(house, "--topic", "defense")) == 2

        topics.write_text(TOPICS.replace("OR troop~", "OR (troop~"))
        terminal.until("column", seconds=20)
        feed_server.feed("/wire.xml", "Missiles over the strait", "River", "Missiles again")
        terminal.until("Missiles again", seconds=20)
        terminal.press("Q")
        terminal.ended()


def test_a_wrong_watchlist_is_told_with_column_and_hint(house):
    Path(house[1], "topics.toml").write_text(TOPICS.replace("OR troop~", "OR (troop~"))
    told = monitor(house, "topics", "check", status=2)
    assert "defense" in told
    assert "column" in told
    assert "(" in told
