"""The syntax tree of a query. `str` of a node is a query again, and parses to the same tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

NearKind = Literal["NEAR", "ONEAR", "NOTNEAR"]
Comparison = Literal["", ">", ">=", "<", "<=", ".."]

TEXT_FIELDS = ("title", "dek", "lead", "body", "caption", "text")
META_FIELDS = (
    "source", "domain", "section", "author", "agency", "place", "lang", "tag", "url", "assignee", "topic",
)  # fmt: skip
TIME_FIELDS = ("published", "seen", "updated")
NUMBER_FIELDS = ("words", "outlets", "urgency", "score")
FLAGS = {
    "is": (
        "unread", "read", "starred", "assigned", "snoozed", "dismissed", "done", "watching", "new", "duplicate",
        "breaking", "update", "correction", "kill",
    ),
    "has": ("image", "body", "dateline", "byline", "note", "fulltext"),
}  # fmt: skip
FIELDS = (*TEXT_FIELDS, *META_FIELDS, *TIME_FIELDS, *NUMBER_FIELDS, *FLAGS)


@dataclass(frozen=True, kw_only=True)
class Node:
    """A part of a query. `column`, 1-based, is where it stands in the text; it does not count in equality."""

    column: int = field(default=1, compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Word(Node):
    """A bare word, perhaps with wildcards; `stem` for `word~`."""

    text: str
    stem: bool = False

    def __str__(self) -> str:
        return self.text + "~" * self.stem


@dataclass(frozen=True, kw_only=True)
class Phrase(Node):
    """Words one after the other, in double quotes."""

    text: str
    stem: bool = False

    def __str__(self) -> str:
        return '"' + self.text.replace('"', '\\"') + '"' + "~" * self.stem


@dataclass(frozen=True, kw_only=True)
class Exact(Node):
    """Words compared with case and accents, in braces."""

    text: str

    def __str__(self) -> str:
        return "{" + self.text + "}"


@dataclass(frozen=True, kw_only=True)
class Regex(Node):
    """A regular expression on a field's normalised text; `flags` of i and s."""

    pattern: str
    flags: str = ""

    def __str__(self) -> str:
        return f"/{self.pattern}/{self.flags}"


@dataclass(frozen=True, kw_only=True)
class ListRef(Node):
    """A named list, `@name`."""

    name: str

    def __str__(self) -> str:
        return f"@{self.name}"


@dataclass(frozen=True, kw_only=True)
class And(Node):
    """All of several; `column` is its first operator's."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " AND ".join(_group(part, And, Or) for part in self.parts)


@dataclass(frozen=True, kw_only=True)
class Or(Node):
    """Any of several; `column` is its first operator's."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " OR ".join(_group(part, And, Or) for part in self.parts)


@dataclass(frozen=True, kw_only=True)
class Not(Node):
    """What must not match."""

    part: Node

    def __str__(self) -> str:
        return f"NOT {_group(self.part, And, Or)}"


@dataclass(frozen=True, kw_only=True)
class Near(Node):
    """Two terms close together: at most `distance` words between them, or in one sentence ("s") or paragraph ("p")."""

    kind: NearKind
    distance: int | Literal["s", "p"]
    left: Node
    right: Node

    @property
    def operator(self) -> str:
        """The operator with its distance: NEAR/8."""
        return f"{self.kind}/{self.distance}"

    def __str__(self) -> str:
        return f"{_group(self.left, And, Or, Not)} {self.operator} {_group(self.right, And, Or, Not, Near)}"


@dataclass(frozen=True, kw_only=True)
class AtLeast(Node):
    """At least so many distinct hits."""

    count: int
    part: Node

    def __str__(self) -> str:
        return f"ATLEAST/{self.count}({self.part})"


@dataclass(frozen=True, kw_only=True)
class Weight(Node):
    """A part that counts more, or less, in the score."""

    part: Node
    weight: float

    def __str__(self) -> str:
        return f"{_group(self.part, And, Or, Not, Near, Weight)}^{self.weight:g}"


@dataclass(frozen=True, kw_only=True)
class Field(Node):
    """A part evaluated on one field alone."""

    name: str
    part: Node

    def __str__(self) -> str:
        leaf = isinstance(self.part, Word | Phrase | Exact | Regex | ListRef)
        return f"{self.name}:{self.part}" if leaf else f"{self.name}:({self.part})"


@dataclass(frozen=True, kw_only=True)
class Test(Node):
    """A comparison with what is known about an item: a time, a number, or a flag (`is:`, `has:`)."""

    __test__ = False

    name: str
    comparison: Comparison
    value: str
    upto: str = ""
    """The other end of a range."""

    def __str__(self) -> str:
        if self.comparison == "..":
            return f"{self.name}:{_quote(self.value)}..{_quote(self.upto)}"
        return f"{self.name}:{self.comparison}{_quote(self.value)}"


@dataclass(frozen=True, kw_only=True)
class Query:
    """A query as read: its tree and the text it was read from, comments and all."""

    root: Node
    text: str = field(compare=False)
    mixed: tuple[int, ...] = field(default=(), compare=False)
    """Columns at which AND and OR meet without parentheses."""
    spelling: Literal["both", "exact"] = field(default="both", compare=False)
    """Whether its words also find their British or American twins."""

    def __str__(self) -> str:
        return str(self.root)

    @property
    def flags(self) -> frozenset[str]:
        """What it asks for by `is:`, wherever in the query."""
        return frozenset(node.value for node in walk(self.root) if isinstance(node, Test) and node.name == "is")


def _group(node: Node, *inside: type[Node]) -> str:
    return f"({node})" if isinstance(node, inside) else str(node)


def _quote(value: str) -> str:
    return f'"{value}"' if ":" in value else value


def walk(node: Node) -> list[Node]:
    """A node and all nodes under it, in the order of the text."""
    match node:
        case And() | Or():
            below = node.parts
        case Near():
            below = (node.left, node.right)
        case Not() | AtLeast() | Weight() | Field():
            below = (node.part,)
        case _:
            below = ()
    return [node, *(found for part in below for found in walk(part))]


def unfit_operand(node: Node) -> tuple[Node, str] | None:
    """What under an operand of NEAR may not stand there, and what to call it; None for a term or an OR-group."""
    match node:
        case Or():
            return next((unfit for part in node.parts if (unfit := unfit_operand(part))), None)
        case Weight():
            return unfit_operand(node.part)
        case Field() if node.name in TEXT_FIELDS:
            return unfit_operand(node.part)
        case And():
            return node, "AND"
        case Not():
            return node, "NOT"
        case AtLeast() | Test() | Field():
            return node, str(node)
    return None
