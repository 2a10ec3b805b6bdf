"""Other ways than IPv4 and straight there: IPv6, a SOCKS proxy, and what a proxy must not be asked for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from monitor.config import Network
from tests.faults.desk import LIMITS, Desk, Names, opened
from tests.faults.server import FaultServer, body, redirect, rss, serving
from tests.loopback import listening

FEED = rss("one", "two")


def has_ipv6() -> bool:
    with suppress(OSError), socket.socket(socket.AF_INET6) as one:
        one.bind(("::1", 0))
        return True
    return False


@dataclass
class Socks:
    """A SOCKS 5 proxy that leads every name to one port of loopback, and notes what was asked."""

    port: int
    url: str = ""
    asked: list[str] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        assert kind == 3, "the name itself is sent, to be resolved there"
        (length,) = await reader.readexactly(1)
        self.asked.append((await reader.readexactly(length)).decode())
        await reader.readexactly(2)
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        there, onwards = await asyncio.open_connection("127.0.0.1", self.port)
        onwards.write(await reader.readuntil(b"\r\n\r\n"))
        writer.write(await there.read())
        onwards.close()


@asynccontextmanager
async def socks_to(server: FaultServer) -> AsyncIterator[Socks]:
    proxy = Socks(server.port)
    async with listening(proxy) as port:
        proxy.url = f"socks5://127.0.0.1:{port}"
        yield proxy


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on loopback")
async def test_a_feed_is_read_over_ipv6() -> None:
    async with serving(address="::1") as server:
        server.on("/f", body(FEED))
        async with opened(Network(**LIMITS)) as desk:
            assert (await desk.fetch(server.url("/f", "[::1]"))).body == FEED
        names = Names({"six.example": [["::1"]]})
        async with opened(Network(**LIMITS, allow_hosts=("six.example",)), resolver=names) as desk:
            assert (await desk.fetch(server.url("/f", "six.example"))).body == FEED
        async with opened(Network(**LIMITS), resolver=names) as desk:
            assert (await desk.refused(server.url("/f", "six.example"))).kind == "refused"


async def test_a_feed_is_read_through_a_socks_proxy_that_resolves_its_name(server: FaultServer, desk: Desk) -> None:
    pytest.importorskip("aiohttp_socks")
    server.on("/f", body(FEED, 'ETag: "1"'))
    async with socks_to(server) as proxy:
        fetched = await desk.fetch("http://news.example/f", proxy=proxy.url)
    assert (fetched.body, fetched.memory.etag, proxy.asked) == (FEED, '"1"', ["news.example"])


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "0x7f.1", "2130706433", "169.254.169.254", "[::1]", "localhost", "printer", "a.internal"]
)
async def test_case_23_no_redirect_leads_home_by_way_of_a_proxy(
    server: FaultServer, desk: Desk, inside: str, scheme: str
) -> None:
    pytest.importorskip("aiohttp_socks")
    for path in ("/f", "http://news.example/f"):
        server.on(path, redirect(f"http://{inside}/secret", 302))
    async with socks_to(server) as socks:
        error = await desk.refused("http://news.example/f", proxy=socks.url if scheme == "socks5" else server.url(""))
    assert error.kind == "refused"
    assert len(server.requests) == 1
