"""`monitor backup`, `restore`, `prune`: keeping the store."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from monitor.cli.options import Command, Desk, pass_desk
from monitor.cli.output import many, say
from monitor.errors import StoreError, UsageError


@click.command(cls=Command, example="monitor backup ~/news-$(date +%F).backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@pass_desk
def backup(at: Desk, file: Path, force: bool) -> None:
    """Write a consistent copy of the store while everything goes on."""
    from monitor.cli.target import check_target

    check_target(file, force=force)
    with at.open_store(read_only=True) as store:
        store.backup(file, _progress("backup"))
    say(f"{file}: {file.stat().st_size:,} bytes")


@click.command(cls=Command, example="monitor restore ~/news-2026-11-24.backup")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_desk
def restore(at: Desk, file: Path) -> None:
    """Put a backup in the store's place. What stood there is backed up beside it first."""
    from monitor.store import restore as put_back

    url = at.settings().store
    if at.stored():
        _keep(at, url)
    put_back(file, url)
    say(f"{url} holds {file} now")


def _keep(at: Desk, url: str) -> None:
    """Back up the store that a restore will replace; one that cannot be read is left to the restore, told."""
    path = Path(url.partition(":")[2])
    kept = path.with_name(f"{path.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    try:
        with at.open_store(read_only=True) as store:
            store.backup(kept)
    except StoreError as error:
        say(f"what stands there cannot be backed up: {error}")
    else:
        say(f"what stood there is kept in {kept}")


@click.command(cls=Command, example="monitor prune --older-than 90d --dry-run")
@click.option(
    "--older-than", metavar="SPAN", help="Items first seen longer ago, such as 90d; else as monitor.toml says."
)
@click.option(
    "--keep", metavar="N", type=click.IntRange(min=1), help="At most N items of each source; else as configured."
)
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
@pass_desk
def prune(at: Desk, older_than: str | None, keep: int | None, dry_run: bool) -> None:
    """Remove old items. What is starred, assigned or noted stays."""
    from monitor.config import duration

    retention = at.settings().retention
    days = retention.days
    age = None if days is None else timedelta(days=days)
    if older_than is not None:
        try:
            age = timedelta(seconds=duration(older_than))
        except ValueError:
            raise UsageError(f'"{older_than}" is no span of time', hint="say it like 90d or 12h") from None
    with at.open_store(read_only=dry_run) as store:
        removed = store.prune(
            older_than=None if age is None else datetime.now(UTC) - age,
            keep_per_source=keep or retention.per_source,
            dry_run=dry_run,
            progress=_progress("prune"),
        )
    for source, number in sorted(removed.items()):
        if number:
            click.echo(f"{number:8}  {source}")
    say(f"{many(sum(removed.values()), 'item')} {'would go' if dry_run else 'are gone'}")


def _progress(name: str) -> Callable[[int, int], None]:
    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{name}: {done:,} of {total:,}\x1b[K", nl=done >= total, err=True)

    return show
