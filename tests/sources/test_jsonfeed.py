"""JSON Feed, also where its types are wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from monitor.errors import SourceError
from monitor.sources import jsonfeed

URL = "https://a.invalid/feed.json"


def read(*items, **head):
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": list(items), **head}
    return jsonfeed.parse(json.dumps(document).encode(), url=URL)


def test_an_item_with_everything():
    feed = read(
        {
            "id": 7,
            "url": "/7",
            "title": "T",
            "summary": "S",
            "content_html": "<p>One <a href='x'>x</a></p><p>Two</p>",
            "date_published": "2026-01-05T15:30:00+03:30",
            "tags": ["War", 3],
            "language": "fr",
            "attachments": [{"url": "a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12}],
        },
        authors=[{"name": "A. Writer"}],
        language="en",
    )
    (entry,) = feed.entries
    assert (feed.title, feed.lang) == ("J", "en")
    assert (entry.guid, entry.url, entry.title, entry.dek, entry.body) == (
        "7",
        "https://a.invalid/7",
        "T",
        "S",
        "One x\n\nTwo",
    )
    assert (entry.authors, entry.section, entry.lang) == (("A. Writer",), ("War",), "fr")
    assert entry.published == datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert entry.enclosures[0].url == "https://a.invalid/a.mp3" and entry.enclosures[0].length == 12


def test_wrong_types_cost_those_fields_only():
    feed = read(
        {
            "id": "1",
            "title": ["a"],
            "url": 5,
            "date_published": 17,
            "tags": "x",
            "authors": {"name": 1},
            "attachments": 3,
        },
        None,
        "text",
        {},
        {"id": True, "title": "Kept"},
    )
    assert [(entry.guid, entry.title) for entry in feed.entries] == [("1", None), (None, "Kept")]


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"version": 3}',
        b'{"version": "https://jsonfeed.org/version/1", "items": {}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_feed(data):
    with pytest.raises(SourceError):
        jsonfeed.parse(data, url=URL)


def test_numbers_beyond_reason_and_what_follows_the_document():
    data = (
        b'\xef\xbb\xbf{"version":"https://jsonfeed.org/version/1","items":[{"id":' + b"9" * 5000 + b',"title":"x"}]} ,,'
    )
    (entry,) = jsonfeed.parse(data, url=URL).entries
    assert entry.title == "x"


def test_what_is_left_out_is_counted(monkeypatch):
    monkeypatch.setattr("monitor.sources.feed.CAP_ENTRIES", 3)
    items = [{"id": str(n), "title": "T"} for n in range(3)] + ["no item", {}]
    feed = jsonfeed.parse(
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [7, {}, *items]}).encode(), url=URL
    )
    assert [entry.guid for entry in feed.entries] == ["0"]
    assert feed.notes == ("only the first 3 of 7 entries are read",)
    assert [(drop.reason, drop.count) for drop in feed.drops] == [("beyond the first 3 of a document", 4), ("empty", 2)]
