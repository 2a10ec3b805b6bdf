"""What of many queries can match a text at all: looked up by what the text holds, not by asking each query."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from monitor.query.stems import stems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.query.match import Matcher
    from monitor.query.terms import Key
    from monitor.query.tokens import Stream


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

    def present(self, stream: Stream) -> set[Key]:
        """The keys, of all queries and their parts, that a text holds."""
        keys = {self._words[form] for form in self._words.keys() & stream.vocabulary}
        if self._stem_words:
            by_stem = self._by_stem(stream.language)
            keys.update(*(by_stem[stem] for stem in by_stem.keys() & stream.stem_vocabulary))
        if self._prefixes:
            prefixes = list(self._prefixes.values())
            found = self._automaton.find_matches_as_indexes(stream.haystack, overlapping=True)
            keys.update(prefixes[pattern] for pattern, _, _ in found)
        return keys

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

    @cached_property
    def _automaton(self) -> Any:
        from ahocorasick_rs import AhoCorasick

        return AhoCorasick(["\n" + prefix for prefix in self._prefixes])
