"""The way from the network to the store with short limits, a store in a dictionary and names that resolve to loopback."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.config import Network
from monitor.errors import SourceError
from monitor.model import Memory, Receipt, Source, SourceHealth
from monitor.poll.intake import Intake
from monitor.sources.http import Client, Fetched
from tests.clock import Clock
from tests.poll.fakes import NOW, FakeStore, InProcess

LIMITS: Mapping[str, Any] = {
    "connect_timeout": 0.5,
    "read_timeout": 0.5,
    "total_timeout": 1.0,
    "max_bytes": 200_000,
    "host_pause": 0.0,
}
SLACK = 1.0
"""Seconds over the total limit that an end may take."""


class Names(AbstractResolver):
    """Names to addresses as laid out; each list is one answer, the last is given for ever. Others have no address."""

    def __init__(self, answers: Mapping[str, list[list[str]]]) -> None:
        self.answers = {name: list(lists) for name, lists in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        self.asked.append(host)
        left = self.answers.get(host)
        if not left:
            raise OSError(f"no such name: {host}")
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """There is nothing to close."""


@dataclass
class Sockets:
    """A socket factory that notes each address; with `real` it also makes the socket."""

    real: bool = False
    made: list[str] = field(default_factory=list)

    def __call__(self, info: Any) -> socket.socket:
        self.made.append(info[4][0])
        if not self.real:
            raise OSError("this test connects to nobody")
        return socket.socket(info[0], info[1], info[2])


LOOPBACK = [["127.0.0.1"]]


@dataclass
class Desk:
    """A client and an intake on one store."""

    network: Network
    client: Client
    intake: Intake
    store: FakeStore
    clock: Clock

    async def fetch(self, url: str, memory: Memory | None = None, **fields: Any) -> Fetched:
        return await self.client.fetch(source(url, **fields), memory or Memory())

    async def refused(self, url: str, **fields: Any) -> SourceError:
        """The error that a fetch ends with, within its time."""
        started = time.monotonic()
        try:
            await self.fetch(url, **fields)
        except SourceError as error:
            assert time.monotonic() - started < self.network.total_timeout + SLACK
            return error
        raise AssertionError(f"{url} was fetched")

    async def poll(self, url: str, **fields: Any) -> tuple[Receipt, SourceHealth]:
        polled = source(url, **fields)
        receipt = await self.intake.poll(polled)
        await self.intake.save()
        return receipt, self.store.health[polled.id]


def source(url: str, **fields: Any) -> Source:
    return Source(**{"id": "feed", "title": "Feed", "url": url, **fields})


@asynccontextmanager
async def opened(network: Network, workers: Callable[[], Any] = InProcess, **options: Any) -> AsyncIterator[Desk]:
    clock, store = Clock(NOW), FakeStore()
    pool = workers()
    async with Client(network, clock=clock, **options) as client:
        intake = Intake(store, client, pool, network=network, clock=clock, chance=lambda: 0.5)
        try:
            yield Desk(network, client, intake, store, clock)
        finally:
            await intake.close()
            await pool.close()
