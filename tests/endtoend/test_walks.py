"""Three new users, from nothing to a day's work: an analyst over SSH, a desk with a wall, a script in cron."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.endtoend.terminal import Terminal

ESCAPE = "\x1b"
WORDS = ("Floods", "Truce", "Court", "Harbour", "Election")
FULL = Path("/dev/full")


class Home:
    """Somebody's fresh login: nothing is there but what they make."""

    def __init__(self, folder: Path) -> None:
        self.environ = {"HOME": str(folder), "PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}
        self.config = folder / ".config" / "newsroom-monitor"
        self.data = folder / ".local" / "share" / "newsroom-monitor"
        folder.mkdir()

    def monitor(self, *words: object, **streams) -> subprocess.CompletedProcess[str]:
        """A command as cron runs it: hardly an environment, and no terminal."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        command = [sys.executable, "-m", "monitor", *map(str, words)]
        return subprocess.run(command, env=self.environ, text=True, timeout=60, check=False, **streams)

    def items(self, *words: str) -> list[dict]:
        """What the store holds."""
        return json.loads(self.monitor("items", "--json", *words).stdout)

    def terminal(self, *words: str, **more) -> Terminal:
        """The dashboard on a terminal, over SSH."""
        env = {**self.environ, "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": "", "SSH_CONNECTION": "a 1 b 22"}
        return Terminal(*words, env={**env, "MONITOR_USER": "ana", **more.pop("env", {})}, **more)


@pytest.fixture
def home(tmp_path) -> Home:
    """A fresh login."""
    return Home(tmp_path / "home")


@pytest.fixture
def feeds(feed_server) -> list[str]:
    """Addresses of twenty-six feeds with three items each."""
    return [
        feed_server.feed(f"/{n}.xml", *(f"{WORDS[(n + i) % len(WORDS)]} story {n}-{i}" for i in range(3)))
        for n in range(26)
    ]


def holds(true: Callable[[], bool], *, seconds: float = 15.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.1)


def opml(path: Path, addresses: list[str]) -> Path:
    """A list of feeds."""
    outlines = "".join(f'<outline text="Feed {n}" xmlUrl="{url}"/>' for n, url in enumerate(addresses))
    path.write_text(f'<opml version="2.0"><body><outline text="Wires">{outlines}</outline></body></opml>')
    return path


def test_an_analyst_over_ssh(home, feeds, feed_server, tmp_path):
    """Thirty feeds, three of them broken, three watchlists from the dashboard alone, triage, and back again."""
    assert home.monitor("config", "init", "--bare").returncode == 0
    assert "26 added" in home.monitor("sources", "import", opml(tmp_path / "wires.opml", feeds)).stderr
    added = home.monitor("sources", "add", feed_server.feed("/one.xml", "Truce in the valley"), "--id", "one")
    assert (added.returncode, added.stdout, added.stderr) == (0, "one\n", "")
    page = "<html><link rel='alternate' type='application/rss+xml' href='/page.xml'></html>"
    found = home.monitor("sources", "discover", feed_server.put("/", page, content_type="text/html"))
    assert found.stdout.startswith(feed_server.feed("/page.xml", "Court of appeal"))
    assert home.monitor("sources", "add", found.stdout.split()[0], "--title", "The Page").returncode == 0
    missing = home.monitor("sources", "add", f"{feed_server.url}/none.xml", "--id", "none")
    assert (missing.returncode, missing.stdout) == (1, "none\n")
    assert "not found (404)" in missing.stderr
    refused = home.monitor("sources", "add", "http://127.0.0.1:9/feed", "--id", "refused")
    assert (refused.returncode, "connection refused" in refused.stderr) == (1, True)
    plain = home.monitor("sources", "add", feed_server.put("/plain", "<html></html>", content_type="text/html"))
    assert (plain.returncode, "not a feed" in plain.stderr) == (2, True)
    assert "30 sources" in home.monitor("config", "check").stdout

    with home.terminal(env={"TERM": "screen-256color"}) as screen:
        screen.until("story")
        screen.until("2 failing", seconds=30)
        for title, query in (("Floods", "floods AND ("), ("Truce", "truce"), ("Courts", "court~ OR harbour")):
            screen.press("+")
            screen.until("title of the watchlist")
            screen.press(f"{title}\r")
            screen.until("write a query")
            screen.press(query)
            if query.endswith("("):
                screen.until("column")
                screen.press("\x13")
                screen.until("not saved")
                screen.press("story)")
            screen.until("in 7 days")
            screen.press("\x13")
            screen.until("saved the watchlist")
        assert "1 Floods" in screen.text()
        assert "3 Courts" in screen.text()

        screen.press("1")
        screen.until("1 Floods", seconds=5)
        holds(lambda: len(home.items("--topic", "floods")) == 16)
        screen.press("4/story NEAR/1 floods\r")
        screen.until("/ story NEAR/1 floods")
        screen.press(ESCAPE)
        screen.until("/ story", gone=True)
        screen.press("lstory\r")
        screen.until("limit: story")
        screen.press("rrrrrsssddd")
        holds(lambda: [len(home.items(q)) for q in ("is:read", "is:starred", "is:dismissed")] == [5, 3, 3])
        screen.press("U")
        screen.until("undone: dismiss")
        screen.press("g   ;x")
        screen.until("done: 3 items")
        screen.press("g\r")
        screen.until("reading")
        screen.press("o")
        screen.until("copied: http://127.0.0.1")
        screen.press("acarl\rmcall the ministry\r")
        holds(
            lambda: (
                [n["text"] for i in home.items("assignee:carl") for n in i["state"]["notes"]] == ["call the ministry"]
            )
        )
        screen.press("Q")
        assert screen.ended() == 0
    with home.terminal(env={"TERM": "xterm", "LANG": "C", "LC_ALL": "C"}) as again:
        again.until("reading")
        again.press("\x7f")
        again.press("Q")
        assert again.ended() == 0
        assert again.text().isascii()


def test_a_desk_with_a_wall(home, feeds, tmp_path):
    """Marks go round, the poller follows whoever looks, and a kill, a prune and a restore disturb nobody."""
    home.monitor("config", "init", "--bare")
    home.monitor("sources", "import", opml(tmp_path / "wires.opml", feeds[:4]))
    with home.terminal(rows=30, columns=100) as ana, contextlib.ExitStack() as room:
        ana.until("story 3-2")
        wall = room.enter_context(home.terminal("--read-only", rows=45, columns=160))
        wall.until("story 3-2")
        with home.terminal(rows=30, columns=100, env={"MONITOR_USER": "ben"}) as ben:
            ben.until("story 3-2")
            ana.press("gs")
            for other in (ben, wall):
                other.until("★", seconds=5)
            wall.press("gd")
            wall.until("read-only: nothing is marked")
            assert home.items("is:dismissed") == []
            poller = json.loads(home.monitor("stats", "--json").stdout)["poller"]
            assert poller == "elsewhere"
            ben.child.kill(signal.SIGKILL)
        backup = tmp_path / "desk.backup"
        assert home.monitor("backup", backup).returncode == 0
        assert home.monitor("prune", "--keep", "1").returncode == 0
        assert len(home.items()) in {4, 5}, "what is starred stays"
        with home.terminal(env={"MONITOR_USER": "cem"}) as cem:
            assert home.monitor("restore", backup).returncode == 0
            cem.until("story 3-1")
            ana.press("Q")
            assert ana.ended() == 0
            assert json.loads(home.monitor("stats", "--json").stdout)["poller"] == "elsewhere"
            cem.press("Q")
            assert cem.ended() == 0
        holds(lambda: json.loads(home.monitor("stats", "--json").stdout)["poller"] == "none")
        wall.until("story 3-1")
        wall.press("Q")
        assert wall.ended() == 0


LISTINGS = (
    ("items", "--json"),
    ("items", "--format", "jsonl"),
    ("items", "--format", "csv"),
    ("show", "ID", "--json"),
    ("sources", "list", "--json"),
    ("sources", "check", "feed-1", "--json"),
    ("topics", "list", "--json"),
    ("topics", "check", "--json"),
    ("topics", "test", "story", "--since", "3650d", "--json"),
    ("match", "story", "FILE", "--json"),
    ("parse", "FILE"),
    ("stats", "--json"),
    ("doctor", "--json"),
    ("export", "--format", "jsonl"),
)

TO_THE_END = {LISTINGS[0], LISTINGS[2], LISTINGS[4], LISTINGS[10], LISTINGS[13]}
"""One of each way to print."""


def test_a_script_in_cron(home, feeds, tmp_path):
    """Every listing without a terminal: whole, cut short by its reader, and onto a disk that is full."""
    home.monitor("config", "init", "--bare")
    home.monitor("sources", "import", opml(tmp_path / "wires.opml", feeds[:3]))
    (home.config / "topics.toml").write_text("[topics.rivers]\nquery = 'river OR flood~'\n")
    first, second = (
        subprocess.Popen(
            [sys.executable, "-m", "monitor", "poll", "--once", "--json"],
            env=home.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    )
    for run in (first, second):
        assert {json.loads(line)["status"] for line in run.communicate(timeout=60)[0].splitlines()} <= {
            "ok",
            "unmodified",
        }
        assert run.returncode == 0
    assert len(home.items()) == 9
    file = tmp_path / "article.txt"
    file.write_text("A story of the river\n\nThe river rose on Monday, two officials said. They gave no figures.\n")
    names = {"ID": home.items()[0]["id"], "FILE": str(file)}
    for words in LISTINGS:
        command = [names.get(word, word) for word in words]
        done = home.monitor(*command)
        assert (done.returncode, done.stderr) == (0, ""), words
        if "csv" not in words:
            lines = done.stdout.splitlines() if "jsonl" in words else [done.stdout]
            assert all(json.loads(line) for line in lines), words
        if words not in TO_THE_END:
            continue
        source, sink = os.pipe()
        os.close(source)
        cut = home.monitor(*command, stdout=sink)
        os.close(sink)
        assert (cut.returncode, cut.stderr) == (0, ""), words
        if FULL.exists():
            with FULL.open("w") as full:
                lost = home.monitor(*command, stdout=full)
            assert lost.returncode == 1, words
            assert lost.stderr == "monitor: cannot write the output: No space left on device\n"
    assert home.monitor("items", "nowhere").returncode == 1
    for wrong in (("items", "a AND"), ("items", "--topic", "x"), ("itmes",), ("--store", "bogus:x", "items")):
        done = home.monitor(*wrong)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), wrong
    assert home.monitor().stderr.startswith("monitor: the dashboard needs a terminal")
