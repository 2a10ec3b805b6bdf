"""The feeds that a web page names in its head, or that it is itself."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.readable import absolute

CAP_FEEDS = 50
CAP_HTML = 2_000_000
_TYPES = frozenset(
    (
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "application/xml",
        "text/xml",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A feed's address, and its title where the page gives one."""

    url: str
    title: str | None = None


def find(data: bytes, url: str) -> tuple[Found, ...]:
    """The feeds of a page at `url`, in its order; the page itself where it is a feed."""
    from selectolax.lexbor import LexborHTMLParser

    if _is_feed(data):
        return (Found(url=url),)
    page = LexborHTMLParser(data[:CAP_HTML].decode("utf-8", "replace"))
    base_node = page.css_first("base[href]")
    base = absolute(base_node.attributes.get("href"), url) if base_node else None
    found: dict[str, Found] = {}
    for node in page.css("link[rel][href]"):
        attributes = node.attributes
        relations = (attributes.get("rel") or "").lower().split()
        kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
        if ("alternate" not in relations or kind not in _TYPES) and "feed" not in relations:
            continue
        address = absolute(attributes.get("href"), base or url)
        if address and len(found) < CAP_FEEDS:
            found.setdefault(address, Found(url=address, title=attributes.get("title") or None))
    return tuple(found.values())


def _is_feed(data: bytes) -> bool:
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<?xml", b"<rss", b"<feed", b"<rdf")):
        return any(root in head for root in (b"<rss", b"<feed", b"<rdf:rdf", b"<channel"))
    return head.startswith(b"{") and b"jsonfeed.org/version" in head
