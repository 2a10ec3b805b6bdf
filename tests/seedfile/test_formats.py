"""What a file is taken for, what is refused, and what hostile files cost."""

from __future__ import annotations

import contextlib
import sys
import time
from datetime import UTC, datetime

import pytest

from monitor.errors import SourceError
from monitor.seedfile import parse_file

PROSE = "The tram line along the quay will reopen in spring, fifty years after the last car ran on it. It was never taken up."


@pytest.mark.parametrize("name", ["a.docx", "picture.jpg", "archive.tar.gz", "script.py", "a.pdf"])
def test_other_formats_are_refused_by_name_with_what_is_supported(name: str):
    with pytest.raises(SourceError) as refused:
        parse_file(name, b"text that could be read")
    assert refused.value.kind == "unreadable"
    assert name in refused.value.message
    assert ".txt .md .html" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.txt", "<!DOCTYPE html><html><body><p>Text of a page.</p></body></html>", "html"),
        ("a.xml", "<?xml version='1.0'?><!-- c --><rss version='2.0'><channel/></rss>", "feed"),
        ("a.txt", "<feed xmlns='http://www.w3.org/2005/Atom'/>", "feed"),
        ("a.json", '{"version": "https://jsonfeed.org/version/1.1", "items": []}', "feed"),
        ("a.xml", "<?xml version='1.0'?><!DOCTYPE nitf SYSTEM 'nitf.dtd'><nitf><body/></nitf>", "nitf"),
        ("a", "Headline of a file without a suffix\n\nA sentence that ends.", "text"),
        ("a.txt", "From: a@b.example\nSubject: Words\nDate: Fri, 20 Nov 2026 06:00:00 +0000\n\nText of it.", "email"),
        ("a.txt", "From: the desk\n\nNo mail at all.", "text"),
    ],
)
def test_the_content_shows_the_format(name: str, text: str, kind: str):
    assert parse_file(name, text.encode()).format == kind


@pytest.mark.parametrize(
    "document",
    [
        '<?xml version="1.0"?><!DOCTYPE n [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><nitf><body><p>&b;</p></body></nitf>',
        '<?xml version="1.0"?><!DOCTYPE n [<!ENTITY x SYSTEM "file:///etc/hostname">]><nitf><body><p>&x;</p></body></nitf>',
        "<nitf><body><p>never closed",
    ],
)
def test_xml_that_defines_entities_or_is_broken_is_refused(document: str):
    with pytest.raises(SourceError, match=r"entities|well-formed"):
        parse_file("a.nitf", document.encode())


def test_a_page_is_read_without_the_extraction_library(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    page = f"<html><head><title>Tram line | Post</title></head><body><nav>Home</nav><h1>Tram line to reopen</h1><p>{PROSE}</p></body></html>"
    entry = parse_file("a.html", page.encode()).entries[0]
    assert entry.title == "Tram line to reopen"
    assert PROSE in entry.body
    assert any("our own reader; trafilatura is not installed" in note for note in entry.notes)


def test_a_page_takes_its_title_from_the_head_without_the_sites_name():
    entry = parse_file(
        "a.html", f"<html><head><title>Tram line to reopen | Harbour Post</title></head><p>{PROSE}</p></html>".encode()
    ).entries[0]
    assert entry.title == "Tram line to reopen"


def test_front_matter_dates_are_facts_or_nothing():
    certain = parse_file(
        "a.md", f"---\ntitle: T of it\ndate: 2026-11-20 08:00:00 +0100\n---\n{PROSE}".encode()
    ).entries[0]
    assert certain.published == datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
    vague = parse_file("a.md", f"---\ntitle: T of it\ndate: last Friday\n---\n{PROSE}".encode()).entries[0]
    assert vague.published is None
    assert any("not one that is certain" in note for note in vague.notes)


def test_ninjs_2_and_other_json_articles():
    second = parse_file(
        "a.json",
        b'{"uri": "u", "headlines": [{"role": "main", "value": "Two"}], "bodies": [{"contenttype": "text/html", "value": "<p>B</p>"}]}',
    ).entries[0]
    assert (second.title, second.body, second.guid) == ("Two", "B", "u")
    listed = parse_file(
        "a.json",
        b'{"articles": [{"title": "A", "content": "x"}, {"nothing": 1}, {"title": "B", "author": {"name": "N"}}]}',
    ).entries
    assert [entry.title for entry in listed] == ["A", "B"]
    assert listed[1].authors == ("N",)


@pytest.mark.parametrize("text", ['{"x": 1}', "[]", "{", "nothing", '{"title": ' + "9" * 5000 + "}"])
def test_json_without_an_article_is_refused(text: str):
    with pytest.raises(SourceError):
        parse_file("a.json", text.encode())


def test_what_a_mail_is_said_to_be_is_said_once():
    text = (
        "From: Desk <d@x.example>\nSubject: UPDATE 2-Envoys meet\nMessage-ID: <1@x>\n\n"
        "GENEVA, Nov 19 (Reuters) - Envoys met on Thursday for talks that had been put off twice, officials said.\n\n"
        "The talks go on tomorrow, they said, and nobody expects them to end soon.\n"
    )
    (entry,) = parse_file("a.eml", text.encode()).entries
    assert (entry.title, entry.kind, entry.place, entry.agency) == ("Envoys meet", "update", "GENEVA", "Reuters")
    assert len(entry.notes) == len(set(entry.notes))


def test_a_mail_of_too_many_parts_is_told():
    part = b"--a\nContent-Type: multipart/mixed; boundary=a\n\n"
    with pytest.raises(SourceError, match="no message"):
        parse_file("a.eml", b"Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n" + part * 200)
    with pytest.raises(SourceError, match="no message"):
        parse_file("a.eml", b"Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * 2_500)
    (entry,) = parse_file("a.eml", b"Subject: x\n\nA patch of many files\n" + b"--- a/file\n" * 2_500).entries
    assert entry.title == "x"


def test_an_address_in_markdown_may_hold_parentheses():
    text = f"# A headline that stands here\n\n{PROSE} [Straits](https://x.org/wiki/Strait_(sea)) and [more](https://x.org/b).\n"
    entry = parse_file("a.md", text.encode()).entries[0]
    assert entry.links == ("https://x.org/wiki/Strait_(sea)", "https://x.org/b")
    assert "Straits and more." in entry.body


def test_a_text_over_the_cap_is_cut_and_says_so():
    parsed = parse_file("a.txt", ("A headline that stands here\n\n" + f"{PROSE}\n\n" * 30_000).encode())
    assert any("only the first 2 MB" in note for note in parsed.notes)
    assert any("only the first 20,000 lines" in note for note in parsed.notes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("a.txt", b"menu\n"), ("a.txt", b"A. "), ("a.txt", b"(photo "), ("a.txt", b"www.a"), ("a.txt", b"&@"), ("a.txt", b'"a b c d e."\n\n'), ("a.md", b"["), ("a.md", b"<!--"),
        ("a.md", b"*a"), ("a.md", b"[a]("), ("a.md", b"![a]("), ("a.md", b"[a](b(c)"), ("a.html", b"<h1>"), ("a.html", b"<meta "), ("a.html", b"<link rel=canonical "), ("a.json", b"["),
        ("a.eml", b"From: a,"), ("a.nitf", b"<nitf>"),
    ],
)  # fmt: skip
def test_no_content_costs_more_than_its_size(name: str, unit: bytes):
    started = time.process_time()
    with contextlib.suppress(SourceError):
        parse_file(name, unit * (400_000 // len(unit)) + b" end")
    assert time.process_time() - started < 5
