"""Every user command, declared once; from here come bindings, footer, palette, help and the names of keys.toml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from textual.binding import Binding

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
