"""`monitor mark`: triage from the command line, undoable like any other."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast, get_args

import click

from monitor.cli.items import selection, view_of
from monitor.cli.options import Command, Desk, Moment, pass_desk
from monitor.cli.output import say
from monitor.errors import UsageError
from monitor.model import Action

if TYPE_CHECKING:
    from monitor.newsroom import Newsroom

_NEEDS_VALUE = {
    "note": "the text",
    "assign": "to whom; an empty one takes it back",
    "tag": "the tag",
    "untag": "the tag",
}


@click.command(
    cls=Command, example="monitor mark read --query 'section:sport' --dry-run\nmonitor mark snooze 3fk2 --until 2h"
)
@click.argument("action", type=click.Choice((*get_args(Action), "undo")))
@click.argument("ids", metavar="[ID…]", nargs=-1)
@click.option("--query", metavar="Q", help="Everything that this query matches, instead of ids.")
@selection
@click.option("-m", "--value", metavar="TEXT", help="The note, the assignee or the tag.")
@click.option("--until", "later", metavar="WHEN", type=Moment(ahead=True), help="With snooze: 2h, 2026-11-24T09:00 …")
@click.option("--dry-run", is_flag=True, help="Say how many, and mark nothing.")
@pass_desk
def mark(  # noqa: PLR0917 - click passes them by name
    at: Desk,
    /,
    action: str,
    ids: tuple[str, ...],
    query: str | None,
    value: str | None,
    later: datetime | None,
    dry_run: bool,
    **chosen: Any,
) -> int:
    """Mark items read, star or dismiss them and so on; or undo.

    Items are named by ID (the beginning is enough; - reads them from standard input) or chosen by --query,
    --topic and the like. `undo` takes back your last mark.
    """
    with at.newsroom(read_only=dry_run) as newsroom:
        if action == "undo":
            return _undo(newsroom, ids, dry_run=dry_run)
        if action in _NEEDS_VALUE and value is None:
            raise UsageError(f"{action} needs --value", hint=_NEEDS_VALUE[action])
        if later is not None and later <= datetime.now(UTC):
            raise UsageError(f"{later.astimezone():%Y-%m-%d %H:%M} has passed", hint="say --until like 2h or tomorrow")
        found = _chosen(newsroom, ids, query, **chosen)
        if dry_run:
            click.echo(f"{len(found)} would be marked {action}")
            return 0 if found else 1
        act = cast("Action", action)
        journal = newsroom.mark(found, act, value=value, until=later) if found else None
        number = len(journal.items) if journal else 0
        say(f"{number} marked {action}" + (f", {len(found) - number} were so already" if number < len(found) else ""))
        return 0 if found else 1


def _undo(newsroom: Newsroom, ids: tuple[str, ...], *, dry_run: bool) -> int:
    if ids or dry_run:
        raise UsageError("undo takes back the last mark whole", hint="without ids and --dry-run")
    journal = newsroom.undo()
    say("nothing to undo" if journal is None else f"{journal.mark.action} taken back on {len(journal.items)}")
    return 1 if journal is None else 0


def _chosen(newsroom: Newsroom, ids: tuple[str, ...], query: str | None, **chosen: Any) -> list[str]:
    """The items a mark is for: those named, or those that the query and the view hold."""
    narrowed = query is not None or any(value for name, value in chosen.items() if name != "shelf")
    if bool(ids) == narrowed:
        raise UsageError("give ids or a query" + (", not both" if ids else ""), hint="such as --query 'section:sport'")
    if ids:
        words = sys.stdin.read().split() if ids == ("-",) else ids
        return [newsroom.resolve(word) for word in words]
    view = view_of(newsroom, **chosen)
    parsed = newsroom.parse(query) if query else None
    return [story.id for story in newsroom.stories(view, query=parsed)]
