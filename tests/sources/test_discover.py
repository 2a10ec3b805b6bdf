"""The feeds that a page names."""

from __future__ import annotations

import pytest

from monitor.sources.discover import Found, find

PAGE = """<html><head><base href="https://b.invalid/dir/">
<link rel="alternate" type="application/rss+xml" title="News &amp; more" href="feed.xml">
<link rel="ALTERNATE stylesheet" type="application/atom+xml; charset=utf-8" href="//c.invalid/atom">
<link rel="alternate" type="application/feed+json" href="/feed.json">
<link rel="alternate" hreflang="fr" href="/fr"><link rel="stylesheet" href="x.css">
<link rel="alternate" type="application/rss+xml" href="javascript:x">
<link rel="alternate" type="application/rss+xml" href="feed.xml"></head></html>"""


def test_feeds_in_the_pages_order_once_each_and_absolute():
    assert find(PAGE.encode(), "https://a.invalid/") == (
        Found(url="https://b.invalid/dir/feed.xml", title="News & more"),
        Found(url="https://c.invalid/atom"),
        Found(url="https://b.invalid/feed.json"),
    )


@pytest.mark.parametrize(
    "data",
    [
        b"<?xml version='1.0'?><rss version='2.0'/>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'/>",
        b'\xef\xbb\xbf {"version": "https://jsonfeed.org/version/1"}',
    ],
)
def test_a_feed_names_itself(data):
    assert find(data, "https://a.invalid/x") == (Found(url="https://a.invalid/x"),)


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"<html>none</html>", b"<link" * 100_000])
def test_a_page_without_feeds_names_none(data):
    assert find(data, "https://a.invalid/") == ()
