"""Which of many queries can match a text at all: looked up by what the text holds, not by asking each query."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from monitor.query.stems import stems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.query.terms import Key
    from monitor.query.tokens import Stream

_MARK = "\n"
"""Stands before each form in the text that prefixes are looked for in; no form holds it."""


class Sieve:
    """Queries by the keys that every text they match holds at least one of; those without keys always come through."""

    def __init__(self, keys: Iterable[Iterable[Key] | None]) -> None:
        self._always: list[int] = []
        self._words: defaultdict[str, list[int]] = defaultdict(list)
        self._stem_words: defaultdict[str, list[int]] = defaultdict(list)
        self._prefixes: defaultdict[str, list[int]] = defaultdict(list)
        self._stems: dict[str, dict[str, list[int]]] = {}
        tables = {"word": self._words, "stem": self._stem_words, "prefix": self._prefixes}
        for number, of_query in enumerate(keys):
            if of_query is None:
                self._always.append(number)
            else:
                for kind, value in of_query:
                    tables[kind][value].append(number)

    def candidates(self, stream: Stream) -> list[int]:
        """The numbers of the queries that may match, in order."""
        numbers = set(self._always)
        for form in self._words.keys() & stream.vocabulary:
            numbers.update(self._words[form])
        if self._stem_words:
            by_stem = self._by_stem(stream.language)
            for stem in by_stem.keys() & stream.stem_vocabulary:
                numbers.update(by_stem[stem])
        if self._prefixes:
            lists = list(self._prefixes.values())
            text = _MARK + _MARK.join(stream.vocabulary)
            for pattern, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
                numbers.update(lists[pattern])
        return sorted(numbers)

    def _by_stem(self, language: str) -> dict[str, list[int]]:
        """The queries by stem in a language, worked out when its first text comes."""
        table = self._stems.get(language)
        if table is None:
            collected: defaultdict[str, list[int]] = defaultdict(list)
            for word, numbers in self._stem_words.items():
                for stem in stems(word, language):
                    collected[stem] += numbers
            table = self._stems[language] = dict(collected)
        return table

    @cached_property
    def _automaton(self) -> Any:
        from ahocorasick_rs import AhoCorasick

        return AhoCorasick([_MARK + prefix for prefix in self._prefixes])
