"""Untrusted text to safe text. Applied when an item is made and again when it is drawn.

Safe means: nothing a terminal acts on (C0 but the newline, DEL, C1, whole escape sequences), nothing that reorders or
hides what stands beside it (bidi controls, zero-width and filler characters, tags), at most `MARKS` combining marks in
a row, no lone surrogates, and a length cap. ZWNJ and ZWJ stay: Persian and emoji need them. Cleaning is idempotent.
"""

from __future__ import annotations

import re
import unicodedata

CAP_LINE = 600
"""Characters of a one-line field."""
CAP_BODY = 400_000
"""Characters of a body."""
MARKS = 4

# Patterns as text, compiled when the first suspect text comes: a start need not wait for them.
_SEQUENCE = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x90\x98\x9b-\x9f\n]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, APC …
    r"|\x1b[ -/]*[0-~]"  # the two-character escapes
)
_LINE_END = "\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]"
_DROPPED = (
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # controls
    "\u00ad\u034f\u061c\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # format
    "\ufff0-\ufffc\ufffe\uffff"
    "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # fillers
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # format and tags beyond the first plane
)
_SUSPECT = "[^\n -~\xa1-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u203a\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]"
_SURROGATE = "[\ud800-\udfff]"
_LONG_RUN = f"[\u0300-\U0010ffff]{{{MARKS + 1},}}"
_BLANKS = re.compile(r"\s+")
_TRAILING = re.compile(r"[ \t\xa0]+(?=\n|\Z)")
_MANY_BREAKS = re.compile(r"\n{3,}")


def clean(text: str, *, cap: int = CAP_BODY) -> str:
    """Text of many lines made safe: newlines stay, tabs become spaces, no more than one blank line in a row."""
    if _suspect(text):
        text = _strip(text)
    text = _MANY_BREAKS.sub("\n\n", _TRAILING.sub("", text)).strip("\n ")
    return text if len(text) <= cap else text[: cap - 1].rstrip() + "…"


def clean_line(text: str, *, cap: int = CAP_LINE) -> str:
    """Text of one line made safe: every run of white space is one space."""
    if len(text) > 8 * cap:
        text = text[: 8 * cap]
    if _suspect(text):
        text = _strip(text)
    text = _BLANKS.sub(" ", text).strip()
    return text if len(text) <= cap else text[: cap - 1].rstrip() + "…"


def visible(text: str) -> bool:
    """Whether a reader would see anything of it."""
    return any(not unicodedata.category(char).startswith(("Z", "C", "M")) for char in text)


def width(text: str) -> int:
    """How many terminal cells a safe line takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def fit(text: str, cells: int) -> str:
    """A safe line cut to at most that many cells, with an ellipsis where something was cut."""
    if len(text) * 2 <= cells or width(text) <= cells:
        return text
    kept: list[str] = []
    room = cells - 1
    for char in text:
        room -= _cells(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…" if cells > 0 else ""


def _cells(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _suspect(text: str) -> bool:
    return not (text.isascii() and text.isprintable()) and re.search(_SUSPECT, text) is not None


def _strip(text: str) -> str:
    text = re.sub(_SEQUENCE, "", text)
    text = re.sub(_LINE_END, "\n", text).replace("\t", " ")
    text = re.sub(_DROPPED, "", text)
    text = re.sub(_SURROGATE, "\ufffd", text)
    return re.sub(_LONG_RUN, _thin_marks, text)


def _thin_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for char in run[0]:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks <= MARKS:
            kept.append(char)
    return "".join(kept)
