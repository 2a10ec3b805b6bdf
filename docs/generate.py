"""Makes what the program itself knows best of the pages of docs/; a test sees that they are current."""  # noqa: INP001

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import safety_cases

from monitor.cli.program import monitor
from monitor.config import declare

DOCS = Path(__file__).resolve().parent
MARK = "<!-- from here on made by docs/generate.py -->\n"


def commands() -> str:
    """Every command with its help."""
    return "\n".join(f"## {path}\n\n```text\n{text}\n```\n" for path, text in helps())


def helps() -> Iterator[tuple[str, str]]:
    """Every command's path with its help, as it is shown on 100 columns."""
    yield from _helps(monitor, "monitor", None)


def _helps(command: click.Command, path: str, parent: click.Context | None) -> Iterator[tuple[str, str]]:
    name = path.rpartition(" ")[2]
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=100, help_option_names=["-h", "--help"]
    )
    yield path, command.get_help(context).rstrip()
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            child = command.get_command(context, word)
            if child is not None:
                yield from _helps(child, f"{path} {word}", context)


MADE = {"commands.md": commands, "configuration.md": declare.reference, "security.md": safety_cases.table}


def page(name: str) -> str:
    """A page: what people wrote, up to the mark, and what is made, after it."""
    written, _, _ = (DOCS / name).read_text("utf-8").partition(MARK)
    return f"{written}{MARK}\n{MADE[name]().rstrip()}\n"


if __name__ == "__main__":
    for each in MADE:
        (DOCS / each).write_text(page(each), encoding="utf-8")
