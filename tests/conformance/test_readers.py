"""newsboat's and lemon24/reader's fixtures give the items that those readers expect of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import SourceError
from monitor.ingest import part
from monitor.sources import opml
from tests.conformance.pipeline import Result, through

NEWSBOAT = "newsboat/test/data"
LEMON24 = "lemon24/tests/data"
BASE = "http://example.com/f/feed.xml"


def read(shared_data: Path, name: str) -> Result:
    return through((shared_data / "conformance" / name).read_bytes(), url=BASE)


ITEMS = {
    f"{NEWSBOAT}/rss091_1.xml": [("1 < 2", "http://example.com/1_less_than_2.html")],
    f"{NEWSBOAT}/rss092_1.xml": [
        ("1 < 2", "http://example.com/1_less_than_2.html"),
        ("A second item", "http://example.com/a_second_item.html"),
        ("A third item", "http://example.com/a_third_item.html"),
    ],
    f"{NEWSBOAT}/rss10_1.xml": [("New Status Updates", "http://www.example.org/status/foo")],
    f"{NEWSBOAT}/rss20_1.xml": [("this is an item", "http://example.com/blog/this_is_an_item.html")],
    f"{NEWSBOAT}/rss20_2.xml": [
        ("using multiple media tags", "http://example.com/player.html"),
        ("using multiple media tags nested in group/content", "http://example.com/player.html"),
        ("(no title)", None),
    ],
    f"{NEWSBOAT}/atom10_1.xml": [
        ("A gentle introduction to Atom testing", "http://example.com/atom_testing.html"),
        ("A missing rel attribute", "http://example.com/atom_testing.html"),
        ("alternate link isn't first", "http://example.com/atom_testing.html"),
    ],
    f"{NEWSBOAT}/atom10_2.xml": [
        ("using regular content", "http://example.com/1.html"),
        ("using media:description", "http://example.com/2.html"),
        ("using multiple media tags", "http://example.com/player.html"),
        ("using multiple media tags nested in group/content", "http://example.com/player.html"),
        ("regular title", "http://example.com/regular-link"),
        ("using media:content", "http://example.com/4.html"),
    ],
    f"{NEWSBOAT}/multiple_item_links.atom": [("Multiple links", "http://www.test.org/tests")],
    f"{LEMON24}/full.json": [
        ("Title", "https://example.org/second-item"),
        ("Hello, world!", "https://example.org/initial-post"),
    ],
    f"{LEMON24}/relative.rss": [("one two three", "http://example.com/f/blog/post/1")],
    f"{LEMON24}/relative.atom": [("one two three", "http://example.com/f/entries/entry.html")],
    f"{LEMON24}/10.json": [],
    f"{LEMON24}/unknown.json": [],
}


@pytest.mark.parametrize("name", ITEMS)
def test_titles_and_links(shared_data: Path, name: str) -> None:
    assert [(item.title, item.url) for item in read(shared_data, name).items] == ITEMS[name]


def test_texts_of_media_elements_are_read(shared_data: Path) -> None:
    texts = [
        item.dek or body.text
        for name in (f"{NEWSBOAT}/atom10_2.xml", f"{NEWSBOAT}/rss20_2.xml")
        for item, body in zip(*_halves(read(shared_data, name)), strict=True)
    ]
    assert texts[:5] == [
        "regular html content",
        "media plaintext content",
        "media html content",
        "nested media html content",
        "media:description content",
    ]


def _halves(result: Result) -> tuple[tuple, tuple]:
    return result.items, result.bodies


@pytest.mark.parametrize("version", ["091", "092", "094"])
def test_brackets_in_an_author_are_his_name_unless_an_address_stands_before(shared_data: Path, version: str) -> None:
    result = read(shared_data, f"{NEWSBOAT}/rss_{version}_with_bracket_author.xml")
    assert [item.authors for item in result.items] == [("Author name)",), ("Author",), ("Author (name)",)]
    empty = read(shared_data, f"{NEWSBOAT}/rss_{version}_with_empty_author.xml")
    assert [item.authors for item in empty.items] == [(), ()]


def test_the_authors_of_an_entry_are_its_own_else_its_sources_else_its_feeds(shared_data: Path) -> None:
    feeds = ("First Feed Author", "Second Feed Author")
    result = read(shared_data, f"{NEWSBOAT}/atom10_feed_authors.xml")
    authors = {item.title.removeprefix("Entry ").removeprefix("With "): item.authors for item in result.items}
    assert authors == {
        "Without Author": feeds,
        "Single Author": ("Entry Author",),
        "Multiple Authors": ("Entry Author 1", "Entry Author 2"),
        "Empty Author Names": feeds,
        "Single Source Author": ("Entry Source Author",),
        "Multiple Source Authors": ("Entry Source Author 2", "Entry Source Author 3"),  # two sources are illegal
        "Empty Source Author Names": feeds,
        "Single Author And Source Author": ("Entry Author",),
        "Multiple Author And Source Authors": ("Entry Author 1", "Entry Author 2"),
    }


def test_an_item_without_a_title_is_named_by_its_words(shared_data: Path) -> None:
    result = read(shared_data, f"{NEWSBOAT}/items_without_titles.xml")
    assert {item.title for item in result.items} == {"some content"}
    assert all("title made from the text" in body.notes for body in result.bodies)
    parted, drops = part(zip(result.items, result.bodies, strict=True))
    assert len({item.id for item, _ in parted}) == 5 and not drops


def test_dates_are_utc(shared_data: Path) -> None:
    assert read(shared_data, f"{NEWSBOAT}/rss20_1.xml").items[0].published == datetime(
        2008, 12, 12, 1, 36, 10, tzinfo=UTC
    )
    assert read(shared_data, f"{NEWSBOAT}/rss10_1.xml").items[0].published == datetime(2008, 12, 30, 7, 20, tzinfo=UTC)
    second = read(shared_data, f"{LEMON24}/full.json").items[0]
    assert second.published == datetime(2020, 1, 2, 21, 0, tzinfo=UTC)
    assert second.updated == datetime(2020, 1, 4, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", ["full.rss", "full.atom"])
def test_a_full_feed_is_read_in_full(shared_data: Path, name: str) -> None:
    result = read(shared_data, f"{LEMON24}/{name}")
    assert len(result.items) == 5
    item, body = result.items[0], result.bodies[0]
    assert item.dek in ("Here is some text containing an interesting description.", "Some text.")
    assert body.text in ("Example content", "content with type")
    addresses = {enclosure.url.rpartition("/")[2]: enclosure for enclosure in body.enclosures}
    assert set(addresses) == {
        "enclosure",
        "enclosure-with-type",
        "enclosure-with-length",
        "enclosure-with-bad-length",
    }
    assert addresses["enclosure-with-type"].type is not None
    assert addresses["enclosure-with-length"].length == 100000 or addresses["enclosure-with-length"].length == 1000
    assert addresses["enclosure-with-bad-length"].length is None


def test_a_json_feed_keeps_its_people_language_and_files(shared_data: Path) -> None:
    first, second = read(shared_data, f"{LEMON24}/full.json").items
    assert (first.lang, second.lang) == ("de", "en")
    assert (first.authors, second.authors) == (("Joe", "Jane"), ("Jane",))
    assert first.dek == "A summary"


def test_a_json_feed_of_wrong_types_loses_those_fields_only(shared_data: Path) -> None:
    result = read(shared_data, f"{LEMON24}/invalid.json")
    assert len(result.items) == 8
    assert result.items[1].title == "float id"
    assert result.items[-1].authors == ("Jane",)


@pytest.mark.parametrize(
    ("name", "kind"), [(f"{NEWSBOAT}/empty.xml", "empty"), (f"{LEMON24}/sqlite_releases.html", "not-a-feed")]
)
def test_what_is_no_feed_says_so(shared_data: Path, name: str, kind: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(shared_data, name)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("name", "urls", "skipped"),
    [
        ("example.opml", 7, 0),
        ("example2.opml", 7, 0),
        ("category.opml", 1, 0),
        ("filtered.opml", 2, 1),
        ("piped.opml", 1, 1),
        ("test-urls+.opml", 4, 0),
    ],
)
def test_newsboats_lists_give_feeds_and_nothing_that_runs(
    shared_data: Path, name: str, urls: int, skipped: int
) -> None:
    found = opml.read((shared_data / "conformance" / NEWSBOAT / name).read_bytes())
    assert (len(found.sources), len(found.problems)) == (urls, skipped)
    assert all(source.url and source.url.startswith("http") for source in found.sources)


def test_folders_and_categories_of_a_list_are_tags(shared_data: Path) -> None:
    folder = shared_data / "conformance" / NEWSBOAT
    assert opml.read((folder / "category.opml").read_bytes()).sources[0].tags == ("tag one", "tag_two", "tag/three")
    assert opml.read((folder / "test-urls+.opml").read_bytes()).sources[0].tags == ("tag1", "tag2")
