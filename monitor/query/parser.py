"""The text of a query to its tree. What cannot be read is an error with its column and the mend, never a guess."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.errors import nearest
from monitor.query import values
from monitor.query.lexer import Lexer, Token
from monitor.query.syntax import (
    FLAGS,
    META_FIELDS,
    NUMBER_FIELDS,
    TIME_FIELDS,
    And,
    AtLeast,
    Field,
    Near,
    Node,
    Not,
    Or,
    Query,
    Test,
    Weight,
    Word,
    unfit_operand,
)

if TYPE_CHECKING:
    from typing import NoReturn

_MAX_LENGTH = 50_000
_NOT_TEXT = re.compile("[\ud800-\udfff]")
_MAX_DEPTH = 60
_MAX_CHAIN = 20
_TESTED = (*TIME_FIELDS, *NUMBER_FIELDS, *FLAGS)
_EXAMPLES = {
    **dict.fromkeys(META_FIELDS, "word"),
    **dict.fromkeys(TIME_FIELDS, ">=2026-11-20, :-6h..now or :today"),
    **dict.fromkeys(NUMBER_FIELDS, ">=3"),
    **{name: flags[0] for name, flags in FLAGS.items()},
}


@lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """Read a query. Raises QueryError with the column and the mend."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self.lexer = Lexer(text)
        self.fail = self.lexer.fail
        self.depth = 0
        self.mixed: list[int] = []
        self.grouped: set[int] = set()
        """The ids of nodes that stand in parentheses of their own."""
        if len(text) > _MAX_LENGTH:
            self.fail(f"the query is longer than {_MAX_LENGTH} characters", 1, "part it into lists, @name")
        if broken := _NOT_TEXT.search(text):
            self.fail("a byte that is no text", broken.start() + 1, "the terminal or the file is not in UTF-8")
        self.token = self.lexer.read()

    def advance(self) -> Token:
        """Go on to the next token; the one left behind."""
        token, self.token = self.token, self.lexer.read()
        return token

    def deeper(self, column: int) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail("the query is nested too deeply", column, "name inner parts as lists, @name")

    def query(self) -> Query:
        if self.token.kind == "end":
            comment = '# begins a comment; write "#tag" in quotes to look for one'
            self.fail("the query is empty", 1, comment if "#" in self.lexer.text else "write a word")
        root = self.any_of()
        if self.token.kind == ")":
            self.fail("a closing parenthesis without an opening one", self.token.column, "remove it")
        if self.token.kind != "end":
            self.missing_operand()
        return Query(root=root, text=self.lexer.original, mixed=tuple(self.mixed))

    def any_of(self) -> Node:
        self.deeper(self.token.column)
        parts, column = [self.all_of()], self.token.column
        while self.token.kind == "or":
            self.advance()
            parts.append(self.all_of())
        self.depth -= 1
        if len(parts) == 1:
            return parts[0]
        self.mixed += [part.column for part in parts if isinstance(part, And) and id(part) not in self.grouped]
        return Or(parts=tuple(parts), column=column)

    def all_of(self) -> Node:
        parts, column = [self.unary()], 0
        while self.token.kind in {"and", "not", "operand", "(", "atleast", "field"}:
            column = column or self.token.column
            if self.token.kind == "and":
                self.advance()
            parts.append(self.unary())
        return parts[0] if len(parts) == 1 else And(parts=tuple(parts), column=column)

    def unary(self) -> Node:
        if self.token.kind != "not":
            return self.near()
        column = self.advance().column
        self.deeper(column)
        part = self.unary()
        self.depth -= 1
        return Not(part=part, column=column)

    def near(self) -> Node:
        left = self.item()
        count = 0
        while (near := self.token.near) is not None:
            operator = self.advance()
            count += 1
            if count > _MAX_CHAIN:
                self.fail(f"more than {_MAX_CHAIN} NEAR in a row", operator.column, "use OR-groups as operands")
            right = self.item()
            for side in (left, right):
                if unfit := unfit_operand(side):
                    message = f"{unfit[1]} inside an operand of {operator.text}"
                    self.fail(message, unfit[0].column, "an operand is a term or an OR-group")
            left = Near(kind=near[0], distance=near[1], left=left, right=right, column=operator.column)
        return left

    def item(self) -> Node:
        column = self.token.column
        node = self.primary()
        if self.token.kind == "weight":
            weight = float(self.token.text)
            if not 0 < weight <= 10:
                self.fail("a weight is more than 0 and at most 10", self.token.column, "such as ^3 or ^0.5")
            node = Weight(part=node, weight=weight, column=column)
            self.advance()
        return node

    def primary(self) -> Node:
        token = self.token
        if token.node is not None:
            self.advance()
            return token.node
        if token.kind == "(":
            return self.group()
        if token.kind == "field":
            return self.field()
        if token.kind != "atleast":
            self.missing_operand()
        self.advance()
        if self.token.kind != "(":
            self.fail(f"{token.text} needs a group", token.column, f"{token.text}(drone~ OR {{UAV}})")
        return AtLeast(count=token.least, part=self.group(), column=token.column)

    def missing_operand(self) -> NoReturn:
        token = self.token
        text = self.lexer.text
        if token.kind == "end":
            last = re.split(r"[\s(]+", text[: token.column - 1].rstrip())[-1] or "("
            column = text.rindex(last, 0, token.column - 1) + 1
            self.fail(f"the query ends after {last}", column, "a term is missing at the end")
        if token.kind == ")":
            self.fail("an empty place before the closing parenthesis", token.column, "put a term there")
        if token.kind == "weight":
            self.fail("a weight without a term of its own", token.column, "one ^3 stands right behind what it weighs")
        hint = f'for the word itself write "{token.text.lower()}"' if token.text.isalpha() else "put a term before it"
        self.fail(f"{token.text} where a term is expected", token.column, hint)

    def group(self) -> Node:
        opening = self.token.column
        self.advance()
        node = self.any_of()
        if self.token.kind != ")":
            self.fail(f"unclosed parenthesis opened at column {opening}", opening, "close it with )")
        self.advance()
        self.grouped.add(id(node))
        return node

    # -- fields -----------------------------------------------------------------------------------------------

    def field(self) -> Node:
        name, column, at = self.token.text, self.token.column, self.lexer.at
        following = self.lexer.text[at : at + 1]
        if not following or following.isspace() or following == ")":
            hint = f"the value follows at once: {name}:{_EXAMPLES.get(name, 'word')}"
            self.fail(f"{name}: without a value", column, hint)
        if following == "(":
            self.advance()
            group = self.group()
            return self.tests(name, group) if name in _TESTED else Field(name=name, part=group, column=column)
        if name in _TESTED:
            test = self.checked(self.test(name, column))
            self.advance()
            return test
        if following in "<>=":
            fields = ", ".join((*TIME_FIELDS, *NUMBER_FIELDS))
            self.fail(f"{name}: cannot be compared", at + 1, f"{following} goes with {fields}")
        self.advance()
        part = self.token.node
        if part is None:
            self.fail(f"{name}: without a value", column, f"write {name}:word, or {name}:(…) for more than one")
        self.advance()
        return Field(name=name, part=part, column=column)

    def test(self, name: str, column: int) -> Test:
        comparison = "" if name in FLAGS else self.lexer.comparison()
        value = self.value(name, column)
        if comparison or not self.lexer.takes(".."):
            return Test(name=name, comparison=comparison, value=value, column=column)
        return Test(name=name, comparison="..", value=value, upto=self.value(name, column), column=column)

    def value(self, name: str, column: int) -> str:
        value = self.lexer.value()
        if value is None:
            self.fail(f"{name}: without a value", column, f"such as {name}:{_EXAMPLES[name]}")
        return value

    def checked(self, test: Test) -> Test:
        name, hint = test.name, f"such as {test.name}:{_EXAMPLES[test.name]}"
        for value in (test.value, test.upto) if test.comparison == ".." else (test.value,):
            if name in FLAGS:
                if value not in FLAGS[name]:
                    near = nearest(value, FLAGS[name])
                    hint = f"did you mean {name}:{near}?" if near else f"one of {', '.join(FLAGS[name])}"
                    self.fail(f"{name}:{value} is not known", test.column, hint)
            elif problem := (values.check_time if name in TIME_FIELDS else values.check_number)(value):
                self.fail(f"{name}: {problem}", test.column, hint)
        if test.comparison == ".." and values.is_reversed(test.value, test.upto, time=name in TIME_FIELDS):
            self.fail(f"{name}: the range ends before it begins", test.column, f"{name}:{test.upto}..{test.value}")
        if name in TIME_FIELDS and not test.comparison and values.is_instant(test.value):
            hint = f"{name}:>={test.value} or {name}:{test.value}..now" if ":" not in test.value else f"{name}:>=…"
            self.fail(f"{name}:{test.value} is a single instant", test.column, hint)
        return test

    def tests(self, name: str, node: Node) -> Node:
        """A group behind `is:`, a time or a number: each of its words is a value."""
        if isinstance(node, And | Or):
            return replace(node, parts=tuple(self.tests(name, part) for part in node.parts))
        if isinstance(node, Not):
            return replace(node, part=self.tests(name, node.part))
        if not isinstance(node, Word) or node.stem:
            self.fail(f"{node} is no value of {name}:", node.column, f"such as {name}:{_EXAMPLES[name]}")
        return self.checked(Test(name=name, comparison="", value=node.text, column=node.column))
