"""`monitor config`: where the config is, a starting set, and everything that is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import Desk, Group, pass_desk
from monitor.cli.output import many, say
from monitor.errors import ConfigError, meant
from monitor.text import clean_line

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.query import Watchlists


@click.group(cls=Group, default="path", example="monitor config init && monitor config check")
def config() -> None:
    """Show where the config is read from, begin one, check it."""


@config.command(example="monitor config path")
@pass_desk
def path(at: Desk) -> None:
    """Print the folder that the config is read from."""
    from monitor.config import FILES, shipped_folder

    settings = at.settings()
    click.echo(str(settings.folder))
    say(f"named by: {settings.origin}")
    for name in FILES if settings.folder != shipped_folder() else ():
        if not (settings.folder / name).exists():
            say(f"{name} is not there, so {shipped_folder() / name} is read")


@config.command(example="monitor config init --config ~/desk\nmonitor config init --bare")
@click.option("--bare", is_flag=True, help="Without the sources and watchlists that ship: every key, commented out.")
@pass_desk
def init(at: Desk, /, bare: bool) -> int:
    """Write a commented starting set. What is there already is left as it is."""
    from monitor.config import expanded, user_folder
    from monitor.config import init as begin

    folder = expanded(at.config or user_folder()).absolute()
    written = begin(folder, bare=bare)
    for file in written:
        click.echo(str(file))
    if not written:
        say(f"nothing to write: {folder} is complete")
    return 0


@config.command(example="monitor config check && systemctl --user restart newsroom-monitor")
@pass_desk
def check(at: Desk) -> int:
    """Report every problem in every file at once; queries included. Exit status 2 if there is one."""
    problems, warnings = findings(at)
    for line in warnings:
        say(f"warning: {line}")
    for line in problems:
        say(line)
    if problems:
        return ConfigError.exit_status
    settings = at.settings()
    holds = f"{many(len(settings.sources), 'source')}, {many(len(settings.topics), 'topic')}"
    click.echo(f"{settings.folder}: {holds}, nothing wrong")
    return 0


def findings(at: Desk) -> tuple[Sequence[str], Sequence[str]]:
    """The problems of the config, and what is allowed but unwise."""
    from monitor.config import survey

    try:
        settings, wrong = survey(at.config, at.store, os.environ)
    except ConfigError as error:
        return error.problems, ()
    from monitor.current import watchlists_of

    watchlists = watchlists_of(settings)
    problems = [*wrong, *(f"topics.toml: {problem}" for problem in watchlists.problems)]
    problems += _wrong_panes(settings.dashboard.extra_panes, watchlists)
    problems += wrong_names(settings)
    return problems, (*settings.warnings, *_missing_paths(settings))


def wrong_names(settings: Settings) -> Iterator[str]:
    """What only the dashboard knows to be wrong: commands and themes that it has not, keys that mean two things."""
    from monitor.tui import keys
    from monitor.tui.themes import themes

    yield from keys.problems(settings.dashboard.keys, settings.keys)
    theme, known = settings.dashboard.theme, [theme.name for theme in themes()]
    if theme not in known:
        hint = meant(theme, known) or f"there are {', '.join(known)}"
        yield f'monitor.toml: dashboard.theme: no theme "{theme}", {hint}'


def _missing_paths(settings: Settings) -> Iterator[str]:
    for source in settings.sources:
        if (
            source.path is not None
            and not any(mark in source.path for mark in "*?[")
            and not Path(source.path).exists()
        ):
            yield f"sources.toml: {source.id}: {clean_line(source.path)} is not there yet"


def _wrong_panes(panes: Mapping[str, str], watchlists: Watchlists) -> Iterator[str]:
    from monitor.errors import QueryError
    from monitor.query import parse

    for title, query in panes.items():
        try:
            watchlists.needle(parse(query))
        except QueryError as error:
            yield f'monitor.toml: dashboard.extra_panes."{title}": {error}'
