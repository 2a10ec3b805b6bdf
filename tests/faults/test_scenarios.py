"""The behaviours of servers and networks that are no attack: what each teaches the next poll."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from monitor.config import Network
from tests.faults.desk import LIMITS, LOOPBACK, Desk, Names, opened
from tests.faults.server import Answer, FaultServer, Request, body, in_turn, redirect, reset, rss, status

FEED = rss("one", "two")


def conditional(etag: str, data: bytes) -> Answer:
    """Not modified for whoever brings the validator."""

    async def answer(request: Request, writer) -> None:
        same = request.headers.get("if-none-match") == etag
        await (status(304) if same else body(data, f"ETag: {etag}"))(request, writer)

    return answer


async def test_what_is_not_modified_is_not_read_and_what_changes_comes_once(server: FaultServer, desk: Desk) -> None:
    url = server.on("/f", conditional('"1"', FEED))
    new, statuses = [], []
    for poll in range(5):
        if poll == 3:
            server.on("/f", conditional('"2"', rss("three", "one", "two")))
        desk.clock.forward(minutes=1)
        receipt, health = await desk.poll(url)
        new.append(receipt.new)
        statuses.append(receipt.status)
        assert health.last_try == health.last_success == desk.clock.now
    assert new == [2, 0, 0, 1, 0]
    assert statuses == ["ok", "unmodified", "unmodified", "ok", "unmodified"]
    assert len(desk.intake._workers.jobs) == 2


@pytest.mark.parametrize("kind", ["text/plain", "text/html; charset=utf-8", "application/octet-stream", "", "nonsense"])
async def test_a_wrong_content_type_is_read_by_content(server: FaultServer, desk: Desk, kind: str) -> None:
    receipt, _ = await desk.poll(server.on("/f", body(FEED, f"Content-Type: {kind}")))
    assert receipt.new == 2


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1251", "utf-8", "no-such-charset"])
async def test_a_charset_that_header_and_document_disagree_on_loses_no_letter(
    server: FaultServer, desk: Desk, charset: str
) -> None:
    data = rss("Größe").replace(b'"1.0"', b'"1.0" encoding="utf-8"')
    receipt, _ = await desk.poll(server.on("/f", body(data, f"Content-Type: application/rss+xml; charset={charset}")))
    assert receipt.new == 1 and desk.store.titles() == ["Größe"]


@pytest.mark.parametrize(("number", "words"), [(401, "password"), (403, "refused"), (404, "not found")])
async def test_what_needs_a_person_is_asked_slowly_and_never_hammered(
    server: FaultServer, desk: Desk, number: int, words: str
) -> None:
    url = server.on("/f", status(number))
    waits = []
    for _ in range(3):
        _, health = await desk.poll(url)
        assert health.next_at and words in (health.message or "") and str(number) in (health.message or "")
        waits.append(health.next_at - desk.clock.now)
    assert waits[0] >= timedelta(minutes=45)
    assert waits == sorted(waits)
    assert len(server.requests) == 3


async def test_trouble_of_the_server_backs_off_and_is_forgotten_with_a_success(server: FaultServer, desk: Desk) -> None:
    answers = [status(number) for number in (500, 502, 503, 504)]
    url = server.on("/f", in_turn(*answers, body(FEED), status(500)))
    waits = []
    for _ in range(6):
        _, health = await desk.poll(url)
        assert health.next_at
        waits.append((health.next_at - desk.clock.now).total_seconds())
    assert waits[0] < waits[1] < waits[2] < waits[3]
    assert health.failures == 1 and waits[5] < waits[3]


async def test_a_network_that_is_down_is_waited_for_and_needs_no_restart(server: FaultServer) -> None:
    names = Names({})
    server.on("/f", body(FEED))
    async with opened(Network(**LIMITS, allow_hosts=("news.example",)), resolver=names) as desk:
        url = server.url("/f", "news.example")
        for _ in range(5):
            receipt, health = await desk.poll(url)
            assert receipt.status == "failing" and health.message == "news.example has no address"
        since = health.failing_since
        names.answers["news.example"] = LOOPBACK
        receipt, health = await desk.poll(url)
        assert receipt.new == 2 and health.failures == 0 and health.failing_since is None and since


async def test_nobody_listens_there(desk: Desk) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        error = await desk.refused(f"http://127.0.0.1:{held.getsockname()[1]}/f")
    assert error.kind == "unreachable" and error.message == "127.0.0.1 cannot be reached: connection refused"


async def test_a_connection_that_breaks_once_is_tried_again_at_once(server: FaultServer, desk: Desk) -> None:
    receipt, _ = await desk.poll(server.on("/f", in_turn(reset(b""), body(FEED))))
    assert receipt.new == 2


async def test_a_temporary_redirect_is_followed_and_forgotten(server: FaultServer, desk: Desk) -> None:
    server.on("/there", body(FEED))
    for number in (302, 303, 307):
        receipt, health = await desk.poll(server.on("/f", redirect("/there", number)), id=f"by-{number}")
        assert receipt.new == 2 and health.moved_to is None


async def test_a_feed_with_no_items_is_no_fault(server: FaultServer, desk: Desk) -> None:
    url = server.on("/f", in_turn(body(FEED), body(rss())))
    await desk.poll(url)
    receipt, health = await desk.poll(url)
    assert receipt.status == "ok" and health.failures == 0
    assert desk.store.titles() == ["one", "two"]
