"""Which local sources changed: told by the system through watchfiles, else found by a pass of stats."""

from __future__ import annotations

import asyncio
import contextlib
import glob
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path

from monitor.errors import SourceError
from monitor.model import Source
from monitor.sources.opening import Found, find

SETTLE = 2.2
"""Seconds of quiet after a change until its source is told: what is still being written would only wait."""
STAT_EVERY = 5.0
"""Seconds between passes of stats where the system tells nothing."""


async def watch(
    sources: Iterable[Source], stop: asyncio.Event, *, settle: float = SETTLE, stat_every: float = STAT_EVERY
) -> AsyncIterator[str]:
    """The ids of local sources in which something changed, each once it has been quiet for `settle` seconds.

    Ends when `stop` is set. Folders are watched by the system where it can (watchfiles), and by stats where it cannot.
    """
    local = [source for source in sources if source.path is not None and source.enabled]
    changed: asyncio.Queue[str] = asyncio.Queue()
    tasks = [asyncio.create_task(_observe(source, changed, stop, stat_every)) for source in local]
    due: dict[str, float] = {}
    loop = asyncio.get_running_loop()
    stopped = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            heard = asyncio.create_task(changed.get())
            wait = max(0.0, min(due.values()) - loop.time()) if due else None
            await asyncio.wait((heard, stopped), timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            if heard.done():
                due[heard.result()] = loop.time() + settle
            else:
                heard.cancel()
            for source_id in [source_id for source_id, at in due.items() if at <= loop.time()]:
                del due[source_id]
                yield source_id
    finally:
        for task in (*tasks, stopped):
            task.cancel()
        for task in (*tasks, stopped):
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _observe(source: Source, changed: asyncio.Queue[str], stop: asyncio.Event, stat_every: float) -> None:
    """Tell each change of one source, by the system's word as long as that works."""
    place = _place(source.path or "")
    if place is not None:
        folder, deep = place
        from watchfiles import awatch

        with contextlib.suppress(OSError, RuntimeError):
            async for changes in awatch(
                folder, stop_event=stop, recursive=deep, step=100, rust_timeout=1000, yield_on_timeout=False
            ):
                if any(_concerns(source, Path(path)) for _, path in changes):
                    changed.put_nowait(source.id)
            return
    before = await asyncio.to_thread(_stats, source)
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), stat_every)
        now = await asyncio.to_thread(_stats, source)
        if now != before:
            before = now
            changed.put_nowait(source.id)


def _place(pattern: str) -> tuple[Path, bool] | None:
    """The folder to watch for a path and whether with the folders in it; None for a path that is not there yet."""
    path = Path(pattern)
    if path.is_dir():
        return path, True
    if path.exists():
        return path.parent, False
    if not glob.has_magic(pattern):
        return None
    depth = 0
    while glob.has_magic(os.fspath(path)):
        path, depth = path.parent, depth + 1
    return (path, depth > 1 or "**" in pattern) if path.is_dir() else None


def _concerns(source: Source, changed: Path) -> bool:
    path = Path(source.path or "")
    if path.is_file():
        return changed == path
    return not any(part.startswith(".") for part in changed.parts[len(path.parts) :])


def _stats(source: Source) -> Mapping[str, tuple[int, int, int]]:
    try:
        listing = list(find(source.path or ""))
    except SourceError:
        return {}
    return {found.name: (found.mtime, found.size, found.inode) for found in listing if isinstance(found, Found)}
