"""The words of all texts so far, with the names they go by: a language has few words, and they come again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Names = Callable[[str], "tuple[str, ...]"]
"""What names a word: by the forms it is found under, or by its stems in a language."""

MOST = 1 << 16
"""Words that are known at once, of all lexicons together: a hostile text may be made of new ones."""


class Lexicon:
    """Words by name and names by word. It only grows; `lexicon` begins anew once there are too many words."""

    def __init__(self, naming: Names) -> None:
        self._naming = naming
        self._names: dict[str, tuple[str, ...]] = {}
        self._words: dict[str, list[str]] = {}
        self._several: set[str] = set()
        self._learning = threading.Lock()

    def __len__(self) -> int:
        return len(self._names)

    def learn(self, words: set[str]) -> None:
        """Take up the words that are not known yet."""
        new = words.difference(self._names)
        if not new:
            return
        with self._learning:
            for word in new.difference(self._names):
                names = self._naming(word)
                for name in names:
                    self._words.setdefault(name, []).append(word)
                if len(names) > 1:
                    self._several.add(word)
                self._names[word] = names

    def names(self, word: str) -> tuple[str, ...]:
        """The names of a known word."""
        return self._names[word]

    def names_of(self, words: set[str]) -> set[str]:
        """The names of all of several known words."""
        return set(chain.from_iterable(map(self._names.__getitem__, words)))

    def others_of(self, words: set[str]) -> set[str]:
        """The names of all of several known words, but for the first of each."""
        return {name for word in words & self._several for name in self._names[word][1:]}

    def words(self, name: str) -> Sequence[str]:
        """The known words that go by a name, those of other texts among them."""
        return self._words.get(name, ())


_lexicons: dict[Names, Lexicon] = {}


def lexicon(naming: Names, words: set[str]) -> Lexicon:
    """The lexicon of a way of naming, in which these words are known."""
    if sum(map(len, _lexicons.values())) > MOST:
        _lexicons.clear()  # whoever holds one goes on with it
    found = _lexicons.setdefault(naming, Lexicon(naming))
    found.learn(words)
    return found
