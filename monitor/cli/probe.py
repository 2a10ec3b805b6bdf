"""Looking at sources now, without a store: for `sources check` and `sources discover`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.errors import SourceError
from monitor.model import Memory, Source
from monitor.text import clean_line

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.poll.workers import Workers
    from monitor.sources.discover import Found
    from monitor.sources.http import Client


async def probe(settings: Settings, sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Fetch and parse each source as a poll would, as sparing of its host, and say how it went, in words."""
    from monitor.poll.dispatch import Dispatcher
    from monitor.poll.worker import Judges
    from monitor.poll.workers import Workers
    from monitor.sources.http import Client

    workers = Workers(Judges())
    told: dict[str, dict[str, Any]] = {}
    try:
        async with Client(settings.network) as client:

            async def look(source: Source) -> None:
                told[source.id] = await _probe(client, workers, source)

            dispatcher = Dispatcher(settings.network, look)
            dispatcher.adopt(sources)
            for source in sources:
                dispatcher.put(source.id, 0.0)
            await dispatcher.drained()
    finally:
        await workers.close()
    return [told[source.id] for source in sources]


async def _probe(client: Client, workers: Workers, source: Source) -> dict[str, Any]:
    try:
        found = await (_local(source) if source.url is None else _remote(client, workers, source))
    except SourceError as error:
        found = {"status": error.kind, "message": clean_line(str(error), cap=2000), "entries": 0}
    return {"id": source.id, **found}


async def _local(source: Source) -> dict[str, Any]:
    from monitor.sources import files

    gathered = await asyncio.to_thread(files.read, source, Memory())
    number = len(gathered.entries)
    message = "; ".join((f"{number} entries", *gathered.problems))
    return {"status": "unreadable" if gathered.problems else "ok", "message": message, "entries": number}


async def _remote(client: Client, workers: Workers, source: Source) -> dict[str, Any]:
    from monitor.poll.worker import Job

    fetched = await client.fetch(source, Memory())
    catch = await workers.do(
        Job(
            source=source,
            now=datetime.now(UTC),
            data=fetched.body,
            url=fetched.final_url,
            content_type=fetched.content_type,
            encoding=fetched.encoding,
            lang=fetched.lang,
        )
    )
    number = len(catch.additions)
    told = [f"{number} entries in {fetched.seconds:.1f} s, {fetched.bytes:,} bytes", *fetched.notes, *catch.notes]
    if fetched.moved_to:
        told.append(f"moved for good to {fetched.moved_to}: change its url in sources.toml")
    if source.insecure:
        told.append("TLS is not verified")
    message = clean_line("; ".join(told), cap=2000)
    return {"status": "ok", "message": message, "entries": number, "title": clean_line(catch.title)}


async def discover(settings: Settings, url: str) -> list[Found]:
    """The feeds that a page names. Raises SourceError."""
    from monitor.sources.discover import find
    from monitor.sources.http import Client

    async with Client(settings.network) as client:
        fetched = await client.fetch(Source(id="page", title=url, url=url), Memory())
    return list(find(fetched.body, fetched.final_url))
