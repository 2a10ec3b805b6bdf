"""Subscription lists: read leniently, written strictly, and nothing in them is ever run."""

from __future__ import annotations

import time

import pytest

from monitor.errors import SourceError
from monitor.model import Source
from monitor.sources import opml


def body(inner: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><body>{inner}</body></opml>'.encode()


def test_folders_become_tags():
    listed = opml.read(
        body(
            '<outline text="A"><outline title="B"><outline text="One" xmlUrl="https://a.b/1"/></outline>'
            '<outline text="Two" xmlUrl="https://a.b/2"/></outline><outline text="Three" xmlUrl="https://a.b/3"/>'
        )
    )
    assert [(source.id, source.tags) for source in listed.sources] == [
        ("one", ("A", "B")),
        ("two", ("A",)),
        ("three", ()),
    ]


@pytest.mark.parametrize(
    ("attributes", "title"),
    [
        ('text="Q&A < co" xmlUrl="https://a.b/?a=1&b=2"', "Q&A < co"),
        ('text="Газета "Коммерсантъ". Главное" xmlUrl="https://a.b/?a=1&b=2"', 'Газета "Коммерсантъ". Главное'),
        ("TEXT='single' XMLURL='https://a.b/?a=1&amp;b=2'", "single"),
        ('text="x>y" xmlUrl="https://a.b/?a=1&amp;b=2"', "x>y"),
    ],
)
def test_what_is_not_well_formed_is_read_all_the_same(attributes, title):
    (source,) = opml.read(body(f"<outline {attributes}/>")).sources
    assert (source.title, source.url) == (title, "https://a.b/?a=1&b=2")


@pytest.mark.parametrize(
    "address", ["|~/run.sh", "exec:ls", "filter:x:http://a.b", "file:///etc/passwd", "javascript:x", "query:a:b", "~/x"]
)
def test_case_54_nothing_that_runs_or_reads_becomes_a_source(address):
    listed = opml.read(
        body(f'<outline text="evil" xmlUrl="{address}" filtercmd="rm" /><outline xmlUrl="http://a.b/"/>')
    )
    assert [source.url for source in listed.sources] == ["http://a.b/"]
    assert len(listed.problems) == 1 and "evil" in listed.problems[0]


def test_a_feed_named_twice_is_one_and_told():
    listed = opml.read(body('<outline text="A" xmlUrl="http://a.b/"/>' * 3))
    assert len(listed.sources) == 1 and listed.problems == ("2 feeds are named more than once",)


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"\x00\x01", b'<!DOCTYPE x [<!ENTITY a "b">]><opml><outline/></opml>']
)
def test_what_is_no_list_is_refused(data):
    with pytest.raises(SourceError):
        opml.read(data)


@pytest.mark.parametrize(
    "inner",
    [
        '<outline text="a">' * 100_000,
        '<outline text="a' * 100_000,
        '<outline a="' + '" b=a' * 500_000,
        '<outline text="x" xmlUrl="http://a.b/"/>' * 100_000,
        "<!--" * 100_000,
    ],
)
def test_case_54_hostile_lists_are_read_in_bounded_time(inner):
    started = time.process_time()
    opml.read(b"<opml><body>" + inner.encode() + b"</body>")
    assert time.process_time() - started < 8


def test_what_is_written_is_read_again_without_secrets():
    sources = [
        Source(id="a", title='A "quoted" & <b>', url="https://user:pass@a.b/x", tags=("World",)),
        Source(id="b", title="B", url="https://a.b/@y", tags=()),
        Source(id="c", title="Local", path="/tmp/x"),
    ]
    written = opml.write(sources)
    assert "pass" not in written and "/tmp" not in written
    listed = opml.read(written.encode())
    assert [(source.title, source.url, source.tags) for source in listed.sources] == [
        ("B", "https://a.b/@y", ()),
        ('A "quoted" & <b>', "https://a.b/x", ("World",)),
    ]


def test_lists_in_the_wild_lose_no_feed(shared_data):
    for path in sorted((shared_data / "opml").glob("awesome*.opml")):
        data = path.read_bytes()
        listed = opml.read(data)
        twice = sum(int(problem.split()[0]) for problem in listed.problems if "more than once" in problem)
        assert len(listed.sources) + twice == data.count(b"xmlUrl="), path


def test_case_54_a_list_without_end_is_read_to_its_cap():
    outlines = "".join(f'<outline xmlUrl="http://a.example/{number}"/>' for number in range(opml.CAP_FEEDS + 10))
    found = opml.read(f"<opml><body>{outlines}</body></opml>".encode())
    assert len(found.sources) == opml.CAP_FEEDS
    assert found.problems == (f"only the first {opml.CAP_FEEDS:,} feeds are read",)
