"""`monitor poll`: the poller without a screen."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.options import Command, Desk, known, pass_desk, source_ids
from monitor.cli.output import many, say, to_json
from monitor.model import FAILING
from monitor.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Collection

    from monitor.config import Settings
    from monitor.model import Progress, Receipt
    from monitor.newsroom import Newsroom
    from monitor.query import Watchlists

INTERRUPTED = 130


@click.command(cls=Command, example="monitor poll --once --json | jq -r 'select(.status == \"failing\") | .source'")
@click.argument("names", metavar="[SOURCE…]", nargs=-1, shell_complete=source_ids)
@click.option("--once", is_flag=True, help="Poll what is due, or the sources named, and end.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each source polled.")
@click.option("--while-watched", is_flag=True, hidden=True, help="End with the last dashboard on this store.")
@pass_desk
def poll(at: Desk, names: tuple[str, ...], once: bool, as_json: bool, while_watched: bool) -> int:
    """Poll sources until interrupted. While another process polls this store, this one waits to take over.

    With --once the other process is asked to do it. Exit status 1 if a source failed.
    """
    for name in names:
        known("source", name, (one.id for one in at.settings().sources))
    told = _Told(as_json=as_json, quiet=while_watched)
    if not (while_watched or at.verbose):
        logging.getLogger("monitor.poll").setLevel(logging.ERROR)  # a receipt tells the same, and better
    with at.newsroom() as newsroom:
        ended_by = _poll(newsroom, names, told, once=once, while_watched=while_watched)
    told.end(once=once)
    if ended_by == signal.SIGINT:
        return INTERRUPTED
    return 1 if told.failed else 0


def _poll(newsroom: Newsroom, names: Collection[str], told: _Told, *, once: bool, while_watched: bool) -> int | None:
    """Poll in this process; the number of the signal that ended it, if one did."""
    from monitor.poll import run

    def reload() -> tuple[Settings, Watchlists] | None:
        changed, problems = newsroom.reload()
        for problem in problems:
            say(f"{problem}; the last good config stays in force")
        return (newsroom.settings, newsroom.watchlists) if changed else None

    return run(
        newsroom.settings,
        newsroom.store,
        newsroom.watchlists,
        once=once,
        sources=names or None,
        on_receipt=told.receipt,
        on_progress=told.progress,
        stop=told.stop,
        while_watched=while_watched,
        reload=reload,
    ).signal


class _Told:
    """What is said while polling: JSON lines for a script, a bar for a person, and failures on standard error."""

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self.bar = sys.stderr.isatty() and not as_json
        self.stop = threading.Event()
        self.failed = self.polled = self.new = self.edited = 0

    def receipt(self, receipt: Receipt) -> None:
        self.polled += 1
        self.new += receipt.new
        self.edited += receipt.edited
        failed = receipt.status in FAILING
        self.failed += failed
        if self.as_json:
            self._line(to_json(_record(receipt)))
        elif failed and not self.quiet:
            self._wipe()
            say(f"{receipt.source}: {receipt.message or receipt.status}")

    def _line(self, text: str) -> None:
        """A line of data; when nobody reads any more, polling is to stop."""
        try:
            if not self.stop.is_set():
                click.echo(text)
                sys.stdout.flush()
        except BrokenPipeError:
            self.stop.set()

    def progress(self, progress: Progress) -> None:
        if self.bar and progress.total:
            filled = round(30 * progress.done / progress.total)
            line = f"\r[{'#' * filled}{'.' * (30 - filled)}] {progress.done}/{progress.total} {self.new} new"
            click.echo(line + "\x1b[K", nl=False, err=True)

    def end(self, *, once: bool) -> None:
        self._wipe()
        if once and not self.as_json:
            say(f"{many(self.polled, 'source')} polled, {self.new} new, {self.edited} edited, {self.failed} failed")

    def _wipe(self) -> None:
        if self.bar:
            click.echo("\r\x1b[K", nl=False, err=True)


def _record(receipt: Receipt) -> dict[str, Any]:
    return {
        "source": receipt.source,
        "status": receipt.status,
        "new": receipt.new,
        "edited": receipt.edited,
        "unchanged": receipt.unchanged,
        "drops": dict(receipt.drops),
        "message": clean_line(receipt.message) if receipt.message else None,
        "seconds": round(receipt.seconds, 3),
        "bytes": receipt.bytes,
    }
