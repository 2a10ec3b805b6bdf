# ruff: noqa: ARG002, D102 – every matcher has the methods that Matcher tells of
"""The leaves of a query at work: words, patterns, whole values and comparisons."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.query import patterns
from monitor.query.match import Found, Matcher, Span, any_keys
from monitor.query.normal import fold, normalise
from monitor.query.syntax import FLAGS, TIME_FIELDS, Node
from monitor.query.values import stretch

if TYPE_CHECKING:
    from monitor.query import syntax
    from monitor.query.document import Document, Scope
    from monitor.query.terms import Key, Sequence
    from monitor.query.tokens import Edge, Stream


@dataclass(frozen=True, eq=False)
class Terms(Matcher):
    """A word, phrase or exact word."""

    node: Node
    readings: tuple[Sequence, ...]
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
        return any_keys(reading.keys() for reading in self.readings)

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
