"""`monitor stats`: how much there is, how much comes, how the sources do."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from monitor.cli.options import Command, Desk, formats, pass_desk
from monitor.cli.output import many, print_json
from monitor.model import Tally


@click.command(cls=Command, example="monitor stats --json | jq .topics.defense.unread")
@formats("text", "json", default="text")
@pass_desk
def stats(at: Desk, as_: str) -> None:
    """Show how much there is, how much comes, how the sources do.

    Matches are told by topic and hour, beside the health of the sources and the size of the store.
    """
    with at.newsroom(read_only=True) as newsroom:
        counts = newsroom.counts()
        record: dict[str, Any] = {
            "items": counts.all.total,
            "unread": counts.all.unread,
            "starred": counts.starred.total,
            "hourly": list(counts.all.hourly),
            "topics": {
                topic.id: {"total": tally.total, "unread": tally.unread, "hourly": list(tally.hourly)}
                for topic in newsroom.settings.topics
                for tally in [counts.topics.get(topic.id, Tally())]
            },
            "sources": dict(Counter(status.health.status for status in newsroom.sources())),
            "poller": newsroom.poller(),
            "store": {"url": at.settings().store, **newsroom.store.stats()},
        }
    if as_ == "json":
        print_json(record)
        return
    click.echo(f"{record['items']} open items, {record['unread']} unread, {record['starred']} starred")
    click.echo(f"sources: {', '.join(f'{number} {status}' for status, number in record['sources'].items()) or 'none'}")
    click.echo(f"polled by: {record['poller']}")
    store = record["store"]
    holds = f"{many(store['items'], 'item')} in {store['bytes']:,} bytes, {many(store['marks'], 'mark')}"
    click.echo(f"store: {store['url']}, {holds}, schema {store['schema']}")
    click.echo("\nopen  unread  last 24 hours, hits an hour")
    for topic, tally in record["topics"].items():
        click.echo(f"{tally['total']:4}  {tally['unread']:6}  {' '.join(map(str, tally['hourly']))}  {topic}")
