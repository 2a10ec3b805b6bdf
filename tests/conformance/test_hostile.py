"""Every hostile document does what its row of the manifest says, through the pipeline."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from monitor.config import Network
from monitor.errors import SourceError
from monitor.ingest import NO_TITLE, decide, part
from monitor.model import Body, Item, Memory, Source
from monitor.sources import discover, opml
from monitor.sources.http import Client
from monitor.store.port import Known
from monitor.text import clean, clean_line, fit, width
from tests.conformance.pipeline import through
from tests.poll.fakes import serving

FOLDERS = ("xml", "gzip", "enc", "dates", "identity", "html", "struct", "json", "opml", "terminal")
URL = "http://news.example/dir/feed.xml"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document: its items as they would be stored, or why there are none."""

    data: bytes
    items: tuple[Item, ...] = ()
    bodies: tuple[Body, ...] = ()
    dropped: tuple[str, ...] = ()
    kind: str | None = None
    message: str = ""

    @property
    def titles(self) -> list[str]:
        return [item.title for item in self.items]


def outcome(data: bytes) -> Outcome:
    try:
        result = through(data, url=URL)
    except SourceError as error:
        return Outcome(data, kind=error.kind, message=str(error))
    pairs, repeated = part(zip(result.items, result.bodies, strict=True))
    plan = decide({}, pairs)
    known = {item.key: Known(id=item.id, digest=item.digest) for item, _ in plan.new}
    again = through(data, url=URL)
    second = decide(known, part(zip(again.items, again.bodies, strict=True))[0])
    assert not second.new and not second.edited, "the same document again gives nothing new"
    items, bodies = zip(*plan.new, strict=True) if plan.new else ((), ())
    return Outcome(data, items, bodies, tuple(drop.reason for drop in (*plan.drops, *repeated)))


Check = Callable[[Outcome], bool]


def kept(*titles: str) -> Check:
    return lambda found: found.titles == list(titles)


def failed(*kinds: str, saying: str = "") -> Check:
    return lambda found: found.kind in kinds and saying in found.message and not found.items


def texts(found: Outcome) -> str:
    return "\n".join((item.dek or "") + "\n" + body.text for item, body in zip(found.items, found.bodies, strict=True))


def urls(found: Outcome) -> dict[str, str | None]:
    return {item.title: item.url for item in found.items}


def one_row(found: Outcome) -> bool:
    """Titles that are safe to draw: of one line, and no longer when drawn than their cells."""
    return all(title == clean_line(title) and width(title) >= 1 for title in found.titles)


CHECKS: dict[str, Check] = {
    "xml/billion_laughs.xml": failed("refused"),
    "xml/xxe_http.xml": failed("refused"),
    "xml/xxe_parameter.xml": failed("refused"),
    "xml/external_dtd.xml": kept("t"),
    "xml/xinclude.xml": lambda found: found.titles == ["t"] and "root:" not in texts(found),
    "xml/xslt_pi.xml": kept("t"),
    "xml/deep_nesting.xml": lambda found: found.titles == ["t"] and len(texts(found)) < 1000,
    "xml/deep_nesting_cdata.xml": lambda found: texts(found).strip() == "x",
    "xml/huge_attribute.xml": lambda found: found.titles == ["t"] and not found.bodies[0].enclosures,
    "enc/invalid_utf8.xml": lambda found: "broken" in found.titles[0] and found.titles[0].startswith("caf"),
    "enc/utf16le_bom.xml": kept("Ünïcode 日本"),
    "enc/utf16be_nobom.xml": kept("Ünïcode 日本"),
    "enc/cp1256_arabic.xml": kept("وزير الدفاع"),
    "enc/cp1251_russian.xml": kept("Министр обороны"),
    "enc/koi8r_declared_cp1251.xml": lambda found: len(found.items) == 1,
    "enc/gbk_chinese.xml": kept("国防部发言人"),
    "enc/shift_jis.xml": kept("防衛省発表"),
    "enc/unknown_encoding.xml": kept("plain"),
    "dates/no_dates.xml": lambda found: (
        len(found.items) == found.data.count(b"<item>") and all(item.published_guessed for item in found.items)
    ),
    "dates/same_second.xml": lambda found: (
        len(found.items) == 20 == len({item.id for item in found.items})
        and len({item.published for item in found.items}) == 1
    ),
    "dates/updated_only_atom.xml": lambda found: (
        len(found.items) == 2 and not any(item.published_guessed for item in found.items)
    ),
    "identity/duplicate_guid.xml": lambda found: (
        len(found.items) == 3 == len({item.id for item in found.items}) and not found.dropped
    ),
    "identity/no_guid_no_link.xml": kept("Only title A", "Only title B", "Only text"),
    "identity/tracking_params.xml": lambda found: len(found.items) == 1 and "twice in one feed" in found.dropped,
    "identity/relative_links.xml": lambda found: (
        urls(found)
        == {
            "rel": "http://news.example/a/b?c=d",
            "proto": "http://cdn.invalid/x",
            "dot": "http://news.example/up",
            "frag": f"{URL}#top",
            "empty": None,
        }
    ),
    "identity/bad_schemes.xml": lambda found: (
        all(url is None or url.startswith(("http://", "https://")) for url in urls(found).values())
        and urls(found)["ws"] == "https://news.invalid/ok"
        and [urls(found)[title] for title in ("js", "data", "file", "vb", "mailto")] == [None] * 5
    ),
    "identity/idn_userinfo.xml": lambda found: (
        urlsplit(urls(found)["u"] or "").hostname == "evil.invalid"
        and urls(found)["i"] == "https://xn--80ak6aa92e.invalid/"
        and urls(found)["p"] is None
        and urls(found)["b"] is None
    ),
    "html/script_title.xml": kept("Peace talks resume", "Title & more", "a < b && c > d, R&D 5 < 6"),
    "html/double_escaped.xml": lambda found: found.titles[0].startswith("Q&A") and "&amp;" not in found.titles[0],
    "html/unclosed.xml": lambda found: (
        all(word in texts(found) for word in ("One", "Two", "Three", "Four", "Five"))
        and not any(word in texts(found) for word in ("hidden", "evil", "p{}"))
    ),
    "html/base64_image.xml": lambda found: texts(found).strip() == "Caption",
    "html/content_vs_summary.xml": lambda found: "ceasefire" in found.bodies[0].text,
    "struct/empty.xml": failed("empty", saying="empty"),
    "struct/whitespace.xml": failed("empty", saying="empty"),
    "struct/html_login.xml": failed("not-a-feed", saying="not a feed"),
    "struct/captcha.xml": failed("not-a-feed", saying="not a feed"),
    "struct/html_with_feed_link.html": lambda found: (
        found.kind == "not-a-feed"
        and "discover" in found.message
        and [feed.url for feed in discover.find(found.data, URL)] == ["http://news.example/feed.xml"]
    ),
    "struct/concatenated.xml": lambda found: "A" in found.titles,
    "struct/php_warning.xml": kept("t"),
    "struct/unescaped_amp.xml": kept("R&D at AT&T"),
    "struct/html_entities.xml": kept("café —…"),
    "struct/wrong_namespace.xml": kept("t"),
    "struct/prefixed_atom.xml": kept("t"),
    "struct/items_outside_channel.xml": lambda found: len(found.items) == 1 and not found.items[0].published_guessed,
    "struct/upper_case.xml": kept("t"),
    "struct/zero_items.xml": lambda found: found.kind is None and not found.items,
    "struct/opml_as_feed.xml": failed("not-a-feed", saying="OPML"),
    "struct/binary.xml": failed("not-a-feed", "unreadable"),
    "struct/pdf_as_feed.xml": failed("not-a-feed", saying="PDF"),
    "json/wrong_types.json": lambda found: "Good" in found.titles,
    "json/items_object.json": failed("not-a-feed"),
    "json/nan_bigint_dupkeys.json": lambda found: found.kind is None and len(found.items) == 1,
    "json/bom_trailing.json": kept("bom ok"),
    "json/html_only.json": lambda found: "NATO" in found.bodies[0].text and found.titles[0] != NO_TITLE,
    "terminal/ansi_csi_raw.xml": kept("RED ALERT"),
    "terminal/ansi_csi_charref.xml": kept("RED ALERT"),
    "terminal/ansi_c1.xml": lambda found: "RED" in found.titles[0],
    "terminal/osc52_clipboard.json": kept("clipboard"),
    "terminal/osc8_hyperlink.json": kept("Official statement"),
    "terminal/osc0_title.json": kept("ok"),
    "terminal/dcs_query.json": kept("q"),
    "terminal/cr_backspace_bel.json": kept("Ceasefire denied Ceasefire agreed end"),
    "terminal/newlines_tabs_title.xml": kept("Line one Line two Line three"),
    "terminal/rich_markup.xml": lambda found: (
        len(found.items) == 5
        and found.titles[0] == "[bold red]SALE[/bold red] [/] [blink]x[/blink]"
        and "[@click=app.quit]press here[/]" in found.titles
    ),
    "terminal/bidi_override.xml": lambda found: (
        not any(
            mark in title for title in found.titles for mark in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        )
    ),
    "terminal/rtl_legit.xml": lambda found: len(found.items) == 4 and "\u200c" in found.titles[1],
    "terminal/zalgo.xml": lambda found: len(found.titles[0]) < 20 and width(found.titles[0]) == len("Breaking"),
    "terminal/wide_emoji.xml": lambda found: all(
        width(fit(title, cells)) <= cells for title in found.titles for cells in range(20, 200)
    ),
    "terminal/invisible.xml": lambda found: all(title.strip() and title != NO_TITLE for title in found.titles),
    "terminal/long_title.xml": lambda found: len(found.items) == 2 and all(len(t) <= 600 for t in found.titles),
    "terminal/homoglyph.xml": lambda found: "Міnіstry" in found.titles[0],
    "terminal/invalid_scalar.json": lambda found: "\ufffd" in found.titles[0] and bool(found.titles[0].encode()),
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_hostile_document_does_what_its_row_says(shared_data: Path, name: str) -> None:
    started = time.perf_counter()
    found = outcome((shared_data / "hostile" / name).read_bytes())
    assert CHECKS[name](found), (found.kind, found.message, found.titles, texts(found)[:200])
    assert one_row(found)
    assert texts(found) == "\n".join(clean(line) for line in texts(found).split("\n"))
    assert time.perf_counter() - started < 2


def test_no_hostile_document_is_left_out(shared_data: Path) -> None:
    folder = shared_data / "hostile"
    there = {
        path.relative_to(folder).as_posix() for name in FOLDERS for path in (folder / name).iterdir() if path.is_file()
    }
    rows = (folder / "manifest.tsv").read_text("utf-8").splitlines()
    there |= {row.partition("\t")[0] for row in rows[1:] if row.partition("/")[0] in FOLDERS}
    elsewhere = {name for name in there if name.startswith(("gzip/", "opml/"))}
    assert there - elsewhere == set(CHECKS)
    assert elsewhere == {f"gzip/{name}" for name in GZIP} | {f"opml/{name}" for name in OPML}


GZIP = {
    "bomb_10MB.xml.gz": "too-large",
    "truncated.xml.gz": "unreadable",
    "bad_crc.xml.gz": "unreadable",
    "gzip_no_header.xml.gz": None,
}


@pytest.mark.parametrize("name", GZIP)
async def test_gzip_that_nobody_announced(shared_data: Path, name: str) -> None:
    data = (shared_data / "hostile" / "gzip" / name).read_bytes()
    async with serving() as server, Client(Network(max_bytes=1_000_000)) as client:
        server.body("/f", data, "Content-Type: application/xml")
        source = Source(id="a", title="A", url=server.url("/f"))
        if GZIP[name] is not None:
            with pytest.raises(SourceError) as caught:
                await client.fetch(source, Memory())
            assert caught.value.kind == GZIP[name]
            return
        fetched = await client.fetch(source, Memory())
        assert fetched.body == gzip.decompress(data)
        assert outcome(fetched.body).items


OPML = {"raw_ampersand.opml": 1, "nested_dup_nourl.opml": 2, "entity_bomb.opml": None}


@pytest.mark.parametrize("name", OPML)
def test_hostile_lists(shared_data: Path, name: str) -> None:
    data = (shared_data / "hostile" / "opml" / name).read_bytes()
    if OPML[name] is None:
        with pytest.raises(SourceError, match="refused"):
            opml.read(data)
        return
    found = opml.read(data)
    assert len(found.sources) == OPML[name]
    assert all((source.url or "").startswith("https://") for source in found.sources)
    if name == "nested_dup_nourl.opml":
        assert found.sources[0].tags == ("A", "B")
        assert len(found.problems) == 3, "two addresses that are none, and one feed named twice"
    else:
        assert (found.sources[0].title, found.sources[0].url) == ("Q&A", "https://news.invalid/f?a=1&b=2")
