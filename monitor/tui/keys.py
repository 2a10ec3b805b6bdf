"""The keys that commands have: by habit (presets), by keys.toml over it, and how keys are told and checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct
from textual.keys import format_key, key_to_character

from monitor.errors import meant
from monitor.tui.commands import BY_ID, COMMANDS, SCOPES, TOGETHER, Command, Scope

PRESETS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "vim": {},
        "newsboat": {
            "toggle-read": "N",
            "unread": "i",
            "read": "M",
            "unread-only": "l",
            "limit": "F",
            "dismiss": "d,D",
            "mark-shown": "A,C",
            "open-browser": "o,O",
            "order": "ctrl+o",
            "refresh-source": "r,ctrl+r",
            "next-pane": "tab,ctrl+n",
            "previous-pane": "shift+tab,ctrl+p",
            "palette": ":",
            "next-hit": "right_parenthesis",
            "previous-hit": "left_parenthesis",
            "links": "u",
            "edit": "e,E",
        },
        "mutt": {
            "star": "F,s",
            "toggle-read": "N",
            "unread": "W",
            "undo": "u,U",
            "done": "ctrl+d",
            "first": "g,home,equals_sign",
            "last": "G,end,asterisk",
            "page-down": "pagedown,ctrl+f,right_square_bracket",
            "page-up": "pageup,ctrl+u,minus,left_square_bracket",
            "open": "enter,right,space",
            "select": "t",
            "tag": "ctrl+t",
            "next-unread": "n,tab",
            "previous-unread": "p,shift+tab",
            "unread-only": "L",
            "order": "o,O",
            "open-browser": "ctrl+b",
            "next-pane": "c",
            "previous-pane": "C",
            "next-item": "j,J",
            "previous-item": "k,K",
            "previous-hit": "P",
            "raw": "h",
            "links": "v",
            "leave": "q,x,i",
            "theme": "ctrl+y",
        },
    }
)
"""Keys by habit, over the declared ones: command id to keys. `vim` is as declared."""

PLAIN: Mapping[str, str] = MappingProxyType(
    {
        "backspace": "bksp",
        **{name: name for name in ("enter", "up", "down", "left", "right")},
    }
)
"""What keys are called where their signs cannot be drawn."""


def keymap(preset: str, overrides: Mapping[str, str]) -> dict[str, str]:
    """What differs from the declared keys: the preset, and over it keys.toml."""
    return {**PRESETS.get(preset, {}), **{name: keys for name, keys in overrides.items() if name in BY_ID}}


class Keys(Struct, frozen=True):
    """The keys in force, and how they are told. `plain`: in ASCII alone."""

    changed: Mapping[str, str] = MappingProxyType({})
    """What differs from the declared keys: command id to keys."""
    plain: bool = False

    def of(self, command: Command) -> list[str]:
        """The keys that a command has."""
        return [key.strip() for key in self.changed.get(command.id, command.keys).split(",")]

    def named(self, key: str) -> str:
        """A key as a person reads it."""
        return PLAIN[key] if self.plain and key in PLAIN else format_key(key)

    def shown(self, command: Command, *, most: int = 9) -> str:
        """A command's keys as a person reads them: "j ↓"."""
        if command.id == "pane" and "pane" not in self.changed:
            return "1-9" if self.plain else "1…9"
        return " ".join(map(self.named, self.of(command)[:most]))

    def footer(
        self, scopes: Iterable[Scope], *, read_only: bool, typing: bool = False
    ) -> tuple[tuple[str, str, str], ...]:
        """What the footer tells of some scopes: (id, key, word) of the commands that have a word there.

        The key is the command's first that no scope before takes for itself, nor, when `typing`, the text.
        """
        told: list[tuple[str, str, str]] = []
        taken: set[str] = set()
        for scope in scopes:
            here = [command for command in COMMANDS if command.scope == scope]
            for command in here:
                free = (key for key in self.of(command) if key not in taken and not (typing and _types(key)))
                key = next(free, None)
                if key is not None and command.footer and not (read_only and command.writes):
                    told.append((command.id, self.named(key), command.footer))
            taken.update(*map(self.of, here))
        return tuple(told)

    def unbound(self, key: str, *, read_only: bool = False) -> str:
        """What is said of a key that does nothing: which, and why, or where the keys are told."""
        if read_only and any(key in self.of(command) for command in COMMANDS if command.writes):
            return f"{self.named(key)} does nothing here · read-only: nothing is marked, copied, opened or polled for"
        return f"{self.named(key)} does nothing here · {self.shown(BY_ID['help'], most=1)} tells the keys"


def _types(key: str) -> bool:
    character = key_to_character(key)
    return len(key) == 1 or (character is not None and character.isprintable())


def page() -> str:
    """The page of keys for the documentation."""
    lines = [
        "# Keys",
        "",
        "Made from the commands the dashboard declares: `python -m monitor.tui.keys > docs/keys.md`.",
        '`keys.toml` changes any of them by name (`dismiss = "D"`, `star = ["s", "f2"]`); `keys = "newsboat"` or',
        '`keys = "mutt"` under `[dashboard]` in `monitor.toml` takes the habits of another reader. Those marked · are',
        "not there with `--read-only`.",
    ]
    for scope, title in SCOPES.items():
        lines += ["", f"## {title}", "", "| key | does | name | newsboat | mutt |", "|---|---|---|---|---|"]
        for command in COMMANDS:
            if command.scope == scope:
                others = [
                    f"`{Keys(keys).shown(command)}`" if command.id in keys else ""
                    for keys in (PRESETS["newsboat"], PRESETS["mutt"])
                ]
                mark = " ·" if command.writes else ""
                lines.append(
                    f"| `{Keys().shown(command)}` | {command.does}{mark} | {command.id} | {others[0]} | {others[1]} |"
                )
    return "\n".join(lines) + "\n"


def keys_file() -> str:
    """A keys.toml that names every command with the keys it has, all of it commented out."""
    lines = [
        "# Which keys give which command in the dashboard, over those of the preset (`keys` in monitor.toml).",
        '# Take away the # to change one: one key, or a list of keys, such as star = ["s", "f2"].',
    ]
    for scope, title in SCOPES.items():
        lines += ["", f"# {title}"]
        for command in COMMANDS:
            if command.scope == scope and command.id != "pane":
                keys = [f'"{key}"' for key in command.keys.split(",")]
                value = keys[0] if len(keys) == 1 else f"[{', '.join(keys)}]"
                lines.append(f"# {command.id} = {value:<{max(1, 44 - len(command.id))}} # {command.does}")
    return "\n".join(lines) + "\n"


def problems(preset: str, overrides: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with keys.toml, a line each: commands that are not, and keys that would mean two things at once."""
    for name in overrides:
        if name not in BY_ID or name == "pane":
            known = BY_ID.keys() - {"pane"}
            yield f"keys.toml: {name}: no such command, {meant(name, known) or '`?` in the dashboard names them'}"
    keys = Keys(keymap(preset, overrides))
    clashes: dict[str, None] = {}
    for scopes in TOGETHER:
        taken: dict[str, str] = {}
        for command in COMMANDS:
            if command.scope in scopes:
                for key in keys.of(command):
                    other = taken.setdefault(key, command.id)
                    if other != command.id and not {other, command.id}.isdisjoint(overrides):
                        clashes[f'keys.toml: "{key}" would be both {other} and {command.id}'] = None
    yield from clashes


if __name__ == "__main__":
    import sys

    sys.stdout.write(keys_file() if "keys.toml" in sys.argv else page())
