"""`monitor export`: a briefing by topic, or the items for another program."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from monitor.cli.items import selection, view_of
from monitor.cli.options import Command, Desk, pass_desk
from monitor.cli.output import many, say, to_json
from monitor.cli.record import to_record
from monitor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.model import Story
    from monitor.newsroom import Newsroom


@click.command(cls=Command, example="monitor export --since 24h --format html -o briefing.html")
@click.argument("query", required=False)
@selection
@click.option(
    "--format",
    "as_",
    type=click.Choice(("md", "html", "csv", "jsonl", "tinydb")),
    default="md",
    show_default=True,
    help="tinydb writes the whole store as a file that stock TinyDB opens.",
)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="A new file instead of standard output."
)
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@pass_desk
def export(at: Desk, /, query: str | None, as_: str, output: Path | None, force: bool, **chosen: Any) -> int:
    """Write a briefing by topic, or the items as data.

    A briefing tells of each item its source, its time and its notes.
    """
    with at.newsroom(read_only=True) as newsroom:
        if as_ == "tinydb":
            return _tinydb(newsroom, query, output, force=force, **chosen)
        view = view_of(newsroom, **chosen)
        parsed = newsroom.parse(query) if query else None
        found = newsroom.stories(view, query=parsed, bodies=as_ == "jsonl")
        with _opened(output, force=force) as file:
            number = _write(newsroom, found, as_, file, view.topic)
    if output:
        say(f"{output}: {many(number, 'item')}")
    return 0 if number else 1


@contextmanager
def _opened(output: Path | None, *, force: bool) -> Iterator[TextIO]:
    if output is None or str(output) == "-":
        yield sys.stdout
        return
    from monitor.cli.target import writing

    with writing(output, force=force) as file:
        yield file


def _write(newsroom: Newsroom, found: Iterator[Story], as_: str, file: TextIO, topic: str | None) -> int:
    from monitor.cli import briefing

    if as_ == "csv":
        return briefing.write_csv(found, file)
    if as_ == "jsonl":
        number = 0
        for number, story in enumerate(found, start=1):  # noqa: B007 - counted for the caller
            file.write(to_json(to_record(story, full=True)) + "\n")
        return number
    stories = list(found)
    titles = {source.id: source.title for source in newsroom.settings.sources}
    write = briefing.write_html if as_ == "html" else briefing.write_markdown
    write(_by_topic(newsroom, stories, topic), titles, file)
    return len(stories)


def _by_topic(newsroom: Newsroom, stories: Sequence[Story], topic: str | None) -> list[tuple[str, Sequence[Story]]]:
    """Each topic's stories, in the order of the config; what is on none comes last."""
    wanted = [one for one in newsroom.settings.topics if topic in {None, one.id}]
    groups: list[tuple[str, Sequence[Story]]] = [
        (one.title, [story for story in stories if one.id in story.verdict.scores]) for one in wanted
    ]
    known = {one.id for one in wanted}
    groups.append(("Other", [story for story in stories if not known & set(story.verdict.scores)]))
    return [(title, members) for title, members in groups if members]


def _tinydb(newsroom: Newsroom, query: str | None, output: Path | None, *, force: bool, **chosen: Any) -> int:
    from monitor.cli.target import check_target

    if output is None:
        raise UsageError("tinydb needs a file", hint="-o FILE")
    if query or any(value for name, value in chosen.items() if name != "shelf"):
        raise UsageError("tinydb writes the whole store", hint="leave out the query; jsonl writes a selection")
    check_target(output, force=force)
    number = newsroom.store.export_tinydb(output)
    say(f"{output}: {many(number, 'item')}")
    return 0
