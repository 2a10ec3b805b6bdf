"""A query at work: what a matcher is and finds, and what a match is worth."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from monitor.model import Hit
from monitor.query.syntax import Node

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.query.document import Document, Scope
    from monitor.query.terms import Key

HITS_TOLD = 200
"""Hits kept per topic and item: enough to show, and a bound on what a hostile text can make us store."""

_FACTORS = {"title": 3.0, "dek": 2.0, "lead": 2.0, "body": 1.0, "caption": 0.5}
_COUNTED = 3


class Span(NamedTuple):
    """The words first to last that a term matched.

    `parts` are the leaves' spans under a proximity; `chars` what a regular expression matched of the normalised text.
    """

    first: int
    last: int
    term: Matcher
    scope: Scope
    parts: tuple[Span, ...] = ()
    chars: tuple[int, int] | None = None

    @property
    def leaves(self) -> tuple[Span, ...]:
        """The spans of leaves this one is made of."""
        return self.parts or (self,)


Found = list[Span] | None
"""The spans of a match, perhaps none (NOT, filters); None is no match."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a query found in a document."""

    hits: tuple[Hit, ...]
    score: float


class Matcher(ABC):
    """A node ready to be evaluated: it finds its spans in a document. `weight` counts where it is a leaf."""

    node: Node
    weight: float = 1.0

    @cached_property
    def name(self) -> str:
        """What hits call it."""
        return str(self.node)

    @cached_property
    def size(self) -> int:
        """How many parts it comes to, lists written out."""
        return 1 + sum(part.size for part in self.below)

    @abstractmethod
    def find(self, document: Document, scope: Scope) -> Found:
        """Its spans in a scope of the document; None when it does not match."""

    def keys(self) -> frozenset[Key] | None:
        """Every document it matches holds one of these in its words; None when nothing can be said."""
        return None

    def every_key(self) -> frozenset[Key]:
        """The keys of all terms under it."""
        return frozenset().union(*(part.every_key() for part in self.below))

    @property
    def below(self) -> tuple[Matcher, ...]:
        """The matchers under it."""
        return ()


def any_keys(several: Iterable[Iterable[Key] | None]) -> frozenset[Key] | None:
    """The keys of several alternatives together; None when one of them has none."""
    union: set[Key] = set()
    for keys in several:
        if keys is None:
            return None
        union.update(keys)
    return frozenset(union)


def distinct(spans: Iterable[Span]) -> int:
    """How many different spans there are."""
    return len({(span.first, span.last, span.chars) for span in spans})


def score(spans: Iterable[Span]) -> float:
    """Over leaves and fields: weight, times the field's factor, times the hits up to three."""
    counts: defaultdict[tuple[Matcher, str], set[object]] = defaultdict(set)
    for span in spans:
        for leaf in span.leaves:
            field = "lead" if leaf.scope.name == "lead" else leaf.scope.stream.passage(leaf.first).field
            counts[leaf.term, field].add((leaf.first, leaf.last, leaf.chars))
    total = 0.0
    for (term, field), places in counts.items():
        total += term.weight * _FACTORS[field] * min(len(places), _COUNTED)
    return total


def hits(spans: Iterable[Span], topic: str) -> tuple[Hit, ...]:
    """The spans as hits in the fields as shown, in the order of the text, each once; the first of very many."""
    places = sorted({(span.first, span.last, span.term.name, span.chars or ()): span for span in spans}.items())
    return tuple(_hit(span, topic) for _, span in places[:HITS_TOLD])


def _hit(span: Span, topic: str) -> Hit:
    passage, start, end = span.scope.stream.extent((span.first, span.last))
    start, end = passage.as_shown(*(span.chars or (start, end)))
    return Hit(
        topic=topic,
        field=passage.field,
        index=passage.index,
        term=span.term.name,
        text=passage.shown[start:end],
        start=start,
        end=end,
    )
