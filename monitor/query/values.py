"""Times and numbers in a query: `2026-11-20`, `-6h`, `today`, `300`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

Stretch = tuple[datetime, datetime]
"""A half-open span of time: the first instant in it, the first after it."""

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_RELATIVE = re.compile(r"([-+])(\d{1,5})([smhdw])")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?\s?(Z|[-+]\d\d:?\d\d)?)?)?)?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?", re.ASCII)
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_YEARS = range(1970, 2101)


def check_time(value: str) -> str | None:
    """What is wrong with a time, None when nothing is."""
    if value in _DAYS or value == "now" or _RELATIVE.fullmatch(value):
        return None
    match = _DATE.fullmatch(value)
    if not match:
        return f"{value} is not a time"
    if int(match[1]) not in _YEARS:
        return f"the year {match[1]} is not between {_YEARS[0]} and {_YEARS[-1]}"
    try:
        stretch(value, datetime(2000, 1, 1, tzinfo=UTC), UTC)
    except ValueError as error:
        return f"{value} is not a date: {error}"
    return None


def check_number(value: str) -> str | None:
    """What is wrong with a number, None when nothing is."""
    return None if _NUMBER.fullmatch(value) else f"{value} is not a number"


def is_reversed(value: str, upto: str, *, time: bool) -> bool:
    """Whether a range ends before it begins, as far as that can be said without a clock."""
    if not time:
        return float(value) > float(upto)
    if (value in _DAYS) != (upto in _DAYS) or bool(_DATE.fullmatch(value)) != bool(_DATE.fullmatch(upto)):
        return False
    now = datetime(2000, 1, 1, tzinfo=UTC)
    return stretch(value, now, UTC)[0] > stretch(upto, now, UTC)[1]


def is_instant(value: str) -> bool:
    """Whether a time names a moment rather than a day, month or year."""
    return value == "now" or bool(_RELATIVE.fullmatch(value)) or ":" in value


def stretch(value: str, now: datetime, tz: tzinfo | None) -> Stretch:
    """The span that a time names, seen from `now` in a zone (None: this machine's). An instant is an empty one."""
    if value == "now":
        return now, now
    if relative := _RELATIVE.fullmatch(value):
        delta = timedelta(**{_UNITS[relative[3]]: int(relative[2])})
        instant = now - delta if relative[1] == "-" else now + delta
        return instant, instant
    if value in _DAYS:
        day = now.astimezone(tz).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        day += timedelta(days=_DAYS[value])
        return _placed(day, tz), _placed(day + timedelta(days=1), tz)
    match = _DATE.fullmatch(value)
    if match is None:
        raise ValueError(f"{value} is not a time")
    year, month, day_, hour, minute, second, zone = match.groups()
    start = datetime(int(year), int(month or 1), int(day_ or 1), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001
    if hour:
        instant = datetime.fromisoformat(f"{start.isoformat()}{zone}") if zone else _placed(start, tz)
        return instant, instant
    if day_:
        end = start + timedelta(days=1)
    elif month:
        end = (start + timedelta(days=31)).replace(day=1)
    else:
        end = start.replace(year=start.year + 1)
    return _placed(start, tz), _placed(end, tz)


def _placed(local: datetime, tz: tzinfo | None) -> datetime:
    return local.replace(tzinfo=tz) if tz else local.astimezone()
