"""A wall screen that anybody may touch, in an environment that anybody may have set (safety cases 55 and 56)."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from tests.terminal.line import Line, family
from tests.tui.oracle import violations

CANARY = """#!/bin/sh
touch "{touched}"
"""


@pytest.fixture
def trap(tmp_path):
    """Programs and modules that leave a trace when anybody runs them, and the environment that would have them run."""
    folder, touched = tmp_path / "trap", tmp_path / "touched"
    folder.mkdir()
    for name in ("xdg-open", "open", "sensible-browser", "vi", "less", "sh-editor"):
        (folder / name).write_text(CANARY.format(touched=touched))
        (folder / name).chmod(0o755)
    for name in ("drv_libxml2", "canary", "textual_dev"):
        (folder / f"{name}.py").write_text(f"open({str(touched)!r}, 'w')\n")
    editor = str(folder / "sh-editor")
    return touched, {
        "PATH": f"{folder}:/usr/bin:/bin", "DISPLAY": ":9", "BROWSER": editor, "EDITOR": editor, "VISUAL": editor, "PAGER": editor,
        "TEXTUAL_DRIVER": "canary:Driver", "TEXTUAL": "devtools,debug", "TEXTUAL_LOG": str(touched), "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path), "TEXTUAL_PRESS": "Q", "TEXTUAL_THEME": "[/x]", "TEXTUAL_FPS": "x",
        "PY_SAX_PARSER": "drv_libxml2", "PYTHONSTARTUP": str(folder / "canary.py"), "PYTHONINSPECT": "", "COLUMNS": "99999", "LINES": "99999",
        "TERM": "../../\x1b]0;pwned\x07", "COLORTERM": "\x1b]0;pwned\x07", "http_proxy": "http://127.0.0.1:9",
    }  # fmt: skip


def state_of(*folders: Path) -> set[tuple[str, str]]:
    """Every file below some folders, with what it holds; SQLite's own beside a store that is read are none of it."""
    files = (
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path.suffix[-4:] not in ("-wal", "-shm")
    )
    return {(str(path), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files}


def every_key() -> list[str]:
    """Control characters, letters, function keys, alt, kitty's codes and clicks on cells all over the screen."""
    keys = [chr(code) for code in range(1, 128)]
    keys += [f"\x1b[{n}~" for n in range(1, 35)] + [f"\x1bO{letter}" for letter in "ABCDFHPQRS"]
    keys += [f"\x1b{chr(code)}" for code in range(97, 123)]
    keys += [f"\x1b[{code};{mods}u" for code in (9, 13, 27, 97, 112, 115) for mods in range(2, 9)]
    keys += [f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m" for x in range(1, 80, 13) for y in range(1, 25, 2)]
    leaving = {"q", "Q", "\x03", "\x1a", "\x1c"}
    return [key for key in keys if key not in leaving]


def test_case_55_no_key_of_a_kiosk_writes_starts_or_copies(hostile_house, trap, tmp_path, own_home):
    touched, environment = trap
    keys = every_key()
    random.Random(11).shuffle(keys)
    keys += [":screenshot\r", "\x1b", ":save\r", "\x1b", "\x10svg\r", "\x1b", "?copy\r", "\x1b", "e\x13", "\x1b"]
    started: set[int] = set()
    before = state_of(tmp_path, own_home)
    output = b""
    ended = 0
    while keys:
        with Line(*hostile_house, "--read-only", env=environment) as line:
            line.until("title 0")
            line.walk("\x1a", "\x1c")  # neither stops nor kills it
            while keys and line.child.isalive():
                line.press("".join(keys[:8]))
                del keys[:8]
                line.settle(0.02)
                started |= family(line.pid) - {line.pid}
            line.settle(0.3)
            if line.child.isalive():
                line.press("\x03")
            assert line.ended() == 0
            ended += 1
        output += line.output.rpartition(b"\x1b[?1049l")[0]  # what comes after, the terminal itself echoes
    assert ended < 12, "it is left by what leaves it, and by nothing else"
    assert state_of(tmp_path, own_home) ^ before == set()
    assert started == set()
    assert not touched.exists()
    assert violations(output) == []
    assert b"\x1b]52" not in output
    assert b"\x1b]8" not in output


def test_case_56_the_environment_gives_no_orders(tmp_path, trap, feed_server):
    """Also to the poller and its workers, which read a feed meanwhile."""
    touched, environment = trap
    config = tmp_path / "config"
    config.mkdir()
    (config / "topics.toml").write_text('[topics.defense]\nquery = "army"\n')
    (config / "sources.toml").write_text(
        f'[[sources]]\nid = "wire"\nurl = "{feed_server.feed("/wire.xml", "Army moves")}"\n'
    )
    with Line("--config", str(config), "--store", f"tinydb:{tmp_path}/news.db", env=environment) as line:
        line.until("Army moves", seconds=15)
        line.press("\r")
        line.until("reading")
        assert line.leave() == 0
    assert not touched.exists()
    assert not list(tmp_path.glob("*.svg"))
    assert line.injected() == []
