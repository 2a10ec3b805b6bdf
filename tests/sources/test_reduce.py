"""What is cut, and what makes the reducer leave a document whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Entry
from monitor.sources import feed
from monitor.sources.reduce import MARK, reduce

HEAD = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>T</title>'


def rss(*items: str, head: str = HEAD) -> bytes:
    return (head + "".join(f"<item>{item}</item>\n" for item in items) + "</channel></rss>").encode()


def test_known_entries_are_cut_byte_for_byte():
    first = reduce(rss("<title>1</title>", "<title>2</title>"), b"")
    assert first.cut == 0 and len(first.known) == 2 * MARK
    second = reduce(rss("<title>new</title>", "<title>1</title>", "<title>2</title>"), first.known)
    assert second.data.count(b"<item>") == 1 and b"new" in second.data
    assert second.cut == 2 and second.known.endswith(first.known)
    assert second.data == rss("<title>new</title>").replace(b"</channel>", b"\n\n</channel>")


def test_a_changed_entry_is_not_cut():
    known = reduce(rss("<title>1</title>"), b"").known
    assert reduce(rss("<title>1 </title>"), known).cut == 0


@pytest.mark.parametrize(
    "head",
    [
        HEAD.replace("<rss ", '<rss xml:lang="fr" '),
        HEAD.replace("<channel>", '<channel xml:base="http://a.b/">'),
    ],
)
def test_an_entry_in_other_surroundings_is_another(head):
    known = reduce(rss("<title>1</title>"), b"").known
    assert reduce(rss("<title>1</title>", head=head), known).cut == 0


def test_a_start_tag_does_not_end_within_a_value():
    before, after = (HEAD.replace("<rss ", f'<rss a=\'">\' xml:lang="{lang}" ') for lang in ("fr", "de"))
    known = reduce(rss("<title>1</title>", head=before), b"").known
    assert reduce(rss("<title>1</title>", head=before), known).cut == 1
    assert reduce(rss("<title>1</title>", head=after), known).cut == 0


VALUES = st.sampled_from(("", ">", "/>", "a'b", "fr", "de", "http://a.b/", "http://c.d/ >"))
ATTRIBUTES = st.dictionaries(st.sampled_from(("x", "xml:lang", "xml:base", "version")), VALUES, max_size=4)
ITEMS = st.lists(
    st.sampled_from(("<title>1</title>", "<title>2</title><link>/x</link>", "<guid a='>'>3</guid>")), max_size=3
)


def document(rss_attributes: dict[str, str], channel_attributes: dict[str, str], items: list[str]) -> bytes:
    def tag(name: str, attributes: dict[str, str]) -> str:
        return f"<{name}" + "".join(f' {key}="{value}"' for key, value in attributes.items()) + ">"

    head = f"{tag('rss', {'version': '2.0'} | rss_attributes)}{tag('channel', channel_attributes)}"
    return rss(*(f"{item}<description>{n}</description>" for n, item in enumerate(items)), head=head)


DOCUMENTS = st.builds(document, ATTRIBUTES, ATTRIBUTES, ITEMS)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, DOCUMENTS)
def test_what_is_cut_says_what_it_said_in_the_document_before(before, after):
    def entries(data: bytes) -> list[Entry]:
        return list(feed.parse(data, url="http://news.example/feed.xml").entries)

    reduced = reduce(after, reduce(before, b"").known)
    whole, left = entries(after), entries(reduced.data)
    cut = [entry for entry in whole if entry not in left]
    assert [entry for entry in whole if entry in left] == left
    assert len(cut) == reduced.cut
    assert all(entry in entries(before) for entry in cut)


@pytest.mark.parametrize(
    "document",
    [
        rss("<title>1</title>").replace(b"UTF-8", b"windows-1251"),
        rss("<title>1</title>").replace(b"<rss", b"<!DOCTYPE rss><rss"),
        rss("<title>1</title>")[:-20],
        rss("<title>&nbsp;</title>"),
        rss("<title>1</title>").replace(b"<title>1", b"<x:title>1"),
        rss("<item><title>in</title></item><title>out</title>"),
        rss("<title>1</title>").replace(b"</channel>", b"<x><item>deeper</item></x></channel>"),
        rss("<title>1</title>").replace(b"</channel>", b"<item/></channel>"),
        b"",
        b"\xff\xfe<\0",
        b"<html><body>x</body></html>",
    ],
)
def test_whatever_is_doubtful_is_left_whole(document):
    known = reduce(rss("<title>1</title>"), b"").known
    found = reduce(document, known)
    assert (found.data, found.cut, found.known) == (document, 0, b"")


def test_a_charset_that_the_server_names_is_a_doubt():
    known = reduce(rss("<title>1</title>"), b"").known
    assert reduce(rss("<title>1</title>"), known, encoding="koi8-r").cut == 0
    assert reduce(rss("<title>1</title>"), known, encoding="UTF-8").cut == 1


def test_what_only_looks_like_an_entry_is_text():
    document = rss("<title><![CDATA[<item>no</item>]]></title>", "<!-- <item> --><title>2</title>")
    assert len(reduce(document, b"").known) == 2 * MARK
