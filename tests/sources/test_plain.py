"""What is plain is read as feedparser reads it, and what is not is left to it."""

from __future__ import annotations

import pytest

from monitor.errors import SourceError
from monitor.sources import feed, plain
from monitor.sources.reduce import plainly_utf8

URL = "http://news.invalid/feed.xml"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:x="urn:x">
<channel><title>Desk &amp; more</title><link>http://news.invalid/</link><language>en-GB</language><ttl>15</ttl>
<atom:link rel="self" href="http://news.invalid/feed.xml"/>{items}</channel></rss>"""

ITEMS = {
    "bare": "<item><title>One</title></item>",
    "full": """<item><title>Two &lt;b&gt;bold&lt;/b&gt; &amp; é</title><link>http://news.invalid/2?a=1&amp;b=2</link>
    <guid isPermaLink="false">urn:2</guid><pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate><dc:creator>A. Writer</dc:creator>
    <category>World</category><category domain="x">War</category><description>Short</description>
    <content:encoded><![CDATA[<p>Long <a href="/x">text</a></p>]]></content:encoded>
    <enclosure url="http://news.invalid/a.mp3" type="Audio/MPEG" length="12"/>
    <media:content url="http://news.invalid/a.jpg" fileSize="3"/><x:rating>5</x:rating></item>""",
    "permalink": "<item><title>Three</title><guid>http://news.invalid/3</guid></item>",
    "content only": "<item><title>4</title><content:encoded>&lt;p&gt;x&lt;/p&gt;</content:encoded></item>",
}
NOT_PLAIN = {
    "two titles": "<item><title>One</title><title>Two</title></item>",
    "media title first": "<item><media:title>Wrong</media:title><title>Right</title></item>",
    "language": '<item><title xml:lang="fr">Un</title></item>',
    "relative link": "<item><title>One</title><link>/one</link></item>",
    "nested": "<item><title>One</title><media:group><media:content url='http://a.b/c'/></media:group></item>",
    "odd date": "<item><title>One</title><pubDate>2026년 1월 5일</pubDate></item>",
    "e-mail": "<item><title>One</title><author>a@b.invalid (A. Writer)</author></item>",
    "windows code points": "<item><title>&#x93;quoted&#x94;</title></item>",
    "atom author": "<item><title>One</title><atom:author><atom:name>A</atom:name></atom:author></item>",
    "itunes": "<item xmlns:itunes='http://www.itunes.com/DTDs/PodCast-1.0.dtd'><itunes:author>A</itunes:author></item>",
    "unknown in place of known": "<item><title>One</title><links>x</links></item>",
}


def by_feedparser(data: bytes, monkeypatch: pytest.MonkeyPatch) -> feed.Feed | str:
    with monkeypatch.context() as patch:
        patch.setattr(plain, "read", lambda *_, **__: None)
        return parsed(data)


def parsed(data: bytes) -> feed.Feed | str:
    try:
        return feed.parse(data, url=URL)
    except SourceError as error:
        return str(error)


def split(data: bytes) -> plain.Plain | None:
    return plain.read(data, url=URL, lang=None, ways=feed._ways())


@pytest.mark.parametrize("items", ITEMS.values(), ids=ITEMS)
def test_plain_entries_need_no_feedparser_and_are_the_same(items, monkeypatch):
    data = RSS.format(items=items).encode()
    found = split(data)
    assert found is not None and found.head is not None and None not in found.entries
    assert parsed(data) == by_feedparser(data, monkeypatch)


@pytest.mark.parametrize("items", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_is_not_plain_is_left_to_feedparser_in_its_place(items, monkeypatch):
    data = RSS.format(items=ITEMS["bare"] + items + ITEMS["full"]).encode()
    found = split(data)
    assert found is not None
    assert [entry is None for entry in found.entries] == [False, True, False]
    assert parsed(data) == by_feedparser(data, monkeypatch)


@pytest.mark.parametrize(
    "document",
    [
        b"<rss version='2.0'><channel><item><title>cut",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>x</title></entry></feed>",
        b"<rss version='2.0' xml:lang='fr'><channel><item><title>x</title></item></channel></rss>",
        b"<rss version='2.0'><channel><title>none</title></channel></rss>",
        b"<rss version='2.0'><channel><item/></channel></rss>",
    ],
)
def test_other_documents_are_not_plain(document):
    assert split(document) is None


@pytest.mark.slow
def test_every_document_at_hand_reads_the_same_both_ways(shared_data, monkeypatch):
    compared = plain_entries = 0
    for path in sorted((shared_data / "conformance").rglob("*.xml")) + sorted(
        (shared_data / "real_feeds").rglob("*.xml")
    ):
        data = path.read_bytes()
        if not plainly_utf8(data, None) or b"<rss" not in data[:2000] or (found := split(data)) is None:
            continue
        compared += 1
        plain_entries += len(found.entries) - found.entries.count(None)
        assert parsed(data) == by_feedparser(data, monkeypatch), path
    assert compared > 400 and plain_entries > 2000
