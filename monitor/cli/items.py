"""`monitor items`, `show`, `tail`: reading the store, beside whatever else runs on it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from monitor.cli.options import Command, Desk, Moment, formats, known, pass_desk, source_ids, topic_ids
from monitor.cli.output import (
    on_terminal,
    paint,
    print_json,
    print_records,
    print_table,
    say,
    to_json,
)
from monitor.cli.record import to_record
from monitor.errors import UsageError
from monitor.model import Shelf, View
from monitor.text import clean, clean_line

if TYPE_CHECKING:
    from monitor.model import Story
    from monitor.newsroom import Newsroom

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

ON_A_SCREEN = 100
"""Rows that a table on a terminal shows unless asked for more."""
TAIL_PAUSE = 0.5
"""Seconds between two looks at the store's revision."""
TAIL_GRACE = timedelta(minutes=2)
"""How long before its storing an item may have been seen."""


def selection(function: Decorated) -> Decorated:
    """The options that choose items by more than a query."""
    options = [
        click.option("--topic", metavar="T", shell_complete=topic_ids, help="Only what is on this topic."),
        click.option("--source", metavar="S", shell_complete=source_ids, help="Only what this source brought."),
        click.option("--since", metavar="WHEN", type=Moment(), help="Published since: 24h, 7d, today, 2026-11-20 …"),
        click.option("--before", "until", metavar="WHEN", type=Moment(), help="Published before."),
        click.option(
            "--shelf",
            type=click.Choice(get_args(Shelf)),
            default="open",
            show_default=True,
            help="open leaves out what is dismissed, done or snoozed; hidden is just that.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def view_of(newsroom: Newsroom, **chosen: Any) -> View:
    """The view that `selection` describes. Raises UsageError for a topic or source that the config has not."""
    if topic := chosen.get("topic"):
        known("topic", topic, (one.id for one in newsroom.settings.topics))
    if source := chosen.get("source"):
        known("source", source, [*(one.id for one in newsroom.settings.sources), *newsroom.store.healths()])
    return View(**chosen)


@click.command(cls=Command, example="monitor items 'missile~ AND Iran' --topic defense --since 24h --json")
@click.argument("query", required=False)
@click.option("--query", "also", metavar="QUERY", hidden=True)
@selection
@click.option("--unread", is_flag=True, help="Only what is unread.")
@click.option("--limit", metavar="N", type=click.IntRange(min=0), help="At most N items; 0 is no limit.")
@click.option(
    "--sort", type=click.Choice(("time", "score")), default="time", show_default=True, help="Newest or best first."
)
@click.option("--full", is_flag=True, help="With bodies, captions and links (json and jsonl).")
@formats("table", "json", "jsonl", "csv", "md", default="table")
@pass_desk
def items(  # noqa: PLR0917 - click passes them by name
    at: Desk, /, query: str | None, also: str | None, limit: int | None, sort: str, full: bool, as_: str, **chosen: Any
) -> int:
    """List items, newest first.

    QUERY is of the query language; without one everything open is listed. On a terminal a table stops at 100 rows
    unless --limit says otherwise.
    """
    with at.newsroom(read_only=True) as newsroom:
        view = view_of(newsroom, order=sort, **chosen)
        asked = query or also
        parsed = newsroom.parse(asked) if asked else None
        most = (ON_A_SCREEN if as_ == "table" and on_terminal() else 0) if limit is None else limit
        stories = newsroom.stories(view, query=parsed, bodies=full, limit=most + 1 if most else None)
        number = _print(_cut(stories, most, told=limit is None), as_, full=full)
    return 0 if number else 1


def _cut(stories: Iterable[Story], most: int, *, told: bool) -> Iterator[Story]:
    """The first stories, all for 0; that there are more is told where the limit was not asked for."""
    for number, story in enumerate(stories):
        if most and number == most:
            if told:
                say(f"the first {most} are shown; --limit 0 shows all")
            return
        yield story


def _print(stories: Iterable[Story], as_: str, *, full: bool) -> int:
    if as_ in {"json", "jsonl"}:
        return print_records((to_record(story, full=full) for story in stories), as_)
    if as_ in {"csv", "md"}:
        from monitor.cli.briefing import write_csv, write_list

        write = write_csv if as_ == "csv" else write_list
        return write(stories, sys.stdout)
    found = list(stories)
    if found:
        print_table(("ID", "", "PUBLISHED", "SOURCE", "TITLE", "TOPICS"), [_row(story) for story in found], wide=4)
    return len(found)


def _row(story: Story) -> tuple[str, ...]:
    item, state = story.item, story.state
    marks = ("★" if state.starred else " ") + (" " if state.read else "●")
    when = item.published.astimezone().strftime("%m-%d %H:%M") + ("?" if item.published_guessed else "")
    return item.id[:10], marks, when, item.source, item.title, " ".join(story.verdict.topics)


@click.command(cls=Command, example="monitor show 3fk2 --format md")
@click.argument("item", metavar="ID")
@click.option("--raw", is_flag=True, help="The text as it came, with what was cut from it.")
@formats("text", "md", "json", default="text")
@pass_desk
def show(at: Desk, /, item: str, raw: bool, as_: str) -> None:
    """Show one item whole. The beginning of an ID is enough."""
    if raw and as_ != "text":
        raise UsageError(f"--raw is text, not {as_}", hint="leave out one of the two")
    with at.newsroom(read_only=True) as newsroom:
        story = story_of(newsroom, item)
        source = newsroom.settings.source(story.item.source)
    if raw:
        click.echo(clean((story.body.raw or story.body.text) if story.body else ""))
    elif as_ == "json":
        print_json(to_record(story, full=True))
    else:
        from monitor.cli.briefing import article

        if as_ == "md":
            click.echo(article(story, source.title if source else story.item.source))
        else:
            _text(story, source.title if source else story.item.source)


def story_of(newsroom: Newsroom, word: str) -> Story:
    """The item whose id begins so. Raises UsageError where there is none, or several."""
    story = newsroom.story(newsroom.resolve(word))
    if story is None:
        raise UsageError(f"no item {word}", hint="`monitor items` lists ids")
    return story


def _text(story: Story, source: str) -> None:
    item, body = story.item, story.body
    click.echo(paint(clean_line(item.title), bold=True))
    if item.dek:
        click.echo(clean_line(item.dek, cap=2400))
    when = item.published.astimezone().strftime("%Y-%m-%d %H:%M %Z") + (" (guessed)" if item.published_guessed else "")
    facts = (source, when, item.place, item.agency, ", ".join(item.authors), " / ".join(item.section))
    click.echo(paint(" · ".join(clean_line(fact) for fact in facts if fact), dim=True))
    if item.url:
        click.echo(paint(clean_line(item.url, cap=2000), dim=True))
    for topic, score in story.verdict.scores.items():
        click.echo(f"{topic} {score:g}: {why(story, topic)}")
    for note in story.state.notes:
        click.echo(f"note, {clean_line(note.who)}: {clean(note.text)}")
    if body:
        click.echo(f"\n{clean(body.text)}")
        for caption in body.captions:
            click.echo(f"\n[caption] {clean_line(caption, cap=2400)}")
        click.echo("".join(f"\n{clean_line(link, cap=2000)}" for link in body.links), nl=bool(body.links))


def why(story: Story, topic: str) -> str:
    """Which terms put a story on a topic: term ×count in field."""
    from collections import Counter

    counted = Counter((hit.term, hit.field) for hit in story.verdict.hits if hit.topic == topic)
    return ", ".join(f"{clean_line(term)} ×{count} in {field}" for (term, field), count in counted.items())


@click.command(cls=Command, example="monitor tail --topic defense | jq -r .title")
@click.argument("query", required=False)
@click.option("--topic", metavar="T", shell_complete=topic_ids, help="Only what is on this topic.")
@click.option("--full", is_flag=True, help="With bodies, captions and links.")
@click.option("--json", is_flag=True, hidden=True, expose_value=False)
@pass_desk
def tail(at: Desk, /, query: str | None, topic: str | None, full: bool) -> None:
    """Print new items as they arrive, a JSON line each.

    It ends when interrupted.
    """
    with at.newsroom(read_only=True) as newsroom:
        view = view_of(newsroom, topic=topic)
        parsed = newsroom.parse(query) if query else None
        for story in _arriving(newsroom):
            if view.topic and view.topic not in story.verdict.scores:
                continue
            if parsed is not None and newsroom.watchlists.match(parsed, newsroom.document(story)) is None:
                continue
            click.echo(to_json(to_record(story, full=full)))
            sys.stdout.flush()


def _arriving(newsroom: Newsroom) -> Iterator[Story]:
    """Stories first stored from now on, for ever, each once, oldest first."""
    from time import sleep

    start, revision, told = datetime.now(UTC), newsroom.revision(), set[str]()
    while True:
        sleep(TAIL_PAUSE)
        if newsroom.revision() == revision:
            newsroom.reload()
            continue
        change = newsroom.changes(revision)
        revision = change.revision
        ids = change.items
        if change.reset:
            ids = tuple(story.id for story in newsroom.page(View(shelf="all"), limit=1000).stories)
        stories = [story for story in map(newsroom.story, ids) if story and story.id not in told]
        fresh = sorted((story for story in stories if _new_since(start, story)), key=lambda story: story.item.seen)
        told.update(story.id for story in fresh)
        yield from fresh


def _new_since(start: datetime, story: Story) -> bool:
    """Whether a story that changed after `start` is new: seen since, or just before it and still as it was stored."""
    seen = story.item.seen
    return seen >= start or (seen >= start - TAIL_GRACE and story.state.at is None)
