"""Dates as they stand in text: only what is certain becomes a time, and what was assumed is said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from monitor.seedfile.vocabulary import DATE_FILLER, DATE_FILLER_UNSPACED, MONTHS

_MONTH = {name: number for number, names in MONTHS.items() for name in names.split()}
_ZONES = {
    "utc": 0, "gmt": 0, "z": 0, "bst": 1, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2,
    "eest": 3, "msk": 3, "trt": 3, "irst": 3.5, "pkt": 5, "hkt": 8, "sgt": 8, "jst": 9, "kst": 9, "aest": 10,
    "aedt": 11, "est": -5, "edt": -4, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_NAMES = "|".join(sorted(map(re.escape, _MONTH), key=len, reverse=True))
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_DATES = (
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)-(?P<n>\d\d)-(?P<d>\d\d)(?!\d)"),
    re.compile(rf"\b(?P<m>{_NAMES})\b\.?\s+{_DAY},?\s+(?P<y>(?:19|20)\d\d)\b", re.IGNORECASE),
    re.compile(
        rf"(?<!\d){_DAY}\.?\s*(?:de\s+|of\s+)?\b(?P<m>{_NAMES})\b\.?,?\s+(?:de\s+)?(?P<y>(?:19|20)\d\d)\b",
        re.IGNORECASE,
    ),
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)\s?年\s?(?P<n>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日"),
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)/(?P<n>\d{1,2})/(?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<![\d.])(?P<d>\d{1,2})\.\s?(?P<n>\d{1,2})\.\s?(?P<y>20\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<d>1[3-9]|2\d|3[01])/(?P<n>\d{1,2})/(?P<y>20\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<n>\d{1,2})/(?P<d>1[3-9]|2\d|3[01])/(?P<y>20\d\d)(?!\d)"),
)  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d\d")
_TIME = re.compile(
    r"(?<![\d:])(?P<h>[01]?\d|2[0-3])[:.h](?P<i>[0-5]\d)(?::(?P<s>[0-5]\d)(?:\.\d+)?)?\s*(?P<half>[ap]\.?\s?m\b\.?)?"
    r"(?:\s*(?:Uhr\s*)?\(?(?P<zone>Z\b|[+-]\d\d:?\d\d|(?:UTC|GMT)[+-]\d{1,2}|[A-Z]{2,4}\b)\)?)?",
    re.IGNORECASE,
)
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_FILLER = re.compile(rf"\b(?:{DATE_FILLER})\b|{DATE_FILLER_UNSPACED}", re.IGNORECASE)
_AGO = re.compile(
    r"\d{1,3}\s?(?:s|sec\w*|m|mins?|minutes?|h|hrs?|hours?|d|days?|weeks?) ago"
    r"|il y a \d{1,3} \w+|vor \d{1,3} \w+|hace \d{1,3} \w+|\d{1,3}\s?(?:分钟|小时|分|時間)前|\d{1,3} \w+ fa\b",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"\b(?:{_NAMES})\b\.?\s+{_DAY.replace('?P<d>', '')}|{_DAY.replace('?P<d>', '')}\.?\s+(?:{_NAMES})\b", re.IGNORECASE
)
_NAMED = re.compile(r"^(?:[^\s,|·]+\s+){0,7}[^\s,|·]+\s*[,|·–—]\s*$")
_NEAR = 24
_LINE = 160


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time found in a text, where it stands there, and what had to be assumed (empty: nothing)."""

    at: datetime
    span: tuple[int, int]
    assumed: str = ""


def find_times(text: str) -> list[Stamp]:
    """The times in a short text, in order."""
    text = text.translate(_DIGITS)
    if _YEAR.search(text) is None:
        return []
    found: list[Stamp] = []
    for pattern in _DATES:
        for date in pattern.finditer(text):
            if all(date.end() <= stamp.span[0] or date.start() >= stamp.span[1] for stamp in found):
                stamp = _stamp(text, date)
                if stamp is not None:
                    found.append(stamp)
    return sorted(found, key=lambda stamp: stamp.span)


def timestamp_line(text: str) -> list[Stamp]:
    """The times of a line that says nothing else; empty for any other line."""
    if len(text) > _LINE or not any(char.isdigit() for char in text):
        return []
    times = find_times(text)
    if not times:
        return []
    rest = text.translate(_DIGITS)
    named = _NAMED.match(rest[: times[0].span[0]]) if times[-1].span[1] >= len(rest.rstrip()) - 1 else None
    if named is not None:
        return times
    for stamp in reversed(times):
        rest = rest[: stamp.span[0]] + " " + rest[stamp.span[1] :]
    rest = _FILLER.sub(" ", _TIME.sub(" ", rest))
    return times if len(re.findall(r"\w{2,}", rest)) <= 2 else []


def time_line(text: str) -> bool:
    """Whether a line says nothing but a time that is not whole: no year, or "3 hours ago"."""
    if len(text) > 80 or not any(char.isdigit() for char in text):
        return False
    rest = text.translate(_DIGITS)
    found = _TIME.search(rest) or _AGO.search(rest)
    if found is None:
        return False
    rest = _FILLER.sub(" ", _TIME.sub(" ", _AGO.sub(" ", _MONTH_DAY.sub(" ", rest))))
    return not re.search(r"\w{2,}", rest)


def _stamp(text: str, date: re.Match[str]) -> Stamp | None:
    parts = date.groupdict()
    month = int(parts["n"]) if parts.get("n") else _MONTH[parts["m"].casefold()]
    start, end = date.span()
    time = _TIME.search(text, end, end + _NEAR) or _TIME.search(text, max(0, start - _NEAR), start)
    try:
        at = datetime(int(parts["y"]), month, int(parts["d"]), tzinfo=UTC)
    except ValueError:
        return None
    if time is None:
        return Stamp(at, (start, end), "no time of day given: midnight UTC taken")
    hour = int(time["h"])
    if time["half"]:
        if hour > 12:
            return Stamp(at, (start, end), "no time of day given: midnight UTC taken")
        hour = hour % 12 + (12 if time["half"].casefold().startswith("p") else 0)
    offset = _offset(time["zone"])
    local = at + timedelta(hours=hour, minutes=int(time["i"]), seconds=int(time["s"] or 0))
    span = (min(start, time.start()), max(end, time.end()))
    if offset is None:
        return Stamp(local, span, "no time zone given: UTC taken")
    return Stamp(local.replace(tzinfo=offset).astimezone(UTC), span)


def _offset(zone: str | None) -> timezone | None:
    if not zone:
        return None
    zone = zone.casefold()
    if zone[:3] in ("utc", "gmt") and len(zone) > 3:
        return _fixed(float(zone[3:]))
    if zone[0] in "+-":
        sign = -1 if zone[0] == "-" else 1
        return _fixed(sign * (int(zone[1:3]) + int(zone[-2:]) / 60))
    hours = _ZONES.get(zone)
    return None if hours is None else _fixed(hours)


def _fixed(hours: float) -> timezone | None:
    return timezone(timedelta(hours=hours)) if abs(hours) < 24 else None
