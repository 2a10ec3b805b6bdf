"""Hostile text on every screen (safety.md, group A): shown literally, nothing reaches the terminal but what we draw."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest
from rich.cells import cell_len
from wcwidth import wcwidth

from monitor.errors import NoFeedError, UsageError
from monitor.model import Candidate
from monitor.tui import outside
from monitor.tui.paint import ascii_line, cut, fitted, sparkline, steady
from tests.tui.fake import make_story
from tests.tui.hostile import MARKUP, TEXTS, hostile_newsroom, hostile_story

TOUR = (
    ["enter"], ["tab"], ["tab"], ["n"], ["G"], ["J"], ["escape"], ["4"], ["z"], ["z"], ["S"], ["d"], ["escape"], ["question_mark"],
    ["escape"], ["1"], ["e"], ["escape"], ["5"], ["space"], ["semicolon"], ["s"], ["U"], ["o"], ["d"], ["H"], ["escape"], ["m", "x", "enter"],
)  # fmt: skip


def no_traps(screen) -> None:
    """No style on the screen carries an action or a link, and no character is one a terminal acts on."""
    for strip in screen._compositor.render_strips():
        for segment in strip:
            style = segment.style
            assert segment.text.isprintable() or all(
                c.isprintable() or c in "\u200c\u200d\u3000\xa0" for c in segment.text
            ), repr(segment.text)
            if style is not None:
                assert not style.link, segment
                assert "@click" not in (style.meta or {}), segment


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_every_screen_shows_hostile_text_literally(show, size, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with show(room=hostile_newsroom(), size=size) as it:
        no_traps(it.screen)
        for keys in TOUR:
            await it.press(*keys)
            no_traps(it.screen)
    assert list(tmp_path.iterdir()) == []


async def test_what_an_address_gives_is_shown_literally(show):
    room = hostile_newsroom()
    async with show(room=room, size=(100, 24)) as it:
        await it.press("S")
        for text in TEXTS[::3]:
            found = Candidate(url="https://x.example/", title=text, trouble=f"error {text}")
            room.on_the_web = {"w": NoFeedError(text, [f"https://x.example/{text}"]), "u": UsageError(text), "x": found}
            for keys in (
                ["a", "w", "enter"],
                ["escape"],
                ["a", "u", "enter"],
                ["escape"],
                ["a", "x", "enter"],
                ["enter"],
            ):
                await it.press(*keys)
                no_traps(it.screen)


async def test_markup_is_shown_as_it_stands(show):
    stories = [make_story(n, title=f"{text} army") for n, text in enumerate(MARKUP)]
    async with show(stories, size=(120, 40)) as it:
        await it.press("z")
        for text in MARKUP:
            assert text in it.text


async def test_clicking_every_cell_runs_nothing_hostile(show, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with show(room=hostile_newsroom(), size=(80, 24)) as it:
        await it.press("enter")
        for y in range(2, 23):
            for x in range(0, 80, 7):
                await it.click(x, y)
        assert it.app.is_running
    assert list(tmp_path.iterdir()) == []


async def test_each_story_can_be_opened(show):
    async with show(room=hostile_newsroom(), size=(100, 30)) as it:
        for n in range(len(TEXTS)):
            it.app.first_screen.read(f"i{n:06d}")
            await it.settle()
            assert it.reader.story.id == f"i{n:06d}"
            no_traps(it.screen)


def test_nothing_in_the_dashboard_parses_outside_text_as_markup():
    """The sinks of safety.md rule 2, looked for in the source."""
    banned_names = {"Markdown", "MarkdownViewer", "Static", "Label", "Tooltip", "Toast", "Markup", "escape"}
    banned_calls = {"from_markup", "notify", "action_notify", "render_markup", "print"}
    root = Path(__file__).parents[2] / "monitor" / "tui"
    for path in root.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            where = f"{path.name}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("textual", "rich")):
                assert not {alias.name for alias in node.names} & banned_names, where
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                assert name not in banned_calls, where
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                assert node.attr not in {"tooltip", "border_title", "border_subtitle"}, where


def test_only_drawing_through_the_clean_functions():
    for n in range(len(TEXTS)):
        for text in (fitted(hostile_story(n).item.title, 40), cut(hostile_story(n).item.title, 40)):
            assert all(char.isprintable() or char in "\u200c\u200d" for char in text), repr(text)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://news.example/a?b=1#c", "https://news.example/a?b=1#c"),
        ("http://news.example:8080/", "http://news.example:8080/"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://раypal.com/", "https://xn--ypal-43d9g.com/"),
        ("https://h.example/--x", "https://h.example/--x"),
        ("https://h.example/`id`$(id)|;\"'<>", "https://h.example/%60id%60$(id)%7C;%22'%3C%3E"),
        *((bad, None) for bad in (
            None, "", "--help", "-x", "file:///etc/passwd", "javascript:alert(1)", "file%3A//x", "%2D%2Dx", "ssh://-oProxyCommand=x",
            "http://h/\n--x", "https://h.example/\x1b]0;x\x07", "https://h.example/a b", "https://user:pw@h.example/", "http://",
            "https://-h.example/", "HTTPS ://x", "data:text/html,x", "https://" + "a" * 5000, "http://h.example:99999/", "//h.example/",
            "https://h.example\\@evil.example/",
        )),
    ],
)  # fmt: skip
def test_only_web_addresses_are_for_a_browser(link, address):
    assert outside.web_address(link) == address


def test_the_browser_gets_one_argument_and_no_shell(tmp_path, monkeypatch):
    opener = tmp_path / "xdg-open"
    opener.write_text(
        '#!/bin/sh\nprintf "%s\\n" "$#" "$1" > "$(dirname "$0")/got.tmp"\nmv "$(dirname "$0")/got.tmp" "$(dirname "$0")/got"\n'
    )
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert outside.open_browser("https://h.example/$(touch%20x)")
    for _ in range(400):
        if (tmp_path / "got").exists():
            break
        time.sleep(0.01)
    assert (tmp_path / "got").read_text().splitlines() == ["1", "https://h.example/$(touch%20x)"]
    assert not outside.open_browser("--help")
    assert not outside.open_browser("file:///etc/passwd")


async def test_over_ssh_the_address_is_shown_and_copied(show, monkeypatch):
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22")
    written = []
    async with show() as it:
        monkeypatch.setattr(it.app._driver, "write", written.append)
        await it.press("o")
        assert it.said == "copied: https://news.example/0"
        assert any(text.startswith("\x1b]52;c;") for text in written)


def test_a_copy_is_one_clean_sequence_and_passes_through_tmux():
    import base64

    plain = outside.clipboard("head\x1b]0;x\x07line", {})
    assert plain == f"\x1b]52;c;{base64.b64encode(b'headline').decode()}\x07"
    assert outside.clipboard("a", {"TMUX": "/tmp/x,1,0"}).endswith("\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\")
    assert "\n" not in outside.citation("a\nb", "c", "2026-11-24", None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("─ ● ★ ×7 …", "- o * x7 ."), ("naïve", "naive"), ("Łódź, Ærø", "Lodz, Aro"), ("漢字", "? ? "), ("“x”", '"x"')],
)
def test_ascii_is_as_wide_and_as_near_as_may_be(text, shown):
    assert ascii_line(text) == shown


def test_a_sparkline_has_as_many_cells_as_asked_at_most():
    assert sparkline([0] * 24, 12) == ""
    assert sparkline([0] * 23 + [8], 24) == "▁" * 23 + "▇"
    assert sparkline([0] * 21 + [90, 0, 0], 8) == "▁▁▁▁▁▁▁▇"
    assert sparkline([40] * 3 + [1] + [0] * 20, 8) == "▇▂▁▁▁▁▁▁", "one is more than none"
    assert len(sparkline(list(range(24)), 12)) == 12
    assert len(sparkline(list(range(24)), 7)) <= 7


async def test_without_utf8_everything_is_ascii(show):
    from monitor.tui.app import Dashboard
    from tests.tui.conftest import Show
    from tests.tui.fake import FakeNewsroom

    app = Dashboard(FakeNewsroom([make_story(n) for n in range(30)]), ascii_only=True)
    async with app.run_test(size=(120, 30)) as pilot:
        it = Show(app, pilot, app.newsroom)
        await it.look()
        assert it.text.isascii()
        assert "enter open" in it.lines[-1]
        assert it.lines[-1].count("?") == 1
        await it.press("enter")
        assert it.text.isascii()
    app.desk.close()


def test_every_sign_that_we_draw_has_an_ascii_one():
    """A question mark is only ever the key."""
    for path in sorted((Path(__file__).parents[2] / "monitor" / "tui").rglob("*.py")):
        signs = {char for char in path.read_text(encoding="utf-8") if not char.isascii()}
        assert [char for char in sorted(signs) if ascii_line(char) == "?"] == [], path


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("👨‍👩‍👧‍👦 four", "👨 four"),
        ("🏳️‍🌈", "🏳 "),
        ("🇺🇦🇪🇺", "UAEU"),
        ("👍🏽", "👍"),
        ("⚡️ alert", "⚡ alert"),
        ("☂️", "☂ "),
        ("می‌خواهم", "می‌خواهم"),
    ],
)
def test_signs_whose_width_is_disputed_are_drawn_as_all_terminals_count_them(text, drawn):
    assert steady(text) == drawn
    assert cell_len(steady(text)) == cell_len(text)
    assert sum(max(0, wcwidth(char)) for char in steady(text)) == cell_len(text)
