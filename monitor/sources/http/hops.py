"""Redirects followed by hand: where a hop may lead, and what of it may be shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from monitor.errors import SourceError
from monitor.sources.addresses import public_url

Origin = tuple[str, str | None, int | None]


@dataclass(slots=True)
class Hop:
    """Where one fetch stands."""

    url: str
    origin: Origin
    own_headers: Mapping[str, str]
    moved_to: str | None = None
    notes: list[str] = field(default_factory=list)


def origin(url: str) -> Origin:
    """Scheme, host and port: who may hear the headers of a source."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def redirected(url: str, location: str | None) -> str:
    """Where a redirect leads, if it may."""
    if not location:
        raise SourceError("a redirect without a target", kind="redirect")
    try:
        target = urljoin(url, location.strip())
        parts: SplitResult = urlsplit(target)
        _ = parts.port
    except ValueError:
        raise SourceError("a redirect to an unreadable url", kind="redirect") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError(f"a redirect to {parts.scheme or 'nowhere'}: is refused", kind="refused")
    if urlsplit(url).scheme == "https" and parts.scheme == "http":
        raise SourceError("a redirect from https to http is refused", kind="refused")
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def offered(target: str, own: str) -> str:
    """A new address as it may be shown: without the source's own query, which may hold a secret and goes with it."""
    query = urlsplit(own).query
    return public_url(target) if query and query in target else target


def needs_quoting(url: str) -> bool:
    """Whether a url holds what no request line may hold."""
    return not url.isascii() or any(char in url for char in ' "<>\\^`{|}')
