"""What the documentation has people type, or a login and a unit run, for a screen and for a poller: it comes up and ends."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.terminal.line import Line
from tests.test_docs import ROOT, blocks

SHELL = ("-c", "import os, sys; os.execvp('sh', ['sh', '-c', sys.argv[1]])")
BIN = str(Path(sys.executable).parent)


def dashboards() -> list[str]:
    """The lines of consoles and of an authorized_keys that open a dashboard."""
    found = []
    for _, kind, code in blocks("console", "authorized_keys"):
        lines = re.findall(r'command="([^"]*)"', code) if kind == "authorized_keys" else code.splitlines()
        found += [re.sub(r"\s+#.*", "", line) for line in lines]
    return sorted(
        {line for line in found if re.fullmatch(r"(\w+=\S+ )*(monitor|\S+ -I -m monitor)( --[a-z-]+)*", line)}
    )


DASHBOARDS = [line for line in dashboards() if "--install" not in line]


@pytest.fixture
def filled(own_home, root) -> None:
    """A login whose store holds the articles that ship."""
    folder = own_home / "config" / "newsroom-monitor"
    folder.mkdir(parents=True)
    (folder / "sources.toml").write_text(f'[[sources]]\nid = "samples"\npath = "{root / "seeds"}"\n')
    subprocess.run([sys.executable, "-m", "monitor", "poll", "--once"], check=True, capture_output=True, timeout=60)


@pytest.mark.parametrize("line", DASHBOARDS)
def test_every_dashboard_of_the_documentation_opens(line, filled):
    line = line.replace("/opt/newsroom/bin", BIN)
    with Line(line, program=SHELL, env={"PATH": f"{BIN}:{os.environ['PATH']}"}) as terminal:
        terminal.until("Newsroom")
        terminal.until("1 Defense")
        assert terminal.leave() == 0


def test_the_documentation_opens_dashboards_of_every_kind():
    assert {"monitor --read-only", "MONITOR_USER=ana monitor"} < set(DASHBOARDS)
    assert any("-I -m monitor" in line for line in DASHBOARDS)


def test_the_wall_of_the_documentation_comes_back(filled):
    """The loop of a kiosk's .profile shows the screen again after whoever quits it."""
    (code,) = (code for _, _, code in blocks("profile"))
    places = " ".join(f'{name}="{value}"' for name, value in os.environ.items() if name.startswith("XDG_"))
    code = code.replace("/opt/newsroom/bin/monitor", f"{places} {BIN}/monitor").replace("sleep 2", "sleep 0.1")
    with Line(code, program=SHELL) as terminal:
        for shown in (1, 2):
            while terminal.output.count(b"\x1b[?1049h") < shown:
                terminal.until("1 Defense")
                terminal.read(0.05)
            terminal.press("Q")
        terminal.until("1 Defense")


def test_the_unit_of_the_documentation_runs_a_poller_that_ends_when_told(filled):
    (code,) = (code for _, _, code in blocks("ini"))
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(code)
    service = unit["Service"]
    environ = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    before, start = (
        [word.replace("%h/.local/bin", BIN) for word in shlex.split(service[key])]
        for key in ("ExecStartPre", "ExecStart")
    )
    assert subprocess.run(before, env=environ, capture_output=True, check=False, timeout=60).returncode == 0
    with subprocess.Popen(start, env=environ, stderr=subprocess.PIPE) as poller:
        time.sleep(1.5)
        assert poller.poll() is None
        poller.send_signal(signal.SIGTERM)
        _, said = poller.communicate(timeout=20)
    assert poller.returncode == 0, "systemd takes any other status for a failure, and starts it again"
    assert b"Traceback" not in said


def test_every_script_that_prose_names_is_there():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for words in re.findall(r"`python ((?:-m )?[^`\s]+)", page.read_text()):
            path = words[3:].replace(".", "/") + ".py" if words.startswith("-m ") else words
            assert path == "-I" or (ROOT / path).is_file() or (ROOT / path[:-3] / "__main__.py").is_file(), (
                page.name,
                words,
            )
