"""Hostile items on every screen, with all that reaches the terminal tokenised (safety cases 1, 2, 6 to 9, 12 and 60)."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys

import pytest
from msgspec.structs import replace

from monitor.model import Addition
from monitor.store import open_store
from tests.terminal.line import ESCAPE, Line
from tests.tui.fake import make_story
from tests.tui.hostile import SEQUENCES, TEXTS

ITEMS = len(TEXTS)
PASTE = "\x1b[200~{}\x1b[201~"
TOUR = (
    ("jjnpGgzz  ;sUffNNOOHH", "All"),  # the newsroom, its keys one after the other
    ("\t\t\t\t2341", "1 [@click"),  # its panes
    ("larmy (\r", "column"), (ESCAPE, "move"),  # the limit, and its complaint
    (f"l{PASTE.format(SEQUENCES[3] + 'x')}\r", "column"), (ESCAPE, "move"),
    ("/title\r", "title"), (ESCAPE, "title 0"),  # search
    (f"/{PASTE.format('[/nope]' + chr(0x9B) + '2J')}", "[/nope]"), (ESCAPE, "move"),
    ("S", "failing"), ("jjjdd", "enabled"), ("lx=\r", "only x="), (ESCAPE, "moved"), ("\r", "title"), (ESCAPE, "title 0"),
    ("1e", "Watchlist"), ('OR "', "column"), (ESCAPE, "Leave without"), ("y", "title 0"),  # the watchlist editor
    ("?", "Help"), ("read\x1b[B", "mark read"), (ESCAPE, "title 0"), (":zz", "Help"), (ESCAPE, "title 0"),  # help, palette
    ("3dwxUUUame\r", "assigned: "), (f"m{PASTE.format('note' + SEQUENCES[3])}\r", "noted: "), ("tx\r", "tagged: "), ("Z2h\r", "snoozed: "),
    ("U", "undone: "), ("A", "shown in All"), ("n", "move"), ("TTTTTTR", "asked to poll"), ("\x12", "asked to poll"), ("q", "Quit?"), ("n", "move"),
)  # fmt: skip
"""Keys, and what stands on the screen after them."""


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 45)])
def test_case_01_02_no_screen_lets_a_sequence_through(hostile_house, columns, rows):
    with Line(*hostile_house, columns=columns, rows=rows) as line:
        line.until("title 0")
        for keys, shown in TOUR:
            line.press(keys)
            line.settle(0.15 if keys == ESCAPE else 0.01)
            line.until(shown, seconds=6)
        assert line.leave() == 0
    assert line.injected() == []
    assert "pwned" not in line.output.decode("utf-8", "replace")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (160, 45)])
def test_case_01_02_every_item_can_be_read_and_seen_raw(hostile_house, columns, rows):
    with Line(*hostile_house, columns=columns, rows=rows) as line:
        line.until("title 0")
        line.press("3\r")
        line.until("reading")
        for _ in range(ITEMS):
            line.press("\t\tJ")
            line.settle(0.03)
        line.until("no further item here")
        assert line.leave() == 0
    assert line.injected() == []


def test_case_01_what_a_poll_brings_is_clean_before_it_is_stored(tmp_path, feed_server):
    """Feed, folder, file name and failing source, from the wire to the screen."""
    config, drops = tmp_path / "config", tmp_path / "drops"
    config.mkdir()
    drops.mkdir()
    references = (
        "&#x1b;]52;c;cHduZWQ=&#7;",
        "&#x9b;2J",
        "&#x90;$qm&#x9c;",
        "&#x9d;0;pwned&#x9c;",
        "\x1b[2J\x1b]0;pwned\x07",
        "\x9d0;x\x9c",
    )
    entries = "".join(
        f"<item><guid>{n}</guid><title>{text}entry {n}</title><author>{text}a</author><category>{text}c</category>"
        f"<link>https://h.example/{n}{text}</link><description>dek {text} and &lt;p&gt;{text}&lt;/p&gt; body</description></item>"
        for n, text in enumerate(references)
    )
    url = feed_server.put(
        "/wire.xml", f"<rss version='2.0'><channel><title>{references[0]}wire</title>{entries}</channel></rss>"
    )
    (config / "topics.toml").write_text('[topics.all]\ntitle = "Everything"\nquery = "entry OR drop"\n')
    (config / "sources.toml").write_text(
        f'[[sources]]\nid = "wire"\nurl = "{url}"\n[[sources]]\nid = "drops"\npath = "{drops}"\n'
        f'[[sources]]\nid = "gone"\nurl = "{feed_server.url}/%1b]0;x%07"\n'
    )
    for n, name in enumerate((b"\x1b]0;pwned\x07.txt", b"two\nlines.txt", b"\xff\xfe.txt", "\u202egpj.txt".encode())):
        with open(os.path.join(os.fsencode(drops), name), "wb") as file:
            file.write(
                f"Drop {n} \x1b]52;c;cHduZWQ=\x07title\n\nA body \x9b2J of \x7f text, \ud800 and more of it.\n".encode(
                    "utf-8", "surrogatepass"
                )
            )
        os.utime(os.path.join(os.fsencode(drops), name), (1_700_000_000, 1_700_000_000))
    words = ["--config", str(config), "--store", f"tinydb:{tmp_path}/news.db"]
    run = [sys.executable, "-m", "monitor"]
    polled = subprocess.run([*run, "poll", "--once", *words], capture_output=True, timeout=60, check=False)
    stored = subprocess.run([*run, "items", "--json", "--full", *words], capture_output=True, timeout=60, check=False)
    listed = subprocess.run([*run, "items", *words], capture_output=True, timeout=60, check=False)
    items = json.loads(stored.stdout)
    assert len(items) == len(references) + 4
    unsafe = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")
    for text in strings(items):
        assert not unsafe.search(text), repr(text)
    for output in (polled.stdout, polled.stderr, listed.stdout, listed.stderr):
        assert not unsafe.search(output.decode()), repr(output)
    with Line(*words, "--no-poll") as line:
        line.until("entry 0")
        line.press("\r" + "\tJ" * len(items))
        line.until("no further item here")
        line.walk(ESCAPE)
        line.press("Sjj")
        line.until("404")
        assert line.leave() == 0
    assert line.injected() == []


def strings(value):
    """Every text in a JSON document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def test_case_06_60_a_copy_is_one_clean_line_or_nothing(hostile_house):
    with Line(*hostile_house) as line:
        line.until("title 0")
        line.press("3g" + "yYoj" * ITEMS)
        line.settle(0.5)
        assert line.leave() == 0
    assert line.injected(clipboard=True) == []
    copies = [base64.b64decode(text).decode() for text in re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", line.output)]
    assert len(copies) > ITEMS
    for copy in copies:
        assert "\n" not in copy
        assert copy.isprintable() or all(char.isprintable() or char in "\u200c\u200d\u3000\xa0" for char in copy), repr(
            copy
        )
    assert b"\x1b]8;" not in line.output


@pytest.fixture
def extremes(tmp_path):
    """A store of a headline of a million marks, one that holds every line end, and one full of what hides."""
    titles = {
        "marks": "a" + "\u0301" * 1_000_000,
        "lines": "one\ntwo\x0bthree\x0cfour\x85five\u2028six\u2029seven\reight army",
        "hidden": "army \u202egnp.exe\u202c\u2066x\u2069\u200e\u200f\u061c\u200b\ufeff\U000e0041\u115f\u3164 end",
        "odd": "army \x00\x7f nil \ufffd end",
    }
    additions = []
    for n, (name, title) in enumerate(titles.items()):
        story = make_story(n, title=title, body=title, id=name)
        additions.append(Addition(item=story.item, body=story.body, verdict=story.verdict))
    with open_store(f"tinydb:{tmp_path}/news.db") as store:
        store.add([replace(a, item=replace(a.item, source="wire")) for a in additions])
    return ["--store", f"tinydb:{tmp_path}/news.db", "--no-poll"]


def test_case_07_08_09_12_marks_lines_and_what_hides(extremes):
    with Line(*extremes) as line:
        line.until("one two three")
        line.walk("z")
        rows = line.text().splitlines()
        assert sum("one two three four five six seven eight army" in row for row in rows) == 1
        assert any("army gnp.exex end" in row for row in rows)
        assert any("army nil" in row for row in rows)
        before = len(line.output)
        line.walk("\x0c")
        assert len(line.output) - before < 64 * 1024
        for _ in range(4):
            before = len(line.output)
            line.walk("\r", "\t", ESCAPE, "j")
            assert len(line.output) - before < 4 * 64 * 1024
        assert line.leave() == 0
    assert line.injected() == []
    shown = line.output.decode()
    assert max(len(run) for run in re.findall("\u0301*", shown)) <= 4
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u200b\ufeff\u115f\u3164\U000e0041]", shown)


@pytest.mark.parametrize("form", ["csv", "table", "md"])
def test_case_09_12_every_line_end_stands_in_one_record(extremes, form):
    """Stored past every cleaner, an item is one line of whatever lists it, and nothing in it stops the listing."""
    words = [sys.executable, "-m", "monitor", "items", "--format", form, *extremes[:2]]
    done = subprocess.run(words, capture_output=True, timeout=30, check=False, env=os.environ | {"COLUMNS": "300"})
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    assert sum("one" in line and "eight army" in line for line in text.splitlines()) == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", text.replace("\r\n", "\n"))
    assert len(text.splitlines()) == len([line for line in text.split("\n") if line])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sources.toml", '[[sources]]\nid = "a"\nurl = "https://h.example/"\ntitle = "\\u001b]0;pwned\\u0007"\n'),
        ("sources.toml", '[[sources]]\nid = "\\u001b[2J"\nurl = "https://h.example/\\u009b2J"\n'),
        ("topics.toml", '[topics."\\u001b]0;pwned\\u0007"]\nquery = "\\u001b[2J ("\n'),
        ("monitor.toml", '"\\u001b]0;pwned\\u0007" = "\\u009b2J"\n'),
        ("keys.toml", '"\\u001b[2J" = "\\u0007"\n'),
    ],
)
def test_case_01_complaints_about_the_config_are_clean(tmp_path, name, text):
    config = tmp_path / "\x1b]0;pwned\x07"
    config.mkdir()
    (config / name).write_text(text)
    with Line("--config", str(config), "--store", "memory:") as line:
        assert line.ended() == 2
        line.settle()
    assert "monitor: " in line.text()
    assert line.injected() == []
