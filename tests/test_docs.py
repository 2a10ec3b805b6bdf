"""The documentation is true: pages are current, commands run, links and pictures lead somewhere, named tests exist."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SOURCES = '[[sources]]\nid = "samples"\ntitle = "Samples"\npath = "{seeds}"\n'


def _in_docs(*lines: str) -> str:
    """What a few lines `tell`, run where the scripts of docs/ import one another."""
    code = ["import json, sys", "tell = lambda value: print(json.dumps(value))", *lines]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(code)],
        cwd=ROOT / "docs",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_pages_made_from_the_program_are_current():
    for name, text in json.loads(
        _in_docs("import generate; tell({n: generate.page(n) for n in generate.MADE})")
    ).items():
        assert (ROOT / "docs" / name).read_text() == text, f"make docs writes docs/{name} anew"


def test_every_field_of_an_item_is_documented():
    from monitor.cli.record import to_record
    from monitor.model import Body, Item, State, Story, Verdict
    from tests.clock import MORNING

    item = Item(
        id="a", source="s", key="k", digest="d", story="x", url=None, title="T", published=MORNING, seen=MORNING
    )
    record = to_record(Story(item=item, verdict=Verdict(), state=State(), body=Body()), full=True)
    table = (ROOT / "docs" / "json.md").read_text().split("## One source")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(record)
    for name in record["state"]:
        assert f"`{name}`" in table


def blocks(*languages: str) -> list[tuple[str, str, str]]:
    """The code of all pages in these languages: a name for each, the language, the code."""
    found = []
    for page in PAGES:
        fences = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
        found += [(f"{page.name}-{at}", kind, code) for at, (kind, code) in enumerate(fences, 1) if kind in languages]
    return found


def shell_blocks() -> list[tuple[str, str]]:
    """What a shell runs: scripts, the lines of a crontab, and what tmux runs for its status line."""
    found = [(name, code) for name, _, code in blocks("sh")]
    for name, _, code in blocks("crontab"):
        lines = [line.split(None, 5)[5] for line in code.replace("\\%", "%").splitlines()]
        found.append((name, "\n".join(lines)))
    for name, _, code in blocks("tmux"):
        found += [(name, run) for run in re.findall(r"#\((.*)\)", code)]
    return found


@pytest.mark.parametrize(("block"), [block for _, block in shell_blocks()], ids=[name for name, _ in shell_blocks()])
def test_every_command_of_the_documentation_runs(block, own_home, tmp_path, feed_server):
    """Each block in a home of its own; the only site it reaches is one on loopback, under the name news.example."""
    folder = own_home / "config" / "newsroom-monitor"
    folder.mkdir(parents=True)
    (folder / "sources.toml").write_text(SOURCES.format(seeds=ROOT / "seeds"))
    (own_home / "notify").write_text("#!/bin/sh\n")
    (own_home / "notify").chmod(0o755)
    feed_server.feed("/world.xml", "Envoy arrives")
    feed_server.put("/", "<link rel=alternate type=application/rss+xml href=/world.xml>", content_type="text/html")
    environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    prelude = "command -v jq >/dev/null || jq() { cat; }\n"
    first = "monitor poll --once 2>/dev/null\n"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", prelude + first + block.replace("https://news.example", feed_server.url)],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0 or (done.returncode == 1 and ("--since" in block or "seen:" in block)), done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_readme_shows_as_output_is_printed(capsys):
    """The reasons in its first block are those of one of the articles that ship."""
    from monitor.cli.process import run

    (said,) = (code for name, _, code in blocks("text") if name.startswith("README"))
    topics = [line.split()[0] for line in said.splitlines()]
    article = str(ROOT / "seeds" / "ceasefire-talks.txt")
    for topic, line in zip(topics, said.splitlines(), strict=True):
        query = tomllib.loads((ROOT / "config" / "topics.toml").read_text())["topics"][topic]["query"]
        assert run(["match", query, article]) == 0
        assert line.partition(": ")[2] in capsys.readouterr().out


ELSEWHERE = {
    "ssh", "systemctl", "loginctl",  # programs of others
    "pipx", ".venv/bin/python",  # tests/test_packaging.py builds the wheel and runs it
}  # fmt: skip
"""First words of lines that are typed at a console and run by no test here."""


def with_neighbours(script):
    """The text of a script, and of those beside it that it imports."""
    text = script.read_text()
    names = (script.with_name(f"{name}.py") for name in re.findall(r"^from (\w+) import", text, re.MULTILINE))
    return text + "".join(name.read_text() for name in names if name.exists())


def test_what_is_typed_at_a_console_is_there():
    """What make would do is asked, scripts are looked up; tests/terminal/test_documented.py opens the dashboards."""
    for name, _, code in blocks("console"):
        for line in code.splitlines():
            words = re.sub(r"\s+#.*|^(\w+=\S* )+", "", line).split()
            match words:
                case ["make", *wanted]:
                    asked = ["make", "--dry-run", *wanted]
                    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
                    assert told.returncode == 0 and told.stdout.strip(), told.stderr
                case ["python", script, *options]:
                    text = with_neighbours(ROOT / script)
                    assert all(f'"{word}"' in text for word in options if word.startswith("--")), f"{name}: {line}"
                case [first, *_]:
                    assert first == "monitor" or first in ELSEWHERE, f"{name}: {line}"


def test_code_says_what_it_is_so_that_it_can_be_checked():
    """Indented code is for what nobody runs: no command stands in it."""
    for page in PAGES:
        text = page.read_text()
        kinds = set(re.findall(r"^```(\w+)", text, re.MULTILINE))
        assert kinds <= {"sh", "console", "profile", "authorized_keys", "crontab", "tmux", "toml", "ini", "text"}, (
            page.name
        )
        assert text.count("\n```") % 2 == 0, f"{page.name}: a fence without its end, or without its language"
        prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
        assert not re.findall(r"^ {4}(?:\$ )?(?:monitor|make|python) .*$", prose, re.MULTILINE), page.name


PIECES = [(name, code) for name, _, code in blocks("toml") if not name.startswith("configuration.md")]
"""What configuration.md shows is made of examples that tests/test_config.py reads key by key."""


@pytest.mark.parametrize(("code"), [code for _, code in PIECES], ids=[name for name, _ in PIECES])
def test_every_piece_of_config_in_the_documentation_is_taken(code, tmp_path):
    from monitor import config

    (tmp_path / ("sources.toml" if "[[sources]]" in code else "topics.toml")).write_text(code)
    assert config.load(tmp_path, None, {}).sources


def test_every_picture_is_one_that_the_program_makes_and_a_page_shows():
    made = {
        f"{name}.svg"
        for name in json.loads(_in_docs("import pictures; tell([name for name, *_ in pictures.PICTURES])"))
    }
    assert {path.name for path in (ROOT / "docs" / "img").iterdir()} == made
    shown = {Path(target).name for page in PAGES for target in re.findall(r"\((\S+\.svg)\)", page.read_text())}
    assert made | {"store-cost.svg"} == shown


def test_every_picture_shows_what_the_program_shows(tmp_path):
    """Each is taken anew, on the clock and the articles that it was taken on."""
    subprocess.run([sys.executable, "docs/pictures.py", tmp_path], cwd=ROOT, check=True, timeout=120)
    for path in sorted((ROOT / "docs" / "img").iterdir()):
        kept, taken = path.read_text("utf-8"), (tmp_path / path.name).read_text("utf-8")
        assert _words(taken) == _words(kept), f"{path.name} is out of date: look at what changed, and `make pictures`"
        assert taken == kept, f"{path.name} has other colours or places: look at it, and `make pictures`"


def _words(svg: str) -> list[str]:
    return re.findall(r"<text [^>]*>(.*?)</text>", svg)


def test_every_file_beside_a_store_is_told(tmp_path):
    from monitor.poll.child import Watch, log_file
    from monitor.store import open_store
    from tests.store.conftest import addition

    url = f"tinydb:{tmp_path / 'news.db'}"
    watch = Watch(url)
    with open_store(url) as store:
        assert store.lease("poller").acquire()
        store.add([addition(1, terms="envoy")])
        store.rejudge([])
        beside = {path.name for path in tmp_path.iterdir()}
    watch.close()
    beside |= {path.name for path in tmp_path.iterdir()} | {log_file(url).name}
    page = (ROOT / "docs" / "store.md").read_text().partition("## The files")[2].partition("\n## ")[0]
    named = re.findall(r"`(news\.db)?([-.]?\w[\w.-]*)`", page)
    told = {f"news.db{end}" if not whole and end[0] in "-." else whole + end for whole, end in named}
    assert {"news.db", "news.db-wal", "news.db.search"} <= beside
    assert beside - told == set()


def test_the_plot_of_costs_shows_the_figures_beside_it(monkeypatch):
    """Each point of docs/store-cost.svg stands where docs/store-figures.md says, but for rounding; none is missing."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    store = runpy.run_path(str(ROOT / "benchmarks" / "store.py"), run_name="store")
    rows = _cells((ROOT / "docs" / "store-figures.md").read_text())
    sizes = [int(cell.split()[0].replace(",", "")) for cell in rows[0][2::2]]
    results = {size: {"ours": {}, "stock": {}} for size in sizes}
    for name, words in store["MEASURES"].items():
        (figures,) = (row[2:] for row in rows if row[0] == words)
        for place, figure in enumerate(figures):
            if figure != "–":
                results[sizes[place // 2]][("ours", "stock")[place % 2]][name] = float(figure.replace(",", ""))
    told, plotted = (
        re.split(r"(-?\d+\.\d)", svg)
        for svg in (store["plot"](results), (ROOT / "docs" / "store-cost.svg").read_text())
    )
    assert told[::2] == plotted[::2]
    assert [float(number) for number in told[1::2]] == pytest.approx([float(number) for number in plotted[1::2]], abs=1)


def _cells(page: str) -> list[list[str]]:
    """The rows of the tables of a page."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"]


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
    """Each row names tests that are there; and one of them runs wherever the project is, without anybody's data."""
    page = (ROOT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| (\d+) \| P[123] \| (.*?) \| (.*?) \|$", page, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, 61))
    for number, what, tests in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tests)
        assert named, f"case {number}, {what}: no test"
        taken = [_parameters(ROOT / file, name) for file, name in named]
        assert None not in taken, f"case {number}: {named[taken.index(None)]} is not there"
        assert any("shared_data" not in words for words in taken), f"case {number}: every test skips on a fresh clone"


def _parameters(file: Path, name: str) -> str | None:
    """What a test asks for; None where there is no such test."""
    found = re.search(rf"^\s*(?:async )?def {name}\((.*?)\)", file.read_text(), re.MULTILINE | re.DOTALL)
    return found[1] if found else None


def test_the_readme_leads_to_every_page():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            targets = re.findall(r"\]\(([^)#:\s]+\.md)(?:#[^)]*)?\)", page.read_text())
            waiting += [(page.parent / target).resolve() for target in targets]
    assert set(PAGES) <= reached
