"""Cases 22, 27, 30: bodies that are too large, never end, or are not what their head says."""

from __future__ import annotations

import asyncio
import gzip
import resource
import time
import zlib

import brotli
import pytest
import zstandard

from monitor.config import Network
from tests.faults.desk import LIMITS, Desk, opened
from tests.faults.server import Answer, FaultServer, body, drip, endless, hang, raw, reset, rss

MEGABYTE = 1 << 20
FEED = rss("one", "two")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"


def bomb(encoding: str, megabytes: int) -> bytes:
    """So many megabytes of zeros, compressed piece by piece."""
    zeros = bytes(MEGABYTE)
    if encoding == "gzip":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        return b"".join([*(packer.compress(zeros) for _ in range(megabytes)), packer.flush()])
    if encoding == "deflate":
        packer = zlib.compressobj(9)
        return b"".join([*(packer.compress(zeros) for _ in range(megabytes)), packer.flush()])
    if encoding == "br":
        squeezer = brotli.Compressor(quality=1)
        return b"".join([*(squeezer.process(zeros) for _ in range(megabytes)), squeezer.finish()])
    squeezer = zstandard.ZstdCompressor().compressobj()
    return b"".join([*(squeezer.compress(zeros) for _ in range(megabytes)), squeezer.flush()])


def peak() -> int:
    """The most memory this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_case_22_a_bomb_is_given_up_at_the_cap(server: FaultServer, encoding: str) -> None:
    url = server.on("/f", body(bomb(encoding, 200), f"Content-Encoding: {encoding}", "Content-Type: application/xml"))
    async with opened(Network(**{**LIMITS, "max_bytes": MEGABYTE, "total_timeout": 10.0})) as desk:
        before = peak()
        error = await desk.refused(url)
        assert error.kind in ("too-large", "broken"), error
        assert peak() - before < 60 * MEGABYTE


@pytest.mark.parametrize("count", [2, 5000])
async def test_case_22_encodings_upon_encodings_are_refused(server: FaultServer, desk: Desk, count: int) -> None:
    data = gzip.compress(gzip.compress(FEED))
    server.on("/f", body(data, "Content-Encoding: " + ", ".join(["gzip"] * count), "Content-Type: application/xml"))
    receipt, health = await desk.poll(server.url("/f"))
    assert receipt.status in ("failing", "not-a-feed") and health.next_at
    assert not desk.store.items


async def test_case_22_a_length_beyond_the_cap_is_not_even_read(server: FaultServer, desk: Desk) -> None:
    server.on("/f", raw(HEAD + b"Content-Length: 99999999999\r\n\r\n<rss>"))
    assert (await desk.refused(server.url("/f"))).kind == "too-large"


ENDLESS: dict[str, Answer] = {
    "body": endless(b"<!-- again and again -->" * 50),
    "drip": drip(HEAD + b"\r\n<rss>", b" ", 0.05),
    "slow drip": drip(HEAD + b"\r\n<rss>", b" ", 0.6),
    "header drip": drip(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n", 0.05),
    "status drip": drip(b"HTTP/1.1 ", b"2", 0.05),
    "hang": hang,
    "hang in the body": drip(HEAD + b"Content-Length: 100\r\n\r\n<rss>", b"", 60),
}


@pytest.mark.parametrize("name", ENDLESS)
async def test_case_27_what_never_ends_is_ended(server: FaultServer, desk: Desk, name: str) -> None:
    server.on("/f", ENDLESS[name])
    error = await desk.refused(server.url("/f"))
    assert error.kind in ("timeout", "too-large", "broken", "unreachable"), error
    for _ in range(50):
        if not server.open:
            break
        await asyncio.sleep(0.02)
    assert server.open == 0 or name in ("hang", "hang in the body"), "the connection is given back"


async def test_case_27_a_slow_feed_holds_up_no_other(server: FaultServer, desk: Desk) -> None:
    server.on("/slow", hang)
    server.on("/good", body(FEED))
    slow = asyncio.create_task(desk.poll(server.url("/slow"), id="slow"))
    started = time.monotonic()
    receipt, _ = await desk.poll(server.url("/good"), id="good")
    assert receipt.new == 2 and time.monotonic() - started < 0.5
    assert (await slow)[0].status == "failing"


DAMAGED: dict[str, Answer] = {
    "bad status line": raw(b"HELLO 200 OK\r\n\r\n" + FEED),
    "status of letters": raw(b"HTTP/1.1 OK OK\r\n\r\n" + FEED),
    "nothing": raw(b""),
    "bad chunk size": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + FEED),
    "huge chunk size": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n" + FEED),
    "negative chunk size": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n"),
    "truncated chunk": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (len(FEED) + 50) + FEED),
    "no last chunk": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(FEED) + FEED + b"\r\n"),
    "short body": raw(HEAD + b"Content-Length: %d\r\n\r\n" % (len(FEED) + 100) + FEED),
    "length of letters": raw(HEAD + b"Content-Length: many\r\n\r\n" + FEED),
    "two lengths": raw(HEAD + b"Content-Length: 5\r\nContent-Length: 500\r\n\r\n" + FEED),
    "500,000 headers": raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500_000 + b"\r\n" + FEED),
    "a header of 10 MB": raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000_000 + b"\r\n\r\n" + FEED),
    "reset before the head": reset(b""),
    "reset in the head": reset(b"HTTP/1.1 200 OK\r\nContent-"),
    "reset in the body": reset(HEAD + b"Content-Length: 1000\r\n\r\n" + FEED[:100]),
    "gzip that is none": body(FEED, "Content-Encoding: gzip"),
    "an unknown encoding": body(FEED[::-1], "Content-Encoding: rot13"),
}


@pytest.mark.parametrize("name", DAMAGED)
async def test_case_30_a_damaged_answer_fails_that_feed_and_keeps_its_items(
    server: FaultServer, desk: Desk, name: str
) -> None:
    url = server.on("/f", body(FEED, 'ETag: "1"'))
    first, _ = await desk.poll(url)
    assert first.new == 2
    memory = desk.store.memory("feed")
    server.on("/f", DAMAGED[name])
    receipt, failed = await desk.poll(url)
    assert receipt.status in ("failing", "not-a-feed")
    assert failed.message and "cannot be reached" not in failed.message and failed.failures == 1
    assert failed.next_at and failed.next_at > desk.clock.now
    assert desk.store.titles() == ["one", "two"]
    assert desk.store.memory("feed") == memory, "validators of a bad answer are not kept"
    server.on("/f", body(rss("one", "two", "three")))
    again, health = await desk.poll(url)
    assert (again.new, health.failures) == (1, 0)


async def test_case_30_a_body_longer_than_its_length_fails_in_words(server: FaultServer, desk: Desk) -> None:
    server.on("/f", raw(HEAD + b"Content-Length: %d\r\n\r\n" % len(FEED) + FEED + b"<rss>more"))
    receipt, _ = await desk.poll(server.url("/f"))
    assert receipt.status == "failing" and receipt.message and not desk.store.items


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_case_30_a_document_cut_short_gives_what_is_whole_and_is_asked_for_again(
    server: FaultServer, desk: Desk, encoding: str
) -> None:
    data = gzip.compress(FEED)[:-20] if encoding == "gzip" else FEED[:-100]
    validators = ('ETag: "1"', "Last-Modified: Tue, 24 Nov 2026 10:00:00 GMT")
    url = server.on("/f", body(data, f"Content-Encoding: {encoding}", *validators))
    receipt, health = await desk.poll(url)
    assert receipt.new == 1 and health.message and "cut short" in health.message
    server.on("/f", body(FEED))
    receipt, health = await desk.poll(url)
    assert "if-none-match" not in server.requests[-1].headers
    assert "if-modified-since" not in server.requests[-1].headers
    assert (receipt.new, receipt.edited) == (1, 0)
    assert desk.store.titles() == ["one", "two"] and not health.message
