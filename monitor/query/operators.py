# ruff: noqa: D102 – every matcher has the methods that Matcher tells of
"""The operators of a query at work: AND, OR, NOT, ATLEAST, a field, a list (NEAR is in `proximity`)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from monitor.query.match import Found, Matcher, Span, any_keys, distinct
from monitor.query.syntax import TEXT_FIELDS, Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.query import syntax
    from monitor.query.document import Document, Scope
    from monitor.query.terms import Key


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
        return any_keys(part.keys() for part in self.parts)

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
