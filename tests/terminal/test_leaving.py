"""What ends the program, and what must not (safety cases 41 to 45), with its poller and feeds on loopback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.store import open_store
from tests.terminal.line import Line, all_gone, family, resident
from tests.tui.oracle import violations


@pytest.fixture
def desk(tmp_path, feed_server, monkeypatch):
    """The words that open a newsroom with one feed, polled every second."""
    monkeypatch.setenv("MONITOR_USER", "night")
    config = tmp_path / "config"
    config.mkdir()
    url = feed_server.feed("/wire.xml", *(f"Army headline {n}" for n in range(30)))
    (config / "topics.toml").write_text('[topics.defense]\ntitle = "Defense"\nquery = "army"\n')
    (config / "sources.toml").write_text(
        f'[[sources]]\nid = "wire"\nurl = "{url}"\nevery = "1s"\n[defaults]\nmin_interval = "1s"\n'
    )
    return ["--config", str(config), "--store", f"tinydb:{tmp_path}/news.db"]


def session(desk) -> dict:
    """What the store remembers of the dashboard."""
    with open_store(desk[3], read_only=True) as store:
        return store.memo("session:night")


def test_case_41_the_line_drops_while_feeds_are_fetched_and_parsed(desk, feed_server):
    busy = feed_server.put(
        "/busy.xml", f"<rss version='2.0'><channel><item><author>{'a' * 64_000}</author></item></channel></rss>"
    )
    sources = Path(desk[1], "sources.toml")
    with socket.create_server(("127.0.0.1", 0)) as silent, Line(*desk) as line:
        hanging = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        sources.write_text(
            f'[[sources]]\nid = "busy"\nurl = "{busy}"\n[[sources]]\nid = "hanging"\nurl = "{hanging}"\n'
            + sources.read_text()
        )
        line.until("Army headline 29")
        line.press("jjjs")
        line.until("starred: ")
        line.press("3")
        silent.settimeout(15)
        connection, _ = silent.accept()
        end = time.monotonic() + 15
        while not any(path == "/busy.xml" for path, _ in feed_server.requests):
            assert time.monotonic() < end
            time.sleep(0.02)
        line.settle(0.3)
        everyone = family(line.pid)
        assert len(everyone) >= 4, "the dashboard, its poller, the poller's nursery and a worker"
        began = time.monotonic()
        line.drop()
        assert line.gone(seconds=3) == 128 + signal.SIGHUP
        assert all_gone(everyone, seconds=3 - (time.monotonic() - began)) == set()
        connection.close()
    assert session(desk)["pane"] == "starred"


def test_case_42_sigterm_restores_the_terminal_and_ends_the_poller(desk):
    with Line(*desk) as line:
        line.until("Army headline 29")
        everyone = family(line.pid)
        os.kill(line.pid, signal.SIGTERM)
        assert line.ended(seconds=5) == 128 + signal.SIGTERM
        line.settle()
        assert line.output.rstrip().endswith(b"\x1b[?25h") or b"\x1b[?1049l" in line.output[-200:]
        assert all_gone(everyone, seconds=3) == set()
    assert line.injected() == []
    assert session(desk)["pane"] == "topic:defense"


def test_case_42_sigterm_with_a_terminal_that_nobody_reads(desk):
    with Line(*desk, rows=60, columns=200) as line:
        line.until("Army headline 29")
        everyone = family(line.pid)
        line.press("\x0c" * 200)
        time.sleep(1.0)
        os.kill(line.pid, signal.SIGTERM)
        assert line.gone(seconds=5) == 128 + signal.SIGTERM
        assert all_gone(everyone, seconds=3) == set()
    assert session(desk)["pane"] == "topic:defense"


def test_case_43_a_terminal_that_nobody_reads_stops_no_polling(desk, feed_server):
    with Line(*desk, rows=60, columns=200) as line:
        line.until("Army headline 29")
        line.press("\x0c" * 200)
        time.sleep(1.0)
        memory, asked = resident(line.pid), len(feed_server.requests)
        feed_server.feed("/wire.xml", *(f"Army headline {n}" for n in range(40)))
        end = time.monotonic() + 6
        while len(feed_server.requests) < asked + 3:
            assert time.monotonic() < end, "polling stopped"
            time.sleep(0.05)
        assert resident(line.pid) - memory < 8 * 2**20
        line.until("Army headline 39", seconds=10)
        line.press("Q")
        assert line.ended() == 0
    assert line.injected() == []


CRASH = """
import sys
from monitor.tui.screens.newsroom import NewsroomScreen
from monitor.cli.process import run
def crash(self):
    password = "hunter" + "2"
    raise ValueError(f"\\x1b]0;pwned\\x07 {password} https://ana:hunter3@h.example/?token=hunter4")
setattr(NewsroomScreen, sys.argv.pop(1), crash)
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize(("method", "key"), [("action_follow", "f"), ("on_resize", ""), ("action_star", "s")])
def test_case_44_a_fault_of_our_own_shows_and_logs_no_values(hostile_house, tmp_path, method, key):
    script = tmp_path / "crash.py"
    script.write_text(CRASH)
    with Line(method, *hostile_house, program=(str(script),), env={"XDG_STATE_HOME": str(tmp_path / "state")}) as line:
        if key:
            line.until("title 0")
            line.press(key)
        assert line.ended(seconds=10) not in (0, None)
        line.settle()
    logs = [path.read_text() for path in (tmp_path / "state").rglob("*.log")]
    assert "ValueError" in "".join(logs)
    for text in (line.output.decode(), *logs):
        for canary in ("hunter2", "hunter3", "hunter4", "pwned"):
            assert canary not in text
    assert violations(line.output) == []
    assert "a fault of its own: ValueError" in line.text()
    assert b"\x1b[?1049l" in line.output
    assert b"\x1b[?25h" in line.output.rpartition(b"\x1b[?1049l")[2] + line.output[-300:]


@pytest.mark.parametrize("stream", ["stdin", "stdout", "all"])
def test_case_45_without_a_terminal_it_says_so_and_ends(tmp_path, stream):
    master, slave = os.openpty()
    ends = dict.fromkeys(("stdin", "stdout", "stderr"), slave)
    ends.update({name: subprocess.DEVNULL for name in ends if stream in (name, "all")})
    ends["stderr"] = subprocess.PIPE
    command = [sys.executable, "-m", "monitor", "--store", f"tinydb:{tmp_path}/news.db"]
    done = subprocess.run(command, **ends, timeout=20, check=False)
    os.close(master)
    os.close(slave)
    assert done.returncode == 2
    assert done.stderr.startswith(b"monitor: the dashboard needs a terminal")
    assert done.stderr.count(b"\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_case_45_sighup_ignored_and_the_terminal_gone(hostile_house, tmp_path):
    script = tmp_path / "nohup.py"
    script.write_text(
        "import os, signal, sys\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'monitor', *sys.argv[1:]])\n"
    )
    with Line(*hostile_house, program=(str(script),)) as line:
        line.until("title 0")
        line.drop()
        assert line.gone(seconds=4) > 0


def test_case_41_marks_are_on_disk_before_they_are_told(desk):
    with Line(*desk) as line:
        line.until("Army headline 29")
        line.press("s")
        line.until("starred: ")
        os.kill(line.pid, signal.SIGKILL)
        everyone = family(line.pid)
        line.gone(seconds=3)
        assert all_gone(everyone, seconds=3) == set()
    listed = [sys.executable, "-m", "monitor", "items", "is:starred", "--json", *desk]
    assert len(json.loads(subprocess.run(listed, capture_output=True, timeout=30, check=True).stdout)) == 1
