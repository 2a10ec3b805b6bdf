"""The habits of other readers: their everyday keys, pressed where they would press them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from monitor.tui import commands
from monitor.tui.keys import PRESETS
from tests.tui.fake import FakeNewsroom, make_story

LISTED = {
    "vim": {
        "j": "down", "k": "up", "g": "first", "G": "last", "ctrl+d": "page-down", "ctrl+u": "page-up", "ctrl+f": "page-down",
        "ctrl+b": "page-up", "enter": "open", "right": "open", "J": "next-item", "K": "previous-item", "r": "read",
        "u": "unread", "U": "undo", "n": "next-unread", "p": "previous-unread", "slash": "search", "l": "limit",
        "space": "select", "semicolon": "apply", "question_mark": "help", "f1": "help", "colon": "palette",
    },
    "newsboat": {
        "enter": "open", "down": "down", "up": "up", "home": "first", "end": "last", "pagedown": "page-down",
        "pageup": "page-up", "J": "next-item", "K": "previous-item", "n": "next-unread", "p": "previous-unread",
        "N": "toggle-read", "A": "mark-shown", "C": "mark-shown", "r": "refresh-source", "R": "refresh-all",
        "o": "open-browser", "O": "open-browser", "s": "star", "D": "dismiss", "l": "unread-only", "F": "limit",
        "slash": "search", "t": "tag", "E": "edit", "ctrl+n": "next-pane", "ctrl+p": "previous-pane", "tab": "next-pane",
        "question_mark": "help", "colon": "palette", "ctrl+l": "redraw", "1": "pane",
    },
    "mutt": {
        "j": "down", "k": "up", "J": "next-item", "K": "previous-item", "enter": "open", "space": "open", "right": "open",
        "d": "dismiss", "ctrl+d": "done", "u": "undo", "U": "undo", "N": "toggle-read", "F": "star", "s": "star",
        "w": "watching", "W": "unread", "t": "select", "semicolon": "apply", "tab": "next-unread", "n": "next-unread",
        "equals_sign": "first", "asterisk": "last", "left_square_bracket": "page-up", "right_square_bracket": "page-down",
        "l": "limit", "slash": "search", "o": "order", "O": "order", "ctrl+b": "open-browser", "c": "next-pane",
        "m": "note", "question_mark": "help", "colon": "palette", "ctrl+l": "redraw",
    },
}  # fmt: skip
"""What a key gives in a list."""
READING = {
    "vim": {
        "j": "down", "k": "up", "space": "read-on", "n": "next-hit", "N": "previous-hit", "J": "next-item", "K": "previous-item",
        "enter": "line-on", "backspace": "line-back", "tab": "raw", "G": "last", "g": "first", "L": "links", "d": "dismiss",
    },
    "newsboat": {
        "down": "down", "up": "up", "space": "read-on", "n": "next-unread", "p": "previous-unread", "J": "next-item",
        "K": "previous-item", "N": "toggle-read", "o": "open-browser", "O": "open-browser", "u": "links", "s": "star",
        "D": "dismiss", "slash": "search", "left_parenthesis": "previous-hit", "right_parenthesis": "next-hit",
        "home": "first", "end": "last",
    },
    "mutt": {
        "j": "next-item", "k": "previous-item", "J": "next-item", "space": "read-on", "minus": "page-up", "enter": "line-on",
        "backspace": "line-back", "n": "next-hit", "tab": "next-unread", "h": "raw", "v": "links", "d": "dismiss",
        "F": "star", "u": "undo", "N": "toggle-read", "down": "down",
    },
}  # fmt: skip
"""What a key gives in the reader."""
BACK = {"vim": ("escape", "q", "left"), "newsboat": ("escape", "q"), "mutt": ("q", "x", "i")}


def room_of(preset: str) -> FakeNewsroom:
    """Sixty stories and the keys of a preset."""
    room = FakeNewsroom([make_story(n) for n in range(60)])
    room.settings = replace(room.settings, dashboard=replace(room.settings.dashboard, keys=preset))
    return room


async def given(it, monkeypatch, keys) -> dict[str, str | None]:
    """The action that each key would bring about, none of them done."""
    done: list[str] = []

    async def noted(action, *_args, **_kwargs) -> bool:
        done.append(str(action).partition("(")[0])
        return True

    found: dict[str, str | None] = {}
    with monkeypatch.context() as watching:
        watching.setattr(it.app, "run_action", noted)
        for key in keys:
            done.clear()
            await it.press(key)
            found[key] = done[0] if done else None
    return found


def wanted(keys: dict[str, str]) -> dict[str, str | None]:
    return {key: commands.BY_ID[command].action for key, command in keys.items()}


@pytest.mark.parametrize("preset", PRESETS)
async def test_the_everyday_keys_of_a_list(show, monkeypatch, preset):
    async with show(room=room_of(preset), size=(80, 24)) as it:
        assert await given(it, monkeypatch, LISTED[preset]) == wanted(LISTED[preset])


@pytest.mark.parametrize("preset", PRESETS)
async def test_the_everyday_keys_of_the_reader(show, monkeypatch, preset):
    async with show(room=room_of(preset), size=(80, 24)) as it:
        await it.press("enter")
        assert await given(it, monkeypatch, READING[preset]) == wanted(READING[preset])


@pytest.mark.parametrize("preset", PRESETS)
async def test_every_way_back_leads_out_of_the_reader(show, preset):
    async with show(room=room_of(preset), size=(80, 24)) as it:
        for key in BACK[preset]:
            await it.press("enter")
            assert it.app.first_screen.spread.in_reader
            await it.press(key)
            assert not it.app.first_screen.spread.in_reader


async def test_mutt_reads_from_one_to_the_next_with_j(show):
    async with show(room=room_of("mutt"), size=(80, 24)) as it:
        first, second, third = it.ids()[:3]
        await it.press("space", "j", "j")
        assert it.reader.story.id == third
        await it.press("k")
        assert it.reader.story.id == second
        assert it.room.state(first).read
        assert "j next" in it.lines[-1]
        assert "↓ move" in it.lines[-1]


async def test_newsboat_reads_from_one_unread_to_the_next_with_n(show):
    async with show(room=room_of("newsboat"), size=(80, 24)) as it:
        unread = [story.id for story in it.pane.window.rows if not story.state.read]
        await it.press("enter")
        await it.press("n")
        assert it.reader.story.id == unread[1 if it.ids()[0] == unread[0] else 0]
        assert it.room.state(it.reader.story.id).read


async def test_one_key_marks_read_and_on_what_is_read_unread(show):
    async with show(room=room_of("newsboat"), size=(80, 24)) as it:
        first, second = it.ids()[:2]
        await it.press("N")
        assert it.room.state(first).read
        assert it.selected == second
        await it.press("k", "N")
        assert not it.room.state(first).read
        assert it.selected == first


async def test_a_key_that_is_bound_to_nothing_says_so(show):
    async with show(size=(80, 24)) as it:
        await it.press("percent_sign")
        assert it.said == "% does nothing here · ? tells the keys"
        await it.press("j")
        assert it.said == ""
        await it.press("9")
        assert it.said == "there are 5 panes"
    async with show(size=(80, 24), read_only=True) as it:
        await it.press("r")
        assert it.said.startswith("r does nothing here · read-only")
