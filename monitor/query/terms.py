# ruff: noqa: D102 – every atom has the methods that Atom tells of
"""The words of a query: what each stands for, and where in a text that is."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice, product

from monitor.query.normal import fold, normalise
from monitor.query.spelling import FUNCTION_WORDS, twin
from monitor.query.syntax import Exact, Phrase, Word
from monitor.query.tokens import JOINERS, ONE, STAR, STOP, Edge, Stream, spellings, split

_MOST_READINGS = 8


Key = str
"""What a text must hold for a term to match: `=missile` a folded word, `~missile` one of its stem, `*mis` a prefix."""


class Atom(ABC):
    """One word of a term."""

    @property
    def twins(self) -> tuple[str, ...]:
        """Its other spellings."""
        return ()

    @abstractmethod
    def edges(self, stream: Stream) -> list[Edge]:
        """Where it stands."""

    @abstractmethod
    def keys(self) -> tuple[Key, ...] | None:
        """Every text it stands in holds one of these; None when nothing can be said."""


@dataclass(frozen=True, slots=True)
class Folded(Atom):
    """A word in any of its spellings, folded."""

    forms: tuple[str, ...]

    @property
    def twins(self) -> tuple[str, ...]:
        return self.forms[1:]

    def edges(self, stream: Stream) -> list[Edge]:
        if len(self.forms) == 1:
            return stream.find(self.forms[0])
        return [edge for form in self.forms for edge in stream.find(form)]

    def keys(self) -> tuple[Key, ...] | None:
        return tuple(f"={form}" for form in self.forms)


@dataclass(frozen=True, slots=True)
class Stemmed(Atom):
    """A word in any of its spellings, by its stem."""

    words: tuple[str, ...]

    @property
    def twins(self) -> tuple[str, ...]:
        return self.words[1:]

    def edges(self, stream: Stream) -> list[Edge]:
        return [edge for word in self.words for edge in stream.find_stem(word)]

    def keys(self) -> tuple[Key, ...] | None:
        return tuple(f"~{word}" for word in self.words)


@dataclass(frozen=True, slots=True)
class Wild(Atom):
    """A word with wildcards: `prefix` stands before the first; `pattern` is None where that is * and the last."""

    prefix: str
    pattern: re.Pattern[str] | None

    def edges(self, stream: Stream) -> list[Edge]:
        return stream.find_wild(self.prefix, self.pattern)

    def keys(self) -> tuple[Key, ...] | None:
        return (f"*{self.prefix}",) if self.prefix else None


@dataclass(frozen=True, slots=True)
class Cased(Atom):
    """A word with its case and accents.

    In a passage set in capitals case says nothing: there the word is folded, and a function word not looked for.
    """

    text: str
    folded: str

    def edges(self, stream: Stream) -> list[Edge]:
        return [edge for edge in stream.find(self.folded) if self._fits(stream, edge)]

    def _fits(self, stream: Stream, edge: Edge) -> bool:
        if stream.passage(edge[0]).in_capitals:
            return self.folded not in FUNCTION_WORDS
        return self.text in stream.exact(edge)

    def keys(self) -> tuple[Key, ...] | None:
        return (f"={self.folded}",)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Words that follow one another; before those with `loose` punctuation may stand, as it does in the query."""

    atoms: tuple[Atom, ...]
    loose: tuple[bool, ...]

    def edges(self, stream: Stream) -> list[Edge]:
        """Where all of them stand so."""
        found = self.atoms[0].edges(stream)
        if len(self.atoms) == 1:
            return found
        for atom, loose in zip(self.atoms[1:], self.loose[1:], strict=True):
            if not found:
                return found
            following: defaultdict[int, list[int]] = defaultdict(list)
            for first, last in atom.edges(stream):
                following[first].append(last)
            found = [
                (first, end)
                for first, last in found
                if last + 1 in following and (loose or not stream.parted(last + 1))
                for end in following[last + 1]
            ]
        return found

    def keys(self) -> tuple[Key, ...] | None:
        """The keys of the word that says most."""
        known = [keys for atom in self.atoms if (keys := atom.keys()) is not None]
        return max(known, key=lambda keys: min(len(key) for key in keys), default=None)


def readings(leaf: Word | Phrase | Exact, *, twins: bool) -> tuple[Sequence, ...]:
    """The sequences of words that a leaf stands for: as written, and with compounds (and two-word phrases) joined."""
    marked = leaf.text if isinstance(leaf, Exact) else marked_wildcards(leaf.text)
    parts = split(normalise(marked), wild=True)
    words, gaps = [spellings(word)[0] for word in parts[1::2]], parts[:-1:2]
    loose = [bool(STOP.search(gap)) for gap in gaps]
    groups = [words] if len(words) == 2 else _compounds(words, gaps)
    shapes, at = [], 0
    for group in groups:
        apart = [(_atom((word,), leaf, twins=twins), loose[at + number]) for number, word in enumerate(group)]
        joined = [(_atom(tuple(group), leaf, twins=twins), loose[at])]
        shapes.append([apart, joined] if len(group) > 1 else [apart])
        at += len(group)
    sequences = []
    for shape in islice(product(*shapes), _MOST_READINGS):
        atoms, allowed = zip(*(pair for group in shape for pair in group), strict=True)
        sequences.append(Sequence(atoms, allowed))
    return tuple(sequences)


def marked_wildcards(text: str) -> str:
    """A query's words with * and ? as the private characters that stand for them."""
    return text.replace("*", STAR).replace("?", ONE)


def _compounds(words: list[str], gaps: list[str]) -> list[list[str]]:
    groups: list[list[str]] = []
    for word, gap in zip(words, gaps, strict=True):
        if groups and gap in JOINERS:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _atom(words: tuple[str, ...], leaf: Word | Phrase | Exact, *, twins: bool) -> Atom:
    """What one word, or several as one joined, stand for."""
    whole = "".join(words)
    if isinstance(leaf, Exact):
        return Cased(whole, fold(whole))
    if STAR in whole or ONE in whole:
        return _wild(fold(whole))
    spelled = [(word, twin(fold(word))) if twins else (word,) for word in words]
    versions = ["".join(version) for version in product(*(filter(None, pair) for pair in spelled))][:_MOST_READINGS]
    return Stemmed(tuple(versions)) if leaf.stem else Folded(tuple(dict.fromkeys(map(fold, versions))))


def _wild(word: str) -> Wild:
    prefix = re.split(f"[{STAR}{ONE}]", word, maxsplit=1)[0]
    if word == prefix + STAR:
        return Wild(prefix, None)
    first, *others = (re.escape(part).replace(ONE, ".") for part in re.split(f"{STAR}+", word))
    if others:
        last = others.pop()
        first += "".join(f"(?>.*?{part})" for part in others) + f".*{last}"
    return Wild(prefix, re.compile(first, re.DOTALL))
