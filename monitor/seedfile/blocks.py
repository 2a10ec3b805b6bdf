"""Safe text to units: paragraphs where the text has them, else lines; hard-wrapped text is unwrapped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from monitor.seedfile.vocabulary import words
from monitor.text import width

LINES = 20_000
"""Lines of a text that are looked at."""
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
_CJK_CHAR = re.compile(f"[{_CJK}]")
_THAI_CHAR = re.compile("[\u0e00-\u0eff\u1780-\u17ff]")
_ALNUM = re.compile(r"\w")
_CLOSERS = "\"'”’»“」』)）]】›*_"
_END = re.compile(f"[.!?…。！？؟۔।。][{re.escape(_CLOSERS)}]*\\s*(?:\\[\\d+\\])*$")
_INNER_END = re.compile(
    f"(?<![A-Z])(?<!\\b[A-Za-z]\\.[A-Za-z])[.!?…؟۔।][{re.escape(_CLOSERS)}]*(?=\\s+[^\\sa-z])|[。！？]"
)
_BULLET = re.compile(r"(?:[-–—•*▪·●◦‣]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S")
_SHORT_WORDS = words(
    "mr mrs ms dr gen col lt sgt maj capt sen rep gov prof rev st jr sr no vs inc ltd co corp "
    "jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k u.n p.m a.m"
)


@dataclass(frozen=True)
class Unit:
    """A paragraph or line. `block` is the number of the run of lines between blank lines that it stands in."""

    text: str
    block: int

    @cached_property
    def words(self) -> int:
        """How many words; scripts without spaces count two (Thai four) characters for one."""
        return count_words(self.text)

    @cached_property
    def ends(self) -> bool:
        """Whether it ends as a sentence does."""
        return _END.search(self.text) is not None

    @cached_property
    def period(self) -> bool:
        """Whether it ends in a full stop."""
        return self.ends and self.text.rstrip(_CLOSERS + " ")[-1:] in (".", "。", "۔", "।")

    @cached_property
    def sentences(self) -> int:
        """How many sentences, at least one."""
        return len(split_sentences(self.text))

    @cached_property
    def prose(self) -> bool:
        """A paragraph of running text: at least 25 words, or two sentences."""
        if self.ends:
            return self.words >= 25 or (self.words >= 8 and self.sentences >= 2)
        return self.words >= 40

    @cached_property
    def bullet(self) -> bool:
        """Whether it opens as an item of a list does."""
        return _BULLET.match(self.text) is not None


def count_words(text: str) -> int:
    """How many words a text has; scripts without spaces count two (Thai four) characters for one."""
    if text.isascii():
        return sum(1 for word in text.split() if _ALNUM.search(word))
    cjk, cjk_count = _CJK_CHAR.subn(" ", text)
    rest, thai_count = _THAI_CHAR.subn(" ", cjk)
    return sum(1 for word in rest.split() if _ALNUM.search(word)) + (cjk_count + 1) // 2 + (thai_count + 3) // 4


def split_sentences(text: str) -> list[str]:
    """A paragraph's sentences; titles and month names with a point do not end one."""
    sentences: list[str] = []
    start = 0
    for end in _INNER_END.finditer(text):
        last = text[start : end.start()].rsplit(None, 1)[-1:] or [""]
        if end[0][0] == "." and last[0].strip("(\"'“‘").casefold() in _SHORT_WORDS:
            continue
        sentences.append(text[start : end.end()].strip())
        start = end.end()
    if rest := text[start:].strip():
        sentences.append(rest)
    return sentences


def units(text: str) -> list[Unit]:
    """The units of a text that has been cleaned, at most `LINES` lines of it."""
    runs: list[list[str]] = [[]]
    for line in text.split("\n", LINES)[:LINES]:
        if line.strip():
            runs[-1].append(line)
        elif runs[-1]:
            runs.append([])
    limit = _wrapped_at(runs)
    found: list[Unit] = []
    for number, run in enumerate(run for run in runs if run):
        lines = _unwrap(run, limit) if limit else run
        found.extend(Unit(" ".join(line.split()), number) for line in lines)
    return found


def _wrapped_at(runs: list[list[str]]) -> int | None:
    """The width in cells at which an editor wrapped the text, None where line ends mean something."""
    inner = [(line, following) for run in runs for line, following in pairwise(run)]
    if len(inner) < 3:
        return None
    widths = sorted(width(line) for line, _ in inner)
    limit = widths[int(len(widths) * 0.95)] if len(widths) > 20 else widths[-1]
    if not 45 <= limit <= 100 or median(widths) < 0.7 * limit:
        return None
    soft = sum(_soft(line, following, limit) for line, following in inner)
    return limit if soft >= 0.6 * len(inner) else None


def _soft(line: str, following: str, limit: int) -> bool:
    """Whether the break came of wrapping: the next word would not have fitted, and no indent follows."""
    indent = len(following) - len(following.lstrip())
    if indent > len(line) - len(line.lstrip()) or _BULLET.match(following.strip()):
        return False
    if not _ALNUM.search(following) or not _ALNUM.search(line):
        return False
    first = following.split(None, 1)[0]
    step = 2 if _CJK_CHAR.match(first) else width(first) + 1
    return width(line) + step > limit - 6


def _unwrap(run: list[str], limit: int) -> list[str]:
    joined = [run[0]]
    for line, following in pairwise(run):
        if not _soft(line, following, limit):
            joined.append(following)
        elif joined[-1].endswith("-") and following.strip()[:1].islower():
            joined[-1] += following.strip()
        else:
            glue = "" if _CJK_CHAR.match(joined[-1][-1:]) and _CJK_CHAR.match(following.strip()[:1]) else " "
            joined[-1] += glue + following.strip()
    return joined
