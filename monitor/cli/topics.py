"""`monitor topics`: the watchlists, checked, tried over history, and explained."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.gather import STDIN, gather, stories
from monitor.cli.items import story_of
from monitor.cli.options import Desk, Group, Moment, formats, known, pass_desk, topic_ids
from monitor.cli.output import print_json, print_records, print_table, say
from monitor.cli.record import to_record
from monitor.errors import QueryError, UsageError
from monitor.text import clean, clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.preview import Preview
    from monitor.query import Use, Watchlists

MONTH = 32
"""Days of a span up to which also those without hits are told."""


@click.group(
    cls=Group, default="list", example="monitor topics test 'missile~ NOT @sport-noise' --topic defense --since 7d"
)
def topics() -> None:
    """List, check, try and explain watchlists. Without a word: list."""


@topics.command("list", example="monitor topics list --json")
@formats("table", "json", "jsonl", default="table")
@pass_desk
def list_(at: Desk, as_: str) -> int:
    """List topics with how much stands on each."""
    with at.newsroom(read_only=True) as newsroom:
        counts = newsroom.counts().topics
        records = [
            {
                "id": topic.id,
                "title": clean_line(topic.title),
                "query": topic.query,
                "pane": topic.pane,
                "severity": topic.severity,
                "spelling": topic.spelling,
                "total": counts[topic.id].total if topic.id in counts else 0,
                "unread": counts[topic.id].unread if topic.id in counts else 0,
            }
            for topic in newsroom.settings.topics
        ]
    if as_ != "table":
        print_records(records, as_)
    elif records:
        rows = [
            tuple(str(record[name]) for name in ("id", "unread", "total", "severity", "title")) for record in records
        ]
        print_table(("ID", "UNREAD", "OPEN", "SEVERITY", "TITLE"), rows)
    return 0 if records else 1


@topics.command(example="monitor topics check")
@formats("text", "json", default="text")
@pass_desk
def check(at: Desk, as_: str) -> int:
    """Report every error and every doubt in every topic and list. Exit status 2 if there is an error.

    Once the store reaches back 30 days, terms that found nothing in them, or mostly what was dismissed, are named too.
    """
    watchlists = at.watchlists()
    errors = [clean_line(str(problem), cap=2000) for problem in watchlists.problems]
    lints = watchlists.lint(None, uses=_uses(at))
    if as_ == "json":
        doubts = [
            {"topic": lint.topic, "column": lint.column, "message": clean_line(lint.message), "hint": lint.hint}
            for lint in lints
        ]
        print_json({"errors": errors, "doubts": doubts})
    else:
        for error in errors:
            say(error)
        for lint in lints:
            hint = f" ({lint.hint})" if lint.hint else ""
            click.echo(f"{lint.topic}: column {lint.column}: {clean_line(lint.message + hint, cap=2000)}")
    return QueryError.exit_status if errors else 0


def _uses(at: Desk) -> Mapping[str, Use] | None:
    if not at.stored():
        return None
    with at.newsroom(read_only=True, tell=False) as newsroom:
        return newsroom.uses()


@topics.command(example="monitor topics test 'missile~ OR rocket~' --topic defense --since 7d")
@click.argument("query")
@click.option("--since", metavar="WHEN", type=Moment(), default="7d", show_default=True, help="How far back.")
@click.option(
    "--topic", metavar="T", shell_complete=topic_ids, help="Show what it would gain and lose against this saved topic."
)
@formats("text", "json", default="text")
@pass_desk
def test(at: Desk, query: str, since: datetime, topic: str | None, as_: str) -> int:
    """Try a query over history.

    Told are hits per day, sources, samples, and the difference from a saved topic.
    """
    with at.newsroom(read_only=True) as newsroom:
        if topic is not None:
            known("topic", topic, (one.id for one in newsroom.settings.topics))
        preview = newsroom.preview(query, topic=topic, since=since)
    if as_ == "json":
        print_json(_preview_record(preview, topic))
    else:
        _print_preview(preview, topic)
    return 0 if preview.matched else 1


def _preview_record(preview: Preview, topic: str | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "matched": preview.matched,
        "per_day": dict(preview.per_day),
        "sources": [{"source": source, "hits": hits} for source, hits in preview.sources],
        "samples": [to_record(story) for story in preview.samples],
        "doubts": [clean_line(lint.message) for lint in preview.lints],
    }
    if topic is not None:
        record |= {"gained": [story.id for story in preview.gained], "lost": [story.id for story in preview.lost]}
    return record


def _print_preview(preview: Preview, topic: str | None) -> None:
    click.echo(f"{preview.matched} matched")
    most = max(preview.per_day.values(), default=0) or 1
    for day, hits in preview.per_day.items():
        if not hits and len(preview.per_day) > MONTH:
            continue
        click.echo(f"{day} {hits:5} {'#' * round(40 * hits / most)}".rstrip())
    for source, hits in preview.sources[:10]:
        click.echo(f"{hits:5}  {source}")
    for sign, found in ((" ", preview.samples), ("+", preview.gained), ("-", preview.lost)):
        for story in found[:10]:
            click.echo(f"{sign} {story.id[:10]}  {clean_line(story.item.title)}")
    if topic is not None:
        click.echo(f"against {topic}: {len(preview.gained)} gained, {len(preview.lost)} lost")
    for lint in preview.lints:
        say(clean_line(lint.message))


@topics.command(
    example="monitor topics explain 'missile~ NEAR/5 talks' 3fk2\nmonitor topics explain defense article.txt"
)
@click.argument("query")
@click.argument("what", metavar="ID|FILE|-")
@pass_desk
def explain(at: Desk, query: str, what: str) -> int:
    """Show which term hit where in an item or a file, or why none did.

    What each NEAR saw is told as well. QUERY may also be the name of a topic.
    """
    saved = next((topic for topic in at.settings().topics if topic.id == query), None)
    text, topic = (saved.query, saved.id) if saved else (query, None)
    if what == STDIN or Path(what).exists():
        return _explain_file(at.watchlists(), text, topic, what)
    if "." in what or "/" in what:
        raise UsageError(f"{clean_line(what)}: no such file")
    with at.newsroom(read_only=True) as newsroom:
        story = story_of(newsroom, what)
        found = newsroom.explain(newsroom.parse(text, topic=topic), story)
    click.echo(clean(str(found)))
    return 0 if found.matched else 1


def _explain_file(watchlists: Watchlists, text: str, topic: str | None, name: str) -> int:
    query = watchlists.read(text, topic=topic)
    matched = 0
    for story, document in stories(gather(name), watchlists):
        found = watchlists.explain(query, document)
        click.echo(clean_line(story.item.title))
        click.echo(clean(str(found)))
        matched += found.matched
    return 0 if matched else 1
