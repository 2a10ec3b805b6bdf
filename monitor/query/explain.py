"""Why a query matches a document, or why not: part by part, as a tree that prints itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.query.leaves import Pattern, Terms, Tested, Whole
from monitor.query.match import Matcher, distinct, hits, score
from monitor.query.operators import AllOf, AnyOf, AtLeastOf, InField, NotIn
from monitor.query.proximity import Close, gap
from monitor.query.syntax import FLAGS, TIME_FIELDS, Exact
from monitor.query.terms import Folded, Stemmed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.model import Hit
    from monitor.query.document import Document, Scope
    from monitor.query.match import Found, Span
    from monitor.query.tokens import Stream

_TOLD = 3
_COMPARED = 100
"""Spans of each side looked at for the closest pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One part of a query: whether it matches, a word on why, its hits, and the parts under it."""

    term: str
    matched: bool
    note: str = ""
    hits: tuple[Hit, ...] = ()
    score: float | None = None
    """Of the whole query: only at the top, and only when it matches."""
    below: tuple[Explanation, ...] = ()

    def lines(self, depth: int = 0) -> Iterator[str]:
        """A line for each part, indented by depth; parts that found nothing and say nothing share one."""
        yield "  " * depth + f"{'✓' if self.matched else '✗'} {self.term}{f'  — {self.note}' if self.note else ''}"
        silent = [part.term for part in self.below if part.is_silent]
        for part in self.below:
            if not part.is_silent:
                yield from part.lines(depth + 1)
        if silent:
            yield "  " * (depth + 1) + f"✗ not found: {', '.join(silent)}"

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to say but that it is not there."""
        return not (self.matched or self.note or self.below)

    def __str__(self) -> str:
        return "\n".join(self.lines())


def explain(matcher: Matcher, document: Document) -> Explanation:
    """Explain a planned query on a document."""
    scope = document.scope("")
    top = _explain(matcher, document, scope)
    if not top.matched:
        return top
    total = score(matcher.find(document, scope) or [])
    return replace(top, score=total, note="; ".join(filter(None, [f"score {total:g}", top.note])))


def _explain(matcher: Matcher, document: Document, scope: Scope) -> Explanation:
    found = matcher.find(document, scope)
    within = document.scope(matcher.node.name) if isinstance(matcher, InField) else scope
    told = hits(found, "") if found and scope.spans else ()
    return Explanation(
        term=_name(matcher),
        matched=found is not None,
        note=_note(matcher, document, within, found) or _places(told),
        hits=told,
        below=tuple(_explain(part, document, within) for part in matcher.below),
    )


def _name(matcher: Matcher) -> str:
    """What a part is called: the operator over the parts listed under it, or itself."""
    match matcher:
        case AllOf():
            return "AND"
        case AnyOf():
            return "OR"
        case NotIn():
            return "NOT"
        case AtLeastOf():
            return f"ATLEAST/{matcher.node.count}"
        case Close():
            return matcher.node.operator
        case InField():
            return f"{matcher.node.name}:"
        case Terms() if matcher.twins:
            return f"{matcher.name} (or {', '.join(matcher.twins)})"
    return matcher.name


def _note(matcher: Matcher, document: Document, scope: Scope, found: Found) -> str:
    match matcher:
        case Terms() if found is None:
            return _missed(matcher, scope)
        case Pattern() if matcher.search(scope)[2]:
            return "stopped: it took too long"
        case Close():
            return _proximity(matcher, document, scope)
        case AtLeastOf():
            count = distinct(matcher.part.find(document, scope) or [])
            return f"{count} distinct hit{'s' * (count != 1)}"
        case AllOf() | AnyOf():
            return f"{sum(part.find(document, scope) is not None for part in matcher.parts)} of {len(matcher.parts)}"
        case InField() if not scope.spans:
            return f"{matcher.node.name} is {_listed(document.values(matcher.node.name))}"
        case Whole():
            return f"{matcher.field} is {_listed(document.values(matcher.field))}"
        case Tested():
            return _known(matcher, document)
    return ""


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"“{value}”" for value in values) or "not known"


def _known(matcher: Tested, document: Document) -> str:
    name = matcher.node.name
    if name in FLAGS:
        return ""
    if name in TIME_FIELDS:
        time = document.time(name)
        return f"{name} is {time.astimezone(document.tz):%Y-%m-%d %H:%M %Z}" if time else f"{name} is not known"
    return f"{name} is {document.number(name):g}"


def _places(told: Sequence[Hit]) -> str:
    """Where hits are: title “missile”; body “missiles”, “Missile” and 3 more."""
    by_field: dict[str, Counter[str]] = {}
    for hit in told:
        by_field.setdefault(hit.field, Counter())[hit.text] += 1
    notes = []
    for field, texts in by_field.items():
        shown = [f"“{' '.join(text.split())}”{f' ×{count}' * (count > 1)}" for text, count in texts.most_common(_TOLD)]
        more = f" and {len(texts) - _TOLD} more" if len(texts) > _TOLD else ""
        notes.append(f"{field} {', '.join(shown)}{more}")
    return "; ".join(notes)


def _missed(terms: Terms, scope: Scope) -> str:
    """What comes close to a term that is not there: another field, another case, another form."""
    stream = scope.stream
    elsewhere = terms.edges(stream)
    if elsewhere:
        return f"only in {', '.join(sorted({stream.passage(first).field for first, _ in elsewhere}))}"
    atoms = [atom for reading in terms.readings for atom in reading.atoms]
    if isinstance(terms.node, Exact):
        seen = [edge for atom in atoms for key in atom.keys() or () for edge in stream.find(key[1:])]
        return f"only as {_words(stream, seen)}" if seen and len(terms.readings) == 1 else ""
    if len(terms.readings) == 1 and len(atoms) == 1 and isinstance(atoms[0], Folded):
        seen = Stemmed(atoms[0].forms).edges(stream)
        return f"only as {_words(stream, seen)}; {terms.node}~ finds that" if seen else ""
    if len(terms.readings[0].atoms) > 1 and all(atom.edges(stream) for atom in terms.readings[0].atoms):
        return "its words are there, but not side by side"
    return ""


def _words(stream: Stream, edges: Sequence[tuple[int, int]]) -> str:
    texts = dict.fromkeys(" ".join(stream.words[first : last + 1]) for first, last in sorted(edges))
    return ", ".join(f"“{text}”" for text in list(texts)[:_TOLD])


def _proximity(close: Close, document: Document, scope: Scope) -> str:
    """What each side of a NEAR saw, and how close they came."""
    lefts, rights = (side.find(document, scope) or [] for side in (close.left, close.right))
    seen = f"{close.left.node} ×{len(lefts)}, {close.right.node} ×{len(rights)}"
    if not (lefts and rights):
        return seen
    pair = _closest(lefts, rights)
    if pair is None:
        return f"{seen}; never apart in one field"
    words = gap(*pair)
    field = scope.stream.passage(pair[0].first).field
    turned = close.node.kind == "ONEAR" and pair[0].first > pair[1].first
    order = ", the other way round" if turned else ""
    return f"{seen}; closest: {words} word{'s' * (words != 1)} between, in {field}{order}"


def _closest(lefts: Sequence[Span], rights: Sequence[Span]) -> tuple[Span, Span] | None:
    """The left and the right span with the fewest words between, of those in one field that do not overlap."""
    pairs = [
        (left, right)
        for left in lefts[:_COMPARED]
        for right in rights[:_COMPARED]
        if gap(left, right) >= 0 and left.scope.stream.passage(left.first) is right.scope.stream.passage(right.first)
    ]
    return min(pairs, key=lambda pair: gap(*pair), default=None)
