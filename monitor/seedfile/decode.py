"""Bytes to text, saying how: byte order mark, UTF-8, else a detector's best guess."""

from __future__ import annotations

import codecs

from monitor.errors import SourceError

CAP = 2_000_000
"""Bytes of text that are read of one file."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GUESSED_FROM = 20_000
_ENOUGH = 4
"""Characters that two bytes each must make before NUL bytes are taken for UTF-16."""


def decode(data: bytes, *, name: str, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The text of a file and notes on how it was read.

    Raises SourceError for an empty or a binary file.
    """
    if not data.strip():
        raise SourceError(f"{name} is empty", kind="unreadable", hint="it is read again when something is in it")
    notes: list[str] = []
    if len(data) > CAP:
        notes.append(f"only the first {CAP // 1_000_000} MB of {len(data) / 1_000_000:.1f} MB were read")
        data = data[:CAP]
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            notes.append(f"encoding {encoding}: byte order mark")
            return _lenient(data[len(mark) :], encoding), tuple(notes)
    if b"\0" in data:
        wide = _wide(data)
        if wide is None:
            raise SourceError(f"{name} is binary (it holds NUL bytes)", kind="unreadable", hint="only text is read")
        notes.append(f"encoding {wide}: guessed from the NUL bytes")
        return _lenient(data, wide), tuple(notes)
    try:
        return codecs.getincrementaldecoder("utf-8")("strict").decode(data, final=len(data) < CAP), tuple(notes)
    except UnicodeDecodeError:
        pass
    if declared is not None and (text := _declared(data, declared)) is not None:
        notes.append(f"encoding {declared}: declared")
        return text, tuple(notes)
    encoding = _guess(data)
    notes.append(f"encoding {encoding}: guessed, the text is not UTF-8")
    return _lenient(data, encoding), tuple(notes)


def _lenient(data: bytes, encoding: str) -> str:
    return data.decode(encoding, "replace")


def _declared(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (LookupError, UnicodeError):
        return None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: for mostly Latin text every second byte is NUL, always on the same side."""
    sample = data[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if half < _ENOUGH:
        return None
    for zeros, others, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros > 0.4 * half and not others and all(map(_written, sample.decode(encoding, "replace"))):
            return encoding
    return None


def _written(char: str) -> bool:
    return char.isprintable() or char.isspace()


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_GUESSED_FROM]).best()
    return best.encoding if best is not None else "cp1252"
