"""The root command. A command's module is imported when the command is named, so that start-up pays for one alone."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from monitor.cli.options import Command, Desk, Group, pass_desk

COMMANDS = {
    "backup": "keep",
    "config": "configuration",
    "doctor": "doctor",
    "export": "export",
    "items": "items",
    "mark": "mark",
    "match": "trial",
    "parse": "trial",
    "poll": "poll",
    "prune": "keep",
    "restore": "keep",
    "show": "items",
    "sources": "sources",
    "stats": "stats",
    "tail": "items",
    "topics": "topics",
}
"""Command to the module of `monitor.cli` that holds it, under the command's own name."""


SURROUNDINGS = (
    ("MONITOR_CONFIG", "The config folder, where --config names none."),
    ("MONITOR_STORE", "The store, where --store names none."),
    ("MONITOR_USER", "Who marks, where it is not the login."),
    ("NO_COLOR", "No colour, wherever it is set."),
)
STATUSES = (
    ("0", "Done."),
    ("1", "Done, but nothing matched or a source failed; or something could not be read or written."),
    ("2", "The command line, a query or the config is wrong."),
    ("70", "A fault of the monitor itself, told in its log."),
    ("130", "Interrupted."),
)


class Program(Group):
    """The root group, which finds its commands in `COMMANDS`."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The example, and what holds for every command."""
        super().format_epilog(ctx, formatter)
        for title, rows in (("Environment", SURROUNDINGS), ("Exit status", STATUSES)):
            with formatter.section(title):
                formatter.write_dl(rows)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click names it
        """All there are."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as click names it
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"monitor.cli.{COMMANDS[cmd_name]}"), cmd_name)
        assert isinstance(command, Command | Group)
        return command


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"monitor {version('newsroom-monitor')}")
        context.exit()


def _complete(context: click.Context, _: click.Parameter, shell: str | None) -> None:
    if shell:
        from monitor.cli.completion import install

        click.echo(install(shell))
        context.exit()


@click.group(cls=Program, invoke_without_command=True, example="monitor --read-only")
@click.option("--read-only", is_flag=True, help="Show, and never write: for a wall screen.")
@click.option("--no-poll", is_flag=True, help="Leave polling to another process.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
@click.option(
    "--install-completion",
    metavar="SHELL",
    is_flag=False,
    flag_value="auto",
    is_eager=True,
    expose_value=False,
    callback=_complete,
    help="Install completion for bash, zsh or fish, and say what was done.",
)
@pass_desk
@click.pass_context
def monitor(context: click.Context, at: Desk, read_only: bool, no_poll: bool) -> Any:
    """Watch feeds and local text through keyword watchlists.

    Without a command: the dashboard, which polls as well.
    """
    if context.invoked_subcommand is not None:
        if read_only or no_poll:
            raise click.UsageError("--read-only and --no-poll belong to the dashboard, not to a command")
        return None
    from monitor.cli.dashboard import show

    return show(at, read_only=read_only, poll=not (no_poll or read_only))
