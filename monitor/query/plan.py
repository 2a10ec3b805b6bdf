"""A tree to matchers: lists resolved, spellings doubled, weights handed down to the leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from monitor.errors import QueryError, nearest
from monitor.query import leaves, operators
from monitor.query.match import Matcher
from monitor.query.normal import fold, normalise
from monitor.query.proximity import Close
from monitor.query.syntax import (
    META_FIELDS,
    And,
    AtLeast,
    Exact,
    Field,
    ListRef,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    Regex,
    Test,
    Weight,
    Word,
    unfit_operand,
    walk,
)
from monitor.query.terms import readings

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_LIST_DEPTH = 8
MAX_SIZE = 100_000
"""Parts of a query, lists written out."""
_WHOLE = frozenset({"domain", "topic"})
"""Fields whose values are compared whole, not word by word."""


class Planner:
    """Makes matchers from queries over one set of lists; `twins` lets words match their other spelling."""

    def __init__(self, lists: Mapping[str, Query | QueryError], *, twins: bool) -> None:
        self._lists = lists
        self._twins = twins
        self._listed: dict[tuple[str, float, str], operators.Listed] = {}

    def plan(self, query: Query, *, name: str | None = None) -> Matcher:
        """The matcher of a query, or of the list of that name.

        Raises QueryError where a list is missing, contains itself or does not fit, or lists within lists explode.
        """
        place = _Place(query, path=(name,) if name else ())
        matcher = self._matcher(query.root, place)
        if matcher.size > MAX_SIZE:
            place.fail(f"its lists come to more than {MAX_SIZE:,} parts", query.root, "name each of them once")
        return matcher

    def _matcher(self, node: Node, place: _Place) -> Matcher:
        match_of = self._matcher
        if isinstance(node, And | Or):
            parts = tuple(match_of(part, place) for part in node.parts)
            return operators.AllOf(node, parts) if isinstance(node, And) else operators.AnyOf(node, parts)
        if isinstance(node, Not):
            return operators.NotIn(node, match_of(node.part, place))
        if isinstance(node, Near):
            for side in (node.left, node.right):
                self._check_operand(side, node, place)
            return Close(node, match_of(node.left, place), match_of(node.right, place))
        if isinstance(node, AtLeast):
            return operators.AtLeastOf(node, match_of(node.part, place))
        if isinstance(node, Weight):
            return match_of(node.part, replace(place, weight=place.weight * node.weight))
        if isinstance(node, Field):
            return operators.InField(node, match_of(node.part, replace(place, field=node.name)))
        if isinstance(node, Test):
            return leaves.Tested(node)
        if isinstance(node, Regex):
            return leaves.Pattern(node, place.weight)
        if isinstance(node, ListRef):
            return self._list(node, place)
        assert isinstance(node, Word | Phrase | Exact)
        if place.field in _WHOLE and not set("*?") & set(node.text):
            return leaves.Whole(node, place.field, fold(normalise(node.text)))
        twins = self._twins and place.field not in META_FIELDS
        return leaves.Terms(node, readings(node, twins=twins), place.weight)

    def _list(self, node: ListRef, place: _Place) -> Matcher:
        name = node.name
        if name in place.path:
            circle = " → ".join(f"@{step}" for step in (*place.path[place.path.index(name) :], name))
            place.fail(f"list @{name} contains itself: {circle}", node, "take one of these out of the other")
        if len(place.path) >= MAX_LIST_DEPTH:
            place.fail(
                f"lists within lists more than {MAX_LIST_DEPTH} deep at @{name}", node, "write the inner ones out"
            )
        query = self._lists.get(name)
        if query is None:
            near = nearest(name, self._lists)
            place.fail(
                f"there is no list @{name}",
                node,
                f"did you mean @{near}?" if near else "lists stand under [lists.…]",
            )
        if isinstance(query, QueryError):
            place.fail(f"list @{name} is wrong: {query}", node, "mend the list first")
        key = (name, place.weight, place.field)
        if key not in self._listed:
            within = replace(place, path=(*place.path, name), entry=place.entry or node)
            self._listed[key] = operators.Listed(node, self._matcher(query.root, within))
        return self._listed[key]

    def _check_operand(self, side: Node, near: Near, place: _Place) -> None:
        """Operands are terms and OR-groups: the parser has seen to what is written out, this to what lists bring in."""
        for name in _lists_under(side):
            query = self._lists.get(name)
            unfit = unfit_operand(query.root) if isinstance(query, Query) else None
            if unfit:
                place.fail(
                    f"list @{name} in {near.operator} holds {unfit[1]}", near, "an operand is a term or an OR-group"
                )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in which query the planner is: the lists it is inside of, the field, and the weight handed down."""

    query: Query
    entry: Node | None = None
    """The reference through which it came into a list: what an error in there points at."""
    path: tuple[str, ...] = ()
    field: str = ""
    weight: float = 1.0

    def fail(self, message: str, node: Node, hint: str) -> NoReturn:
        raise QueryError(message, query=self.query.text, column=(self.entry or node).column, hint=hint)


def _lists_under(node: Node) -> list[str]:
    return [found.name for found in walk(node) if isinstance(found, ListRef)]
