"""Which format a file has, by its content and its name, and the parser for it."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from msgspec.structs import replace

from monitor.errors import SourceError
from monitor.seedfile.decode import decode
from monitor.seedfile.parsed import Format, Parsed
from monitor.text import clean, clean_line

SUPPORTED = ".txt .md .html .json .jsonl .xml .rss .atom .eml .mbox .nitf"
"""The names of files that are read; a file without a suffix is taken by its content."""

_BY_SUFFIX: dict[str, Format] = {
    "": "text", ".txt": "text", ".text": "text", ".md": "markdown", ".markdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".json": "ninjs", ".jsonl": "ninjs", ".ndjson": "ninjs",
    ".xml": "feed", ".rss": "feed", ".atom": "feed", ".rdf": "feed", ".eml": "email", ".mbox": "email", ".mbx": "email",
    ".nitf": "nitf", ".newsml": "newsml",
}  # fmt: skip
_TEXT_CAP = 2_000_000
_START = 2048
_PROLOGUE = re.compile(
    r"\A\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>\s*|<\?.*?\?>\s*)*", re.DOTALL
)
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?P<name>[A-Za-z][\w.-]*)")
_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_NEWSML_ROOTS = frozenset({"newsitem", "newsmessage", "packageitem"})
_HTML = re.compile(
    r"\A\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|article|main|div|h1|p)\b", re.IGNORECASE | re.DOTALL
)
_HEADER = re.compile(r"^(?P<name>[A-Za-z][A-Za-z-]{1,40}):[ \t]?\S", re.MULTILINE)
_MBOX = re.compile(r"\AFrom \S+.* \d{4}\s*\n")


def parse_file(path: Path | str, data: bytes, *, boilerplate: frozenset[str] = frozenset()) -> Parsed:
    """The entries of a local file; `boilerplate` are the keys of blocks that its source is known to repeat.

    Raises SourceError(kind="unreadable") for what is empty, binary, broken, or of a format that is not supported.
    """
    name = clean_line(str(path))
    suffix = PurePath(path).suffix.casefold()
    if not supported(path):
        raise SourceError(f"{name}: {suffix} files are not read", kind="unreadable", hint=f"supported: {SUPPORTED}")
    text, notes = decode(data, name=name)
    kind = _kind(text, _BY_SUFFIX[suffix])
    try:
        parsed = _parse(kind, name, text, data, boilerplate)
    except RecursionError:
        raise SourceError(f"{name} is nested too deeply", kind="unreadable", hint="nothing of it was read") from None
    return replace(parsed, notes=(*notes, *parsed.notes))


def supported(path: Path | str) -> bool:
    """Whether files of that name are read."""
    return PurePath(path).suffix.casefold() in _BY_SUFFIX


def _kind(text: str, named: Format) -> Format:
    """The format that the content shows; the name decides where it shows none."""
    start = text[:_START]
    if _HTML.match(start) and named not in ("markdown", "email"):
        return "html"
    if start.lstrip().startswith("<") and named != "markdown":
        root = _ROOT.match(start, _PROLOGUE.match(start).end())  # type: ignore[union-attr]  # it matches the empty string
        name = root["name"].casefold() if root else ""
        if name in _FEED_ROOTS:
            return "feed"
        if name == "nitf":
            return "nitf"
        if name in _NEWSML_ROOTS:
            return "newsml"
        return named if named in ("feed", "nitf", "newsml", "email", "html") else "text"
    if named == "feed":
        return "ninjs" if start.lstrip()[:1] in ("{", "[") else "text"
    if named == "text" and (_MBOX.match(start) or _looks_like_mail(start)):
        return "email"
    return named


def _looks_like_mail(start: str) -> bool:
    head = start.split("\n\n", 1)[0].replace("\r", "")
    names = {header["name"].casefold() for header in _HEADER.finditer(head)}
    return {"from", "subject"} <= names and bool(names & {"date", "message-id", "mime-version", "received"})


def _parse(kind: Format, name: str, text: str, data: bytes, boilerplate: frozenset[str]) -> Parsed:
    if kind == "text":
        from monitor.seedfile.plain import parse_text

        safe = clean(text.replace("\f", "\n\n" + "-" * 12 + "\n\n"), cap=_TEXT_CAP)
        if not safe:
            raise SourceError(f"{name} holds nothing that can be seen", kind="unreadable", hint="nothing to do")
        return parse_text(safe, boilerplate=boilerplate)
    if kind == "markdown":
        from monitor.seedfile.markdown import parse_markdown

        return parse_markdown(clean(text, cap=_TEXT_CAP), boilerplate=boilerplate)
    if kind == "html":
        from monitor.seedfile.page import parse_page

        return parse_page(text, boilerplate=boilerplate)
    if kind == "ninjs":
        from monitor.seedfile.ninjs import parse_json

        return parse_json(text, name=name)
    if kind == "email":
        from monitor.seedfile.mail import parse_mail

        return parse_mail(data, name=name, boilerplate=boilerplate)
    if kind == "feed":
        return Parsed(entries=(), format="feed", notes=("a saved feed",))
    from monitor.seedfile.newsml import parse_newsml, parse_nitf

    return (parse_nitf if kind == "nitf" else parse_newsml)(data, name=name)
