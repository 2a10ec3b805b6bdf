"""Makes the pages of docs/ that the program itself knows best; a test sees that they are current."""  # noqa: INP001

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from monitor.cli.program import monitor
from monitor.config import declare

DOCS = Path(__file__).resolve().parent

CONFIGURATION = """\
# Configuration

Four TOML files, each optional; one that is not there is taken from the defaults that ship. The folder is, in this
order: `--config DIR`, `$MONITOR_CONFIG`, the user's config folder (`~/.config/newsroom-monitor` on Linux), the defaults
that ship. Nothing is read from the current folder. `monitor config path` says which folder is in force, and why.

    monitor config init                  # a commented starting set in your config folder; overwrites nothing
    monitor config check                 # every problem in every file at once, with line and nearest valid key

A running dashboard or poller takes up a valid change within seconds. On a mistake it says so and goes on with the last
good config.

From the environment: `$MONITOR_CONFIG` and `$MONITOR_STORE` as above; `$MONITOR_USER` is the name that marks are signed
with (else the login name); `$NO_COLOR` as everywhere.

A secret never stands in these files. Where a header is asked for, `{ env = "NAME" }` takes it from the environment and
`{ command = "pass show news/token" }` from the output of a command. A header that looks like a secret in a file that
others can read is warned of; a command in a file that another user can change is refused.

A duration is written `30s`, `5m`, `1h30m`, `2d` or `1w`; a size `500 kB` or `10 MB`.

This page is made from the declarations that the loader itself reads, by `docs/generate.py`.

"""

COMMANDS = """\
# Commands

Every command works while a dashboard or a poller runs on the same store. Data goes to standard output, all else to
standard error. A listing is JSON with `--json`; the fields are told in [json.md](json.md).

| exit status | means |
|---|---|
| 0 | done |
| 1 | done, but nothing matched, or a source failed |
| 2 | the command line, a query or the config is wrong; one line says what, where, and the mend |
| 70 | a fault of the monitor itself; one line says in which log it is told |
| 130 | interrupted |

Shell completion: `monitor --install-completion` (bash, zsh, fish).

This page is made from the program itself, by `docs/generate.py`.
"""


def configuration() -> str:
    """docs/configuration.md."""
    return CONFIGURATION + declare.reference()


def commands() -> str:
    """docs/commands.md."""
    return COMMANDS + "".join(f"\n## {path}\n\n```text\n{text}\n```\n" for path, text in helps())


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


PAGES = {"configuration.md": configuration, "commands.md": commands}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
