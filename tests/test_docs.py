"""The documentation is true: pages are current, commands run, links and pictures lead somewhere, named tests exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SOURCES = '[[sources]]\nid = "samples"\ntitle = "Samples"\npath = "{seeds}"\n'


def generated() -> dict[str, str]:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import json, generate; print(json.dumps({n: generate.page(n) for n in generate.MADE}))",
        ],
        cwd=ROOT / "docs",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    import json

    return json.loads(done.stdout)


def test_the_pages_made_from_the_program_are_current():
    for name, text in generated().items():
        assert (ROOT / "docs" / name).read_text() == text, f"make docs writes docs/{name} anew"


def test_every_field_of_an_item_is_documented():
    from monitor.cli.record import to_record
    from monitor.model import Body, Item, State, Story, Verdict
    from tests.conftest import Clock

    now = Clock.morning
    item = Item(id="a", source="s", key="k", digest="d", story="x", url=None, title="T", published=now, seen=now)
    record = to_record(Story(item=item, verdict=Verdict(), state=State(), body=Body()), full=True)
    table = (ROOT / "docs" / "json.md").read_text().split("## One source")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(record)
    for name in record["state"]:
        assert f"`{name}`" in table


def shell_blocks() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
        found += [(f"{page.name}-{number}", block) for number, block in enumerate(blocks, start=1)]
    return found


@pytest.mark.parametrize(("block"), [block for _, block in shell_blocks()], ids=[name for name, _ in shell_blocks()])
def test_every_command_of_the_documentation_runs(block, own_home, tmp_path):
    """Each block in a home of its own, where no source but the samples is known, so that nothing leaves the machine."""
    folder = own_home / "config" / "newsroom-monitor"
    folder.mkdir(parents=True)
    (folder / "sources.toml").write_text(SOURCES.format(seeds=ROOT / "seeds"))
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    prelude = "command -v jq >/dev/null || jq() { cat; }\n"
    first = "monitor poll --once 2>/dev/null\n"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", prelude + first + block],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


def test_every_command_and_option_in_the_documentation_exists():
    import click

    from monitor.cli.program import monitor

    context = click.Context(monitor)
    for page in PAGES:
        text = page.read_text()
        code = re.findall(r"^ {4}[^\n]*$|^```.*?^```|`[^`\n]+`", text, re.MULTILINE | re.DOTALL)
        for line in "\n".join(code).splitlines():
            for words in re.findall(r"(?:^|[\s/`$(|])monitor ((?:[^|;&#`)\"']|'[^']*')*)", line):
                _check_words(context, monitor, words.split(), f"{page.name}: {line.strip()}")


def _check_words(context, command, words: list[str], where: str) -> None:
    """Follow the words of a command line as far as they name commands, and see that its options are there."""
    import click

    while words and isinstance(command, click.Group) and re.fullmatch(r"[a-z]+", words[0]):
        found = command.get_command(context, words[0])
        assert found is not None, where
        command, words = found, words[1:]
    if isinstance(command, click.Group) and getattr(command, "default", None):
        command = command.get_command(context, command.default)
    known = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h"}
    for word in words:
        if re.match(r"--?[a-z]", word):
            assert re.split(r"[=,.]", word)[0] in known or re.fullmatch(r"-v+", word), f"{where}: {word}"


def test_every_safety_case_has_a_test_that_exists():
    page = (ROOT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| (\d+) \| P[123] \| (.*?) \| (.*?) \|$", page, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, 61))
    for number, what, tests in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tests)
        assert named, f"case {number}, {what}: no test"
        for file, name in named:
            text = (ROOT / file).read_text()
            assert re.search(rf"^\s*(?:async )?def {name}\(", text, re.MULTILINE), f"case {number}: {file}::{name}"
