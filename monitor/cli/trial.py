"""`monitor match` and `monitor parse`: trying queries and parsers on files, without a store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from monitor.cli.gather import STDIN, Gathered, gather, stories
from monitor.cli.items import why
from monitor.cli.options import Command, Desk, formats, pass_desk
from monitor.cli.output import print_json, print_records, say
from monitor.cli.record import to_record
from monitor.errors import SourceError
from monitor.model import Story, Verdict
from monitor.text import clean_line

if TYPE_CHECKING:
    from monitor.query import Watchlists


@click.command(
    cls=Command, example="monitor match 'missile~ NEAR/5 talks' drops/*.txt\ncurl -s URL | monitor match '{NATO}'"
)
@click.argument("query")
@click.argument("files", metavar="[FILE…]", nargs=-1)
@formats("text", "json", "jsonl", default="text")
@pass_desk
def match(at: Desk, query: str, files: tuple[str, ...], as_: str) -> int:
    """Evaluate a query on files or standard input, without a store.

    Files are seed files and feeds. Exit status 0 if any matched, 1 if none did.
    """
    from monitor.query import parse as parse_query

    watchlists = at.watchlists()
    parsed = parse_query(query)
    watchlists.needle(parsed)

    def matching() -> Iterator[tuple[str, Story]]:
        for gathered in _readable(files):
            for story, document in stories(gathered, watchlists):
                found = watchlists.match(parsed, document, topic="query")
                if found is not None:
                    verdict = Verdict(scores={"query": found.score}, hits=tuple(found.hits))
                    yield gathered.name, replace(story, verdict=verdict)

    if as_ != "text":
        number = print_records((_with_file(name, story) for name, story in matching()), as_)
    else:
        number = 0
        for number, (name, story) in enumerate(matching(), start=1):  # noqa: B007 - counted for the status
            click.echo(
                f"{clean_line(name)}: {clean_line(story.item.title)}  ({why(story, 'query') or 'no words to show'})"
            )
    return 0 if number else 1


def _with_file(name: str, story: Story) -> dict[str, Any]:
    return {"file": clean_line(name), **to_record(story, full=True)}


def _readable(files: tuple[str, ...]) -> Iterator[Gathered]:
    """The files that can be read; the others are told."""
    for name in files or (STDIN,):
        try:
            yield gather(name)
        except SourceError as error:
            say(str(error))


@click.command(cls=Command, example="monitor parse seeds/*.txt | jq '.[].items[].title'")
@click.argument("files", metavar="FILE…", nargs=-1, required=True)
@click.option("--json", is_flag=True, hidden=True, expose_value=False)
@pass_desk
def parse(at: Desk, files: tuple[str, ...]) -> int:
    """Show what a feed or seed file becomes, as JSON.

    That is its items, and each decision of the parser with its reason.
    """
    watchlists = at.watchlists()
    read = [_parsed(gathered, watchlists) for gathered in _readable(files)]
    print_json(read)
    return 0 if len(read) == len(files) else 1


def _parsed(gathered: Gathered, watchlists: Watchlists) -> dict[str, Any]:
    items = []
    for story, _ in stories(gathered, watchlists):
        body = story.body
        assert body is not None
        items.append(to_record(story, full=True) | {"boilerplate": list(body.boilerplate), "notes": list(body.notes)})
    return {
        "file": clean_line(gathered.name),
        "format": gathered.format,
        "items": items,
        "notes": [clean_line(note) for note in gathered.notes],
        "blocks": [
            {
                "role": block.role,
                "reason": clean_line(block.reason),
                "confidence": block.confidence,
                "entry": block.entry,
                "text": clean_line(block.text, cap=2000),
            }
            for block in gathered.blocks
        ],
    }
