"""Every user command, declared once; from here come bindings, footer, palette, help and the names of keys.toml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from textual.binding import Binding
from textual.keys import format_key, key_to_character

from monitor.errors import meant

Scope = Literal["move", "triage", "desk", "detail", "sources", "editor", "everywhere"]

SCOPES: Mapping[Scope, str] = MappingProxyType(
    {
        "move": "Moving in any list",
        "triage": "Triage, on the selection",
        "desk": "The newsroom",
        "detail": "Reading an item",
        "sources": "The sources",
        "editor": "The watchlist editor",
        "everywhere": "Everywhere",
    }
)
"""What each scope is called in the help, in the order it is told."""


class Command(Struct, frozen=True):
    """Something a person can do. `footer` is its word there; `writes`: changes or leaves, so not with --read-only."""

    id: str
    keys: str
    does: str
    scope: Scope
    footer: str = ""
    writes: bool = False
    method: str = ""
    also: Scope | None = None
    """Where its keys hold as well."""

    @property
    def action(self) -> str:
        """The name of the method that does it, without `action_`."""
        return self.method or self.id.replace("-", "_")


def _declare() -> tuple[Command, ...]:
    c = Command
    return (
        c("down", "j,down", "next row", "move", "move"),
        c("up", "k,up", "previous row", "move"),
        c("page-down", "pagedown,ctrl+f,ctrl+d", "one screen down", "move"),
        c("page-up", "pageup,ctrl+b,ctrl+u", "one screen up", "move"),
        c("first", "g,home", "first row", "move"),
        c("last", "G,end", "last row", "move"),
        c("read", "r", "mark read, and move on", "triage", "read", writes=True),
        c("unread", "u", "mark unread", "triage", writes=True),
        c("toggle-read", "i", "mark read and move on, or unread", "triage", writes=True),
        c("star", "s", "star, or take the star away", "triage", "star", writes=True),
        c("dismiss", "d", "dismiss: hidden, not deleted", "triage", "dismiss", writes=True, method="put_away"),
        c("watching", "w", "watch: stays in sight until done", "triage", writes=True),
        c("done", "x", "done: read and put away", "triage", writes=True),
        c("restore", "X", "bring back what is dismissed, done or snoozed", "triage", writes=True),
        c("snooze", "Z", "snooze until a time", "triage", writes=True),
        c("assign", "a", "assign to somebody", "triage", writes=True),
        c("note", "m", "write a note", "triage", writes=True),
        c("tag", "t", "tag, or take the tag away", "triage", writes=True),
        c("undo", "U", "undo the last mark, also a bulk one", "triage", "undo", writes=True),
        c("copy-link", "y", "copy the link", "triage", writes=True),
        c("copy-citation", "Y", "copy a citation", "triage", writes=True),
        c("open-browser", "o", "open in the browser (over SSH: copy)", "triage", writes=True),
        c("open", "enter,right", "read the item", "desk", "open"),
        c("next-unread", "n", "next unread", "desk"),
        c("previous-unread", "p", "previous unread", "desk"),
        c("search", "/", "search all history", "desk", "search"),
        c("limit", "l", "limit the pane by a query", "desk", "limit"),
        c("select", "space", "select or unselect the row", "desk"),
        c("apply", ";", "the next triage key applies to all selected", "desk"),
        c("mark-shown", "A", "mark all that the pane shows as read", "desk", writes=True),
        c("follow", "f", "go to the newest, and follow", "desk"),
        c("unread-only", "N", "show only what is unread, or all", "desk"),
        c("order", "O", "order by time or by score", "desk"),
        c("hidden", "H", "show what is dismissed, done or snoozed", "desk"),
        c("next-pane", "tab", "next pane", "desk"),
        c("previous-pane", "shift+tab", "previous pane", "desk"),
        c("pane", "1,2,3,4,5,6,7,8,9", "jump to a pane by its number", "desk"),
        c("zoom", "z", "zoom the pane, or show all again", "desk"),
        c("refresh-all", "R", "poll all sources that are due", "desk", writes=True),
        c("refresh-source", "ctrl+r", "poll the source of this item now", "desk", writes=True),
        c("stop", "ctrl+g", "stop a search, polls, or matching history", "desk", writes=True),
        c("edit", "e", "edit the watchlist of this pane", "desk"),
        c("new-watchlist", "plus", "write a new watchlist", "desk", writes=True),
        c("sources", "S", "the sources and how they are", "desk", "sources"),
        c("read-on", "space", "one screen on, at the end the next item", "detail", "on"),
        c("next-hit", "n", "next hit in the text", "detail", "hit"),
        c("previous-hit", "N", "previous hit", "detail"),
        c("next-item", "J", "next item", "detail", "next", also="desk"),
        c("previous-item", "K", "previous item", "detail", also="desk"),
        c("line-on", "enter", "one line on", "detail"),
        c("line-back", "backspace", "one line back", "detail"),
        c("links", "L", "the links below the text", "detail"),
        c("raw", "tab", "the text as it came, or as it is read", "detail"),
        c("poll-source", "R,ctrl+r", "poll this source now", "sources", "poll now", writes=True),
        c("toggle-source", "d", "disable or enable the source", "sources", "disable", writes=True),
        c("add-source", "a,plus", "add a feed, or local text", "sources", "add", writes=True),
        c("show-source", "enter", "show the source's items", "sources", "items"),
        c("open-source", "o", "open the source in the browser", "sources", "open", writes=True),
        c("copy-source", "y", "copy the source's address", "sources", "copy", writes=True),
        c("filter-sources", "l,/", "narrow the list by a word", "sources", "filter"),
        c("save", "ctrl+s", "save the watchlist", "editor", "save", writes=True),
        c("more-history", "ctrl+t", "look at 7, 30 or 90 days of history", "editor", "longer"),
        c("other-side", "tab", "between the query and what it would do", "editor", "switch"),
        c("back", "escape,left", "one step back", "everywhere", "back"),
        c("leave", "q", "one step back; on the first screen, ask to quit", "everywhere"),
        c("help", "?,f1", "the keys of this screen, and all others", "everywhere", "help"),
        c("palette", ":,ctrl+p", "run a command by its name", "everywhere"),
        c("theme", "T", "next theme", "everywhere"),
        c("redraw", "ctrl+l", "draw the screen anew", "everywhere"),
        c("suspend", "ctrl+z", "suspend to the shell", "everywhere", writes=True),
        c("quit", "Q,ctrl+c", "quit", "everywhere"),
    )


TOGETHER: tuple[frozenset[Scope], ...] = (
    frozenset({"move", "triage", "desk", "everywhere"}),
    frozenset({"move", "detail", "triage", "everywhere"}),
    frozenset({"move", "sources", "everywhere"}),
    frozenset({"move", "editor", "everywhere"}),
)
"""Scopes whose keys hold at the same time."""

COMMANDS = _declare()
BY_ID: Mapping[str, Command] = MappingProxyType({command.id: command for command in COMMANDS})
_WRITING = frozenset(command.action for command in COMMANDS if command.writes)

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


def bindings(*scopes: Scope) -> list[Binding]:
    """Textual's bindings of the commands of some scopes; `App.set_keymap` changes them by id."""
    return list(_bind(command for command in COMMANDS if not {command.scope, command.also}.isdisjoint(scopes)))


def _bind(commands: Iterable[Command]) -> Iterable[Binding]:
    for command in commands:
        if command.id == "pane":
            for number in command.keys.split(","):
                yield Binding(number, f"pane({number})", command.does, show=False)
        else:
            yield Binding(
                command.keys, command.action, command.does, show=False, id=command.id, priority=command.id == "quit"
            )


def allowed(action: str, *, read_only: bool) -> bool:
    """Whether an action may run: with --read-only nothing that writes, opens or copies."""
    return not (read_only and action in _WRITING)


def page() -> str:
    """The page of keys for the documentation."""
    lines = [
        "# Keys",
        "",
        "Made from the commands the dashboard declares: `python -m monitor.tui.commands > docs/keys.md`.",
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
