"""`monitor sources`: the feeds and folders, their health, and the lists they come from."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import asdict, replace

from monitor.cli.options import Desk, Group, formats, known, pass_desk, source_ids
from monitor.cli.output import print_json, print_records, print_table, say
from monitor.cli.record import stamp
from monitor.errors import UsageError
from monitor.redact import redact
from monitor.text import clean_line

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.model import Source, SourceHealth
    from monitor.newsroom import SourceStatus


@click.group(
    cls=Group, default="list", example="monitor sources list --json | jq -r '.[] | select(.health.failures > 0) | .id'"
)
def sources() -> None:
    """List, change, check, import and export sources. Without a word: list."""


@sources.command("list", example="monitor sources list --failing")
@click.option("--failing", is_flag=True, help="Only those that fail or are silent.")
@formats("table", "json", "jsonl", default="table")
@pass_desk
def list_(at: Desk, /, failing: bool, as_: str) -> int:
    """List sources with their health."""
    with at.newsroom(read_only=True) as newsroom:
        statuses = [one for one in newsroom.sources() if not failing or one.health.status not in _WELL]
    if as_ != "table":
        print_records(map(_record, statuses), as_)
    elif statuses:
        head = ("ID", "STATUS", "LAST NEW", "NEXT", "A DAY", "TITLE", "MESSAGE")
        print_table(head, [_row(status) for status in statuses])
    return 0 if statuses else 1


_WELL = {"ok", "unmodified", "new", "disabled"}


def _record(status: SourceStatus) -> dict[str, Any]:
    source, health = status.source, status.health
    return {
        "id": source.id,
        "title": clean_line(source.title),
        "url": redact(source.url) if source.url else None,
        "path": source.path,
        "every": source.every,
        "tier": source.tier,
        "enabled": source.enabled,
        "lang": source.lang,
        "tags": list(source.tags),
        "insecure": source.insecure,
        "health": _health(health),
    }


def _health(health: SourceHealth) -> dict[str, Any]:
    record = {name: stamp(value) if isinstance(value, datetime) else value for name, value in asdict(health).items()}
    del record["source"], record["address"]
    return record | {"drops": dict(health.drops)}


def _row(status: SourceStatus) -> tuple[str, ...]:
    source, health = status.source, status.health
    insecure = " (TLS not verified)" if source.insecure else ""
    return (
        source.id,
        health.status,
        _ago(health.last_new),
        _ahead(health.next_at),
        f"{health.items_per_day:.1f}",
        source.title + insecure,
        health.message or "",
    )


def _ago(time: datetime | None) -> str:
    return "never" if time is None else _span((datetime.now(UTC) - time).total_seconds())


def _ahead(time: datetime | None) -> str:
    return "-" if time is None else _span(max((time - datetime.now(UTC)).total_seconds(), 0))


def _span(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if abs(seconds) >= size:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"


@sources.command(example='monitor sources add https://example.org/feed.xml --title "Example" --every 10m')
@click.argument("address", metavar="URL|PATH")
@click.option("--id", "name", help="Its id; made from the title when left out.")
@click.option("--title", help="What people see.")
@click.option("--every", metavar="SPAN", help="Time between polls, such as 5m; adaptive when left out.")
@click.option("--tier", type=click.IntRange(1, 4), help="1 wire or official … 4 blog.")
@click.option("--lang", help="Language of items that do not say.")
@click.option("--tag", "tags", multiple=True, help="A word that every item gets; may be given again.")
@click.option("--unseen", is_flag=True, help="Add it without fetching it first.")
@pass_desk
def add(at: Desk, /, address: str, name: str | None, tags: tuple[str, ...], unseen: bool, **given: Any) -> int:
    """Add a feed, or local text, to sources.toml.

    Comments there are kept.
    A feed is fetched once, for its title and to say what is wrong with it. A web page is not added; the feeds that it
    names are told. Exit status 1 if it was added but cannot be read now.
    """
    from monitor import config
    from monitor.poll.probe import consider

    found = consider(at.settings(), address, unseen=unseen)
    assert found is not None  # nothing stops it
    given["title"] = given["title"] or found.title
    (made,) = config.add_sources(_own_folder(at), [{"id": name, **found.where, **given, "tags": list(tags) or None}])
    click.echo(made)
    if found.trouble is None:
        return 0
    say(f"{made} is added, but cannot be read now: {found.trouble}")
    return 1


@sources.command(example="monitor sources remove example")
@click.argument("ids", metavar="ID…", nargs=-1, required=True, shell_complete=source_ids)
@pass_desk
def remove(at: Desk, /, ids: tuple[str, ...]) -> None:
    """Take sources out of sources.toml. Their items stay."""
    from monitor import config

    folder = _own_folder(at)
    for source in ids:
        config.remove_source(folder, source)
        say(f"{source} is removed; its items stay")


@sources.command(example="monitor sources enable example")
@click.argument("ids", metavar="ID…", nargs=-1, required=True, shell_complete=source_ids)
@pass_desk
def enable(at: Desk, /, ids: tuple[str, ...]) -> None:
    """Poll sources again."""
    _switch(at, ids, enabled=True)


@sources.command(example="monitor sources disable example")
@click.argument("ids", metavar="ID…", nargs=-1, required=True, shell_complete=source_ids)
@pass_desk
def disable(at: Desk, /, ids: tuple[str, ...]) -> None:
    """Keep sources and their items, and poll them no more."""
    _switch(at, ids, enabled=False)


def _switch(at: Desk, /, ids: tuple[str, ...], *, enabled: bool) -> None:
    from monitor import config

    folder = _own_folder(at)
    for source in ids:
        config.set_enabled(folder, source, enabled)
        say(f"{source} is {'enabled' if enabled else 'disabled'}")


def _own_folder(at: Desk) -> Path:
    """A config folder that may be written, told when it had to be made."""
    from monitor import config

    written = config.own_folder(at.settings())
    if written.notice:
        say(written.notice)
    return written.folder


@sources.command(example="monitor sources check reuters bbc-world\nmonitor sources check https://example.org/feed.xml")
@click.argument("names", metavar="[ID|URL…]", nargs=-1, shell_complete=source_ids)
@formats("text", "json", "jsonl", default="text")
@pass_desk
def check(at: Desk, /, names: tuple[str, ...], as_: str) -> int:
    """Fetch sources now and say what is wrong with them.

    Nothing is stored. Exit status 1 if any fails.
    """
    settings = at.settings()
    chosen = [_named(settings, name) for name in names] or [one for one in settings.sources if one.enabled]
    import asyncio

    from monitor.poll.probe import probe

    outcomes = asyncio.run(probe(settings, chosen))
    if as_ != "text":
        print_records(outcomes, as_)
    else:
        for outcome in outcomes:
            click.echo(f"{outcome['id']}: {outcome['message']}")
    return 1 if any(outcome["status"] != "ok" for outcome in outcomes) else 0


def _named(settings: Settings, name: str) -> Source:
    from monitor.model import Source

    if name.startswith(("http://", "https://")):
        return Source(id=name, title=name, url=name)
    known("source", name, (one.id for one in settings.sources))
    return next(one for one in settings.sources if one.id == name)


@sources.command("import", example="monitor sources import subscriptions.opml --dry-run")
@click.argument("file")
@click.option("--dry-run", is_flag=True, help="Say what would be added, and write nothing.")
@pass_desk
def import_(at: Desk, file: str, dry_run: bool) -> int:
    """Add the feeds of an OPML list. Folders become tags; what is there already is left alone.

    FILE may also be one of the lists that ship, such as opml/defense.opml; - is standard input.
    """
    from monitor import config
    from monitor.sources import opml

    known = {source.url for source in at.settings().sources}
    listed = opml.read(_list(at, file))
    for problem in listed.problems:
        say(clean_line(problem))
    fresh = [source for source in listed.sources if source.url not in known]
    if fresh and not dry_run:
        values = [{"title": one.title, "url": one.url, "tags": list(one.tags) or None} for one in fresh]
        config.add_sources(_own_folder(at), values)
    for source in fresh:
        click.echo(f"{clean_line(source.title)}\t{redact(source.url or '')}")
    say(f"{len(fresh)} {'would be ' if dry_run else ''}added, {len(listed.sources) - len(fresh)} were there already")
    return 0 if listed.sources else 1


def _list(at: Desk, name: str) -> bytes:
    """A list by its path, or by its place in the config folder or in what ships."""
    from monitor.config import expanded, shipped_folder

    if name == "-":
        return sys.stdin.buffer.read()
    places = (expanded(name), at.settings().folder / name, shipped_folder() / name)
    path = next((path for path in places if path.is_file()), None)
    if path is None:
        ours = sorted(str(path.relative_to(shipped_folder())) for path in shipped_folder().glob("opml/*.opml"))
        raise UsageError(f"{clean_line(name)}: no such file", hint=f"with the monitor come {', '.join(ours)}")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{clean_line(name)}: {error.strerror}") from error


@sources.command(example="monitor sources export > subscriptions.opml")
@pass_desk
def export(at: Desk) -> None:
    """Write all feeds as OPML to standard output."""
    from monitor.sources import opml

    feeds = [source for source in at.settings().sources if source.url]
    public = [replace(source, url=redact(source.url or "")) for source in feeds]
    if hidden := sum(source != shown for source, shown in zip(feeds, public, strict=True)):
        say(f"credentials are left out of {hidden} addresses")
    click.echo(opml.write(public), nl=False)


@sources.command(example="monitor sources discover https://example.org")
@click.argument("url")
@formats("text", "json", default="text")
@pass_desk
def discover(at: Desk, /, url: str, as_: str) -> int:
    """Find the feeds that a page names."""
    import asyncio

    from monitor.poll.probe import discover as feeds_of

    found = asyncio.run(feeds_of(at.settings(), url))
    if as_ == "json":
        print_json([{"url": one.url, "title": clean_line(one.title or "")} for one in found])
    else:
        for one in found:
            click.echo(f"{one.url}\t{clean_line(one.title or '')}")
    if not found:
        say(f"{redact(url)}: names no feed")
    return 0 if found else 1
