"""HTML to what a person would copy out of it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.readable import absolute, html_to_text, inline_text

BASE = "https://news.invalid/a/b"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<ul><li>a<li>b</ul>after", "• a\n• b\n\nafter"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<blockquote><p>said</p></blockquote>he", "> said\n\nhe"),
        ("<h2>Head</h2>text", "Head\n\ntext"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a | b"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a<script>evil()</script><style>p{}</style><!-- hidden -->b", "ab"),
        ("Body &amp; more, a < b", "Body & more, a < b"),
        ("no markup\n\nat all", "no markup\n\nat all"),
        ("<p>  spaces \n\t everywhere </p>", "spaces everywhere"),
        ("", ""),
    ],
)
def test_text(html, text):
    assert html_to_text(html, BASE).text == text


def test_links_captions_and_pictures():
    page = html_to_text(
        '<a href="/x">x</a><a href="javascript:y">y</a><img src="p.jpg" alt="A man walks"><img alt="photo" src="data:x">'
        "<figure><img src='//cdn.invalid/q.png'><figcaption>Bridge <b>in</b> Kyiv</figcaption></figure>tail",
        BASE,
    )
    assert page.links == ("https://news.invalid/x",)
    assert page.captions == ("A man walks", "Bridge in Kyiv")
    assert page.images == ("https://news.invalid/a/p.jpg", "https://cdn.invalid/q.png")
    assert page.text == "xy\n\ntail"


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<script>alert(1)</script>Peace talks <b>resume</b>", "Peace talks resume"),
        ("<img src=x onerror=alert(1)>Title &amp; more", "Title & more"),
        ("a < b && c > d, R&D 5 < 6", "a < b && c > d, R&D 5 < 6"),
        ("Q&amp;A: &lt;Iran&gt;", "Q&A: <Iran>"),
        ("[link] [red]x[/red]", "[link] [red]x[/red]"),
        ("One<br/>Two", "One Two"),
        ("<unknown>kept</unknown>", "<unknown>kept</unknown>"),
    ],
)
def test_titles(html, title):
    assert inline_text(html) == title


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000 + "x" + "</div>" * 50_000,
        "<table>" + "<tr>" + "<td>x" * 20 + "</tr>" * 1 + "</table>" + "<p>y" * 20_000,
        "<b" * 200_000,
        "<a href='" + "x" * 500_000,
        "&" * 500_000,
        "<!--" * 50_000,
    ],
)
def test_hostile_html_is_read_in_bounded_time(html):
    started = time.process_time()
    page = html_to_text(html, BASE)
    inline_text(html[:100_000])
    assert time.process_time() - started < 3
    assert len(page.text) <= 500_000


@given(st.text(alphabet="<>&/ab \n\"'=!-p;#x10", max_size=200))
def test_never_raises(html):
    html_to_text(html, BASE)
    inline_text(html)


@pytest.mark.parametrize("url", ["//[::1", "javascript:x", "", None, "mailto:a@b.c"])
def test_absolute_refuses(url):
    assert absolute(url, BASE) is None
