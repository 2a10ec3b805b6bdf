# ruff: noqa: D102 – every matcher has the methods that Matcher tells of
"""Terms close together: NEAR, ONEAR and NOTNEAR."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.query.match import Found, Matcher, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monitor.query import syntax
    from monitor.query.document import Document, Scope
    from monitor.query.terms import Key


@dataclass(frozen=True, eq=False)
class Close(Matcher):
    """NEAR, ONEAR and NOTNEAR."""

    node: syntax.Near
    left: Matcher
    right: Matcher

    def find(self, document: Document, scope: Scope) -> Found:
        lefts = self.left.find(document, scope)
        if not lefts:
            return None
        rights = self.right.find(document, scope) or []
        if self.node.kind == "NOTNEAR":
            neighbours = Neighbours(rights)
            return [span for span in lefts if not self._disturbed(span, neighbours)] or None
        return self.covers(lefts, rights) or None if rights else None

    def covers(self, lefts: Sequence[Span], rights: Sequence[Span]) -> list[Span]:
        """The smallest spans that cover a left and a right one close enough to it."""
        neighbours = Neighbours(rights)
        covers = []
        for left in lefts:
            near = [right for right in (neighbours.after(left), self._before(left, neighbours)) if right is not None]
            near = [right for right in near if self.within_reach(left, right)]
            if near:
                right = min(near, key=lambda right: gap(left, right))
                parts = left.leaves + right.leaves
                covers.append(
                    Span(min(left.first, right.first), max(left.last, right.last), self, left.scope, parts=parts)
                )
        return _smallest(covers)

    def _before(self, left: Span, neighbours: Neighbours) -> Span | None:
        return None if self.node.kind == "ONEAR" else neighbours.before(left)

    def within_reach(self, one: Span, other: Span) -> bool:
        """Whether two spans are in one field and close enough."""
        stream = one.scope.stream
        first, last = min(one.first, other.first), max(one.last, other.last)
        match self.node.distance:
            case "s":
                return stream.sentences[first] == stream.sentences[last]
            case "p":
                return stream.paragraphs[first] == stream.paragraphs[last]
            case words:
                return gap(one, other) <= words and stream.passage(first) is stream.passage(last)

    def _disturbed(self, span: Span, neighbours: Neighbours) -> bool:
        candidates = [neighbours.after(span), neighbours.before(span), *neighbours.overlapping(span)]
        return any(other is not None and self.within_reach(span, other) for other in candidates)

    def keys(self) -> frozenset[Key] | None:
        left = self.left.keys()
        if self.node.kind == "NOTNEAR":
            return left
        known = [keys for keys in (left, self.right.keys()) if keys is not None]
        return min(known, key=len, default=None)

    @property
    def below(self) -> tuple[Matcher, ...]:
        return (self.left, self.right)


def gap(one: Span, other: Span) -> int:
    """The words between two spans; 0 where they touch, less where they overlap."""
    return max(one.first, other.first) - min(one.last, other.last) - 1


class Neighbours:
    """Spans in order, to find those next to another."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._by_first = sorted(spans, key=lambda span: (span.first, span.last))
        self._by_last = sorted(spans, key=lambda span: (span.last, span.first))
        self._firsts = [span.first for span in self._by_first]
        self._lasts = [span.last for span in self._by_last]
        self._longest = max((span.last - span.first for span in spans), default=0)

    def after(self, span: Span) -> Span | None:
        """The nearest that begins behind a span."""
        at = bisect_right(self._firsts, span.last)
        return self._by_first[at] if at < len(self._by_first) else None

    def before(self, span: Span) -> Span | None:
        """The nearest that ends before a span."""
        at = bisect_left(self._lasts, span.first) - 1
        return self._by_last[at] if at >= 0 else None

    def overlapping(self, span: Span) -> list[Span]:
        """Those that share words with a span, without being the same."""
        start, end = bisect_left(self._firsts, span.first - self._longest), bisect_right(self._firsts, span.last)
        return [
            other
            for other in self._by_first[start:end]
            if other.last >= span.first and (other.first, other.last) != (span.first, span.last)
        ]


def _smallest(covers: Iterable[Span]) -> list[Span]:
    """Those that cover no other, in order, each once."""
    kept: list[Span] = []
    for cover in sorted(covers, key=lambda span: (span.last, -span.first)):
        if not kept or cover.first > kept[-1].first:
            kept.append(cover)
    return kept
