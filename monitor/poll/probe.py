"""Looking at sources now, without a store: whether they can be read, what a page leads to, what an address would be."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from monitor.config import expanded
from monitor.errors import NoFeedError, SourceError, UsageError
from monitor.model import Candidate, Memory, Source
from monitor.redact import redact
from monitor.text import clean_line

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.poll.workers import Workers
    from monitor.sources.discover import Found
    from monitor.sources.http import Client

WATCH = 0.1
"""Seconds between two looks at whether an answer is still wanted."""


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


def consider(
    settings: Settings, address: str, *, unseen: bool = False, stop: Callable[[], bool] = lambda: False
) -> Candidate | None:
    """What an address would be as a source; a feed is fetched once, unless it is to be `unseen`. None once stopped.

    Raises UsageError for what cannot be one or is one already, NoFeedError for a web page, SourceError for a page that
    cannot be asked for its feeds.
    """
    if not address:
        raise UsageError("an address is missing")
    remote = address.startswith(("http://", "https://"))
    if not remote and "://" in address:
        raise UsageError(f"{clean_line(address)}: only http, https and local paths can be read")
    where = {"url": address} if remote else {"path": str(expanded(address).absolute())}
    if there := next((one.id for one in settings.sources if where in ({"url": one.url}, {"path": one.path})), None):
        raise UsageError(f'{clean_line(redact(address))}: is there already, as "{there}"')
    if not remote or unseen:
        return Candidate(**where)
    return asyncio.run(_unless(stop, _seen(settings, address)))


async def _seen(settings: Settings, address: str) -> Candidate:
    (seen,) = await probe(settings, [Source(id=address, title=address, url=address)])
    if seen["status"] == "not-a-feed":
        raise NoFeedError(clean_line(redact(address)), [one.url for one in await discover(settings, address)])
    trouble = None if seen["status"] == "ok" else seen["message"]
    return Candidate(url=address, title=seen.get("title") or None, trouble=trouble)


async def _unless(stop: Callable[[], bool], work: Coroutine[Any, Any, Candidate]) -> Candidate | None:
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.wait({task}, timeout=WATCH)
        if stop():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, SourceError, UsageError):
                await task
            return None
    return task.result()
