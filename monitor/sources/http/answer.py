"""What an answer says beside its body: status, validators, freshness, charset; and gzip that it does not announce."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from monitor.errors import SourceError

RETRY_AFTER_MOST = 24 * 3600.0
_VALIDATOR = re.compile(r"\A[\x21-\x7e][\x20-\x7e]{0,8000}\Z")


def refusal(status: int, headers: Mapping[str, str], now: datetime) -> SourceError:
    """What a status other than 200 and 304 means for the source."""
    retry = retry_after(headers.get("Retry-After"), now)
    if status == 410:
        return SourceError(
            "the feed is gone for good (410)",
            kind="http-410",
            permanent=True,
            hint="remove the source or give it a new url",
        )
    words = {401: "needs a password", 403: "refused us", 404: "not found", 429: "asked us to slow down"}
    text = words.get(status, "the server is in trouble" if status >= 500 else "an answer of no use")
    return SourceError(f"{text} ({status})", kind=f"http-{status}", retry_after=retry)


def retry_after(value: str | None, now: datetime) -> float | None:
    """What `Retry-After` asks for, in seconds, at most a day; None for nothing or nonsense."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), RETRY_AFTER_MOST)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return min(seconds, RETRY_AFTER_MOST) if seconds > 0 else None


def validator(value: str | None) -> str | None:
    """An ETag or date that may be sent back as it came; None for what no header may hold."""
    return value if value and _VALIDATOR.match(value) else None


def max_age(value: str | None) -> float | None:
    """Seconds for which `Cache-Control` calls the answer fresh."""
    found = re.search(r"max-age\s*=\s*\"?(\d{1,9})", value or "", re.IGNORECASE)
    return float(found[1]) if found else None


def charset(content_type: str) -> str | None:
    """The charset that a `Content-Type` names."""
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    return found[1] if found else None


def gunzip(body: bytes, cap: int) -> bytes:
    """Gzip that no header announced, under the cap."""
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        out = inflate.decompress(body, cap + 1)
    except zlib.error:
        raise SourceError("the body is damaged gzip", kind="unreadable") from None
    if len(out) > cap:
        raise too_large(cap)
    if not inflate.eof:
        raise SourceError("the body is gzip cut short", kind="unreadable")
    return out


def too_large(cap: int) -> SourceError:
    """The error for a body beyond the cap."""
    return SourceError(f"larger than {cap:,} bytes", kind="too-large", hint="raise max_bytes if it is meant to be")
