"""`monitor doctor`: terminal, store, clock, network and config in one report."""

from __future__ import annotations

import locale
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import click
from msgspec import Struct
from msgspec.structs import asdict

from monitor.cli.configuration import findings
from monitor.cli.options import Command, Desk, formats, pass_desk
from monitor.cli.output import many, paint, print_json
from monitor.errors import ConfigError, MonitorError, StoreError
from monitor.text import clean_line

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.model import SourceHealth

SMALL = (80, 24)
LOOK_UP_TIME = 3.0
"""Seconds that a name may take to be looked up."""


class Finding(Struct, frozen=True):
    """One thing that was looked at."""

    part: str
    verdict: Literal["good", "note", "bad"]
    message: str


@click.command(cls=Command, example="monitor doctor --json")
@formats("text", "json", default="text")
@pass_desk
def doctor(at: Desk, as_: str) -> int:
    """Look at terminal, config, store, clock and network. Exit status 1 if something is bad."""
    found = [finding for look in (_terminal, _config, _store, _clock, _network) for finding in _looked(look, at)]
    if as_ == "json":
        print_json([asdict(finding) for finding in found])
    else:
        colours = {"good": "green", "note": "yellow", "bad": "red"}
        for finding in found:
            verdict = paint(f"{finding.verdict:4}", fg=colours[finding.verdict])
            click.echo(f"{verdict}  {finding.part:8}  {clean_line(finding.message, cap=2000)}")
    return 1 if any(finding.verdict == "bad" for finding in found) else 0


def _looked(look: Callable[[Desk], Iterator[Finding]], at: Desk) -> Iterator[Finding]:
    try:
        yield from look(at)
    except ConfigError:
        yield Finding(look.__name__.removeprefix("_"), "note", "not looked at while the config is wrong")
    except MonitorError as error:
        yield Finding(look.__name__.removeprefix("_"), "bad", str(error))


def _terminal(_: Desk) -> Iterator[Finding]:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Finding("terminal", "note", "this is no terminal, so there is no dashboard here; the commands work")
    size = shutil.get_terminal_size(SMALL)
    verdict: Literal["good", "note"] = "good" if size.columns >= SMALL[0] and size.lines >= SMALL[1] else "note"
    yield Finding("terminal", verdict, f"{size.columns}×{size.lines} (made for {SMALL[0]}×{SMALL[1]} and more)")
    term = os.environ.get("TERM", "")
    if term in {"", "dumb"}:
        yield Finding("terminal", "note", f'TERM is "{term}": the dashboard needs a terminal that moves the cursor')
    else:
        colours = "true colour" if os.environ.get("COLORTERM") in {"truecolor", "24bit"} else "colours as TERM says"
        colours = "no colour (NO_COLOR)" if os.environ.get("NO_COLOR") else colours
        yield Finding("terminal", "good", f"TERM={term}, {colours}" + (", in tmux" if os.environ.get("TMUX") else ""))
    encoding = (locale.getencoding() or "").upper()
    if encoding.replace("-", "") == "UTF8":
        yield Finding("terminal", "good", "UTF-8")
    else:
        yield Finding(
            "terminal", "note", f"the locale is {encoding}, not UTF-8: frames are drawn in ASCII (LANG=C.UTF-8)"
        )


def _config(at: Desk) -> Iterator[Finding]:
    problems, warnings = findings(at)
    for problem in problems:
        yield Finding("config", "bad", problem)
    for warning in warnings:
        yield Finding("config", "note", warning)
    if not problems:
        settings = at.settings()
        holds = f"{many(len(settings.sources), 'source')}, {many(len(settings.topics), 'topic')}"
        yield Finding("config", "good", f"{settings.folder} ({settings.origin}): {holds}")


def _store(at: Desk) -> Iterator[Finding]:
    if not at.stored():
        yield Finding(
            "store", "note", f"nothing is stored yet at {at.settings().store} (`monitor poll --once` begins it)"
        )
        return
    with at.open_store(read_only=True) as store:
        for notice in store.notices():
            yield Finding("store", "note", notice)
        wrong = list(store.check())
        for line in wrong:
            yield Finding("store", "bad", line)
        stats = store.stats()
        if not wrong:
            holds = f"{many(stats['items'], 'item')}, {stats['bytes']:,} bytes, schema {stats['schema']}"
            yield Finding("store", "good", f"{store.url}: {holds}")
        holder = store.lease("poller").holder()
        if holder is None:
            yield Finding("store", "note", "nobody polls (monitor, or monitor poll)")
        else:
            silent = datetime.now(UTC) - holder.beat
            verdict: Literal["good", "bad"] = "good" if silent < timedelta(minutes=2) else "bad"
            yield Finding(
                "store",
                verdict,
                f"process {holder.pid} on {holder.host} polls; at work {max(0, silent.total_seconds()):,.0f} s ago",
            )
            if holder.trouble:
                yield Finding("store", "bad", f"it cannot store what it polls: {holder.trouble}")


def _clock(at: Desk) -> Iterator[Finding]:
    now = datetime.now(UTC)
    yield Finding("clock", "good", f"{now:%Y-%m-%d %H:%M:%S} UTC, local time {now.astimezone():%H:%M %Z}")
    latest = max((health.last_try for health in _healths(at).values() if health.last_try), default=None)
    if latest and latest > now + timedelta(minutes=5):
        yield Finding(
            "clock", "bad", f"the last poll was at {latest:%Y-%m-%d %H:%M} UTC, which is still to come: set the clock"
        )


def _network(at: Desk) -> Iterator[Finding]:
    settings = at.settings()
    unused = [name for name in ("http_proxy", "https_proxy", "all_proxy") if os.environ.get(name)]
    if settings.network.proxy:
        yield Finding("network", "note", "a proxy is configured for all sources")
    elif unused:
        yield Finding(
            "network", "note", f"{', '.join(unused)} is set and not used: name a proxy in sources.toml to use one"
        )
    healths = _healths(at)
    failing = [
        source.id
        for source in settings.sources
        if source.enabled and healths.get(source.id) and healths[source.id].failures
    ]
    if failing:
        yield Finding(
            "network",
            "note",
            f"{many(len(failing), 'failing source')}: {', '.join(failing[:5])}{' …' if len(failing) > 5 else ''}",
        )
    yield from _look_up(settings)


def _healths(at: Desk) -> Mapping[str, SourceHealth]:
    """How the sources are; a store that cannot be read is told where the store is looked at."""
    if not at.stored():
        return {}
    try:
        with at.open_store(read_only=True) as store:
            return store.healths()
    except StoreError:
        return {}


def _look_up(settings: Settings) -> Iterator[Finding]:
    """Whether the name of the first source that has one can be looked up; nothing is fetched."""
    hosts = (urlsplit(source.url).hostname for source in settings.sources if source.url and source.enabled)
    host = next((host for host in hosts if host), None)
    if host is None:
        yield Finding("network", "good", "no source needs the network")
        return
    import socket
    from threading import Thread

    answers: list[str] = []

    def ask() -> None:
        try:
            answers.append(str(socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)[0][4][0]))
        except OSError as error:
            answers.append(f"!{error.strerror or error}")

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(LOOK_UP_TIME)
    if answers and not answers[0].startswith("!"):
        yield Finding("network", "good", f"{host} is {answers[0]}")
    else:
        reason = answers[0][1:] if answers else f"no answer in {LOOK_UP_TIME:.0f} s"
        yield Finding("network", "bad", f"{host} cannot be looked up: {reason}; local text is still read")
