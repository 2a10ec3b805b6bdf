"""Documents made to hurt a parser, small to write and dear to read."""

from __future__ import annotations

from collections.abc import Callable


def feed(item: str = "", *, head: str = "", before: str = '<?xml version="1.0"?>') -> bytes:
    """A feed with one item, and what is put into it."""
    return (
        f'{before}<rss version="2.0"><channel><title>Wire</title>{head}'
        f"<item><title>t</title><link>http://news.example/t</link>{item}</item></channel></rss>"
    ).encode("utf-8", "surrogatepass")


BOMBS: dict[str, Callable[[], bytes]] = {
    "an author of 64 kB": lambda: feed(f"<author>{'a' * 65_536}</author>"),
    "an author of dots": lambda: feed(f"<author>{'a.' * 32_000}@</author>"),
    "an author of brackets": lambda: feed(f"<author>{'(' * 64_000}</author>"),
    "style=url( of 160 kB": lambda: feed(f"<description><![CDATA[<p style='{'url(' * 40_000}'>x]]></description>"),
    "100,000 attributes": lambda: feed("<x " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>"),
    "100,000 attributes of one name": lambda: feed("<x " + 'a="1" ' * 100_000 + ">"),
    "50,000 namespaces": lambda: feed("<x " + " ".join(f'xmlns:a{n}="u:{n}"' for n in range(50_000)) + "/>"),
    "50,000 comment starts": lambda: feed("<description>" + "<!--" * 50_000 + "</description>"),
    "50,000 comment starts in HTML": lambda: feed(f"<description><![CDATA[{'<!--' * 50_000}]]></description>"),
    "50,000 comment starts in a title": lambda: feed("<title>" + "&lt;!--" * 50_000 + "</title>"),
    "50,000 script starts in a title": lambda: feed("<title>" + "&lt;script " * 50_000 + "</title>"),
    "8,000 categories": lambda: feed("".join(f"<category>c{n}</category>" for n in range(8_000))),
    "nesting of 100,000": lambda: feed("<a>" * 100_000 + "</a>" * 100_000),
    "nesting of 100,000 in HTML": lambda: feed(f"<description><![CDATA[{'<div>' * 100_000}x]]></description>"),
    "nesting never closed": lambda: feed("<a>" * 100_000),
    "CDATA starts": lambda: feed("<description>" + "<![CDATA[" * 50_000 + "</description>"),
    "open tags": lambda: feed("<" * 100_000),
    "ampersands": lambda: feed("&" * 100_000),
    "half references": lambda: feed("&#" * 50_000),
    "doctypes": lambda: feed(before="<!DOCTYPE " * 30_000),
    "processing instructions": lambda: feed("<?x " * 60_000),
    "instructions before no root": lambda: b"<?a ?> <!-- b --> " * 20_000,
    "dates": lambda: feed(f"<pubDate>{'1' * 100_000}</pubDate>"),
    "a base of colons": lambda: feed(f"<link>http://{':' * 100_000}/</link>"),
    "links": lambda: feed(f"<description><![CDATA[{'<a href=//[>x</a>' * 20_000}]]></description>"),
    "white space": lambda: feed(f"<title>{' ' * 300_000}x</title><description>{chr(10) * 300_000}</description>"),
    "combining marks": lambda: feed(f"<title>a{chr(0x301) * 150_000}</title>"),
    "a word of 2 MB": lambda: feed(f"<description>{'w' * 2_000_000}</description>"),
    "5,000 paragraphs": lambda: feed(f"<description><![CDATA[{'<p>word</p>' * 5_000}]]></description>"),
    "a table of 2,000 by 20": lambda: feed(
        f"<description><![CDATA[<table>{('<tr>' + '<td>x</td>' * 20 + '</tr>') * 2_000}</table>]]></description>"
    ),
}

_ENCODINGS = (
    *("punycode", "raw_unicode_escape", "idna", "unicode_escape", "undefined", "rot13", "base64", "zlib", "bz2", "hex"),
    *("quopri", "uu", "mbcs", "utf-7", "utf-16", "utf-32", "hz", "iso-2022-jp", "cp037", "utf-8-sig", "unknown-8bit"),
)
ODD: dict[str, bytes] = {
    "a surrogate reference": feed("<description>&#xD800;</description>"),
    "a reference beyond Unicode": feed("<description>&#x110000;</description>"),
    "a huge reference": feed("<description>&#xFFFFFFFF;</description>"),
    "a reference of 5,000 digits": feed(f"<description>&#{'9' * 5_000};</description>"),
    "a hexadecimal reference of 5,000 digits": feed(f"<description>&#x{'f' * 5_000};</description>"),
    "a Windows path as an entity": feed("<description>C:\\data &C:\\data; \\x41 \\u0041</description>"),
    "a bad srsName": feed(
        '<where xmlns="http://www.georss.org/georss"><gml:Point xmlns:gml="http://www.opengis.net/gml" srsName="'
        + "urn:x" * 50
        + '" srsDimension="9999999999999"><gml:pos>1 2 x</gml:pos></gml:Point></where>'
    ),
    "a bad dimension": feed(
        '<gml:Point xmlns:gml="http://www.opengis.net/gml" srsDimension="x"><gml:pos>1</gml:pos></gml:Point>'
    ),
    "a bad chapter": feed(
        '<psc:chapters xmlns:psc="http://podlove.org/simple-chapters"><psc:chapter start="x"/></psc:chapters>'
    ),
    "a bad duration": feed(
        '<itunes:duration xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">:::</itunes:duration>'
    ),
    "bad base64": b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="image/png">%%%=</content></entry></feed>',
    "NUL bytes": feed("<description>a\0b\0c</description>"),
    "only a byte order mark": b"\xef\xbb\xbf<",
    "a lone surrogate": feed("<description>\ud800</description>"),
    "every byte": feed() + bytes(range(256)),
    **{f"the encoding {name}": feed(before=f'<?xml version="1.0" encoding="{name}"?>') for name in _ENCODINGS},
}
