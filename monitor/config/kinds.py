"""The kinds of value a config key can have: each says what it wants, and reads one or raises ValueError."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from monitor.model import Secret

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+")
_SIZES = {"B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(B|kB|MB|GB)")
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LONGEST = 3650 * 86400.0


class Kind(Struct, frozen=True):
    """What a value must be, in words that follow "must be"; `read` makes the setting of it or raises ValueError."""

    what: str
    read: Callable[[Any], Any]


def duration(text: str) -> float:
    """Seconds in a text such as "30s", "5m", "1h30m", "2d", "1w"; raises ValueError."""
    if not _DURATION.fullmatch(text):
        raise ValueError
    seconds = sum(float(part[:-1]) * _UNITS[part[-1]] for part in re.findall(r"[\d.]+[smhdw]", text))
    if seconds > _LONGEST:
        raise ValueError("longer than ten years")
    return seconds


def _duration(value: Any) -> float:
    return duration(value) if isinstance(value, str) else _number(value, 0, _LONGEST)


def _number(value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    if not value.isprintable() and any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
        raise ValueError("holds a control character")
    return value.strip()


def _query(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError  # noqa: TRY004 - every reader speaks ValueError
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError  # noqa: TRY004
    return tuple(_text(part) for part in value)


def _size(value: Any) -> int:
    if isinstance(value, str) and (found := _SIZE.fullmatch(value)):
        return int(float(found[1]) * _SIZES[found[2]])
    return int(_number(value, 1, 1e12))


def _id(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError
    return value


def _address(*schemes: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        text = _text(value)
        parts = urlsplit(text)
        if parts.scheme not in schemes or not parts.hostname or len(text.split()) > 1:
            raise ValueError
        try:
            parts.port  # noqa: B018 - worked out when asked
        except ValueError:
            raise ValueError("its port is no number up to 65535") from None
        return text

    return read


def _secret(value: Any) -> Secret:
    if not isinstance(value, Mapping) or len(value) != 1 or not set(value) <= {"env", "command"}:
        raise ValueError
    return Secret(**{key: _text(word) for key, word in value.items()})


def _headers(value: Any) -> dict[str, str | Secret]:
    if not isinstance(value, Mapping):
        raise ValueError  # noqa: TRY004
    read: dict[str, str | Secret] = {}
    for name, given in value.items():
        if not _HEADER.fullmatch(name):
            raise ValueError(f'"{name}" is no header name')
        read[name] = _text(given) if isinstance(given, str) else _secret(given)
    return read


def _headers_by_host(value: Any) -> dict[str, dict[str, str | Secret]]:
    if not isinstance(value, Mapping):
        raise ValueError  # noqa: TRY004
    return {host.lower(): _headers(headers) for host, headers in value.items()}


def _queries(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError  # noqa: TRY004
    return {_text(title): _query(query) for title, query in value.items()}


def _key_names(value: Any) -> str:
    return ",".join(_texts(value)) if isinstance(value, list) else _text(value)


TEXT = Kind("a text that is not empty", _text)
TEXTS = Kind("a list of texts", _texts)
QUERY = Kind("a query, as text", _query)
QUERIES = Kind("a table of titles and queries", _queries)
FLAG = Kind("true or false", _flag)
DURATION = Kind('a duration such as "30s", "5m" or "1h30m", or a number of seconds', _duration)
SIZE = Kind('a size such as "500 kB" or "10 MB", or a number of bytes', _size)
ID = Kind('an id of small letters, digits and "-", such as "bbc-world"', _id)
URL = Kind('an address that begins with "http://" or "https://"', _address("http", "https"))
PROXY = Kind(
    'a proxy address such as "http://proxy:3128" or "socks5://localhost:1080"',
    _address("http", "https", "socks4", "socks5", "socks5h"),
)
HEADERS = Kind('a table of header names, each with a text, { env = "NAME" } or { command = "…" }', _headers)
HEADERS_BY_HOST = Kind("a table of hosts, each with a table of headers", _headers_by_host)
KEYS = Kind('a key such as "s" or "ctrl+r", or a list of keys', _key_names)


def count(low: int, high: int) -> Kind:
    """A whole number between two bounds, both allowed."""

    def read(value: Any) -> int:
        if not isinstance(value, int):
            raise ValueError  # noqa: TRY004
        return int(_number(value, low, high))

    return Kind(f"a whole number from {low} to {high}", read)


def limit(high: int) -> Kind:
    """A whole number above nothing, where 0 means that there is no limit."""

    def read(value: Any) -> int | None:
        return count(0, high).read(value) or None

    return Kind(f"a whole number up to {high}, 0 for no limit", read)


def choice(*words: str) -> Kind:
    """One of a few words."""

    def read(value: Any) -> str:
        if value not in words:
            raise ValueError
        return str(value)

    return Kind(" or ".join(f'"{word}"' for word in words), read)
