"""What of many queries can match a text at all: looked up by what the text holds, not by asking each query."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from monitor.query import lexicon
from monitor.query.stems import stems
from monitor.query.tokens import forms, spelled_stems

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.query.match import Matcher
    from monitor.query.terms import Key
    from monitor.query.tokens import Stream


@dataclass(slots=True)
class _Known:
    """The words of a language that texts held so far: those without any key, and the keys of the others."""

    language: str
    silent: set[str] = field(default_factory=set)
    telling: dict[str, frozenset[Key]] = field(default_factory=dict)


class Sieve:
    """Queries by the keys that every text they match holds one of; those without keys always come through."""

    def __init__(self, matchers: Sequence[Matcher]) -> None:
        self._always: list[int] = []
        self._queries: defaultdict[Key, list[int]] = defaultdict(list)
        for number, matcher in enumerate(matchers):
            keys = matcher.keys()
            if keys is None:
                self._always.append(number)
            for key in keys or ():
                self._queries[key].append(number)
        self._words: dict[str, Key] = {}
        self._stem_words: dict[str, Key] = {}
        self._prefixes: dict[str, Key] = {}
        tables = {"=": self._words, "~": self._stem_words, "*": self._prefixes}
        for matcher in matchers:
            for key in matcher.every_key():
                tables[key[0]][key[1:]] = key
        self._stems: dict[str, dict[str, list[Key]]] = {}
        self._known: dict[str, _Known] = {}

    def present(self, stream: Stream) -> set[Key]:
        """The keys, of all queries and their parts, that a text holds."""
        known = self._known_in(stream.language if self._stem_words else "")
        keys: set[Key] = set()
        for word in stream.distinct.union(stream.joined).difference(known.silent):
            told = known.telling.get(word)
            if told is None:
                told = self._told(word, known.language)
                if told:
                    known.telling[word] = told
                else:
                    known.silent.add(word)
            keys |= told
        return keys

    def _known_in(self, language: str) -> _Known:
        if sum(len(known.silent) + len(known.telling) for known in self._known.values()) > lexicon.MOST:
            self._known.clear()
        return self._known.setdefault(language, _Known(language))

    def _told(self, word: str, language: str) -> frozenset[Key]:
        """The keys that a text holds because this word stands in it."""
        keys: set[Key] = set()
        for form in forms(word):
            if form in self._words:
                keys.add(self._words[form])
            if self._prefixes:
                keys.update(self._beginnings(form))
        if self._stem_words:
            by_stem = self._by_stem(language)
            keys.update(*(by_stem.get(stem, ()) for stem in spelled_stems(word, language)))
        return frozenset(keys)

    def _beginnings(self, form: str) -> Iterable[Key]:
        """The keys of the prefixes a form begins with."""
        return (self._prefixes[form[:size]] for size in self._sizes if form[:size] in self._prefixes)

    @cached_property
    def _sizes(self) -> list[int]:
        """How long prefixes are."""
        return sorted(set(map(len, self._prefixes)))

    def candidates(self, present: set[Key]) -> list[int]:
        """The numbers of the queries that may match a text with these keys, in order."""
        numbers = set(self._always)
        for key in self._queries.keys() & present:
            numbers.update(self._queries[key])
        return sorted(numbers)

    def _by_stem(self, language: str) -> dict[str, list[Key]]:
        """The keys by stem in a language, worked out when its first text comes."""
        table = self._stems.get(language)
        if table is None:
            collected: defaultdict[str, list[Key]] = defaultdict(list)
            for word, key in self._stem_words.items():
                for stem in stems(word, language):
                    collected[stem].append(key)
            table = self._stems[language] = dict(collected)
        return table
