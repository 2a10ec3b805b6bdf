"""Help and palette in one: every command with its keys, this screen's first; typing narrows, Enter runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from rich.segment import Segment
from textual import on
from textual.binding import Binding
from textual.widgets import Input

from monitor.tui import commands, paint
from monitor.tui.screens.base import DeskScreen
from monitor.tui.widgets.bars import Bar, Foot
from monitor.tui.widgets.prompt import Field
from monitor.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from monitor.tui.desk import Desk
    from monitor.tui.themes import Ground


KEYS = 20
"""Cells of the column of keys."""


class Entry(Struct, frozen=True):
    """A row: a command with its keys, or, without one, the heading of a scope. `here`: it can be run now."""

    text: str
    keys: str = ""
    command: str = ""
    here: bool = True


class Entries(Rows):
    """The rows of the help; headings are passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.can_focus = False
        self.entries: Sequence[Entry] = ()

    @property
    def count(self) -> int:
        """How many rows."""
        return len(self.entries)

    def show(self, entries: Sequence[Entry], wanted: str) -> None:
        """Show these, the cursor on the first so named, else with that key, else of all."""
        self.entries, self.top = entries, 0
        found = [n for n, entry in enumerate(entries) if entry.command]
        keyed = [n for n in found if wanted in entries[n].keys.lower().split()]
        named = [n for n in found if entries[n].command.startswith(wanted)]
        self.cursor = next(iter([*named, *keyed, *found]), 0)
        self.show_cursor()
        self.refresh()

    def step(self, by: int) -> None:
        """Go on by so many rows, not resting on a heading."""
        number = max(0, min(self.cursor + by, self.count - 1))
        while 0 < number < self.count - 1 and not self.entries[number].command:
            number += 1 if by > 0 else -1
        if self.entries and self.entries[number].command:
            self.move_to(number)
        if number <= 1:
            self.scroll_rows(-1)

    def ground(self, number: int) -> Ground:
        """The cursor is seen though the field has the keys."""
        return "raised" if number == self.cursor else "plain"

    def draw(self, number: int, width: int, ground: Ground) -> list[Segment]:
        """Keys, what they do, the name for keys.toml."""
        entry = self.entries[number]
        if not entry.command:
            return paint.line([(f" {entry.text}", "head")], width, self.look)
        keys = f"{paint.fitted(entry.keys, KEYS)} "
        room = max(1, width - len(keys) - 2)
        name = f" {entry.command} " if len(entry.text) + len(entry.command) + 2 <= room else ""
        does = paint.fitted(entry.text, room - len(name))
        role = "ink" if entry.here else "quiet"
        return paint.line([("  ", "ink"), (keys, "accent"), (does, role), (name, "faint")], width, self.look, ground)


class HelpScreen(DeskScreen):
    """Opened with ? or : over any screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "step(1)", show=False),
        Binding("up,ctrl+p", "step(-1)", show=False),
        Binding("pagedown", "step(10)", show=False),
        Binding("pageup", "step(-10)", show=False),
        Binding("tab,shift+tab", "step(0)", show=False),
        Binding("escape", "app.back", show=False),
    ]
    DEFAULT_CSS = """
    HelpScreen Field, HelpScreen Field:focus { height: 1; background: $background; padding: 0 1; }
    """

    def __init__(self, desk: Desk, below: DeskScreen) -> None:
        super().__init__(desk)
        self.below = below
        self.here = [node for node in (below.focused, below, below.app) if node is not None]

    def compose(self) -> ComposeResult:
        """A field, the rows, the foot."""
        yield Bar(id="status")
        yield Field()
        yield Entries()
        yield Foot(id="foot")

    @property
    def home(self) -> Field:
        """The field."""
        return self.query_one(Field)

    def on_mount(self) -> None:
        """Show all."""
        self.query_one("#status", Bar).put(
            ((" Help ", "head"), (" type to search · Enter runs · Esc goes back", "quiet"))
        )
        self.query_one(Foot).say("keys.toml changes any key, by the name on the right", "faint")
        self.narrow("")
        self.home.focus()

    def narrow(self, text: str) -> None:
        """Show the commands that have all of these words."""
        words = text.split()
        first = self.below.scopes
        scopes = [*first, *(scope for scope in commands.SCOPES if scope not in first)]
        entries: list[Entry] = []
        for scope in scopes:
            found = [
                command
                for command in commands.COMMANDS
                if command.scope == scope
                and all(self._says(command, word) for word in words)
                and not (command.writes and self.desk.newsroom.read_only)
            ]
            if found:
                entries += [Entry(commands.SCOPES[scope]), *map(self._entry, found)]
        self.query_one(Entries).show(entries or [Entry("nothing matches")], "-".join(words).lower())

    def _says(self, command: commands.Command, word: str) -> bool:
        """Whether a command has this word, or this key: as it is shown, or by its name."""
        keys = {*self.desk.keys.of(command), *self.desk.keys.shown(command).split()}
        text = f"{command.id} {command.does} {commands.SCOPES[command.scope]}".lower()
        return word.lower() in text or word in keys or (len(word) > 1 and word.lower() in map(str.lower, keys))

    def _entry(self, command: commands.Command) -> Entry:
        here = any(hasattr(node, f"action_{command.action}") for node in self.here)
        return Entry(command.does, self.desk.keys.shown(command), command.id, here)

    def on_key(self) -> None:
        """The foot says the same throughout."""

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow as it is typed."""
        event.stop()
        self.narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Run the command under the cursor."""
        event.stop()
        self._run()

    @on(Rows.Chosen)
    def _run(self) -> None:
        entries = self.query_one(Entries)
        if entries.entries and (entry := entries.entries[entries.cursor]).here and entry.command:
            self.dismiss(entry.command)

    def action_step(self, by: int) -> None:
        """Move in the rows."""
        self.query_one(Entries).step(by)
