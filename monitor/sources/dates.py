"""The spellings of time in feeds to UTC: RFC 822 and ISO 8601 as they occur, misspellings included."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ZONES = {
    "": 0, "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "ist": 330, "cet": 60, "cest": 120,
    "met": 60, "mest": 120, "eet": 120, "eest": 180, "msk": 180, "msd": 240, "ast": -240, "adt": -180, "est": -300,
    "edt": -240, "et": -300, "cst": -360, "cdt": -300, "ct": -360, "mst": -420, "mdt": -360, "mt": -420, "pst": -480,
    "pdt": -420, "pt": -480, "akst": -540, "akdt": -480, "hst": -600, "jst": 540, "kst": 540, "hkt": 480, "sgt": 480,
    "aest": 600, "aedt": 660, "acst": 570, "acdt": 630, "awst": 480, "nzst": 720, "nzdt": 780, "sast": 120, "wib": 420,
    "pkt": 300, "irst": 210,
}  # fmt: skip
_RFC822 = re.compile(
    r"(?:[^\W\d_]{2,12}(?:\.?,\s*|\.?\s+))?(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})\.?,?[\s-]+(\d{4}|\d{2})"
    r"(?:,?\s+(?:at\s+)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?\s*(am|pm)?)?"
    r"\s*(?:\(?([a-z]{1,5})?\)?\s*([+-]\d{1,2}:?\d{2})?)?(?:\s*\([^)]*\))?\s*\Z",
    re.IGNORECASE,
)
_AMERICAN = re.compile(
    r"(?:[^\W\d_]{2,12}\.?,?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+"
    r"(?:(\d{4}),?\s+)?(?:(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(am|pm)?)?\s*(?:([a-z]{1,5})?\s*([+-]\d{1,2}:?\d{2})?)?\s*(\d{4})?\s*\Z",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[T\s]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,:]\d+)?)?\s*(Z|UTC|GMT|[a-z]{3,4})?\s*([+-]\d{1,2}:?(?:\d{2})?)?)?\s*\Z",
    re.IGNORECASE,
)
_MONTH_ONLY = re.compile(r"(\d{4})-(\d{2})\Z")
_MOST_OFFSET = 26 * 60
_CAP = 80


def parse_date(text: str | None) -> datetime | None:
    """A time in UTC, or None for what is no time of this calendar. Without a zone it is taken as UTC."""
    if not text:
        return None
    text = " ".join(text[: 4 * _CAP].split())
    if not text or len(text) > _CAP or not text.isascii():
        return None
    if found := _RFC822.match(text):
        day, month, year, hour, minute, second, half, zone, offset = found.groups()
        return _made(year, _MONTHS.get(month.lower()), day, hour, minute, second, half, zone, offset)
    if found := _ISO.match(text):
        year, number, day, hour, minute, second, zone, offset = found.groups()
        return _made(year, int(number), day, hour, minute, second, None, zone, offset)
    if found := _AMERICAN.match(text):
        month, day, early_year, hour, minute, second, half, zone, offset, late_year = found.groups()
        year = early_year or late_year
        return _made(year, _MONTHS.get(month.lower()), day, hour, minute, second, half, zone, offset) if year else None
    if found := _MONTH_ONLY.match(text):
        return _made(found[1], int(found[2]), "1", None, None, None, None, None, None)
    return None


def _made(  # noqa: PLR0917 - the groups of a pattern, in its order
    year: str,
    month: int | None,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
    half: str | None,
    zone: str | None,
    offset: str | None,
) -> datetime | None:
    if month is None:
        return None
    full_year = int(year)
    if len(year) == 2:
        full_year += 2000 if full_year < 70 else 1900
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    minutes = _offset(zone, offset)
    if minutes is None:
        return None
    days = 0
    if hours == 24:  # midnight at the end of the day
        hours, days = 0, 1
    try:
        at = datetime(full_year, month, int(day), hours, int(minute or 0), min(int(second or 0), 59), tzinfo=UTC)
        return at + timedelta(days=days, minutes=-minutes)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None, offset: str | None) -> int | None:
    """Minutes east of Greenwich; None for an offset that no place has."""
    if offset:
        digits = offset[1:].replace(":", "")
        if len(digits) <= 2:
            digits += "00"
        minutes = int(digits[:-2]) * 60 + int(digits[-2:])
        if minutes > _MOST_OFFSET:
            return None
        return -minutes if offset[0] == "-" else minutes
    return _ZONES.get((zone or "").lower(), 0)


def from_struct(when: object) -> datetime | None:
    """A time as feedparser gives it (nine numbers, UTC); None where they make no date."""
    try:
        year, month, day, hour, minute, second = (int(part) for part in list(when)[:6])  # type: ignore[call-overload]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone.utc)  # noqa: UP017
    except (TypeError, ValueError, OverflowError):
        return None
