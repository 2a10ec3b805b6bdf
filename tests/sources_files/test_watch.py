"""Changes are told by source, once they have settled, by the system or by stats."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.model import Source
from monitor.sources import watch as watching
from monitor.sources.watch import watch


def _source(name: str, path: Path) -> Source:
    return Source(id=name, title=name, path=str(path))


async def _first(changes: AsyncIterator[str], *, after: object = None) -> str:
    del after
    return await asyncio.wait_for(anext(changes), 8)


@pytest.mark.parametrize("by", ["system", "stats"])
async def test_a_change_names_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str):
    if by == "stats":
        monkeypatch.setattr(watching, "_place", lambda pattern: None)
    sources = [_source("one", tmp_path / "one"), _source("two", tmp_path / "two")]
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    stop = asyncio.Event()
    changes = watch(sources, stop, settle=0.05, stat_every=0.02)
    first = asyncio.create_task(_first(changes))
    for number in range(200):
        (tmp_path / "two" / "a.txt").write_text(f"version {number}")
        done, _ = await asyncio.wait({first}, timeout=0.2)
        if done:
            break
    assert await first == "two"
    stop.set()
    await changes.aclose()


async def test_watching_ends_when_it_is_told_to(tmp_path: Path):
    stop = asyncio.Event()
    changes = watch([_source("one", tmp_path)], stop, settle=0.01, stat_every=0.01)
    ending = asyncio.create_task(anext(changes, "ended"))
    await asyncio.sleep(0)
    stop.set()
    assert await asyncio.wait_for(ending, 5) == "ended"


async def test_a_folder_that_is_not_there_yet_is_told_when_it_comes(tmp_path: Path):
    stop = asyncio.Event()
    folder = tmp_path / "later" / "still"
    changes = watch([_source("one", folder)], stop, settle=0.01, stat_every=0.02)
    first = asyncio.create_task(_first(changes))
    await asyncio.wait({first}, timeout=0.1)
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("here")
    assert await first == "one"
    stop.set()
    await changes.aclose()


def test_no_more_is_watched_than_the_path_means(tmp_path: Path):
    (tmp_path / "a.txt").write_text("here")
    assert watching._place(str(tmp_path)) == (tmp_path, True)
    assert watching._place(str(tmp_path / "a.txt")) == (tmp_path, False)
    assert watching._place(str(tmp_path / "*.txt")) == (tmp_path, False)
    assert watching._place(str(tmp_path / "**" / "*.txt")) == (tmp_path, True)
    assert watching._place(str(tmp_path / "nothing")) is None
