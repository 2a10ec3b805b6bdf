"""Cases 26, 29, 31, 32: secrets, Retry-After, TLS, headers that a server would plant."""

from __future__ import annotations

import asyncio
import logging
import ssl
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from monitor.config import Network
from monitor.errors import SourceError
from monitor.model import Memory, Secret, SourceHealth
from monitor.poll import due
from monitor.sources import opml
from monitor.sources.http.secrets import reveal
from tests.faults.certificates import Authority
from tests.faults.desk import LIMITS, LOOPBACK, Desk, Names, opened, source
from tests.faults.server import Answer, FaultServer, Request, body, raw, redirect, reset, rss, serving, status
from tests.poll.fakes import NOW

FEED = rss("one", "two", item='<enclosure url="#file"/>')
CANARY = "c4n4ry"
ENDS: dict[str, Answer] = {
    "good": body(FEED),
    "401": status(401, 'WWW-Authenticate: Basic realm="x"'),
    "500": status(500),
    "reset": reset(b""),
    "nonsense": raw(b"HELLO\r\n\r\n"),
    "cross-host redirect": redirect("/elsewhere"),
    "not a feed": body(b"<html><body>Sign in</body></html>"),
    "redirect that repeats the query": redirect("/good"),
}


def stored(desk: Desk) -> str:
    """All that a store, a list or a screen could show."""
    store = desk.store
    memories = [repr(memory) for memory in store.memories.values()]
    return repr((store.items, store.health, memories, store.dropped, store.memos))


@pytest.mark.parametrize("end", ENDS)
async def test_case_26_a_secret_reaches_its_own_origin_and_nothing_else(
    server: FaultServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("FEED_KEY", f"{CANARY}-header")
    names = Names({"own.example": LOOPBACK, "other.example": LOOPBACK})
    network = Network(
        **LIMITS,
        allow_hosts=("own.example", "other.example"),
        headers={"own.example": {"X-Host-Key": f"{CANARY}-host"}},
    )
    server.on("/good", body(FEED))
    server.on("/elsewhere", body(FEED))
    answer = ENDS[end]
    if end == "cross-host redirect":
        answer = redirect(server.url("/elsewhere", "other.example"))
    elif end.startswith("redirect that repeats"):
        answer = redirect(server.url(f"/good?token={CANARY}-query", "own.example"))
    server.on("/f", answer)
    url = server.url(f"/f?token={CANARY}-query", f"user:{CANARY}-password@own.example")
    feed = source(url, headers={"X-Key": Secret(env="FEED_KEY"), "Cookie": f"session={CANARY}-cookie"})
    async with opened(network, resolver=names) as desk:
        receipt = await desk.intake.poll(feed)
        await desk.intake.save()
        shown = "\n".join((repr(receipt), stored(desk), caplog.text, repr(caplog.records)))
    assert CANARY not in shown
    assert f"{CANARY}-password" not in opml.write([feed])
    for request in server.requests:
        told = request.raw.decode("latin-1")
        if request.host == "own.example":
            assert request.headers["x-key"] == f"{CANARY}-header"
            assert request.headers["x-host-key"] == f"{CANARY}-host"
            assert request.headers["authorization"] == "Basic " + b64encode(f"user:{CANARY}-password".encode()).decode()
        else:
            assert CANARY not in told and "authorization" not in request.headers
    assert any(request.host == "own.example" for request in server.requests)


async def test_case_26_a_tls_fault_and_a_dead_proxy_say_no_secret(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with (
        serving(authority.server("untrusted", host="127.0.0.1", signed=False)) as secure,
        serving() as closed,
        opened(Network(**LIMITS)) as desk,
    ):
        closed.on("/f", reset(b""))
        headers = {"Authorization": f"Bearer {CANARY}"}
        _, health = await desk.poll(f"{secure.url('/f')}?key={CANARY}", headers=headers)
        assert "certificate" in (health.message or "")
        for scheme in ("http", "socks5"):
            proxy = f"{scheme}://user:{CANARY}@127.0.0.1:1"
            _, health = await desk.poll("http://news.example/f", proxy=proxy, id=f"by-{scheme}")
            assert health.message and health.failures == 1
        assert CANARY not in stored(desk) + caplog.text
    assert not secure.requests


def test_case_26_a_secret_command_that_fails_hangs_or_prints_escapes_says_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("monitor.sources.http.secrets.SECRET_SECONDS", 0.2)
    for command in (
        f"sh -c 'echo {CANARY}; exit 3'",
        f"sh -c 'echo {CANARY} >&2; sleep 5'",
        f"sh -c 'printf \"\\033]0;{CANARY}\\007\"'",
        "no-such-command-at-all",
        "true",
    ):
        with pytest.raises(SourceError) as caught:
            reveal(Secret(command=command))
        assert CANARY not in str(caught.value) and caught.value.kind == "secret"
    assert reveal(Secret(command=f"echo {CANARY}")) == CANARY
    with pytest.raises(SourceError, match="NO_SUCH_NAME"):
        reveal(Secret(env="NO_SUCH_NAME"))


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the key that a feed asks for, as our environment gives it."""
    return lambda value: monkeypatch.setenv("FEED_KEY", value)


def keyed(value: str) -> Answer:
    """A feed for whoever has the key."""

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        right = request.headers.get("x-key") == value
        await (body(FEED) if right else status(401))(request, writer)

    return answer


async def test_a_secret_is_revealed_anew_when_the_config_is_taken_up(
    server: FaultServer, desk: Desk, key: Callable[[str], None]
) -> None:
    url = server.on("/f", body(FEED))
    for value in ("old", "new"):
        key(value)
        await desk.fetch(url, headers={"X-Key": Secret(env="FEED_KEY")})
        desk.intake.adopt(desk.network)
    assert [request.headers["x-key"] for request in server.requests] == ["old", "new"]


async def test_a_secret_that_has_changed_is_tried_at_once_when_the_old_one_is_refused(
    server: FaultServer, desk: Desk, key: Callable[[str], None]
) -> None:
    url = server.on("/f", keyed("old"))
    key("old")
    headers = {"X-Key": Secret(env="FEED_KEY")}
    await desk.fetch(url, headers=headers)
    key("new")
    server.on("/f", keyed("new"))
    assert (await desk.fetch(url, headers=headers)).body == FEED
    assert [request.headers["x-key"] for request in server.requests] == ["old", "old", "new"]


async def test_a_secret_that_is_still_the_same_is_not_tried_twice(
    server: FaultServer, desk: Desk, key: Callable[[str], None]
) -> None:
    url = server.on("/f", keyed("another"))
    key("wrong")
    assert (await desk.refused(url, headers={"X-Key": Secret(env="FEED_KEY")})).kind == "http-401"
    assert len(server.requests) == 1


# ---------------------------------------------------------------- Retry-After

ASKED = {
    "0": (0, 0),
    "120": (120, 120),
    "99999999999": (0, 86400),
    "9" * 5000: (0, 86400),
    "-5": (0, 0),
    "soon": (0, 0),
    "": (0, 0),
    "Tue, 24 Nov 2099 10:00:00 GMT": (86400, 86400),
    "Tue, 24 Nov 1999 10:00:00 GMT": (0, 0),
    "Fri, 99 Xxx 99999 99:99:99": (0, 0),
    format_datetime(NOW + timedelta(seconds=600), usegmt=True): (600, 600),
}


@pytest.mark.parametrize("value", ASKED)
@pytest.mark.parametrize("number", [429, 503])
async def test_case_29_retry_after_is_honoured_within_a_floor_and_a_day(
    server: FaultServer, desk: Desk, value: str, number: int
) -> None:
    least, most = ASKED[value]
    _, health = await desk.poll(server.on("/f", status(number, f"Retry-After: {value}")))
    assert health.next_at
    wait = (health.next_at - desk.clock.now).total_seconds()
    assert max(desk.network.min_interval, least) <= wait <= max(24 * 3600, most)
    if least == most > 0:
        assert wait >= least


def test_case_29_back_off_grows_is_spread_and_ends_with_a_success() -> None:
    network, feed = Network(), source("http://news.example/f")
    error = SourceError("in trouble", kind="http-503")
    health, waits = SourceHealth(source="feed"), []
    for _ in range(12):
        health = due.failed(health, feed, error, NOW, network, chance=0.5)
        assert health.next_at
        waits.append((health.next_at - NOW).total_seconds())
    assert waits == sorted(waits) and waits[3] > 3 * waits[0]
    assert network.min_interval <= waits[0] and waits[-1] <= network.max_interval * 1.2
    spread = {due.backoff(3, 900.0, network, chance) for chance in (0.0, 0.5, 0.99)}
    assert len(spread) == 3
    again = due.succeeded(health, feed, NOW, network, new=(), drops={})
    assert again.failures == 0 and again.next_at and again.next_at - NOW < timedelta(seconds=1000)


# ---------------------------------------------------------------- TLS

BAD = {
    "expired": {"host": "127.0.0.1", "expired": True},
    "self-signed": {"host": "127.0.0.1", "signed": False},
    "of another host": {"host": "elsewhere.example"},
}


@pytest.fixture
def trust(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", authority.trusted())
    return authority


@pytest.mark.parametrize("fault", BAD)
async def test_case_31_a_bad_certificate_is_refused_but_for_the_source_that_says_so(
    trust: Authority, desk: Desk, fault: str
) -> None:
    async with serving(trust.server(fault.replace(" ", "-"), **BAD[fault])) as server:
        server.on("/f", body(FEED))
        receipt, health = await desk.poll(server.url("/f"), id="strict")
        assert receipt.status == "failing" and "certificate of 127.0.0.1 is not good" in (health.message or "")
        assert not server.requests
        receipt, _ = await desk.poll(server.url("/f"), id="lenient", insecure=True)
        assert receipt.new == 2
        receipt, _ = await desk.poll(server.url("/f"), id="strict")
        assert receipt.status == "failing", "the exception of one source is nobody else's"


async def test_case_31_a_good_certificate_is_taken(trust: Authority, desk: Desk) -> None:
    async with serving(trust.server("good", host="127.0.0.1")) as server:
        server.on("/f", body(FEED))
        assert (await desk.poll(server.url("/f")))[0].new == 2


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.*:DeprecationWarning")
async def test_case_31_an_old_protocol_is_refused(trust: Authority, desk: Desk) -> None:
    context = trust.server("old", host="127.0.0.1")
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    async with serving(context) as server:
        server.on("/f", body(FEED))
        _, health = await desk.poll(server.url("/f"))
        assert "no safe connection" in (health.message or ""), health.message
        assert not server.requests


async def test_case_31_what_speaks_no_tls_is_refused(desk: Desk, server: FaultServer) -> None:
    server.on("/f", body(FEED))
    error = await desk.refused(server.url("/f").replace("http:", "https:"))
    assert error.kind in ("tls", "timeout", "broken", "unreachable"), error


# ---------------------------------------------------------------- planted headers

VALIDATORS = {
    '"plain"': True,
    'W/"weak"': True,
    "unquoted": True,
    '"' + "x" * 4000 + '"': True,
    '""': True,
    '"esc\x1b[2J"': False,
    '"tab\there"': False,
    '"ü"': False,
}


@pytest.mark.parametrize("etag", VALIDATORS)
async def test_case_32_a_validator_goes_back_unchanged_or_not_at_all(
    server: FaultServer, desk: Desk, etag: str
) -> None:
    url = server.on("/f", body(FEED, f"ETag: {etag}"))
    await desk.poll(url)
    await desk.poll(url)
    sent = [request.headers.get("if-none-match") for request in server.requests]
    assert sent in ([None, etag], [None, None])
    if VALIDATORS[etag]:
        assert sent[1] == etag
    else:
        assert not any(char in (desk.store.memory("feed").etag or "") for char in "\x1b\t")


@pytest.mark.parametrize("name", ["ETag", "Last-Modified", "X-Any"])
async def test_case_32_a_header_of_a_megabyte_harms_nobody(server: FaultServer, desk: Desk, name: str) -> None:
    url = server.on("/f", body(FEED, f"{name}: " + "x" * 1_000_000))
    _, health = await desk.poll(url)
    memory = desk.store.memory("feed")
    assert len(memory.etag or "") + len(memory.last_modified or "") < 10_000
    assert len(health.message or "") < 500


async def test_case_32_line_ends_in_a_remembered_validator_make_no_header(server: FaultServer, desk: Desk) -> None:
    url = server.on("/f", body(FEED))
    with suppress(SourceError):
        await desk.fetch(url, Memory(etag='"a"\r\nX-Planted: yes', last_modified="b\r\nX-Planted: yes"))
    assert not any("x-planted" in request.headers for request in server.requests)


async def test_case_32_no_cookie_is_sent_back(server: FaultServer) -> None:
    server.on("/f", body(FEED, "Set-Cookie: id=planted; Path=/", 'ETag: "1"'))
    url = server.url("/f", "own.example")  # a jar would take no cookie of a bare address
    network = Network(**LIMITS, allow_hosts=("own.example",))
    async with opened(network, resolver=Names({"own.example": LOOPBACK})) as desk:
        await desk.poll(url)
        await desk.poll(url)
    assert len(server.requests) == 2
    assert not any("cookie" in request.headers for request in server.requests)


async def test_case_32_a_site_that_insists_on_a_cookie_ends_as_a_circle(server: FaultServer, desk: Desk) -> None:
    server.on("/f", redirect("/f", 302, "Set-Cookie: seen=1"))
    assert (await desk.refused(server.url("/f"))).kind == "redirect"
    assert len(server.requests) <= 6


async def test_case_32_a_proxy_of_the_environment_is_not_used_unasked(
    server: FaultServer, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("/f", body(FEED))
    async with serving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        assert (await desk.fetch(server.url("/f"))).body == FEED
        assert not proxy.requests
        proxy.on("http://news.example/f", body(FEED))
        assert (await desk.fetch("http://news.example/f", proxy=proxy.url(""))).body == FEED
        assert [request.target for request in proxy.requests] == ["http://news.example/f"]


async def test_case_32_what_is_sent_is_honest_and_little(server: FaultServer, desk: Desk) -> None:
    await desk.fetch(server.on("/f", body(FEED)))
    headers = server.requests[0].headers
    assert set(headers) == {"host", "user-agent", "accept", "accept-encoding"}
    assert headers["user-agent"] == desk.network.user_agent
    assert datetime.now(UTC).strftime("%Y") not in headers["user-agent"]
