"""The dashboard on a real pty (safety.md, groups A and E): what it writes, and how it leaves."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.tui.oracle import violations
from tests.tui.terminal import ROOT, Terminal

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's /proc")

FIRST = "Army commander"


@pytest.fixture
def terminal(tmp_path):
    """Make terminals that are closed at the end."""
    made = []

    def make(*words, **kwargs) -> Terminal:
        kwargs["env"] = {"STAND_SESSION": str(tmp_path / "session"), **kwargs.get("env", {})}
        made.append(Terminal(*words, **kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_hostile_items_write_nothing_but_what_we_draw(terminal):
    it = terminal("hostile")
    it.until("All")
    keys = [b"\r", b"\t", b"n", b"G", b"J", b"J", b"J", b"\x1b", b"z", b"4", b"\r", b"J", b"J", b"J", b"J", b"q", b"S", b"d", b"q",
            b"?", b"\x1b", b"1", b"e", b"\x1b", b"s", b"U", b"d", b"H", b"\x1b", b" ", b";", b"r", b"o", b"T", b"\x0c", b"G"]  # fmt: skip
    for key in keys:
        it.write(key)
        it.quiet(0.3 * it.slowness if key == b"\x1b" else 0.06, 3)
    assert it.process.poll() is None
    it.write(b"\x03")
    it.wait(10)
    assert violations(bytes(it.output), clipboard=True) == []


def test_every_hostile_item_can_be_read(terminal):
    it = terminal("hostile", size=(24, 120))
    it.until("All")
    it.write(b"4\r")
    for _ in range(45):
        it.write(b"J")
        it.quiet(0.03, 2)
    it.write(b"Q")
    it.wait(10)
    assert violations(bytes(it.output)) == []


def test_a_title_of_a_million_marks_is_a_small_frame(terminal):
    it = terminal("hostile")
    it.until("All")
    size = it.quiet()
    it.write(b"\x0c")
    assert it.quiet() - size < 64 * 1024


def test_a_key_writes_little_and_idle_writes_nothing(terminal):
    it = terminal(size=(40, 140))
    it.until(FIRST)
    it.quiet(1.2)
    sizes = []
    for key in b"jjjjjjkkkkkk":
        before = len(it.output)
        it.write(bytes([key]))
        sizes.append(it.quiet(0.06) - before)
    assert sorted(sizes)[len(sizes) // 2] <= 700, sizes
    before = it.quiet(0.6)
    time.sleep(1.5)
    assert len(it.output) == before


def test_the_link_drops(terminal, tmp_path):
    it = terminal("churn")
    it.until("churn")
    it.write(b"jjj2")
    it.quiet(0.2, 2)
    it.hang_up()
    it.wait(3)
    assert json.loads((tmp_path / "session").read_text())["pane"] == "topic:diplomacy"


def test_sigterm_restores_the_terminal_and_saves(terminal, tmp_path):
    it = terminal()
    it.until(FIRST)
    it.process.send_signal(signal.SIGTERM)
    assert it.wait(5) == 128 + signal.SIGTERM
    it.quiet(0.2, 2)
    assert b"\x1b[?1049l" in it.output[-200:]
    assert b"\x1b[?25h" in it.output[-200:]
    assert termios.tcgetattr(it.slave) == it.before
    assert (tmp_path / "session").exists()


def test_sigterm_while_nobody_reads_the_terminal(terminal, tmp_path):
    it = terminal("churn", size=(60, 200))
    it.until("All")
    it.stalled.set()
    for _ in range(200):
        it.write(b"\x0c")
    time.sleep(1.0)
    it.process.send_signal(signal.SIGTERM)
    it.wait(5)
    assert (tmp_path / "session").exists()


def test_a_stalled_terminal_stops_nothing_else(terminal, tmp_path):
    it = terminal("churn", size=(60, 200), env={"STAND_BEAT": str(tmp_path / "beat")})
    it.until("churn")
    it.stalled.set()
    for _ in range(100):
        it.write(b"\x0c")
    time.sleep(1.0)
    before, memory = int((tmp_path / "beat").read_text()), rss(it.process.pid)
    time.sleep(2.0)
    assert int((tmp_path / "beat").read_text()) > before + 10
    assert rss(it.process.pid) - memory < 8 * 1024
    it.stalled.clear()
    it.quiet(0.5, 5)
    before = len(it.output)
    it.write(b"?")
    end = time.monotonic() + 20 * it.slowness
    while b"keys.toml changes" not in it.output[before:]:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert violations(bytes(it.output)) == []


def rss(pid: int) -> int:
    """Kilobytes."""
    return int(
        next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")).split()[
            1
        ]
    )


def test_a_fault_of_our_own_shows_no_values(terminal):
    it = terminal("crash")
    it.until(FIRST)
    it.write(b"f")
    assert it.wait(5) != 0
    it.quiet(0.2, 2)
    assert b"canary" not in it.output
    assert b"pwned" not in it.output
    assert b"hunter2" not in it.output
    assert violations(bytes(it.output)) == []
    assert b"stopped on a fault of its own: ValueError, stand.py" in it.output
    assert termios.tcgetattr(it.slave) == it.before


def test_without_a_terminal_it_says_so():
    run = subprocess.run(
        [sys.executable, "-m", "tests.tui.stand"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert run.returncode == 2
    assert b"needs a terminal" in run.stderr


def test_sighup_ignored_and_the_terminal_gone(terminal):
    it = terminal(argv=["sh", "-c", f"trap '' HUP; exec {sys.executable} -m tests.tui.stand"])
    it.until(FIRST)
    it.hang_up()
    it.wait(4)


def test_garbage_at_the_keyboard(terminal):
    it = terminal()
    it.until(FIRST)
    for garbage in (
        b"\xff\xfe\x80\x81", "é".encode()[:1], b"\x1b[" + b"1;" * 20_000 + b"x", b"\x1b]0;" + b"x" * 5000, b"\x1b[48;99999;99999t",
        b"\x1b[48;99999;99999;9;9t", b"\x1b[<0;9999;9999M", b"\x1b[M\xff\xff\xff", bytes(range(1, 3)), b"\x1b[200~" + b"y" * 3000,
    ):  # fmt: skip
        it.write(garbage)
        time.sleep(0.15)
    it.resize(24, 80)
    time.sleep(1.2)
    it.write(b"?")
    it.until("keys.toml", 15)
    it.quiet()
    assert violations(bytes(it.output)) == []


def test_a_huge_paste_does_nothing(terminal):
    it = terminal()
    it.until(FIRST)
    it.write(b"l")
    it.until("limit:")
    paste = b"\x1b[200~" + b"A" * 400_000 + b"\x1b[201~"
    for at in range(0, len(paste), 4000):
        it.write(paste[at : at + 4000])
    it.write(b"\x1b[201~")
    time.sleep(0.5)
    it.write(b"\x1b")
    time.sleep(0.3)
    it.write(b"A")
    it.until("y/n", 10)
    it.write(b"n")
    it.until("move", 15)


def test_a_storm_of_sizes_and_a_suspension(terminal):
    it = terminal()
    it.until(FIRST)
    for rows, cols in ((1, 1), (0, 0), (1, 500), (500, 1), (300, 300), (24, 80)) * 3:
        it.resize(rows, cols)
        time.sleep(0.03)
    it.resize(5, 20)
    time.sleep(0.5)
    it.screen.resize(5, 20)
    assert b"too small" in bytes(it.output)
    it.resize(24, 80)
    it.screen.resize(24, 80)
    it.write(b"\x0c")
    it.until(FIRST, 15)
    it.write(b"\x1a")
    end = time.monotonic() + 5
    while "T" not in Path(f"/proc/{it.process.pid}/stat").read_text().rpartition(")")[2].split()[0]:
        assert time.monotonic() < end
        time.sleep(0.01)
    it.process.send_signal(signal.SIGCONT)
    time.sleep(0.5)
    it.write(b"?")
    it.until("keys.toml", 15)


def test_the_kiosk_starts_nothing_writes_nothing_and_stays(terminal, tmp_path):
    folder = tmp_path / "kiosk"
    folder.mkdir()
    canary = tmp_path / "canary"
    opener = tmp_path / "xdg-open"
    opener.write_text(f"#!/bin/sh\ntouch {canary}\n")
    opener.chmod(0o755)
    it = terminal(
        "hostile", "read-only", cwd=folder,
        env={
            "TEXTUAL_LOG": str(folder / "log"), "TEXTUAL": "devtools,debug", "TEXTUAL_SCREENSHOT": "1", "TEXTUAL_DRIVER": "os:system",
            "TEXTUAL_SCREENSHOT_LOCATION": str(folder), "TEXTUAL_PRESS": "Q", "BROWSER": str(opener), "EDITOR": str(opener), "COLUMNS": "99999",
            "PATH": f"{tmp_path}:{os.environ['PATH']}", "DISPLAY": ":0", "PYTHONDONTWRITEBYTECODE": "1",
        },
    )  # fmt: skip
    it.until("All")
    assert "read-only" in it.text
    keys = [bytes([code]) for code in range(1, 127) if bytes([code]) not in {b"Q", b"q", b"\x03", b"\r"}]
    it.write(b"\r\x1b4\r\x1b")
    keys += (
        [b"\x1b[%d~" % n for n in range(1, 35)]
        + [b"\x1bO" + bytes([c]) for c in b"PQRS"]
        + [b"\x1b[%d;%du" % (c, m) for c in (97, 115, 9) for m in range(2, 9)]
    )
    keys += [b"\x1b[<0;%d;%dM\x1b[<0;%d;%dm" % (x, y, x, y) for x in range(1, 80, 9) for y in range(1, 25, 3)]
    random.Random(5).shuffle(keys)
    for key in keys:
        it.write(key)
        time.sleep(0.004)
    it.quiet(0.3, 5)
    assert it.process.poll() is None
    assert it.children() == []
    assert not canary.exists()
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "session").exists()
    assert b"\x1b]52" not in it.output
    assert b"\x1b]8;" not in it.output
    assert violations(bytes(it.output)) == []


@pytest.mark.parametrize(
    ("env", "ascii_only"),
    [
        ({"TERM": "dumb"}, False),
        ({"TERM": "linux", "COLORTERM": ""}, False),
        ({"TERM": "screen", "COLORTERM": ""}, False),
        ({"LC_ALL": "C", "LANG": "C"}, True),
        ({"LC_ALL": "en_US.ISO-8859-1"}, True),
        ({"NO_COLOR": "1"}, False),
    ],
    ids=str,
)
def test_other_terminals(terminal, env, ascii_only):
    it = terminal(env=env)
    it.until(FIRST)
    it.write(b"jj\r")
    it.until("reading")
    it.write(b"Q")
    assert it.wait(5) == 0
    assert bytes(it.output).isascii() == ascii_only
    if "NO_COLOR" in env:
        assert b"38;2" not in it.output
        assert not re.search(rb"\x1b\[(?:[\d;]*;)?[349][0-7](?:;[\d;]*)?m", it.output)
    assert violations(bytes(it.output)) == []
