"""Cases 23, 24, 25, 28: where a fetch may lead, and what becomes of the address of a feed that moves."""

from __future__ import annotations

import pytest
from yarl import URL

from monitor.config import Network
from tests.faults.desk import LIMITS, LOOPBACK, Desk, Names, Sockets, opened
from tests.faults.server import FaultServer, body, redirect, rss, serving, status

FEED = rss("one", "two")
PRIVATE = tuple(
    """
    127.0.0.1 127.8.8.8 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 192.0.0.192 100.64.0.1 198.18.0.1
    224.0.0.1 255.255.255.255 ::1 :: ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 fe80::1 fec0::1 fc00::1 fd12::1
    ff02::1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 2002:7f00:1:: 2002:a00:1:: 2001:0:7f00:1:: 2001:db8::1 100::1
    """.split()  # noqa: SIM905 - a list of addresses reads best as words
)
SPELLINGS = {
    "0x7f.1": "127.0.0.1",
    "2130706433": "127.0.0.1",
    "0177.0.0.1": "127.0.0.1",
    "127.1": "127.0.0.1",
    "0x7f000001": "127.0.0.1",
    "①②⑦.⓪.⓪.①": "127.0.0.1",
    "①⑥⑨。②⑤④。①⑥⑨。②⑤④": "169.254.169.254",
    "localtest.example": "127.0.0.1",
}


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


async def ways(address: str, names: Names, sockets: Sockets, server: FaultServer) -> list[str | None]:
    """What becomes of a fetch that would end at an address: by a name and by a redirect."""
    network = Network(**LIMITS, allow_hosts=("news.example",))
    told = []
    async with opened(network, resolver=names, socket_factory=sockets) as desk:
        server.on("/to-it", redirect(f"http://{bracketed(address)}/latest/meta-data", 302))
        for url in ("http://elsewhere.example/f", server.url("/to-it", "news.example")):
            error = await desk.refused(url)
            told.append(error.kind)
    return told


@pytest.mark.parametrize("address", PRIVATE)
async def test_case_23_nothing_connects_to_a_private_address(server: FaultServer, address: str) -> None:
    names = Names({"news.example": LOOPBACK, "elsewhere.example": [[address]]})
    sockets = Sockets(real=True)
    assert await ways(address, names, sockets, server) == ["refused", "refused"]
    assert sockets.made == ["127.0.0.1"], "the one host that the config allows, and nobody else"


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_case_23_however_it_is_spelt(server: FaultServer, spelling: str) -> None:
    asked = URL(f"http://{spelling}/").host or spelling
    names = Names({"news.example": LOOPBACK, spelling: [[SPELLINGS[spelling]]], asked: [[SPELLINGS[spelling]]]})
    sockets = Sockets(real=True)
    async with opened(Network(**LIMITS, allow_hosts=("news.example",)), resolver=names, socket_factory=sockets) as desk:
        server.on("/to-it", redirect(f"http://{spelling}/", 302))
        error = await desk.refused(server.url("/to-it", "news.example"))
        assert error.kind in ("refused", "redirect", "bad-url", "dns"), error
        error = await desk.refused("http://localtest.example/")
        assert error.kind in ("refused", "dns")
    assert sockets.made == ["127.0.0.1"]


async def test_case_23_a_private_answer_among_public_ones_is_not_taken() -> None:
    names, sockets = Names({"mixed.example": [["127.0.0.1", "93.184.215.14", "::1"]]}), Sockets()
    async with opened(Network(**LIMITS), resolver=names, socket_factory=sockets) as desk:
        error = await desk.refused("http://mixed.example/")
        assert error.kind == "unreachable"
    assert set(sockets.made) == {"93.184.215.14"}


@pytest.mark.parametrize("name", ["own", "allowed"])
async def test_case_23_an_internal_host_that_the_config_names_works(server: FaultServer, name: str) -> None:
    server.on("/f", body(FEED))
    url = server.url("/f") if name == "own" else server.url("/f", "intranet.example")
    network = Network(**LIMITS, allow_hosts=() if name == "own" else ("intranet.example",))
    async with opened(network, resolver=Names({"intranet.example": LOOPBACK})) as desk:
        assert (await desk.fetch(url)).body == FEED


async def test_case_23_a_host_that_one_source_names_is_not_open_to_another(server: FaultServer) -> None:
    server.on("/secret", body(FEED))
    server.on("/f", redirect(server.url("/secret"), 302))
    names = Names({"news.example": LOOPBACK})
    async with opened(Network(**LIMITS, allow_hosts=("news.example",)), resolver=names) as desk:
        assert (await desk.fetch(server.url("/secret"), id="internal")).body == FEED
        error = await desk.refused(server.url("/f", "news.example"), id="news")
        assert error.kind == "refused"
    assert len(server.asked("/secret")) == 1


async def test_case_23_a_host_that_is_no_longer_allowed_is_refused_from_the_next_fetch_on(server: FaultServer) -> None:
    server.on("/f", body(FEED))
    url = server.url("/f", "intranet.example")
    allowing = Network(**LIMITS, allow_hosts=("intranet.example",))
    async with opened(allowing, resolver=Names({"intranet.example": LOOPBACK})) as desk:
        assert (await desk.fetch(url)).body == FEED
        desk.intake.adopt(Network(**LIMITS))
        assert (await desk.refused(url)).kind == "refused"
        desk.intake.adopt(allowing)
        assert (await desk.fetch(url)).body == FEED


async def test_case_24_a_second_answer_that_is_private_is_refused_at_connect() -> None:
    names, sockets = Names({"rebind.example": [["93.184.215.14"], ["127.0.0.1"]]}), Sockets()
    async with opened(Network(**LIMITS), resolver=names, socket_factory=sockets) as desk:
        assert (await desk.refused("http://rebind.example/")).kind == "unreachable"
        assert (await desk.refused("http://rebind.example/")).kind == "refused"
    assert sockets.made == ["93.184.215.14"]


async def test_case_24_an_answer_that_changes_between_check_and_connect_is_refused() -> None:
    class Liar(Names):
        async def resolve(self, host, port=0, family=0):
            answers = await super().resolve(host, port, family)
            flips = iter(["93.184.215.14", "127.0.0.1", "127.0.0.1", "127.0.0.1"])

            class Flip(dict):
                def __getitem__(self, key):
                    return next(flips, "127.0.0.1") if key == "host" else super().__getitem__(key)

            return [Flip(answer) for answer in answers]

    sockets = Sockets()
    async with opened(Network(**LIMITS), resolver=Liar({"liar.example": LOOPBACK}), socket_factory=sockets) as desk:
        assert (await desk.refused("http://liar.example/")).kind == "refused"
    assert sockets.made == []


REDIRECTS = {
    "file:///etc/passwd": "refused",
    "gopher://127.0.0.1:70/x": "refused",
    "javascript:alert(1)": "refused",
    "data:application/xml,<rss/>": "refused",
    "ftp://127.0.0.1/f": "refused",
    "//10.0.0.1/f": "refused",
    "http://[::1/f": "redirect",
    "http://127.0.0.1:99999/": "redirect",
    "": "redirect",
}


@pytest.mark.parametrize("target", REDIRECTS)
async def test_case_25_a_redirect_to_what_is_no_feed_is_refused(server: FaultServer, desk: Desk, target: str) -> None:
    error = await desk.refused(server.on("/f", redirect(target)))
    assert error.kind == REDIRECTS[target], error
    assert "redirect" in error.message or "refused" in error.message
    assert len(server.requests) == 1


async def test_case_25_a_redirect_from_https_to_http_is_refused(authority, monkeypatch, server: FaultServer) -> None:
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", authority.trusted())
    server.on("/plain", body(FEED))
    async with serving(authority.server("downgrade", host="127.0.0.1")) as secure, opened(Network(**LIMITS)) as desk:
        secure.on("/f", redirect(server.url("/plain")))
        error = await desk.refused(secure.url("/f"))
        assert error.kind == "refused" and "https to http" in error.message
        server.on("/up", redirect(secure.url("/good")))
        secure.on("/good", body(FEED))
        assert (await desk.fetch(server.url("/up"))).body == FEED
    assert not server.asked("/plain")


async def test_case_25_a_loop_and_many_hops_end_after_five(server: FaultServer, desk: Desk) -> None:
    server.on("/loop", redirect("/loop"))
    server.on("/ping", redirect("/pong", 302))
    server.on("/pong", redirect("/ping", 302))
    for number in range(20):
        server.on(f"/{number}", redirect(f"/{number + 1}", 307))
    server.on("/20", body(FEED))
    for path in ("/loop", "/ping", "/0"):
        server.requests.clear()
        error = await desk.refused(server.url(path))
        assert error.kind == "redirect", error
        assert len(server.requests) <= 6, "the first request and five hops"
    server.requests.clear()
    assert (await desk.fetch(server.url("/15"))).body == FEED


async def test_case_28_a_permanent_redirect_is_offered_and_never_adopted(server: FaultServer) -> None:
    names = Names({"old.example": LOOPBACK, "new.example": LOOPBACK})
    network = Network(**LIMITS, allow_hosts=("old.example", "new.example"))
    server.on("/new", body(FEED))
    async with opened(network, resolver=names) as desk:
        old, new = server.url("/old", "old.example"), server.url("/new", "new.example")
        server.on("/old", redirect(new))
        for polls in range(1, 11):
            _, health = await desk.poll(old)
            assert health.moved_to == new
            assert health.message == "redirected to new.example" and len(server.asked("/old")) == polls
        server.on("/old", redirect(new, 302))
        _, health = await desk.poll(old)
        assert health.moved_to is None, "a temporary redirect is no move"


async def test_case_28_a_redirect_to_a_login_page_keeps_what_is_there(server: FaultServer, desk: Desk) -> None:
    url = server.on("/f", body(FEED, 'ETag: "good"'))
    await desk.poll(url)
    memory = desk.store.memory("feed")
    server.on("/login", body(b"<!DOCTYPE html><html><title>Sign in</title></html>", 'ETag: "login"'))
    server.on("/f", redirect("/login"))
    receipt, health = await desk.poll(url)
    assert (receipt.status, health.moved_to) == ("not-a-feed", None)
    assert desk.store.titles() == ["one", "two"]
    assert desk.store.memory("feed") == memory


async def test_case_28_a_gone_feed_is_asked_no_more(server: FaultServer, desk: Desk) -> None:
    url = server.on("/f", status(410))
    receipt, health = await desk.poll(url)
    assert (receipt.status, health.next_at) == ("gone", None)
    assert "gone for good" in (health.message or "")
