"""Commands: declared once, every one bound, no key twice where both could be meant, presets and overrides."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor.tui import commands
from monitor.tui.app import Dashboard
from monitor.tui.keys import PRESETS, Keys, keymap, keys_file, page, problems
from monitor.tui.screens.editor import EditorScreen
from monitor.tui.screens.newsroom import NewsroomScreen
from monitor.tui.screens.sources import SourcesScreen
from monitor.tui.widgets.headlines import Headlines
from monitor.tui.widgets.reader import Reader
from tests.tui.fake import FakeNewsroom, make_story

OWNERS = {
    "move": (Headlines, Reader),
    "triage": (NewsroomScreen,),
    "desk": (NewsroomScreen,),
    "detail": (Reader,),
    "sources": (SourcesScreen,),
    "editor": (EditorScreen,),
    "everywhere": (Dashboard,),
}


@pytest.mark.parametrize("command", commands.COMMANDS, ids=lambda command: command.id)
def test_every_command_has_a_method_where_its_keys_are_bound(command):
    for owner in OWNERS[command.scope]:
        assert callable(getattr(owner, f"action_{command.action}"))


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("scopes", commands.TOGETHER, ids=lambda scopes: "+".join(sorted(scopes)))
def test_no_key_means_two_things_at_once(preset, scopes):
    keys = Keys(keymap(preset, {}))
    here = [command for command in commands.COMMANDS if command.scope in scopes]
    for one, other in combinations(here, 2):
        if preset == "mutt" and {one.scope, other.scope} == {"move", "detail"}:
            continue  # j and k read on in its pager, whose own keys come before those that move
        shared = set(keys.of(one)) & set(keys.of(other))
        assert not shared, f"{one.id} and {other.id} share {shared}"


@pytest.mark.parametrize("preset", PRESETS)
async def test_nothing_in_the_help_is_cut_at_eighty_columns(show, preset):
    room = FakeNewsroom([make_story(n) for n in range(10)])
    room.settings = replace(room.settings, dashboard=replace(room.settings.dashboard, keys=preset))
    async with show(room=room, size=(80, 90)) as it:
        await it.press("f1")
        for command in commands.COMMANDS:
            keys, does = it.app.desk.keys.shown(command), command.does
            row = next((line for line in it.lines if f" {keys} " in line and does in line), None)
            assert row is not None, (keys, does)
            assert row.rstrip().endswith(f" {command.id}"), row


def test_presets_and_overrides_name_commands_that_are():
    for preset in PRESETS.values():
        assert set(preset) <= set(commands.BY_ID)
    assert keymap("mutt", {"star": "F3", "nonsense": "x"})["star"] == "F3"
    assert "nonsense" not in keymap("mutt", {"nonsense": "x"})


def test_the_spec_keys_are_the_defaults():
    expected = {
        "r": "read", "u": "unread", "s": "star", "d": "dismiss", "w": "watching", "x": "done", "z": "zoom", "Z": "snooze",
        "a": "assign", "m": "note", "t": "tag", "y": "copy-link", "Y": "copy-citation", "o": "open-browser", "A": "mark-shown",
        "U": "undo", "R": "refresh-all", "l": "limit", "/": "search", "n": "next-unread", "p": "previous-unread", "e": "edit",
        "S": "sources", "?": "help", ":": "palette", "f": "follow",
    }  # fmt: skip
    for key, command in expected.items():
        assert key in commands.BY_ID[command].keys.split(","), command


async def test_a_preset_changes_keys(show):
    room = FakeNewsroom([make_story(n) for n in range(10)])
    room.settings = replace(room.settings, dashboard=replace(room.settings.dashboard, keys="mutt"))
    async with show(room=room) as it:
        first = it.ids()[0]
        await it.press("F")
        assert it.room.state(first).starred
        await it.press("u")
        assert not it.room.state(first).starred


async def test_keys_toml_changes_a_key_and_the_footer(show):
    room = FakeNewsroom([make_story(n) for n in range(10)])
    room.settings = replace(room.settings, keys={"dismiss": "D,delete"})
    async with show(room=room) as it:
        first = it.ids()[0]
        await it.press("d")
        assert it.room.state(first).triage == "new"
        await it.press("D")
        assert it.room.state(first).triage == "dismissed"
        await it.press("j")
        assert "D dismiss" in it.lines[-1]


def test_the_page_of_keys_is_as_the_commands_are():
    told = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")
    assert told == page(), "python -m monitor.tui.keys > docs/keys.md"


def test_the_shipped_keys_file_names_every_command_and_changes_none():
    import tomllib

    text = (Path(__file__).parents[2] / "config" / "keys.toml").read_text(encoding="utf-8")
    assert text == keys_file(), "python -m monitor.tui.keys keys.toml > config/keys.toml"
    assert tomllib.loads(text) == {}
    opened = tomllib.loads(
        "\n".join(line.removeprefix("# ") for line in text.splitlines() if " = " in line and "Take" not in line)
    )
    assert set(opened) == set(commands.BY_ID) - {"pane"}


def test_what_is_wrong_in_keys_toml_is_said():
    assert list(problems("vim", {})) == []
    assert list(problems("vim", {"dismis": "D"})) == ['keys.toml: dismis: no such command, did you mean "dismiss"?']
    assert list(problems("vim", {"dismiss": "s"})) == ['keys.toml: "s" would be both star and dismiss']


async def test_the_dashboard_says_what_is_wrong_in_keys_toml(show):
    room = FakeNewsroom([make_story(n) for n in range(10)])
    room.settings = replace(room.settings, keys={"dismis": "D"})
    async with show(room=room) as it:
        assert it.said == 'keys.toml: dismis: no such command, did you mean "dismiss"?'
