"""Whatever a stranger writes: four ways in, each with inputs that hypothesis makes up (more with HYPOTHESIS_PROFILE=long)."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.errors import QueryError, SourceError
from monitor.ingest import normalise
from monitor.model import Source
from monitor.query import Document, Watchlists, parse
from monitor.seedfile import parse_file
from monitor.sources import feed, jsonfeed
from monitor.text import CAP_BODY, clean, clean_line

NOW = datetime(2026, 11, 23, 9, 14, tzinfo=UTC)
SOURCE = Source(id="fuzz", title="Fuzz", url="https://fuzz.example/")

FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Wire</title><link>https://w.example/</link>
<item><title>Envoys &amp; talks &lt;b&gt;resume&lt;/b&gt;</title><link>/a?b=1</link><guid isPermaLink="false">1</guid>
<pubDate>Mon, 23 Nov 2026 09:14:00 +0100</pubDate><dc:creator>Ana (ana@w.example)</dc:creator><category>News</category>
<description><![CDATA[<p>First <a href="//x">words</a>.</p>]]></description><content:encoded>&lt;table&gt;&lt;td&gt;x
</content:encoded><enclosure url="https://w.example/a.mp3" length="x" type="audio/mpeg"/></item></channel></rss>"""
PIECES = [
    "\x00", "\x1b]0;x\x07", "\x9b2J", "\ud800", "\u202e", "&#xD800;", "&#x1b;", "&#99999999999;", "<!ENTITY x 'y'>",
    "<![CDATA[", "]]>", "<item>", "</channel>", "<", ">", "&", '"', "'", "xmlns:a='b'", "<a:b>", "encoding='idna'",
    "99999999999", "-1", "tz+99999", "\ufeff", "\r\n", "é", "漢", "\U0001f600", "[/x]", "{", "}", '{"version":',
]  # fmt: skip
QUERY_WORDS = st.sampled_from([
    "a", "missile~", '"b c"', "{NATO}", "/x+/", "(", ")", "AND", "OR", "NOT", "NEAR/3", "ONEAR/s", "ATLEAST/2(", "@x", "^2",
    "title:", "words:>3", "-", "d?e*", "published:-6h..now", "is:unread", '"', "'", "{", "/", "国防", "ایران", ":", "~",
])  # fmt: skip


def mutated(text: str, seed: int, times: int) -> str:
    """A text with pieces put in, taken out, doubled and swapped at places that a seed chooses."""
    chance = random.Random(seed)
    for _ in range(times):
        at, end = sorted((chance.randrange(len(text) + 1), min(len(text), chance.randrange(len(text) + 40))))
        change = chance.randrange(4)
        if change == 0:
            text = text[:at] + chance.choice(PIECES) * chance.choice((1, 1, 1, 50)) + text[at:]
        elif change == 1:
            text = text[:at] + text[end:] if end - at < 60 else text[:end]
        elif change == 2:
            text = text[:end] + text[at:end] + text[end:]
        else:
            text = text[:at] + text[at:end][::-1] + text[end:]
        text = text[:20_000]
    return text


def safe(text: str | None) -> bool:
    """Whether a text holds nothing that a terminal acts on."""
    return text is None or not any(
        (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or 0xD800 <= ord(c) < 0xE000 for c in text
    )


@pytest.mark.slow
@given(st.integers(0, 2**32), st.integers(0, 12))
def test_case_21_no_feed_raises_anything_but_a_source_error(seed, times):
    data = mutated(FEED, seed, times).encode("utf-8", "surrogatepass")
    read = jsonfeed.parse if jsonfeed.looks_like_json(data) else feed.parse
    try:
        parsed = read(data, url="https://w.example/feed")
    except SourceError:
        return
    for entry in parsed.entries:
        item, body = normalise(entry, SOURCE, NOW)
        assert all(
            map(safe, (item.title, item.dek, item.url, item.agency, item.place, body.text, *item.authors, *body.links))
        )
        assert "\n" not in item.title


@given(
    st.sampled_from(["a.txt", "a.md", "a.html", "a.json", "a.jsonl", "a.eml", "a.xml", "a.mbox"]),
    st.integers(0, 2**32),
    st.integers(0, 9),
)
def test_no_seed_file_raises_anything_but_a_source_error(name, seed, times):
    text = (
        "News / World\n\nEnvoys resume talks\n\nBy Ana\n\nLAGOS, Nov 23 (AFP) - First words of it.\n\n(AFP photo)\n" * 2
    )
    data = mutated(text, seed, times).encode("utf-8", "surrogatepass")
    try:
        parsed = parse_file(name, data)
    except SourceError:
        return
    for entry in parsed.entries:
        item, body = normalise(entry, SOURCE, NOW)
        assert all(map(safe, (item.title, item.dek, body.text, *body.captions)))


@given(st.lists(QUERY_WORDS | st.text(max_size=5), max_size=12), st.sampled_from(["", " "]))
@example(["(" * 3000], "")
@example(["NOT"] * 3000, " ")
def test_no_query_raises_anything_but_a_query_error(words, between):
    text = between.join(words)
    try:
        query = parse(text)
    except QueryError as error:
        assert 1 <= error.column <= len(text) + 1  # noqa: PT017 - that it is raised is not asked for
        return
    assert parse(str(query)) == query
    entry_item, body = normalise(next(iter(feed.parse(FEED.encode(), url="https://w.example/").entries)), SOURCE, NOW)
    watchlists = Watchlists((), {})
    try:
        watchlists.match(query, Document(entry_item, body, now=NOW))
    except QueryError:
        assert "@" in text


@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_cleaned_text_is_safe_and_stays_as_it_is(text):
    for cleaner in (clean, clean_line):
        once = cleaner(text)
        assert safe(once)
        assert cleaner(once) == once
        assert len(once) <= CAP_BODY
    assert "\n" not in clean_line(text)
