"""Text to words: positions, the forms each word is found under, and the span it stands on."""

from __future__ import annotations

import contextlib
import re
import string
from bisect import bisect_left, bisect_right
from functools import cache, cached_property, lru_cache, partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from monitor.query.lexicon import Lexicon, Names, lexicon
from monitor.query.normal import Origins, fold, normalised, origins
from monitor.query.stems import stemmed_as, stems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PROSE = ("title", "dek", "body", "caption")
"""Fields that are read, and whose hits are shown."""

Edge = tuple[int, int]
"""The first and the last word of a span, as positions in a stream."""

STAR, ONE = "\ue000", "\ue001"
"""The wildcards * and ? inside a query word: private characters, which are letters in no text."""

_WITHOUT_SPACES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u1100-\u11ff\u3005-\u3007\u3040-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\uac00-\ud7ff"  # kana, Hangul
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_EMOJI = "[\U0001f1e6-\U0001f1ff]{2}|[\u2600-\u27bf\U0001f300-\U0001faff][\U0001f3fb-\U0001f3ff]?"
_BEYOND = re.compile("[\u0300-\u200f\u2028-\u202f\u205f-\u209f\u20d0-\udfff\ue002-\U0010ffff]")
"""Text without these has no combining marks, no script without spaces and no emoji: a plainer pattern does.

What is left out are the general punctuation and the signs of currencies, which no pattern takes for a word.
"""

JOINERS = frozenset("-&\u200c")
"""What makes one compound of the words on its two sides: hyphen, ampersand, zero-width non-joiner."""
_LONGEST_COMPOUND = 4
_CAPITALS = 0.8
_SMALL = string.ascii_lowercase.encode()
_RIGHT_PART = 3
"""Letters that what follows an apostrophe, or precedes a plus, needs to be a word of its own."""

_PARAGRAPH = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"""[.।]+["')\]]*\s|[!?。؟۔]""")
STOP = re.compile(r"[,;:!?()\[\]<>|•·、。،؛؟।]|--|\s-|-\s")
_BREAK = "\n\n"
_ABBREVIATIONS = (
    "mr mrs ms dr prof st sen rep gov gen lt col maj sgt capt cmdr adm brig hon pres jr sr vs inc ltd co corp dept "
    "jan feb mar apr jun jul aug sep sept oct nov dec approx est"
)
_ABBREVIATED = frozenset(_ABBREVIATIONS.split())


@cache
def _pattern(*, plain: bool, wild: bool) -> Any:
    """The pattern of one word, for plain Latin text or any text, with or without wildcards as letters."""
    wildcards = STAR + ONE if wild else ""
    if plain:
        initial = rf"(?:[^\W\d_]|[{wildcards}])" if wild else r"[^\W\d_]"
        char = rf"(?:[^\W_]|[{wildcards}])" if wild else r"[^\W_]"
        single = ""
    else:
        initial = rf"[[\p{{L}}\p{{M}}\p{{Nl}}\p{{No}}{wildcards}]--[{_WITHOUT_SPACES}]]"
        char = rf"[[\p{{L}}\p{{M}}\p{{N}}{wildcards}]--[{_WITHOUT_SPACES}]]"
        single = rf"|[[{_WITHOUT_SPACES}]&&[\p{{L}}\p{{N}}]]\p{{M}}*"
    pattern = (
        rf"({initial}(?:(?:\.{initial})+(?!{char})\.?"  # U.N.
        rf"|{char}*(?:'{char}+)*(?:\++(?!{char}))?)"  # missile  O'Brien  C++
        rf"|\d+(?:[.,:/]\d+)*{char}*(?:'{char}+)*"  # 1,000  9/11  3.5bn  1990's
        rf"{single}"
        rf"|{_EMOJI})"
    )
    if plain:
        return re.compile(pattern)
    import regex

    return regex.compile(pattern, regex.VERSION1)


def split(text: str, *, wild: bool = False) -> list[str]:
    """A normalised text as gap, word, gap, word … gap."""
    plain = text.isascii() or not _BEYOND.search(text)
    parts: list[str] = _pattern(plain=plain, wild=wild).split(text)
    return parts


@lru_cache(maxsize=1 << 16)
def spellings(word: str) -> tuple[str, ...]:
    """A word as it can be asked for, its own form first: Iran's is Iran, U.N. is UN; l'Iran is lIran and Iran."""
    if "'" in word:
        if possessive(word):
            word = word[:-2]
        joined, right = word.replace("'", ""), word.rpartition("'")[2]
        return (joined, right) if right != word and sum(map(str.isalpha, right)) >= _RIGHT_PART else (joined,)
    if word[-1] == "+":
        base = word.rstrip("+")
        return (word, base) if len(base) >= _RIGHT_PART else (word,)
    if "." in word and not word[0].isdigit():
        return (word.replace(".", ""),)
    return (word,)


def possessive(word: str) -> bool:
    """Whether a word ends in 's."""
    return word[-2:] in ("'s", "'S")


def forms(word: str) -> tuple[str, ...]:
    """The folded forms a word is found under, its own first."""
    return tuple(dict.fromkeys(map(fold, spellings(word))))


def spelled_stems(word: str, language: str) -> tuple[str, ...]:
    """The stems of all spellings of a word."""
    return tuple(dict.fromkeys(stem for spelling in spellings(word) for stem in stems(spelling, language)))


@cache
def _stemming(language: str) -> Names:
    """What names a word by its stems in a language."""
    return partial(spelled_stems, language=language)


class Passage:
    """One text of a stream: a field (or one of its values), and the positions [first, end) of its words."""

    def __init__(self, field: str, index: int, shown: str, first: int) -> None:
        self.field, self.index, self.shown, self.first = field, index, shown, first
        self.normal, self._in_place = normalised(shown)
        self._parts = split(self.normal)
        self.words, self.gaps = self._parts[1::2], self._parts[:-1:2]
        self.end = first + len(self.words)

    @cached_property
    def _offsets(self) -> list[int]:
        """Where each gap, and with it the word before, ends: word n stands from 2n to 2n + 1."""
        return list(accumulate(map(len, self._parts)))

    def extent(self, edge: Edge) -> tuple[int, int]:
        """Where a span stands in the normalised text, without a final 's."""
        first, last = edge[0] - self.first, edge[1] - self.first
        return self._offsets[2 * first], self._offsets[2 * last + 1] - 2 * possessive(self.words[last])

    @cached_property
    def in_capitals(self) -> bool:
        """Whether this is prose of whose letters four fifths or more are capitals."""
        if self.field not in PROSE or self._small_letters > (1 - _CAPITALS) * len(self.normal):
            return False
        letters = sum(map(str.isalpha, self.normal))
        return sum(map(str.isupper, self.normal)) >= _CAPITALS * letters > 0

    @property
    def _small_letters(self) -> int:
        """How many are a to z: enough, nearly always, to see that a passage is not in capitals."""
        text = self.normal.encode("ascii", "ignore")
        return len(text) - len(text.translate(None, _SMALL))

    @cached_property
    def _origins(self) -> Origins:
        return origins(self.shown)

    def as_shown(self, start: int, end: int) -> tuple[int, int]:
        """Characters [start, end) of the normalised text as offsets into the text as shown."""
        return (start, end) if self._in_place else (self._origins.starts[start], self._origins.ends[end - 1])

    def edge_at(self, start: int, end: int) -> Edge | None:
        """The words that characters [start, end) of the normalised text touch; the next one where they touch none."""
        if not self.words:
            return None
        first = min(bisect_right(self._offsets, start) // 2, len(self.words) - 1)
        last = min((bisect_left(self._offsets, end) - 1) // 2, len(self.words) - 1)
        return self.first + first, self.first + max(first, last)


class Stream:
    """The words of several texts one after the other, indexed by the forms they are found under.

    Positions run on from passage to passage, but no span crosses from one into the next. `language` is asked only when
    a stem is.
    """

    def __init__(self, texts: Iterable[tuple[str, int, str]], language: Callable[[], str]) -> None:
        self.words: list[str] = []
        self.gaps: list[str] = []
        """What stands before each word."""
        self.passages: list[Passage] = []
        self._language = language
        for field, index, shown in texts:
            passage = Passage(field, index, shown, len(self.words))
            self.words += passage.words
            self.gaps += passage.gaps
            if passage.words:
                self.gaps[passage.first] = _BREAK
            self.passages.append(passage)

    # -- forms ------------------------------------------------------------------------------------------------

    @cached_property
    def distinct(self) -> set[str]:
        """The different words."""
        return set(self.words)

    @cached_property
    def _forms(self) -> Lexicon:
        return lexicon(forms, self.distinct)

    @cached_property
    def joined(self) -> dict[str, list[Edge]]:
        """Joined form of hyphenated words to their spans: cease-fire is also ceasefire."""
        joined: dict[str, list[Edge]] = {}
        for first, last in self._compounds():
            form = "".join(self._forms.names(word)[0] for word in self.words[first : last + 1])
            joined.setdefault(form, []).append((first, last))
        return joined

    def _compounds(self) -> Iterable[Edge]:
        """Each run of joined words; of a short one also every part with two words or more."""
        starts = [position for position, gap in enumerate(self.gaps) if gap in JOINERS]
        run: list[int] = []
        for position in [*starts, -1]:
            if run and position != run[-1] + 1:
                yield from _parts(run[0] - 1, run[-1])
                run = []
            run.append(position)

    @cached_property
    def _stems(self) -> Lexicon:
        return lexicon(_stemming(self.language), self.distinct)

    @cached_property
    def _joined_stems(self) -> dict[str, list[Edge]]:
        """Stem to the spans of joined words that have it."""
        language = self.language
        compound: dict[str, list[Edge]] = {}
        for form, edges in self.joined.items():
            for stem in stems(form, language):
                compound[stem] = sorted({*compound[stem], *edges}) if stem in compound else edges
        return compound

    @cached_property
    def vocabulary(self) -> set[str]:
        """Every form, joined ones included."""
        return self._forms.names_of(self.distinct) | self.joined.keys()

    @property
    def added_forms(self) -> set[str]:
        """Forms that are not a word's first: what compounds and apostrophes add."""
        return self._forms.others_of(self.distinct) | self.joined.keys()

    @cached_property
    def stem_vocabulary(self) -> set[str]:
        """Every stem, those of joined forms included."""
        return self._stems.names_of(self.distinct) | self._joined_stems.keys()

    @cached_property
    def language(self) -> str:
        """The language whose stems these are."""
        return stemmed_as(self._language())

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.vocabulary)

    # -- spans ------------------------------------------------------------------------------------------------

    def _standing(self, words: Iterable[str]) -> list[Edge]:
        """Where any of these words stands, as it is."""
        edges: list[Edge] = []
        for word in words:
            if word not in self.distinct:
                continue
            at = -1
            with contextlib.suppress(ValueError):
                while True:
                    at = self.words.index(word, at + 1)
                    edges.append((at, at))
        return edges

    def find(self, form: str) -> list[Edge]:
        """The spans of a folded form."""
        edges = self._standing(self._forms.words(form))
        return edges + self.joined[form] if form in self.joined else edges

    def find_stem(self, word: str) -> list[Edge]:
        """The spans of the words that share a stem with a normalised word."""
        edges: list[Edge] = []
        for stem in stems(word, self.language):
            edges += self._standing(self._stems.words(stem))
            edges += self._joined_stems.get(stem, ())
        return edges

    def find_wild(self, prefix: str, pattern: re.Pattern[str] | None) -> list[Edge]:
        """The spans of the forms that begin so and, where there is a pattern, fit the whole of it."""
        forms_ = self._sorted
        edges: list[Edge] = []
        for at in range(bisect_left(forms_, prefix), len(forms_)):
            form = forms_[at]
            if not form.startswith(prefix):
                break
            if pattern is None or pattern.fullmatch(form):
                edges += self.find(form)
        return edges

    def exact(self, edge: Edge) -> Sequence[str]:
        """The words of a span with case and accents: as joined, or the right part of one with an apostrophe."""
        first, last = edge
        if first == last:
            return spellings(self.words[first])
        return ("".join(spellings(word)[0] for word in self.words[first : last + 1]),)

    def passage(self, position: int) -> Passage:
        """The passage a word stands in."""
        return self.passages[bisect_right(self._ends, position)]

    @cached_property
    def _ends(self) -> list[int]:
        return [passage.end for passage in self.passages]

    def parted(self, position: int) -> bool:
        """Whether something stronger than space, quote or hyphen stands before a word: no phrase goes on across it."""
        gap = self.gaps[position]
        return gap != " " and bool(STOP.search(gap) or self._ends_sentence(position))

    def _ends_sentence(self, position: int) -> bool:
        gap = self.gaps[position]
        if _PARAGRAPH.search(gap):
            return True
        if not _SENTENCE.search(gap):
            return False
        if gap.strip() != ".":
            return True
        before, after = self.words[position - 1], self.words[position]
        return not (len(before) == 1 or after[0].islower() or fold(before) in _ABBREVIATED)

    @cached_property
    def sentences(self) -> list[int]:
        """The number of the sentence each word stands in."""
        return self._numbered(self._ends_sentence)

    @cached_property
    def paragraphs(self) -> list[int]:
        """The number of the paragraph each word stands in."""
        return self._numbered(lambda position: bool(_PARAGRAPH.search(self.gaps[position])))

    def _numbered(self, begins: Callable[[int], bool]) -> list[int]:
        numbers, number = [], 0
        for position, gap in enumerate(self.gaps):
            if gap != " " and begins(position):
                number += 1
            numbers.append(number)
        return numbers

    def extent(self, edge: Edge) -> tuple[Passage, int, int]:
        """The passage of a span, and where it stands in its normalised text."""
        passage = self.passage(edge[0])
        return passage, *passage.extent(edge)


def _parts(first: int, last: int) -> Iterable[Edge]:
    if last - first >= _LONGEST_COMPOUND:
        yield first, last
        yield from ((at, at + 1) for at in range(first, last))
        return
    for start in range(first, last):
        for end in range(start + 1, last + 1):
            yield start, end
