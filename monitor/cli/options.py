"""What all commands share: where config and store are, how verbose to be, formats, times."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec.structs import replace

from monitor.errors import MonitorError, UsageError, meant
from monitor.text import clean_line

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.newsroom import Newsroom
    from monitor.query import Watchlists
    from monitor.store.port import Store

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Desk:
    """What the command line says about config and store; opens them when a command first asks."""

    def __init__(self) -> None:
        self.config: Path | None = None
        self.store: str | None = None
        self.verbose = 0
        self._settings: Settings | None = None

    def settings(self) -> Settings:
        """The settings in force. Raises ConfigError."""
        if self._settings is None:
            from monitor.config import load

            self._settings = load(self.config, self.store, os.environ)
            if self.verbose:
                from monitor.cli.output import say

                say(f"config: {self._settings.folder} ({self._settings.origin})")
                say(f"store: {self._settings.store}")
        return self._settings

    def newsroom(self, *, read_only: bool = False, tell: bool = True) -> Newsroom:
        """An open newsroom, to be closed by the caller; its problems are told.

        To a reader, a store that is not there yet is an empty one.
        """
        from monitor.cli.output import say
        from monitor.newsroom import Newsroom

        settings = self.settings()
        if read_only and not self.stored():
            if settings.store != "memory:":
                say(f"nothing is stored yet at {settings.store} (`monitor poll --once` begins it)")
            settings, read_only = replace(settings, store="memory:"), False
        newsroom = Newsroom.open(settings, read_only=read_only)
        for problem in newsroom.problems() if tell else ():
            say(problem)
        return newsroom

    def watchlists(self) -> Watchlists:
        """The watchlists in force; topics that cannot be read are left out and named in its `problems`."""
        from monitor.current import watchlists_of

        return watchlists_of(self.settings())

    def stored(self) -> bool:
        """Whether there is a store yet."""
        kind, _, path = self.settings().store.partition(":")
        return kind != "memory" and Path(path).exists()

    def open_store(self, *, read_only: bool = False) -> Store:
        """The store alone, to be closed by the caller."""
        from monitor.store import open_store

        return open_store(self.settings().store, read_only=read_only)


pass_desk = click.make_pass_decorator(Desk, ensure=True)


def _keep(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, _: click.Parameter, value: Any) -> None:
        at = context.ensure_object(Desk)
        if value:
            setattr(at, name, value)
        if name == "verbose":
            from monitor.cli.faults import log_to_stderr

            log_to_stderr(at.verbose)

    return callback


def _everywhere() -> list[click.Option]:
    return [
        click.Option(
            ["--config"],
            metavar="DIR",
            type=click.Path(path_type=Path),
            expose_value=False,
            callback=_keep("config"),
            help="Read the config from this folder.",
        ),
        click.Option(
            ["--store"],
            metavar="URL",
            expose_value=False,
            callback=_keep("store"),
            help="Keep items there: tinydb:FILE, json:FILE or memory:.",
        ),
        click.Option(
            ["-v", "--verbose"], count=True, expose_value=False, callback=_keep("verbose"), help="Say more; -vv all."
        ),
    ]


class _Shown(click.Command):
    """A command that takes the options which stand everywhere, and whose help ends with an example."""

    def __init__(self, *args: Any, example: str, **attributes: Any) -> None:
        attributes.setdefault("context_settings", {"help_option_names": ["-h", "--help"], "max_content_width": 100})
        super().__init__(*args, **attributes)
        self.params.extend(_everywhere())
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as click names it
        """The example, as it would be typed."""
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")


class Command(_Shown):
    """A command with the options that stand everywhere, and an example in its help."""


class Group(_Shown, click.Group):
    """A group of such commands; without a command of its own it runs the one named `default`."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, default: str | None = None, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.default = default

    def resolve_command(  # noqa: D102 - as click has it, but for the nearest name
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None:
            hint = meant(args[0], self.list_commands(ctx))
            ctx.fail(f'no such command "{args[0]}"' + (f", {hint}" if hint else ""))
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command's name where no command is named."""
        named = args and (not args[0].startswith("-") or any(word in self.commands for word in args))
        if self.default and not named and not ctx.resilient_parsing and not {"-h", "--help"} & set(args):
            args = [self.default, *args]
        return super().parse_args(ctx, args)


def topic_ids(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """The topics of the config whose names begin so, for completion."""
    return _ids(context, begun, "topics")


def source_ids(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """The sources of the config whose ids begin so, for completion."""
    return _ids(context, begun, "sources")


def _ids(context: click.Context, begun: str, kind: str) -> list[str]:
    try:
        named = getattr(context.ensure_object(Desk).settings(), kind)
    except MonitorError:
        return []
    return [one.id for one in named if one.id.startswith(begun)]


def known(kind: str, name: str, names: Iterable[str]) -> None:
    """Refuse the name of a topic or source that is not one of these. Raises UsageError with the nearest that is."""
    there = list(names)
    if name not in there:
        hint = meant(name, there) or f"`monitor {kind}s list` names them"
        raise UsageError(f'no {kind} "{clean_line(name)}"', hint=hint)


def formats(*names: str, default: str) -> Callable[[Decorated], Decorated]:
    """Give a command `--format` with these names, and `--json` for short where json is one of them."""

    def chosen(context: click.Context, _: click.Parameter, value: str | None) -> str:
        return "json" if context.meta.get("monitor.json") else value or default

    def short(context: click.Context, _: click.Parameter, wanted: bool) -> None:
        context.meta["monitor.json"] = wanted

    def decorate(function: Decorated) -> Decorated:
        function = click.option(
            "--format", "as_", type=click.Choice(names), callback=chosen, help=f"How to print.  [default: {default}]"
        )(function)
        return click.option(
            "--json", is_flag=True, is_eager=True, expose_value=False, callback=short, help="The same as --format json."
        )(function)

    return decorate


_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


class Moment(click.ParamType):  # type: ignore[type-arg,unused-ignore] # generic from click 8.4 on
    """A time: a span before now (or after it), `now`, `yesterday`, `today`, `tomorrow`, a date, or a date and time."""

    name = "time"

    def __init__(self, *, ahead: bool = False) -> None:
        self.ahead = ahead

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """A time in UTC; without a zone of its own it is local."""
        if isinstance(value, datetime):
            return value
        now = datetime.now(UTC)
        try:
            return moment(value, now, ahead=self.ahead)
        except (ValueError, OverflowError):
            self.fail(f'"{value}" is no time; say it like 24h, 7d, today, 2026-11-20 or 2026-11-20T09:00Z', param, ctx)


def moment(text: str, now: datetime, *, ahead: bool = False) -> datetime:
    """A time as people type it, in UTC. Raises ValueError."""
    from monitor.config import duration

    if text == "now":
        return now
    if text in _DAYS:
        today = now.astimezone().replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        return (today + timedelta(days=_DAYS[text])).astimezone(UTC)
    try:
        span = timedelta(seconds=duration(text))
    except ValueError:
        return datetime.fromisoformat(text).astimezone(UTC)
    return now + span if ahead else now - span
