# ruff: noqa: ARG002, D102 – every matcher has the methods that Matcher tells of
"""A query at work: each node finds its spans in a document, or None when it does not match."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from monitor.model import Hit
from monitor.query import patterns
from monitor.query.normal import fold, normalise
from monitor.query.syntax import FLAGS, TEXT_FIELDS, TIME_FIELDS, Node
from monitor.query.values import stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.query import syntax
    from monitor.query.document import Document, Scope
    from monitor.query.terms import Key
    from monitor.query.terms import Sequence as WordSequence
    from monitor.query.tokens import Edge, Stream

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


class Matcher:
    """A node ready to be evaluated. `weight` counts where it is a leaf."""

    node: Node
    weight: float = 1.0

    @cached_property
    def name(self) -> str:
        """What hits call it."""
        return str(self.node)

    def find(self, document: Document, scope: Scope) -> Found:
        """Its spans in a scope of the document; None when it does not match."""
        raise NotImplementedError

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


@dataclass(frozen=True, eq=False)
class Terms(Matcher):
    """A word, phrase or exact word."""

    node: Node
    readings: tuple[WordSequence, ...]
    weight: float

    def find(self, document: Document, scope: Scope) -> Found:
        edges = self.edges(scope.stream)
        if not edges:
            return None
        return [Span(first, last, self, scope) for first, last in scope.within(edges)] or None

    @property
    def twins(self) -> tuple[str, ...]:
        """The British or American spellings that are looked for as well."""
        return tuple(twin for atom in self.readings[0].atoms for twin in atom.twins)

    def edges(self, stream: Stream) -> list[Edge]:
        """Where it stands in a stream, in order, each span once."""
        if len(self.readings) == 1:
            edges = self.readings[0].edges(stream)
            if len(edges) < 2:
                return edges
        else:
            edges = [edge for reading in self.readings for edge in reading.edges(stream)]
        return sorted(set(edges))

    def keys(self) -> frozenset[Key] | None:
        return _any_keys(reading.keys() for reading in self.readings)

    def every_key(self) -> frozenset[Key]:
        return self.keys() or frozenset()


@dataclass(frozen=True, eq=False)
class Pattern(Matcher):
    """A regular expression."""

    node: syntax.Regex
    weight: float

    def find(self, document: Document, scope: Scope) -> Found:
        matched, spans, _ = self.search(scope)
        return spans if matched else None

    def search(self, scope: Scope) -> tuple[bool, list[Span], bool]:
        """Whether it matches, its spans, and whether it was stopped because its time ran out (then nothing matches)."""
        expression = patterns.compiled(self.node.pattern, self.node.flags)
        matched, spans = False, []
        until = time.monotonic() + patterns.TIME_LIMIT
        for passage in scope.passages:
            found, stopped = patterns.spans(expression, passage.normal, until - time.monotonic())
            if stopped:
                return False, [], True
            for chars in found:
                edge = passage.edge_at(*chars)
                if edge is None:
                    matched = True
                elif scope.within([edge]):
                    matched = True
                    spans.append(Span(*edge, self, scope, chars=chars))
        return matched, spans, False

    def keys(self) -> frozenset[Key] | None:
        opening = patterns.opening(self.node.pattern)
        return frozenset({f"*{opening}"}) if opening else None

    def every_key(self) -> frozenset[Key]:
        return self.keys() or frozenset()


@dataclass(frozen=True, eq=False)
class AllOf(Matcher):
    """AND."""

    node: Node
    parts: tuple[Matcher, ...]

    def find(self, document: Document, scope: Scope) -> Found:
        spans: list[Span] = []
        for part in self.parts:
            found = part.find(document, scope)
            if found is None:
                return None
            spans += found
        return spans

    def keys(self) -> frozenset[Key] | None:
        known = [keys for part in self.parts if (keys := part.keys()) is not None]
        return min(known, key=len, default=None)

    @property
    def below(self) -> tuple[Matcher, ...]:
        return self.parts


@dataclass(frozen=True, eq=False)
class AnyOf(Matcher):
    """OR. Of many parts only those are asked that can match what the document is known to hold."""

    node: Node
    parts: tuple[Matcher, ...]

    def find(self, document: Document, scope: Scope) -> Found:
        spans: list[Span] = []
        matched = False
        for part in self._possible(document, scope):
            found = part.find(document, scope)
            if found is not None:
                matched = True
                spans += found
        return spans if matched else None

    def _possible(self, document: Document, scope: Scope) -> Sequence[Matcher]:
        if document.present is None or not scope.spans:
            return self.parts
        always, by_key = self._table
        numbers = set(always)
        for key in by_key.keys() & document.present:
            numbers.update(by_key[key])
        return [self.parts[number] for number in sorted(numbers)]

    @cached_property
    def _table(self) -> tuple[list[int], dict[Key, list[int]]]:
        """The parts that can always match, and those that need a key, by that key."""
        always: list[int] = []
        by_key: defaultdict[Key, list[int]] = defaultdict(list)
        for number, part in enumerate(self.parts):
            keys = part.keys()
            if keys is None:
                always.append(number)
            for key in keys or ():
                by_key[key].append(number)
        return always, by_key

    def keys(self) -> frozenset[Key] | None:
        return _any_keys(part.keys() for part in self.parts)

    @property
    def below(self) -> tuple[Matcher, ...]:
        return self.parts


@dataclass(frozen=True, eq=False)
class NotIn(Matcher):
    """NOT."""

    node: Node
    part: Matcher

    def find(self, document: Document, scope: Scope) -> Found:
        return [] if self.part.find(document, scope) is None else None

    @property
    def below(self) -> tuple[Matcher, ...]:
        return (self.part,)


@dataclass(frozen=True, eq=False)
class AtLeastOf(Matcher):
    """ATLEAST/n: distinct spans count."""

    node: syntax.AtLeast
    part: Matcher

    def find(self, document: Document, scope: Scope) -> Found:
        spans = self.part.find(document, scope)
        return spans if spans is not None and distinct(spans) >= self.node.count else None

    def keys(self) -> frozenset[Key] | None:
        return self.part.keys()

    @property
    def below(self) -> tuple[Matcher, ...]:
        return (self.part,)


@dataclass(frozen=True, eq=False)
class InField(Matcher):
    """A part evaluated on one field. What is found outside the item's text is no hit."""

    node: syntax.Field
    part: Matcher

    def find(self, document: Document, scope: Scope) -> Found:
        scope = document.scope(self.node.name)
        found = self.part.find(document, scope)
        return found if found is None or scope.spans else []

    def keys(self) -> frozenset[Key] | None:
        return self.part.keys() if self.node.name in TEXT_FIELDS else None

    @property
    def below(self) -> tuple[Matcher, ...]:
        return (self.part,)


@dataclass(frozen=True, eq=False)
class Whole(Matcher):
    """A whole value: a topic's id, or a domain and all under it."""

    node: Node
    field: str
    value: str

    def find(self, document: Document, scope: Scope) -> Found:
        return [] if any(map(self._fits, document.values(self.field))) else None

    def _fits(self, value: str) -> bool:
        value = fold(normalise(value))
        return value == self.value or (self.field == "domain" and value.endswith(f".{self.value}"))


@dataclass(frozen=True, eq=False)
class Tested(Matcher):
    """A comparison with a time, a number or a flag."""

    node: syntax.Test

    def find(self, document: Document, scope: Scope) -> Found:
        return [] if self.holds(document) else None

    def holds(self, document: Document) -> bool:
        """Whether the item fulfils it."""
        node = self.node
        if node.name in FLAGS:
            return document.flag(node.name, node.value)
        if node.name in TIME_FIELDS:
            time = document.time(node.name)
            if time is None:
                return False
            start, end = stretch(node.value, document.now, document.tz)
            upto = stretch(node.upto, document.now, document.tz)[1] if node.upto else end
            if node.comparison in {"", ".."}:
                return start <= time < upto
            return _compares(node.comparison, time.timestamp(), start.timestamp(), end.timestamp())
        number, value = document.number(node.name), float(node.value)
        if node.comparison in {"", ".."}:
            return value <= number <= float(node.upto or node.value)
        return _compares(node.comparison, number, value, value)


def _compares(comparison: str, value: float, start: float, end: float) -> bool:
    """Compare with all of the stretch [start, end) or, where start is end, with that point."""
    match comparison:
        case ">=":
            return value >= start
        case "<":
            return value < start
        case ">":
            return value > end if start == end else value >= end
    return value <= end if start == end else value < end


@dataclass(frozen=True, eq=False)
class Listed(Matcher):
    """A named list: found once per document and scope, however many topics use it."""

    node: syntax.ListRef
    part: Matcher

    def find(self, document: Document, scope: Scope) -> Found:
        found: Found
        key = (self, scope.name)
        if key in document.found:
            found = document.found[key]
        else:
            found = document.found[key] = self.part.find(document, scope)
        return found

    def keys(self) -> frozenset[Key] | None:
        return self._keys

    @cached_property
    def _keys(self) -> frozenset[Key] | None:
        return self.part.keys()

    @property
    def below(self) -> tuple[Matcher, ...]:
        return (self.part,)


def _any_keys(several: Iterable[Iterable[Key] | None]) -> frozenset[Key] | None:
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
