"""`python -m eval.run`: the figures of a set of watchlists on labelled items, as Markdown tables."""

from __future__ import annotations

import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import click

from eval import labelled
from eval.measure import Result, Share, measure
from monitor.errors import MonitorError
from monitor.model import Body, Item, Topic
from monitor.query import Document, Watchlists

ROOT = Path(__file__).resolve().parent.parent
WHEN = datetime(2026, 11, 24, tzinfo=UTC)


def watchlists(file: Path) -> tuple[Watchlists, tuple[str, ...]]:
    """The topics of a topics.toml, and their ids in order."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    topics = [
        Topic(id=name, title=name, query=table["query"], spelling=table.get("spelling", "both"))
        for name, table in tables.get("topics", {}).items()
    ]
    lists = {name: table["query"] for name, table in tables.get("lists", {}).items()}
    return Watchlists(topics, lists, spelling=tables.get("spelling", "both")), tuple(topic.id for topic in topics)


def document(item: labelled.Labelled) -> Document:
    """A labelled item as the query language sees it."""
    head = Item(
        id=item.where, source="eval", key=item.where, digest="", story="", url=None, title=item.title, lang=item.lang,
        section=item.section, published=WHEN, seen=WHEN,
    )  # fmt: skip
    return Document(head, Body(text=item.text), now=WHEN, tz=UTC)


def evaluate(data: Path, topics: Path) -> Result:
    """Judge every labelled item by the topics."""
    lists, ids = watchlists(topics)
    return measure(labelled.read(data), lambda item: frozenset(lists.judge(document(item)).topics), ids)


def tables(result: Result) -> str:
    """The result as two Markdown tables: topics and traps."""
    lines = [
        f"{result.items} items. Precision and recall with Wilson’s 95 % interval.",
        "",
        "| topic | right | wrong | missed | precision | recall |",
        "|---|--:|--:|--:|---|---|",
    ]
    for name, tally in (*result.topics.items(), ("**all**", result.total)):
        counts = f"{tally.right} | {tally.wrong} | {tally.missed}"
        lines.append(f"| {name} | {counts} | {tally.precision} | {tally.recall} |")
    lines += [
        "",
        "| trap | items | right | wrong | missed | without a false alarm |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for name, tally in result.traps.items():
        clean = result.clean[name]
        counts = f"{len(clean)} | {tally.right} | {tally.wrong} | {tally.missed}"
        lines.append(f"| {name} | {counts} | {Share(sum(clean), len(clean))} |")
    clean_all = [good for each in result.clean.values() for good in each]
    lines.append(f"| **all** | {len(clean_all)} | | | | {Share(sum(clean_all), len(clean_all))} |")
    return "\n".join(lines)


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path),
    default=ROOT / "eval/sets",
    help="Folder or file of labelled items (.tsv, .jsonl).",
)
@click.option(
    "--topics",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=ROOT / "config/topics.toml",
    help="The topics.toml to judge by.",
)
@click.option("--mistakes/--no-mistakes", default=True, help="List every wrong and missed topic on standard error.")
def main(data: Path, topics: Path, *, mistakes: bool) -> None:
    """Precision and recall of the topics on labelled items."""
    try:
        result = evaluate(data, topics)
    except MonitorError as error:
        click.echo(f"eval: {error}", err=True)
        sys.exit(error.exit_status)
    if mistakes:
        for line in result.mistakes:
            click.echo(line, err=True)
    click.echo(tables(result))


if __name__ == "__main__":
    main()
