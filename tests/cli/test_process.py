"""The edge of the process: exit statuses, streams, pipes, interrupts, faults, lazy start-up. In subprocesses."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.store.lease import leases

MONITOR = [sys.executable, "-m", "monitor"]


def monitor(*words: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MONITOR, *words], capture_output=True, text=True, timeout=60, check=False, **options)


def imported(*words: str) -> set[str]:
    """The modules that a command line imports."""
    code = (
        "import sys\nfrom monitor.cli.process import run\n"
        f"status = run({list(words)!r})\nprint(*sys.modules, sep='\\n', file=sys.stderr)\nsys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stderr.split())


HEAVY = {
    "textual", "rich", "aiohttp", "feedparser", "apscheduler", "tinydb", "sqlite3", "selectolax", "nh3", "regex",
    "watchfiles", "tomlkit", "asyncio", "Stemmer", "py3langid", "trafilatura", "platformdirs",
}  # fmt: skip


@pytest.mark.parametrize("words", [("--version",), ("--help",)])
def test_version_and_help_import_nothing_heavy(words):
    assert not HEAVY & imported(*words)


def test_reading_imports_no_dashboard_and_no_network(desk):
    modules = imported("items", "--config", str(desk.config), "--store", desk.store)
    assert not {"textual", "rich", "aiohttp", "feedparser", "apscheduler", "watchfiles", "tomlkit"} & modules


def test_a_first_picture_waits_for_no_network_and_no_parser(desk):
    """What a dashboard has imported when it has painted once: it shows its store, and the rest comes after."""
    code = (
        "import asyncio, pathlib, sys\n"
        "from monitor import config\n"
        "from monitor.newsroom import Newsroom\n"
        "from monitor.tui.app import Dashboard\n"
        f"settings = config.load(pathlib.Path({str(desk.config)!r}), {desk.store!r}, {{}})\n"
        "async def show():\n"
        "    with Newsroom.open(settings, read_only=True) as newsroom:\n"
        "        app = Dashboard(newsroom)\n"
        "        seen = []\n"
        "        app.once_shown = lambda: seen.extend(sys.modules)\n"
        "        async with app.run_test():\n"
        "            while not seen:\n"
        "                await asyncio.sleep(0.01)\n"
        "        app.desk.close()\n"
        "        print(*seen)\n"
        "asyncio.run(show())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    first = {"textual", "rich", "asyncio", "sqlite3", "tinydb", "platformdirs"}
    assert "textual" in done.stdout.split()
    assert not (HEAVY - first) & set(done.stdout.split())


def test_the_core_imports_no_textual():
    code = (
        "import importlib, pkgutil, sys, monitor\n"
        "for module in pkgutil.walk_packages(monitor.__path__, 'monitor.'):\n"
        "    if not module.name.startswith(('monitor.tui', 'monitor.__main__')):\n"
        "        importlib.import_module(module.name)\n"
        "bad = [name for name in sys.modules if name.split('.')[0] in ('textual', 'rich')]\n"
        "sys.exit(', '.join(bad) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_version():
    done = monitor("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("monitor 0.")


def test_every_command_has_help_with_an_example(root):
    sys.path.insert(0, str(root / "docs"))
    try:
        from generate import helps
    finally:
        sys.path.pop(0)
    pages = dict(helps())
    assert len(pages) > 25
    for path, text in pages.items():
        assert "\nExample:\n  " in text, path
        assert text.split("Example:")[1].count("monitor") >= 1, path


@pytest.mark.parametrize("group", [(), ("sources",), ("topics",), ("config",)])
def test_what_a_command_does_is_told_in_a_line_of_eighty_columns(group):
    done = monitor(*group, "--help", env={**os.environ, "COLUMNS": "80"})
    commands = done.stdout.split("Commands:")[1].split("\n\n")[0]
    assert len(commands.splitlines()) > 3 and "..." not in commands
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_closed_pipe_ends_quietly(desk):
    words = [*MONITOR, "items", "--format", "jsonl", "--config", str(desk.config), "--store", desk.store]
    done = subprocess.run(
        ["sh", "-c", '"$@" | true', "sh", *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    reader, writer = os.pipe()
    os.close(reader)
    closed = subprocess.run(words, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writer)
    assert (closed.returncode, closed.stderr) == (0, "")


def test_closed_streams_are_no_fault(desk):
    words = [*MONITOR, "items", "--json", "--config", str(desk.config), "--store", desk.store]
    for redirection in (">&-", "2>&-", ">&- 2>&-", "<&-"):
        done = subprocess.run(
            ["sh", "-c", f'"$@" {redirection}', "sh", *words], capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
    for words, status in ((["match", "NATO"], 1), (["mark", "read", "-"], 1), (["sources", "import", "-"], 1), ([], 2)):
        asked = [*MONITOR, *words, "--config", str(desk.config), "--store", desk.store]
        done = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *asked], capture_output=True, timeout=60, check=False)
        assert done.returncode == status, done.stderr


def test_a_time_zone_that_cannot_be_is_said_once_and_times_are_in_utc(desk, monkeypatch):
    monkeypatch.setenv("TZ", "UTC+25")
    done = monitor("items", "--config", str(desk.config), "--store", desk.store)
    assert (done.returncode, done.stderr) == (0, "monitor: TZ names no time zone; times are in UTC\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_behind_standard_output_is_said(desk):
    words = [*MONITOR, "items", "--json", "--config", str(desk.config), "--store", desk.store]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "monitor: cannot write the output: No space left on device\n")


def test_a_poll_whose_reader_leaves_ends_quietly(desk, feed_server):
    urls = [feed_server.feed(f"/{number}.xml", "NATO meets") for number in range(4)]
    sources = "".join(f'[[sources]]\nid = "s{number}"\nurl = "{url}"\n' for number, url in enumerate(urls))
    (desk.config / "sources.toml").write_text(sources)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*MONITOR, "poll", "--json", "--config", str(desk.config), "--store", desk.store],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_interrupt_is_status_130_without_a_word(desk):
    words = [*MONITOR, "tail", "--config", str(desk.config), "--store", desk.store, "-v"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.stderr.readline()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_a_dashboard_without_a_terminal_says_so(desk):
    done = monitor("--config", str(desk.config), "--store", desk.store, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("monitor: the dashboard needs a terminal")


def test_a_wrong_config_is_told_whole_and_once(tmp_path):
    (tmp_path / "sources.toml").write_text("[[sources]]\nurl = 'x'\n[defaults]\nproxi = 1\n")
    (tmp_path / "topics.toml").write_text("[topics.a]\n")
    done = monitor("items", "--config", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 3


def test_a_fault_is_one_line_and_a_log_without_secrets(tmp_path):
    code = (
        "from monitor.cli import items, process\n"
        "from monitor.newsroom import Newsroom\n"
        "def broken(*args, **options):\n"
        "    password = 'hunter2'\n"
        "    raise RuntimeError('at https://me:hunter3@x.example/?token=hunter4 \\x1b[31m ' + __import__('os').environ['NEWS_TOKEN'])\n"
        "Newsroom.open = broken\n"
        "raise SystemExit(process.run(['stats', '--store', 'memory:']))\n"
    )
    environ = {**os.environ, "NEWS_TOKEN": "hunter5"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environ, timeout=60, check=False
    )
    assert done.returncode == 70
    (line,) = done.stderr.splitlines()
    assert "RuntimeError" in line
    log = next(line.split("(written to ")[1].rstrip(")") for line in [line])
    with open(log) as file:
        text = file.read()
    assert os.stat(log).st_mode & 0o777 == 0o600
    assert "Traceback" in text
    for secret in ("hunter2", "hunter3", "hunter4", "hunter5", "\x1b"):
        assert secret not in text.replace("password = 'hunter2'", "")
        assert secret not in line


def test_the_locale_may_be_anything(desk):
    words = ["items", "--config", str(desk.config), "--store", desk.store]
    for locale in ("C", "POSIX", "en_US.ISO-8859-1"):
        environ = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        for more in (["--json"], []):
            done = subprocess.run([*MONITOR, *words, *more], capture_output=True, env=environ, timeout=60, check=False)
            assert (done.returncode, done.stderr) == (0, b"")


PLACES = {
    "bash": "data/bash-completion/completions/monitor",
    "zsh": ".zfunc/_monitor",
    "fish": "config/fish/completions/monitor.fish",
}
COMPLETES = {
    "bash": """source "$1"; COMP_WORDS=($2); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); _monitor_completion monitor
        echo "${COMPREPLY[@]}" """,
    "zsh": """compdef() { true; }; compadd() { shift 4; eval print -l -- '"${'$1'[@]}"'; }
        _describe() { eval print -l -- '"${'$3'[@]}"'; }
        source "$1"; words=(${(s: :)2}); CURRENT=$#words; _monitor_completion""",
    "fish": """source $argv[1]; complete -C $argv[2]""",
}
"""How a shell without a person is asked for what it would offer; zsh shows it to a widget, here to us."""


@pytest.mark.parametrize("shell", PLACES)
def test_completion_is_installed_where_shells_look(own_home, shell):
    done = monitor("--install-completion", shell)
    assert done.returncode == 0, done.stderr
    assert str(own_home / PLACES[shell]) in done.stdout
    assert "_MONITOR_COMPLETE" in (own_home / PLACES[shell]).read_text()


@pytest.mark.parametrize("shell", PLACES)
def test_a_shell_completes_commands_options_and_names_of_the_config(own_home, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    assert monitor("--install-completion", shell).returncode == 0
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for words, answer in (
        ("monitor to", "topics"),
        ("monitor sources dis", "discover"),
        ("monitor items --so", "--sort"),
        ("monitor items --topic dip", "diplomacy"),
        ("monitor poll bbc-w", "bbc-world"),
    ):
        asked = [shell, "-c", COMPLETES[shell], *([shell] if shell != "fish" else []), own_home / PLACES[shell], words]
        done = subprocess.run(asked, env=environ, capture_output=True, text=True, timeout=60, check=False)
        assert answer in done.stdout, (words, done.stdout, done.stderr)


@pytest.mark.parametrize("folder", ["", "elsewhere"])
def test_a_folder_that_is_empty_or_not_absolute_is_not_taken_for_the_shells(own_home, monkeypatch, folder):
    monkeypatch.setenv("XDG_CONFIG_HOME", folder)
    assert monitor("--install-completion", "fish").returncode == 0
    assert (own_home / ".config/fish/completions/monitor.fish").exists()


def test_completion_of_another_shell_is_refused():
    assert monitor("--install-completion", "tcsh").returncode == 2


def test_poll_once_brings_local_text_without_a_network(desk):
    (desk.config / "drops" / "a.txt").write_text("Missile brigade on parade\n\nTroops marched through the town.\n")
    os.utime(desk.config / "drops" / "a.txt", (time.time() - 60,) * 2)
    done = monitor("poll", "--once", "drops", "--json", "--config", str(desk.config), "--store", desk.store)
    assert done.returncode == 0, done.stderr
    assert '"source": "drops"' in done.stdout
    assert '"new": 1' in done.stdout
    assert desk("items", "--source", "drops", "--json").json[0]["topics"] == ["defense"]


def test_poll_once_says_which_sources_fail_and_goes_on(desk, feed_server):
    url = feed_server.feed("/wire.xml", "NATO meets", "Bread rises")
    (desk.config / "sources.toml").write_text(
        f'[[sources]]\nid = "good"\nurl = "{url}"\n[[sources]]\nid = "bad"\nurl = "{feed_server.url}/none"\n'
    )
    done = monitor("poll", "--once", "--config", str(desk.config), "--store", desk.store)
    assert done.returncode == 1
    assert "bad: " in done.stderr
    assert "404" in done.stderr
    assert "2 new" in done.stderr
    assert done.stdout == ""
    assert len(desk("items", "--source", "good", "--json").json) == 2
    assert desk("sources", "list", "--failing", "--json").json[0]["id"] == "bad"


def test_tail_prints_what_arrives(desk, feed_server):
    url = feed_server.feed("/wire.xml", "NATO meets")
    (desk.config / "sources.toml").write_text(f'[[sources]]\nid = "good"\nurl = "{url}"\n')
    words = [*MONITOR, "tail", "--topic", "defense", "--config", str(desk.config), "--store", desk.store, "-v"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        process.stderr.readline()
        process.stderr.readline()
        time.sleep(0.7)
        monitor("poll", "--once", "--config", str(desk.config), "--store", desk.store)
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert '"title": "NATO meets"' in line


def test_doctor_names_every_part(desk):
    outcome = desk("doctor", "--json")
    assert {finding["part"] for finding in outcome.json} == {"terminal", "config", "store", "clock", "network"}
    assert outcome.status == 0
    newer = sqlite3.connect(desk.store.partition(":")[2])
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    told = [(finding["part"], finding["message"]) for finding in desk("doctor", "--json").json]
    assert [part for part, message in told if "newer monitor" in message] == ["store"], "told once, where it is"
    (desk.config / "topics.toml").write_text("[topics.a]\n")
    outcome = desk("doctor")
    assert outcome.status == 1
    assert outcome.out.count("topics.toml") == 1


def test_doctor_says_for_how_long_a_poller_has_been_silent(desk):
    yesterday = datetime.now(UTC) - timedelta(days=1, seconds=5)
    lease = leases(Path(desk.store.partition(":")[2]), lambda: yesterday)("poller")
    assert lease.acquire()
    [finding] = [finding for finding in desk("doctor", "--json").json if "polls;" in finding["message"]]
    assert (finding["verdict"], "at work 86,4" in finding["message"]) == ("bad", True), finding
    lease.release()


def test_polling_once_beside_a_poller_asks_it(desk, feed_server):
    url = feed_server.feed("/wire.xml", "NATO meets")
    (desk.config / "sources.toml").write_text(f'[[sources]]\nid = "good"\nurl = "{url}"\nevery = "1h"\n')
    place = ["--config", str(desk.config), "--store", desk.store]
    with subprocess.Popen([*MONITOR, "poll", "--json", *place], stdout=subprocess.PIPE, text=True) as poller:
        assert poller.stdout is not None
        assert '"new": 1' in poller.stdout.readline()
        feed_server.feed("/wire.xml", "NATO meets", "Troops move")
        asked = monitor("poll", "--once", "good", "--json", *place)
        due = monitor("poll", "--once", *place)
        poller.send_signal(signal.SIGINT)
        poller.communicate(timeout=20)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert '"source": "good"' in asked.stdout
    assert len(desk("items", "--source", "good", "--json").json) == 2
    assert due.returncode == 0
    assert poller.returncode == 130


def test_a_terminal_sees_a_bar_and_colour_only_when_it_wants_them(desk, feed_server):
    import pexpect

    urls = [feed_server.feed(f"/{number}.xml", "NATO meets") for number in range(3)]
    sources = "".join(f'[[sources]]\nid = "s{number}"\nurl = "{url}"\n' for number, url in enumerate(urls))
    (desk.config / "sources.toml").write_text(sources)
    place = ["--config", str(desk.config), "--store", desk.store]

    def on_terminal(*words: str, **environ: str) -> str:
        process = pexpect.spawn(
            sys.executable,
            ["-m", "monitor", *words, *place],
            env={**os.environ, "TERM": "xterm", **environ},
            dimensions=(24, 60),
            encoding="utf-8",
            timeout=120,
        )
        process.expect(pexpect.EOF)
        process.close()
        assert process.exitstatus == 0, process.before
        return process.before

    polled = on_terminal("poll", "--once")
    assert "] 3/3 " in polled
    assert "3 sources polled" in polled
    table = on_terminal("items", "--limit", "3")
    assert "\x1b[1m" in table
    assert all(len(line) <= 60 for line in re.sub(r"\x1b\[[\d;]*m", "", table).splitlines())
    assert "\x1b" not in on_terminal("items", "--limit", "3", NO_COLOR="1")
    assert "\x1b" not in on_terminal("items", "--limit", "3", TERM="dumb")


def test_nothing_of_ours_stands_in_the_way_of_a_hostile_environment(tmp_path):
    """`python -I -m monitor`, as docs/service.md starts a wall screen, takes no code from the environment."""
    for name in ("sitecustomize", "click", "textual", "feedparser", "drv_libxml2"):
        (tmp_path / f"{name}.py").write_text(f"print('canary {name}')\n")
    environ = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "PYTHONSTARTUP": str(tmp_path / "click.py"),
        "PY_SAX_PARSER": "drv_libxml2",
        "COLUMNS": "99999",
        "TERM": "\x1b[2J",
        "TEXTUAL_LOG": str(tmp_path / "log"),
    }
    done = subprocess.run(
        [sys.executable, "-I", "-m", "monitor", "doctor", "--store", "memory:"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "canary" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert not (tmp_path / "log").exists()
