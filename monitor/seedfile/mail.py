"""Messages saved as .eml or .mbox: newsletters, alerts, wire copy by mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime

from msgspec.structs import replace

from monitor.errors import SourceError
from monitor.model import Entry
from monitor.readable import html_to_text
from monitor.seedfile.parsed import Block, Parsed
from monitor.seedfile.plain import parse_text
from monitor.seedfile.signals import complete
from monitor.text import clean, clean_line

_FROM_LINE = re.compile(rb"(?m)^From \S+ .*\d{4}\r?\n")
_QUOTED_FROM = re.compile(rb"(?m)^>(>*From )")
_REPLY = re.compile(r"^(?:\s*(?:re|fwd?|aw|wg|tr|rv)\s*:\s*|\s*\[[^\]]{1,40}\]\s+)+", re.IGNORECASE)
_SIGNATURE = re.compile(r"\n-- \n.*\Z", re.DOTALL)
_FOLD = re.compile(rb"\n[ \t]+")
_NEEDED = frozenset(
    {b"from", b"subject", b"date", b"message-id", b"mime-version", b"content-type", b"content-transfer-encoding"}
)
_HEAD = 200_000
_HEADER = 2000
_PARTS = 50
_BOUNDARIES = 2_000
_MESSAGES = 5000


def parse_mail(data: bytes, *, name: str, boilerplate: frozenset[str] = frozenset()) -> Parsed:
    """One entry per message. Raises SourceError where there is none."""
    entries: list[Entry] = []
    blocks: list[Block] = []
    notes: list[str] = []
    for raw in _messages(data):
        try:
            message = BytesParser(policy=policy.default).parsebytes(_bounded(raw))
            entry, parts = _entry(message, boilerplate)
        except (MessageError, ValueError, LookupError, AttributeError, IndexError, TypeError) as problem:
            notes.append(f"message {len(entries) + len(notes) + 1} cannot be read ({type(problem).__name__})")
            continue
        if entry is None:
            continue
        blocks.extend(replace(part, entry=len(entries)) for part in parts)
        entries.append(entry)
    if not entries:
        raise SourceError(f"{name}: no message with text", kind="unreadable", hint="; ".join(notes) or "nothing to do")
    return Parsed(entries=tuple(entries), format="email", notes=tuple(notes), blocks=tuple(blocks))


def _messages(data: bytes) -> Iterator[bytes]:
    starts = [found.span() for found in _FROM_LINE.finditer(data)][:_MESSAGES]
    if not starts or starts[0][0] != 0:
        yield data
        return
    ends = [start for start, _ in starts[1:]] + [len(data)]
    for (_, begin), end in zip(starts, ends, strict=True):
        yield _QUOTED_FROM.sub(rb"\1", data[begin:end])


def _bounded(raw: bytes) -> bytes:
    """A message with the headers that are needed and no more, each of a length that is cheap to parse.

    Raises ValueError for one of more parts than any honest message has.
    """
    if raw.count(b"multipart/") > _PARTS or (b"multipart/" in raw and raw.count(b"\n--") > _BOUNDARIES):
        raise ValueError("too many parts")
    head, blank, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    headers = _FOLD.sub(b" ", head[:_HEAD]).split(b"\n")
    kept = [header[:_HEADER] for header in headers if header.split(b":", 1)[0].strip().lower() in _NEEDED]
    return b"\n".join(kept) + blank + body


def _entry(message: EmailMessage, boilerplate: frozenset[str]) -> tuple[Entry | None, tuple[Block, ...]]:
    text, links, notes = _text(message)
    subject = _REPLY.sub("", clean_line(str(message.get("subject", "")))) or None
    safe = clean(text)
    if not safe and not subject:
        return None, ()
    parsed = parse_text(safe, boilerplate=boilerplate, title=subject) if safe else None
    entry = parsed.entries[0] if parsed else Entry(title=subject)
    sender = message.get("from")
    people = tuple(
        address.display_name or address.addr_spec for address in getattr(sender, "addresses", ()) if address.addr_spec
    )
    identity = clean_line(str(message.get("message-id", ""))).strip("<> ")
    filled = replace(
        entry,
        guid=f"mid:{identity}" if identity else None,
        title=entry.title or subject,
        authors=entry.authors or tuple(clean_line(name) for name in people),
        links=links or entry.links,
        published=_date(message, notes) or entry.published,
        section=entry.section,
        raw=safe,
        notes=(*notes, *entry.notes),
    )
    return complete(filled), parsed.blocks if parsed else ()


def _text(message: EmailMessage) -> tuple[str, tuple[str, ...], list[str]]:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return "", (), ["the message has no text part"]
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset() or "utf-8"
    try:
        text = data.decode(charset, "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    if part.get_content_type() == "text/html":
        readable = html_to_text(text)
        return readable.text, readable.links, ["text: the message's HTML"]
    return _SIGNATURE.sub("\n", text.replace("\r\n", "\n")), (), ["text: the message's plain text"]


def _date(message: EmailMessage, notes: list[str]) -> datetime | None:
    value = str(message.get("date", "")).strip()
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError):
        notes.append("the message's date cannot be read")
        return None
    return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
