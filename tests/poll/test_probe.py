"""Looking at sources now: as polite as a poll."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Self

from monitor.config import Network, Settings
from monitor.errors import SourceError
from monitor.model import Source
from monitor.poll.probe import probe


class Client:
    """A network that answers after a while, and notes how many ask one host at once."""

    asking: Counter[str] = Counter()
    most: Counter[str] = Counter()

    def __init__(self, *_: Any) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def fetch(self, source: Source, _: object) -> None:
        host = str(source.url).split("/")[2]
        self.asking[host] += 1
        self.most[host] = max(self.most[host], self.asking[host])
        for _ in range(5):
            await asyncio.sleep(0)
        self.asking[host] -= 1
        raise SourceError("not found (404)", kind="http-404")


async def test_many_sources_of_one_host_are_asked_one_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr("monitor.sources.http.Client", Client)
    urls = [f"http://{host}.invalid/{n}.xml" for n in range(3) for host in ("a", "b")]
    sources = [Source(id=url, title=url, url=url) for url in urls]
    settings = Settings(folder=tmp_path, origin="test", store="memory:", network=Network(host_pause=0.0))
    told = await probe(settings, [*sources, sources[0]])
    assert [record["id"] for record in told] == [*urls, urls[0]]
    assert Client.most == {"a.invalid": 1, "b.invalid": 1}
