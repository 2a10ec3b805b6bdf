"""The text of a query to its tree. What cannot be read is an error with its column and the mend, never a guess."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from monitor.errors import QueryError
from monitor.query import patterns, values
from monitor.query.normal import normalise, swap
from monitor.query.syntax import (
    FIELDS,
    FLAGS,
    META_FIELDS,
    NUMBER_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
    And,
    AtLeast,
    Exact,
    Field,
    ListRef,
    Near,
    NearKind,
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
)
from monitor.query.tokens import ONE, STAR, split

if TYPE_CHECKING:
    from typing import Literal

_MAX_LENGTH = 100_000
_MAX_DEPTH = 60
_MAX_CHAIN = 20
_MIN_LITERAL = 2

_SPACE = re.compile(r"(?:\s|#[^\n]*(?:\n|$))*")
_RUN = re.compile(r'(?:(?!&&)[^\s"(){}|^~:#])+')
_NAME = re.compile(r"[\w-]+")
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,3})?")
_PHRASE = re.compile(r'"((?:\\"|[^"])*)"')
_REGEX = re.compile(r"/((?:\\.|[^/\\])*)/([a-z]*)", re.DOTALL)
_VALUE = re.compile(r'"([^"]*)"|([^\s()"]+?)(?=\.\.|[\s()"]|$)')
_INSIDE_WORD = re.compile(r"(?:'[sS]?)?[-&._'\u200c]?")
_AFTER_WORD = re.compile(r"(?:'[sS]?)?")
_NEAR = re.compile(r"(NEAR|ONEAR|NOTNEAR|W(?=/)|PRE(?=/))(?:/(.*))?")
_KINDS: dict[str, NearKind] = {"W": "NEAR", "PRE": "ONEAR", "NEAR": "NEAR", "ONEAR": "ONEAR", "NOTNEAR": "NOTNEAR"}


_TESTED = (*TIME_FIELDS, *NUMBER_FIELDS, *FLAGS)
_EXAMPLES = {
    **dict.fromkeys(META_FIELDS, "word"),
    **dict.fromkeys(TIME_FIELDS, ">=2026-11-20, :-6h..now or :today"),
    **dict.fromkeys(NUMBER_FIELDS, ">=3"),
    **{name: flags[0] for name, flags in FLAGS.items()},
}


class _Token(NamedTuple):
    """`kind` is one of: operand, and, or, not, near, atleast, field, (, ), end."""

    kind: str
    text: str
    column: int
    node: Node | None = None
    near: tuple[NearKind, int | Literal["s", "p"]] | None = None
    least: int = 0


@lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """Read a query. Raises QueryError with the column and the mend."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self.original = text
        self.text = swap(text).replace(STAR, " ").replace(ONE, " ")
        self.at = 0
        self.depth = 0
        self.mixed: list[int] = []
        self.grouped: set[int] = set()
        if len(text) > _MAX_LENGTH:
            self.fail(f"the query is longer than {_MAX_LENGTH} characters", 1, "part it into lists, @name")
        self.token = self.read()

    def fail(self, message: str, column: int, hint: str) -> NoReturn:
        raise QueryError(message, query=self.original, column=column, hint=hint)

    # -- grammar ----------------------------------------------------------------------------------------------

    def query(self) -> Query:
        if self.token.kind == "end":
            hint = "write a word"
            if "#" in self.text:
                hint = '# begins a comment; write "#tag" in quotes to look for one'
            self.fail("the query is empty", 1, hint)
        root = self.any_of()
        if self.token.kind == ")":
            self.fail(
                "a closing parenthesis without an opening one", self.token.column, "remove it, or open one before"
            )
        return Query(root=root, text=self.original, mixed=tuple(self.mixed))

    def any_of(self) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail("the query is nested too deeply", self.token.column, "name inner parts as lists, @name")
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
        column = self.token.column
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail("too many NOT in a row", column, "two NOT cancel each other")
        self.advance()
        part = self.unary()
        self.depth -= 1
        return Not(part=part, column=column)

    def near(self) -> Node:
        left = self.item()
        chain = 0
        while self.token.kind == "near":
            operator = self.token
            chain += 1
            if chain > _MAX_CHAIN:
                self.fail(f"more than {_MAX_CHAIN} NEAR in a row", operator.column, "use OR-groups as operands")
            self.advance()
            right = self.item()
            assert operator.near is not None
            kind, distance = operator.near
            for side in (left, right):
                if unfit := unfit_operand(side):
                    node, name = unfit
                    self.fail(
                        f"{name} inside an operand of {operator.text}",
                        node.column,
                        "an operand is a term or an OR-group",
                    )
            left = Near(kind=kind, distance=distance, left=left, right=right, column=operator.column)
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
        match token.kind:
            case "operand":
                self.advance()
                assert token.node is not None
                return token.node
            case "(":
                return self.group()
            case "atleast":
                self.advance()
                if self.token.kind != "(":
                    self.fail(f"{token.text} needs a group", token.column, f"{token.text}(drone~ OR {{UAV}})")
                return AtLeast(count=token.least, part=self.group(), column=token.column)
            case "field":
                return self.field()
        self.missing_operand()

    def missing_operand(self) -> NoReturn:
        token = self.token
        before = self.text[: token.column - 1].split()
        if token.kind == "end" and before:
            last = before[-1]
            column = self.text.rindex(last, 0, token.column - 1) + 1
            self.fail(f"the query ends after {last}", column, "a term is missing at the end")
        if token.kind == ")":
            self.fail("an empty place before the closing parenthesis", token.column, "put a term there")
        if token.kind == "weight":
            self.fail("a weight without a term", token.column, "^3 stands right after what it weighs")
        self.fail(
            f"{token.text} where a term is expected",
            token.column,
            f'to look for the word itself write "{token.text.lower()}"'
            if token.text.isalpha()
            else "put a term before it",
        )

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
        name, column = self.token.text, self.token.column
        following = self.text[self.at : self.at + 1]
        if not following or following.isspace() or following == ")":
            self.fail(
                f"{name}: without a value", column, f"the value follows at once: {name}:{_EXAMPLES.get(name, 'word')}"
            )
        if following == "(":
            self.advance()
            group = self.group()
            return Field(name=name, part=group, column=column) if name not in _TESTED else self.tests(name, group)
        if name in _TESTED:
            test = self.test(name, column)
            self.advance()
            return test
        if following in "<>=":
            fields = ", ".join((*TIME_FIELDS, *NUMBER_FIELDS))
            self.fail(f"{name}: cannot be compared", self.at + 1, f"{following} goes with {fields}")
        self.advance()
        if self.token.kind != "operand" or self.token.node is None:
            self.fail(f"{name}: without a value", column, f"write {name}:word, or {name}:(…) for more than one")
        part = self.token.node
        self.advance()
        return Field(name=name, part=part, column=column)

    def test(self, name: str, column: int) -> Test:
        """A comparison, read from right behind the colon."""
        comparison = ""
        if name not in FLAGS:
            for sign in (">=", "<=", ">", "<", "="):
                if self.text.startswith(sign, self.at):
                    comparison = sign.rstrip("=") if sign == "=" else sign
                    self.at += len(sign)
                    break
        value = self.value(name, column)
        if not comparison and self.text.startswith("..", self.at):
            self.at += 2
            upto = self.value(name, column)
            return self.checked(Test(name=name, comparison="..", value=value, upto=upto, column=column))
        return self.checked(Test(name=name, comparison=comparison, value=value, column=column))  # type: ignore[arg-type]

    def value(self, name: str, column: int) -> str:
        match = _VALUE.match(self.text, self.at)
        if not match:
            self.fail(f"{name}: without a value", column, f"such as {name}:{_EXAMPLES[name]}")
        self.at = match.end()
        return match[1] if match[1] is not None else match[2]

    def checked(self, test: Test) -> Test:
        name, hint = test.name, f"such as {test.name}:{_EXAMPLES[test.name]}"
        for value in (test.value, test.upto) if test.comparison == ".." else (test.value,):
            if name in FLAGS:
                if value not in FLAGS[name]:
                    near = get_close_matches(value.lower(), FLAGS[name], 1)
                    hint = f"did you mean {name}:{near[0]}?" if near else f"one of {', '.join(FLAGS[name])}"
                    self.fail(f"{name}:{value} is not known", test.column, hint)
            elif problem := (values.check_time if name in TIME_FIELDS else values.check_number)(value):
                self.fail(f"{name}: {problem}", test.column, hint)
        if name in TIME_FIELDS and not test.comparison and values.is_instant(test.value):
            hint = f"{name}:>={test.value} or {name}:{test.value}..now" if ":" not in test.value else f"{name}:>=…"
            self.fail(f"{name}:{test.value} is a single instant", test.column, hint)
        return test

    def tests(self, name: str, node: Node) -> Node:
        """A group behind `is:`, a time or a number: each of its words is a value."""
        match node:
            case And() | Or():
                return replace(node, parts=tuple(self.tests(name, part) for part in node.parts))
            case Not():
                return replace(node, part=self.tests(name, node.part))
            case Word(stem=False):
                return self.checked(Test(name=name, comparison="", value=node.text, column=node.column))
        self.fail(f"{node} is no value of {name}:", node.column, f"such as {name}:{_EXAMPLES[name]}")

    # -- words ------------------------------------------------------------------------------------------------

    def advance(self) -> None:
        self.token = self.read()

    def read(self) -> _Token:
        """The token that begins here, comments and spaces skipped."""
        space = _SPACE.match(self.text, self.at)
        assert space is not None
        self.at = space.end()
        text, column = self.text, self.at + 1
        char = text[self.at : self.at + 1]
        if not char:
            return _Token("end", "the end", column)
        if char in "()":
            return self.took(_Token(char, char, column))
        if char == "|":
            return self.took(_Token("or", char, column))
        if text.startswith("&&", self.at):
            return self.took(_Token("and", "&&", column))
        if char == "-":
            return self.took(_Token("not", char, column))
        if char == "^":
            return self.weight(column)
        reader = {'"': self.phrase, "{": self.exact, "/": self.regex, "@": self.list_ref}.get(char, self.run)
        return reader(column)

    def took(self, token: _Token) -> _Token:
        self.at += len(token.text)
        return token

    def weight(self, column: int) -> _Token:
        match = _NUMBER.match(self.text, self.at + 1)
        if not match or not self.text[: self.at] or self.text[self.at - 1].isspace():
            self.fail("^ without a term or a number", column, "a weight stands right behind its term: missile~^3")
        self.at = match.end()
        return _Token("weight", match[0], column)

    def stemmed(self) -> bool:
        if not self.text.startswith("~", self.at):
            return False
        self.at += 1
        return True

    def phrase(self, column: int) -> _Token:
        match = _PHRASE.match(self.text, self.at)
        if not match:
            self.fail(f"unclosed quote starting at column {column}", column, 'close it with "')
        self.at = match.end()
        text = match[1].replace('\\"', '"')
        self.check_words(text, column)
        return _Token("operand", match[0], column, Phrase(text=text, stem=self.stemmed(), column=column))

    def exact(self, column: int) -> _Token:
        end = self.text.find("}", self.at)
        if end < 0:
            self.fail(f"unclosed brace starting at column {column}", column, "close it with }")
        text = self.text[self.at + 1 : end]
        self.at = end + 1
        if len(split(normalise(text))) == 1:
            self.fail("braces without a word", column, "such as {NATO}")
        if self.stemmed():
            self.fail("a stem of an exact word", self.at, "write it without braces, or without ~")
        return _Token("operand", text, column, Exact(text=text, column=column))

    def regex(self, column: int) -> _Token:
        match = _REGEX.match(self.text, self.at)
        if not match:
            self.fail(
                f"unclosed regular expression starting at column {column}", column, "close it with /; write \\/ inside"
            )
        self.at = match.end()
        pattern, flags = match.groups()
        if set(flags) - set("is") or len(flags) != len(set(flags)):
            self.fail(
                f"unknown flags {flags} of a regular expression",
                match.start(2) + 1,
                "i ignores case, s lets . match newlines",
            )
        try:
            patterns.compiled(pattern, flags)
        except ValueError as error:
            self.fail(f"not a regular expression: {error}", column, "to look for the text itself, quote it")
        return _Token("operand", match[0], column, Regex(pattern=pattern, flags=flags, column=column))

    def list_ref(self, column: int) -> _Token:
        match = _NAME.match(self.text, self.at + 1)
        if not match:
            self.fail("@ without a name", column, "a list is written @sport-noise")
        self.at = match.end()
        return _Token("operand", f"@{match[0]}", column, ListRef(name=match[0], column=column))

    def run(self, column: int) -> _Token:
        """A keyword, the name of a field, or a word."""
        match = _RUN.match(self.text, self.at)
        if not match:
            self.stray(self.text[self.at], column)
        word = match[0]
        self.at = match.end()
        after = self.text[self.at : self.at + 1]
        if after == ":":
            return self.field_name(word, column)
        if after == "#":
            self.fail("# inside a word", self.at + 1, "quote the word, or put a space before a comment")
        if word in {"AND", "OR", "NOT"}:
            return _Token(word.lower(), word, column)
        if near := _NEAR.fullmatch(word):
            return self.near_operator(near, column)
        if word == "ATLEAST" or word.startswith("ATLEAST/"):
            count = word.removeprefix("ATLEAST").removeprefix("/")
            if not count.isascii() or not count.isdigit() or not 0 < int(count[:7]) <= 1000:
                self.fail(f"{word} needs a number from 1 to 1000", column, "such as ATLEAST/3(drone~ OR {UAV})")
            return _Token("atleast", word, column, least=int(count[:7]))
        self.check_word(word, column)
        return _Token("operand", word, column, Word(text=word, stem=self.stemmed(), column=column))

    def stray(self, char: str, column: int) -> NoReturn:
        hints = {
            "~": "~ stands right behind a word or phrase: missile~",
            "}": "open it with {",
            ":": 'a value holding ":" is quoted',
            "#": "put a space before a comment",
        }
        self.fail(f"stray {char}", column, hints.get(char, "quote it"))

    def field_name(self, name: str, column: int) -> _Token:
        if name in FIELDS:
            self.at += 1
            return _Token("field", name, column)
        if not name.isalpha() or self.text.startswith("://", self.at):
            self.fail(f'":" behind {name}', self.at + 1, 'a value holding ":" is quoted')
        near = get_close_matches(name.lower(), FIELDS, 1)
        hint = f"did you mean {near[0]}:?" if near else "quote it, if : belongs to the word"
        self.fail(f"there is no field {name}:", column, hint)

    def near_operator(self, match: re.Match[str], column: int) -> _Token:
        distance = match[2] if match[2] is not None else "10"
        if distance not in {"s", "p"} and not (distance.isascii() and distance.isdigit() and len(distance) <= 5):
            self.fail(
                f"{match[0]} has no distance",
                column,
                f"{match[1]}/8, {match[1]}/s (sentence) or {match[1]}/p (paragraph)",
            )
        reach: int | Literal["s", "p"] = distance if distance in ("s", "p") else int(distance)  # type: ignore[assignment]
        return _Token("near", match[0], column, near=(_KINDS[match[1]], reach))

    def check_word(self, word: str, column: int) -> None:
        """A word is word characters, with - ' . & _ inside and / between digits."""
        text = normalise(_marked(word))
        parts = split(text, wild=True)
        at, gaps = 0, parts[::2]
        for number, gap in enumerate(gaps):
            edge = number in (0, len(gaps) - 1)
            allowed = "" if number == 0 else None
            good = gap == allowed if number == 0 else bool((_AFTER_WORD if edge else _INSIDE_WORD).fullmatch(gap))
            if not good:
                bad = gap[0]
                here = column + at if len(text) == len(word) else column
                hint = {
                    "!": "write NOT or -",
                    "/": 'write "a b", or a OR b',
                    "-": "a hyphen joins two words; quote it otherwise",
                }
                self.fail(f"{bad} in the word {word}", here, hint.get(bad, "quote it"))
            at += len(gap) + (len(parts[2 * number + 1]) if 2 * number + 1 < len(parts) else 0)
        self.check_words(word, column)

    def check_words(self, text: str, column: int) -> None:
        words = split(normalise(_marked(text)), wild=True)[1::2]
        if not words:
            self.fail("there is no word in it", column, "write a word, a phrase or {exact words}")
        for word in words:
            if (STAR in word or ONE in word) and len(word.replace(STAR, "").replace(ONE, "")) < _MIN_LITERAL:
                shown = word.replace(STAR, "*").replace(ONE, "?")
                hint = f"at least {_MIN_LITERAL} letters; where words are not spaced none is needed"
                self.fail(f"the wildcard {shown} stands for too much", column, hint)


def _marked(text: str) -> str:
    return text.replace("*", STAR).replace("?", ONE)
