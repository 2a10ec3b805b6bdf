"""Text to what is drawn: cleaned once more, cut to its column, hits marked. Pure; knows Rich, not widgets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from monitor.text import clean, clean_line
from monitor.tui.themes import Ground, Look

SPARKS = "▁▂▃▄▅▆▇"
Span = tuple[int, int]


def fitted(text: str, cells: int) -> str:
    """One clean line, cut with "…" or padded to exactly so many cells."""
    text = clean_line(text)
    return _sized(text, cells)


def cut(text: str, cells: int) -> str:
    """One clean line of at most so many cells."""
    text = clean_line(text)
    return text if cell_len(text) <= cells else _sized(text, cells)


def _sized(text: str, cells: int) -> str:
    if cells <= 0:
        return ""
    if text.isascii():
        return text.ljust(cells) if len(text) <= cells else text[: cells - 1] + "…"
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    kept = set_cell_size(text, cells - 1).rstrip() + "…"
    return set_cell_size(kept, cells)


def marked(text: str, spans: Iterable[Span], cells: int, look: Look, *, role: str, ground: Ground) -> list[Segment]:
    """A line of exactly so many cells with the spans (of the uncut text) drawn as hits."""
    shown = fitted(text, cells)
    plain, hit = look.style(role, ground), look.style("hit", ground)
    if clean_line(text) != text:
        return [Segment(shown, plain)]
    whole = len(shown.rstrip())
    limit = whole - 1 if shown[whole - 1 : whole] == "…" and not text.startswith(shown[:whole]) else whole
    segments: list[Segment] = []
    at = 0
    for first, last in merged(spans):
        start, end = min(first, limit), min(last, limit)
        if start < at or end <= start:
            continue
        if start > at:
            segments.append(Segment(shown[at:start], plain))
        segments.append(Segment(shown[start:end], hit))
        at = end
    if at < len(shown):
        segments.append(Segment(shown[at:], plain))
    return segments


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap made one."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def line(parts: Sequence[tuple[str, str]], cells: int, look: Look, ground: Ground = "plain") -> list[Segment]:
    """Parts of (text, role) one after the other, cut or padded to so many cells."""
    segments: list[Segment] = []
    room = cells
    for text, role in parts:
        if room <= 0:
            break
        if text:
            shown = text if cell_len(text) <= room else _sized(text, room)
            segments.append(Segment(shown, look.style(role, ground)))
            room -= cell_len(shown)
    if room > 0:
        segments.append(Segment(" " * room, look.style("ink", ground)))
    return segments


def between(
    left: Sequence[tuple[str, str]], right: Sequence[tuple[str, str]], cells: int, look: Look, fill: str = " "
) -> list[Segment]:
    """Two groups of parts, one at either end; the right one gives way when there is no room for both."""
    used = sum(cell_len(text) for text, _ in left)
    wanted = sum(cell_len(text) for text, _ in right)
    while right and used + wanted + 1 > cells:
        wanted -= cell_len(right[0][0])
        right = right[1:]
    gap = cells - used - wanted
    if gap <= 0:
        return line(left, cells, look)
    return line([*left, (fill * gap, "faint"), *right], cells, look)


def sparkline(hours: Sequence[int], cells: int) -> str:
    """Hits per hour as bars, several hours to a cell where there are fewer cells; the lowest stands for none."""
    if cells <= 0 or not hours:
        return ""
    step = -(-len(hours) // cells)
    sums = [sum(hours[max(0, end - step) : end]) for end in range(len(hours), 0, -step)][::-1]
    top = max(sums)
    if not top:
        return ""
    highest = len(SPARKS) - 1
    return "".join(SPARKS[max(1, round(value * highest / top)) if value else 0] for value in sums)


def moment(when: datetime, now: datetime) -> str:
    """A time as a column of six cells tells it: the hour today, the weekday this week, else the date."""
    local, here = when.astimezone(), now.astimezone()
    if local.date() == here.date():
        return f"{local:%H:%M}"
    if timedelta(0) < here - local < timedelta(days=6):
        return f"{local:%a}"
    return f"{local.day} {local:%b}" if local.year == here.year else f"{local:%Y}"


def age(seconds: float) -> str:
    """A length of time in its largest fitting unit: "40 s", "6 min", "3 h", "12 d"."""
    seconds = max(0.0, seconds)
    for size, unit in ((86400 * 2, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            per = {"d": 86400, "h": 3600, "min": 60}[unit]
            return f"{seconds / per:.0f} {unit}"
    return f"{seconds:.0f} s"


def paragraphs(text: str) -> list[str]:
    """Clean paragraphs of a body, its single line breaks kept apart."""
    return clean(text).split("\n")


def safe(segments: list[Segment]) -> list[Segment]:
    """Segments with nothing in them but printable text, on whose width all terminals agree."""
    if all(_harmless(segment.text) for segment in segments):
        return segments
    return [
        segment if _harmless(segment.text) else Segment(_blanked(steady(segment.text)), segment.style, segment.control)
        for segment in segments
    ]


class Safety(LineFilter):
    """The last gate before the terminal: whatever text a widget drew, nothing but printable text leaves."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Replace the segments that hold more than printable text."""
        return safe(segments)


SAFETY = Safety()

_UNPRINTABLE = r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"


_SIGN = "\u00a9\u00ae\u203c-\u2bff\u3030-\u303d\u3297\u3299\U0001f000-\U0001faff"
_FLAG = "\U0001f1e6-\U0001f1ff"
_MODIFIER = "\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff"
_JOINED = f"[{_FLAG}]{{2}}|.(?:[{_MODIFIER}]|\u200d[{_SIGN}])+"
_SUSPECT = f"[{_MODIFIER}{_FLAG}]"


def _harmless(text: str) -> bool:
    return text.isprintable() and (text.isascii() or not re.search(_SUSPECT, text))


def steady(text: str) -> str:
    """Joined signs as the first of them, flags as letters, in as many cells.

    Terminals disagree on the width of such signs, and what stands right of one would be shifted.
    """
    return re.sub(_JOINED, _plainly, text)


def _plainly(found: re.Match[str]) -> str:
    cluster = found[0]
    if "\U0001f1e6" <= cluster[0] <= "\U0001f1ff":
        return "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in cluster[:2])
    return set_cell_size(cluster[0], cell_len(cluster))


def _blanked(text: str) -> str:
    return re.sub(_UNPRINTABLE, lambda found: " " * cell_len(found[0]), text)


_ASCII = {
    ord(char): plain
    for chars, plain in (
        ("─━—–−▔▁", "-"),
        ("│┃║▏▕▌▎", "|"),
        ("╭╮╰╯┌┐└┘├┤┬┴┼", "+"),
        ("═▅", "="),
        ("█▇", "#"),
        ("·…▂", "."),
        ("•★", "*"),
        ("●", "o"),
        ("○", "-"),
        ("◆", "w"),
        ("✓", "v"),
        ("×", "x"),
        ("‘’", "'"),
        ("“”", '"'),
        ("→▶", ">"),
        ("←◀‹", "<"),
        ("↑▲", "^"),
        ("↓▼", "v"),
        ("▃▄", ":"),
        ("▆", "+"),
        ("◔", "z"),
        ("✎", "n"),
        *((pair[0], pair[1]) for pair in ("ŁL", "łl", "ØO", "øo", "ĐD", "đd", "ÆA", "æa", "ŒO", "œo", "ßs", "ıi")),
    )
    for char in chars
}


class Ascii(LineFilter):
    """For terminals that do not speak UTF-8: frames and marks in ASCII, other letters as near as may be."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Every segment in ASCII, as wide as it was."""
        return [
            segment if segment.text.isascii() else Segment(ascii_line(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def ascii_line(text: str) -> str:
    """A line in ASCII letters, as many cells wide as before."""
    out = []
    for char in text.translate(_ASCII):
        if char.isascii():
            out.append(char)
            continue
        base = unicodedata.normalize("NFKD", char)[0]
        cells = cell_len(char)
        out.append((base if base.isascii() else "?").ljust(cells)[:cells])
    return "".join(out)
