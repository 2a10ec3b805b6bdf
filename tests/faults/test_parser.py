"""Cases 13–21: what a parser must survive, and what it must never do for a stranger."""

from __future__ import annotations

import asyncio
import gzip
import os
import random
import resource
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import Network
from monitor.errors import SourceError
from monitor.ingest import normalise, short_id
from monitor.model import Entry, Source
from monitor.poll.worker import Job, Judges, work
from monitor.poll.workers import Workers
from monitor.sources import feed as feeds
from tests.faults.desk import LIMITS, Desk, opened
from tests.faults.documents import BOMBS, ODD, feed
from tests.faults.server import FaultServer, body, rss
from tests.poll.fakes import NOW

URL = "http://news.example/f.xml"
SOURCE = Source(id="feed", title="Feed", url=URL)
MEGABYTE = 1 << 20


def job(data: bytes, source: Source = SOURCE) -> Job:
    return Job(source=source, now=NOW, data=data, url=URL)


async def lags(into: list[float]) -> None:
    """How late the event loop is, again and again."""
    while True:
        due = time.perf_counter() + 0.01
        await asyncio.sleep(0.01)
        into.append(time.perf_counter() - due)


async def test_case_13_a_feed_that_is_dear_to_read_is_given_up_and_the_others_are_on_time() -> None:
    limit = 0.3
    workers = Workers(Judges(), count=2, seconds=limit)
    honest = job(rss("one", "two"))
    await asyncio.gather(workers.do(honest), workers.do(honest))
    late: list[float] = []
    probe = asyncio.create_task(lags(late))
    given_up: list[str] = []
    worst = 0.0

    async def hurt() -> None:
        for name, make in BOMBS.items():
            started = time.perf_counter()
            try:
                await workers.do(job(make()))
            except SourceError as error:
                given_up.append(f"{name}: {error.kind}")
            assert time.perf_counter() - started < 4 * limit + 1, name

    hurting = asyncio.create_task(hurt())
    while not hurting.done():
        started = time.perf_counter()
        assert len((await workers.do(honest)).additions) == 2
        worst = max(worst, time.perf_counter() - started)
        await asyncio.sleep(0.02)
    await hurting
    probe.cancel()
    await workers.close()
    assert worst < 1.0, "an honest feed waited"
    assert sorted(late)[int(len(late) * 0.95)] < 0.1
    assert not [line for line in given_up if "bug" in line], given_up
    assert any("limits" in line for line in given_up), "nothing here reached the limits"


async def test_case_13_a_worker_is_bound_in_memory_and_leaves_no_core() -> None:
    workers = Workers(Judges(), count=1, seconds=0.5)
    try:
        await workers.do(job(rss("one")))
        assert workers._nursery
        limits = limits_of_children(workers._nursery.pid)
        assert len(limits) == 1
        rows = {line[:26].strip(): line[26:].split() for line in limits[0].splitlines()}
        assert int(rows["Max address space"][0]) < 1_500 * MEGABYTE
        assert rows["Max core file size"][0] == "0"
        with suppress(SourceError):
            await workers.do(job(feed("<x>y</x>" * 1_000_000)))
        assert len((await workers.do(job(rss("one")))).additions) == 1
    finally:
        await workers.close()


def limits_of_children(pid: int) -> list[str]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [Path(f"/proc/{child}/limits").read_text("ascii") for child in children]


@pytest.mark.parametrize("name", ODD)
def test_case_14_an_odd_document_is_an_error_of_that_feed_alone(name: str) -> None:
    started = time.perf_counter()
    with suppress(SourceError):
        for addition in work(job(ODD[name]), None).additions:
            addition.item.title.encode()
            addition.body.text.encode()
    assert time.perf_counter() - started < 2


async def test_case_14_odd_documents_stop_no_worker() -> None:
    workers = Workers(Judges(), count=1, seconds=2)
    try:
        for data in ODD.values():
            with suppress(SourceError):
                await workers.do(job(data))
        assert len((await workers.do(job(rss("one")))).additions) == 1
    finally:
        await workers.close()


LAUGHS = "".join(
    [
        '<!ENTITY l0 "lol">',
        *(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)),
    ]
)
BLOWUP = f'<!ENTITY a "{"x" * 50_000}">'


@pytest.mark.parametrize("entities", [(LAUGHS, "&l9;"), (BLOWUP, "&a;" * 150)], ids=["laughs", "blow-up"])
@pytest.mark.parametrize(
    "layout",
    [
        '<?xml version="1.0"?>\n<!DOCTYPE rss [{}]>\n',
        '<?xml version="1.0"?><!DOCTYPE rss [{}]>',
        '<?xml version="1.0"?>\n<!-- a comment -->\n<!DOCTYPE rss [{}]>\n',
        "<!DOCTYPE rss [{}]>",
        '\n\n<?xml version="1.0"?><!-- <!DOCTYPE x> --><!doctype rss [{}]>',
    ],
)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32", "utf-7", "cp037", "cp500", "iso-2022-jp"]
)
def test_case_15_entities_are_not_expanded(entities: tuple[str, str], layout: str, encoding: str) -> None:
    declared, used = entities
    text = feed(f"<description>{used}</description>", before=layout.format(declared)).decode()
    text = text.replace('version="1.0"?>', f'version="1.0" encoding="{encoding}"?>', 1)
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        additions = work(job(text.encode(encoding)), None).additions
    except SourceError as error:
        refusal = error.kind
    else:
        refusal = "refused" if all(len(addition.body.text) < 1000 for addition in additions) else "expanded"
    assert refusal in ("refused", "not-a-feed", "unreadable", "too-large")
    assert time.perf_counter() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


@pytest.mark.parametrize("encoding", ["utf-7", "iso-2022-jp", "raw_unicode_escape", "hz"])
def test_case_15_entities_that_an_encoding_hides_are_not_expanded(encoding: str) -> None:
    hidden = {
        "utf-7": b"+ADw-!DOCTYPE rss [+ADw-!ENTITY a 'x'+AD4AXQA+-",
        "iso-2022-jp": b"<!DOCTYPE rss [<!ENT\x1b(BITY a 'x'>]>",
        "raw_unicode_escape": b"<!DOCTYPE rss [\\u003c!ENTITY a 'x'>]>",
        "hz": b"<!DOCTYPE rss [<!EN~\nTITY a 'x'>]>",
    }[encoding]
    data = feed("<description>&a;</description>", before=f'<?xml version="1.0" encoding="{encoding}"?>')
    with pytest.raises(SourceError) as caught:
        work(job(data.replace(b"?>", b"?>" + hidden, 1)), None)
    assert caught.value.kind == "refused"


async def test_case_16_nothing_is_read_or_fetched_for_a_document(server: FaultServer, tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("c4n4ry-in-a-file", "ascii")
    outside = server.url("/outside.dtd")
    layouts = [
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{canary.as_uri()}">]>',
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{outside}">]>',
        f'<!DOCTYPE rss [<!ENTITY % x SYSTEM "{outside}"> %x;]>',
        f'<!DOCTYPE rss SYSTEM "{outside}">',
        f'<!DOCTYPE rss PUBLIC "-//X//EN" "{outside}">',
        f'<?xml-stylesheet href="{outside}"?>',
    ]
    documents = [feed("<description>&x;</description>", before=f'<?xml version="1.0"?>{text}') for text in layouts]
    documents += [
        feed(f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{canary.as_uri()}"/>'),
        feed(f'<description><![CDATA[<img src="{outside}"><iframe src="{outside}"></iframe>]]></description>'),
        feed(before='<?xml version="1.0" standalone="no"?>' + layouts[3]),
    ]
    documents += [text.decode().encode("utf-16") for text in documents[:6]]
    read = await asyncio.to_thread(_read_all, documents)
    assert len(read) >= 4, "what only names something outside is read without it"
    assert not any("c4n4ry" in text for text in read)
    assert not server.requests


async def test_case_16_nothing_of_the_machine_is_read_for_hostile_documents_of_others(shared_data: Path) -> None:
    documents = [path.read_bytes() for path in sorted((shared_data / "hostile" / "xml").glob("*"))]
    read = await asyncio.to_thread(_read_all, documents)
    assert read and not any("root:" in text for text in read)


def _read_all(documents: list[bytes]) -> list[str]:
    found = []
    for data in documents:
        with suppress(SourceError):
            found += [addition.item.title + addition.body.text for addition in work(job(data), None).additions]
    return found


def test_case_16_no_other_parser_is_taken_from_the_environment_or_the_path(tmp_path: Path, root: Path) -> None:
    for name in ("drv_libxml2", "evil_parser"):
        tmp_path.joinpath(f"{name}.py").write_text(f"import os\nos.mkdir({str(tmp_path / name)!r} + '-ran')\n", "ascii")
    program = """
        from monitor.sources import feed
        data = b"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><entry><title>one</title></entry></feed>"
        print(feed.parse(data, url="http://a.example/").entries[0].title)
    """
    environment = {**os.environ, "PY_SAX_PARSER": "evil_parser", "PYTHONPATH": f"{tmp_path}:{root}"}
    words = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True, timeout=20)
    assert done.stdout == "one\n"
    assert not list(tmp_path.glob("*-ran"))


def large(kind: str) -> bytes:
    return {
        "title": lambda: feed(f"<title>{'t' * 30 * MEGABYTE}</title>"),
        "attribute": lambda: feed(f'<enclosure url="http://a.example/{"a" * 10 * MEGABYTE}"/>'),
        "web page": lambda: b"<!DOCTYPE html><html><body>" + b"<p>word</p>" * 500_000,
    }[kind]()


@pytest.mark.parametrize("kind", ["title", "attribute", "web page"])
def test_case_17_what_is_too_large_is_refused_or_bounded(kind: str) -> None:
    started = time.perf_counter()
    outcome = "read"
    try:
        additions = work(job(large(kind)), None).additions
        assert not additions[0].body.enclosures and len(repr(additions)) < 2000
    except SourceError as error:
        outcome = error.kind
    assert outcome == {"title": "too-large", "attribute": "read", "web page": "not-a-feed"}[kind]
    assert time.perf_counter() - started < 3


def test_case_17_of_a_hundred_thousand_entries_the_first_are_read() -> None:
    data = rss("one").replace(b"<item>", b"<item><title>x</title></item>" * 100_000 + b"<item>", 1)
    started = time.perf_counter()
    read = feeds.parse(data, url=URL)
    assert len(read.entries) == feeds.CAP_ENTRIES
    assert read.notes == ("only the first 5,000 of 100,001 entries are read",)
    assert [(drop.reason, drop.count) for drop in read.drops] == [("beyond the first 5,000 of a document", 95_001)]
    assert time.perf_counter() - started < 5


NO_FEEDS = {
    "nothing": b"",
    "white space": b" \r\n\t " * 100,
    "NUL bytes": bytes(5000),
    "rubbish": random.Random(18).randbytes(5000),
    "JSON": b'{"error": "no such feed", "code": 404}',
    "a JSON list": b"[1, 2, 3]",
    "broken JSON": b'{"items": [',
    "a login page": b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form></form></body></html>",
    "a page with items": b"<html><body><item><title>Buy now</title></item></body></html>",
    "plain text": b"Service temporarily unavailable.",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(2000),
    "gzip of a page": gzip.compress(b"<html><body>Sign in</body></html>"),
    "an XML error": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
}


@pytest.mark.parametrize("name", NO_FEEDS)
async def test_case_18_what_is_no_feed_keeps_the_old_items(server: FaultServer, desk: Desk, name: str) -> None:
    url = server.on("/f", body(rss("one", "two"), 'ETag: "good"'))
    await desk.poll(url)
    memory = desk.store.memory("feed")
    server.on("/f", body(NO_FEEDS[name], 'ETag: "bad"', "Content-Type: application/rss+xml"))
    receipt, health = await desk.poll(url)
    assert receipt.status in ("not-a-feed", "failing") and receipt.new == 0
    assert any(word in (health.message or "") for word in ("not a", "empty", "cannot be read", "damaged")), (
        health.message
    )
    assert desk.store.titles() == ["one", "two"]
    assert desk.store.memory("feed") == memory


DATES = (
    "Mon, 01 Jan 99999999999 00:00:00 GMT|Mon, 24 Nov 2026 10:00:00 +99999|Thu, 01 Jan 1970 00:00:00 GMT|0|"
    "Tue, 24 Nov 2036 10:00:00 GMT|2036-11-24T10:00:00Z||9999-12-31T23:59:59-23:59|0001-01-01T00:00:00+23:59|2026-02-30|"
    "2026년 11월 24일|Τρί, 24 Νοε 2026 10:00:00 EET|1767-01-01|1404-09-03|" + "9" * 5000 + "|-1|NaN|24:61:61"
).split("|")


@pytest.mark.parametrize("text", DATES, ids=range(len(DATES)))
def test_case_19_no_date_crashes_or_pins_an_item_to_the_top(text: str) -> None:
    data = feed(f"<pubDate>{text}</pubDate><dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>{text}</dc:date>")
    (addition,) = work(job(data), None).additions
    item = addition.item
    assert datetime(1990, 1, 1, tzinfo=UTC) <= item.published <= NOW + timedelta(hours=48)
    assert item.published_guessed == (item.published == NOW)


async def test_case_20_ids_that_change_make_no_flood(server: FaultServer, desk: Desk) -> None:
    titles = [f"story {number}" for number in range(30)]
    for poll in range(5):
        url = server.on("/f", body(rss(*titles).replace(b"urn:", f"urn:{poll}:".encode())))
        receipt, _ = await desk.poll(url)
        assert receipt.new == (30 if poll == 0 else 0)
    assert len(desk.store.items) == 30
    assert receipt.drops == {"known under another id": 30}


async def test_case_20_a_flood_is_capped_at_each_poll_and_counted(server: FaultServer) -> None:
    titles = [f"s{number}" for number in range(2_000)]
    async with opened(Network(**{**LIMITS, "max_bytes": 5_000_000, "total_timeout": 10.0})) as desk:
        receipt, health = await desk.poll(server.on("/f", body(rss(*titles))))
        assert receipt.new == 1_000 and receipt.drops == {"over the cap of a poll": 1_000}
        assert health.drops == receipt.drops and len(desk.store.dropped["feed"]) == 1_000


async def test_case_20_one_feed_overwrites_nothing_of_another(server: FaultServer, desk: Desk) -> None:
    own = server.on("/own", body(rss("true")))
    copy = server.on("/copy", body(rss("true").replace(b"About true", b"Lies about true")))
    await desk.poll(own, id="own")
    await desk.poll(copy, id="copy")
    texts = {key: addition.item.dek for key, addition in desk.store.items.items()}
    assert texts == {("own", "guid:urn:true"): "About true.", ("copy", "guid:urn:true"): "Lies about true."}
    assert len({addition.item.id for addition in desk.store.items.values()}) == 2


def test_case_20_ids_that_are_missing_or_huge_are_bounded_and_told_apart() -> None:
    huge = "x" * 10_000_000
    entries = [
        Entry(guid=huge + "a", title="one"),
        Entry(guid=huge + "b", title="two"),
        Entry(title="three"),
        Entry(body="four, without a title"),
    ]
    items = [normalise(entry, SOURCE, NOW)[0] for entry in entries]
    assert all(len(item.key) < 300 for item in items)
    assert len({item.id for item in items[1:]}) == 3
    assert items[2].id == short_id("feed", items[2].key) == normalise(entries[2], SOURCE, NOW + timedelta(days=1))[0].id


FUZZ = int(os.environ.get("NEWSROOM_FUZZ", "400"))
"""Mutated documents; a nightly run takes 100000."""
TOKENS = (
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<item>", b"</item>", b"&#x0;", b"&#55296;", b"\x00", b"\xff",
    b"\x1b]0;x\x07", b"xmlns:a=''", b"<?xml version='1.0' encoding='utf-16'?>", b"<content type='xhtml'>", b"<link/>",
    b"<pubDate>99999999999</pubDate>", b"xml:base='http://[::'", b"<media:content url=''/>", b"\xe2\x80\xae",
)  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(out) + 1)
        way = chance.randrange(4)
        if way == 0:
            out[at : at + chance.randint(1, 60)] = b""
        elif way == 1:
            out[at:at] = chance.choice(TOKENS) * chance.choice((1, 1, 1, 40))
        elif way == 2:
            out[at : at + 1] = chance.randbytes(1)
        else:
            start = chance.randrange(len(out) + 1)
            out[at:at] = out[start : start + chance.randint(1, 400)]
    return bytes(out)


def test_case_21_a_mutated_feed_is_read_or_refused_and_nothing_else(shared_data: Path) -> None:
    chance = random.Random(int(os.environ.get("NEWSROOM_FUZZ_SEED", "21")))
    paths = sorted((shared_data / "conformance").rglob("*.xml")) + sorted((shared_data / "hostile").rglob("*.json"))
    corpus = [data for path in chance.sample(paths, 120) if len(data := path.read_bytes()) < 20_000]
    corpus.append(rss("one", "two", item="<category>c</category><author>a@b (C)</author>"))
    read, told = 0, set()
    for _ in range(FUZZ):
        data = mutated(chance.choice(corpus), chance)
        started = time.perf_counter()
        try:
            additions = work(job(data), None).additions
        except SourceError as error:
            told.add(str(error))
            continue
        read += 1
        for addition in additions:
            addition.item.title.encode()
            addition.body.text.encode()
            assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in addition.item.title)
        assert time.perf_counter() - started < 2
    assert read > FUZZ // 3
    assert all(line == line.strip() and "\n" not in line for line in told)
