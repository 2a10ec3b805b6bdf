"""What reaches a browser, a shell or a clipboard that must not (safety cases 26, 52 and 53)."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from base64 import b64decode

import pytest
from msgspec.structs import replace

from monitor.model import Addition
from monitor.store import open_store
from tests.terminal.line import Line, family
from tests.tui.fake import make_story

BROWSER = """#!/bin/sh
said="$#"
for word in "$@"; do said="$said\x1f$word"; done
printf '%s\x1e' "$said" >> "$(dirname "$0")/opened"
"""
REFUSED = (
    "--help", "-x", "file:///etc/passwd", "javascript:alert(1)", "file%3A///etc/passwd", "%2D%2Dx", "ssh://-oProxyCommand=touch%20x", "http://h/\n--x",
    "%action", "https://user:secret@h.example/", "//h.example/", "https://h.example\\@evil.example/", "data:text/html,x", "https://-x.example/",
)  # fmt: skip
OPENED = {
    "https://news.example/a?b=1#c": "https://news.example/a?b=1#c",
    "http://h.example/%0a--x": "http://h.example/%0a--x",
    "https://h.example/$(touch%20x)`id`;'\"&|": "https://h.example/$(touch%20x)%60id%60;'%22&%7C",
    "https://xn--e1awd7f.example/": "https://xn--e1awd7f.example/",
    "https://раypal.example/": "https://xn--ypal-43d9g.example/",
}
TITLE = "$(touch X) `touch X`; touch X | touch X && touch X > X \"' %s {} !!"


@pytest.fixture
def browser(tmp_path):
    """A browser that writes down what it is given; `opened()` reads it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "xdg-open").write_text(BROWSER)
    (folder / "xdg-open").chmod(0o755)
    record = folder / "opened"

    def opened() -> list[list[str]]:
        records = record.read_text().split("\x1e")[:-1] if record.exists() else []
        counted = [record.split("\x1f") for record in records]
        assert all(int(count) == len(words) for count, *words in counted)
        return [words for _, *words in counted]

    return {"PATH": f"{folder}:/usr/bin:/bin", "DISPLAY": ":9", "SSH_CONNECTION": "", "SSH_TTY": ""}, opened


def stored(tmp_path, links, title="Army"):
    """The words that open a store of items with these links."""
    additions = []
    for n, link in enumerate(links):
        story = make_story(n, title=f"{title} {n}", url=link)
        additions.append(Addition(item=replace(story.item, source="wire"), body=story.body, verdict=story.verdict))
    with open_store(f"tinydb:{tmp_path}/news.db") as store:
        store.add(additions)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "topics.toml").write_text('[topics.defense]\nquery = "army"\n')
    return ["--config", str(tmp_path / "config"), "--store", f"tinydb:{tmp_path}/news.db"]


def test_case_52_a_browser_gets_one_web_address_and_nothing_else(tmp_path, browser):
    environment, opened = browser
    links = [*REFUSED, *OPENED]
    with Line(*stored(tmp_path, links), "--no-poll", env=environment) as line:
        line.until("Army 0")
        line.press("oj" * len(links))
        end = time.monotonic() + 20
        while len(opened()) < len(OPENED):
            assert time.monotonic() < end, opened()
            time.sleep(0.02)
        assert line.leave() == 0
    assert sorted(opened()) == sorted([address] for address in OPENED.values())
    assert line.injected() == []


def test_case_53_a_title_is_never_part_of_a_command(tmp_path, browser):
    environment, opened = browser
    words = stored(tmp_path, ["https://h.example/$(touch%20X)"] * 3, title=f"{TITLE} army")
    folder = tmp_path / "here"
    folder.mkdir()
    run = [sys.executable, "-m", "monitor"]
    for command in (
        ["export", "--format", "md"],
        ["export", "--format", "html"],
        ["items", "--format", "csv"],
        ["items"],
    ):
        done = subprocess.run([*run, *command, *words], capture_output=True, cwd=folder, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
    with Line(*words, "--no-poll", env=environment) as line:
        line.until("$(touch X)")
        line.press("oyYs")
        line.settle(0.3)
        line.press("m" + TITLE + "\r")
        line.until("noted: ")
        assert family(line.pid) == {line.pid}
        assert line.leave() == 0
    assert opened() == [["https://h.example/$(touch%20X)"]]
    assert list(folder.iterdir()) == []
    assert not list(tmp_path.rglob("X"))


def test_case_26_no_screen_and_no_copy_holds_a_secret(tmp_path, feed_server, browser):
    environment, opened = browser
    config = tmp_path / "config"
    config.mkdir()
    address = feed_server.url.replace("http://", "http://ana:canary-user@")
    feed_server.put("/a.xml?token=canary-query", "no", status=401)
    feed_server.feed("/b.xml", "Army moves")
    feed_server.pages["/b.xml?token=canary-query"] = feed_server.pages["/b.xml"]
    (config / "topics.toml").write_text('[topics.defense]\nquery = "army"\n')
    (config / "sources.toml").write_text(
        "".join(
            f'[[sources]]\nid = "{name}"\nurl = "{address}/{name}.xml?token=canary-query"\n'
            'headers = { Authorization = "Bearer canary-header", X-Key = { command = "printf canary-command" } }\n'
            for name in "ab"
        )
    )
    words = ["--config", str(config), "--store", f"tinydb:{tmp_path}/news.db"]
    with Line(*words, env=environment | {"SSH_TTY": "/dev/pts/9"}) as line:
        line.until("Army moves")
        line.walk("\r", "y", "Y", "\x1b", "S")
        line.until("failing")
        line.walk("y", "o", "j", "y", "o", "\r", "\x1b", "\x1b", ":", "\x1b", "?", "\x1b")
        assert line.leave() == 0
    copied = [b64decode(text) for text in re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)", line.output)]
    assert copied
    for text in (line.output, *copied, "\n".join(str(words) for words in opened()).encode()):
        assert b"canary" not in text, text[max(text.find(b"canary") - 60, 0) :][:160]
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("news.db*"))
    assert b"canary" not in stored
