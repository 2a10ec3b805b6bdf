"""The text of a query to its tokens: operators, names of fields, and terms, each with its column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from monitor.errors import QueryError, nearest
from monitor.query import patterns
from monitor.query.normal import normalise, swap
from monitor.query.syntax import FIELDS, Comparison, Exact, ListRef, NearKind, Node, Phrase, Regex, Word
from monitor.query.terms import marked_wildcards
from monitor.query.tokens import ONE, STAR, split

if TYPE_CHECKING:
    from typing import Literal

_MIN_LITERAL = 2
_MOST_HITS = 1000
COMPARISONS: tuple[Comparison, ...] = (">=", "<=", ">", "<")

_SPACE = re.compile(r"(?:\s|#[^\n]*(?:\n|$))*")
_RUN = re.compile(r'(?:(?!&&)[^\s"(){}|^~:#])+')
_NAME = re.compile(r"[\w-]+")
_DIGITS = re.compile(r"[0-9]{1,5}")
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,3})?")
_PHRASE = re.compile(r'"((?:\\"|[^"\\]|\\(?!"))*)"')
_REGEX = re.compile(r"/((?:\\.|[^/\\])*)/([a-z]*)", re.DOTALL)
_VALUE = re.compile(r'"([^"]*)"|([^\s()"^]+?)(?=\.\.|[\s()"^]|$)')
_INSIDE_WORD = re.compile(r"'?[-&._\u200c]?")
_BEFORE_WORD = re.compile("")
_AFTER_WORD = re.compile(r"'?")
_NEAR = re.compile(r"(NEAR|ONEAR|NOTNEAR|W(?=/)|PRE(?=/))(?:/(.*))?")
_WORD_HINTS = {
    "!": "write NOT or -",
    "/": 'write "a b", or a OR b',
    "-": "a hyphen joins two words; quote it otherwise",
}
_STRAY_HINTS = {
    "~": "~ stands right behind a word or phrase: missile~",
    "}": "open it with {",
    ":": 'a value holding ":" is quoted',
}
_KINDS: dict[str, NearKind] = {"W": "NEAR", "PRE": "ONEAR", "NEAR": "NEAR", "ONEAR": "ONEAR", "NOTNEAR": "NOTNEAR"}


class Token(NamedTuple):
    """`kind` is one of: operand, and, or, not, near, atleast, field, (, ), end."""

    kind: str
    text: str
    column: int
    node: Node | None = None
    near: tuple[NearKind, int | Literal["s", "p"]] | None = None
    least: int = 0


class Lexer:
    """Reads tokens one by one; `at` is where the next begins. Whatever cannot be read raises QueryError."""

    def __init__(self, text: str) -> None:
        self.original = text
        self.text = swap(text).replace(STAR, " ").replace(ONE, " ")
        self.at = 0

    def fail(self, message: str, column: int, hint: str) -> NoReturn:
        """Refuse the query, at a 1-based column, with the mend."""
        raise QueryError(message, query=self.original, column=column, hint=hint)

    def read(self) -> Token:
        """The token that begins here, comments and spaces skipped."""
        space = _SPACE.match(self.text, self.at)
        assert space is not None
        self.at = space.end()
        text, column = self.text, self.at + 1
        char = text[self.at : self.at + 1]
        if not char:
            return Token("end", "the end", column)
        if char in "()":
            return self._took(Token(char, char, column))
        if char == "|":
            return self._took(Token("or", char, column))
        if text.startswith("&&", self.at):
            return self._took(Token("and", "&&", column))
        if char == "-":
            return self._took(Token("not", char, column))
        if char == "^":
            return self._weight(column)
        reader = {'"': self._phrase, "{": self._exact, "/": self._regex, "@": self._list_ref}.get(char, self._run)
        return reader(column)

    def comparison(self) -> Comparison:
        """The comparison that stands right here, if one does."""
        for sign in COMPARISONS:
            if self.takes(sign):
                return sign
        self.takes("=")
        return ""

    def takes(self, sign: str) -> bool:
        """Whether this stands right here; then it is read."""
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def value(self) -> str | None:
        """The value that stands right here, bare or quoted."""
        match = _VALUE.match(self.text, self.at)
        if not match:
            return None
        self.at = match.end()
        return match[2] if match[1] is None else match[1]

    def _took(self, token: Token) -> Token:
        self.at += len(token.text)
        return token

    def _weight(self, column: int) -> Token:
        match = _NUMBER.match(self.text, self.at + 1)
        if not match or not self.text[: self.at] or self.text[self.at - 1].isspace():
            self.fail("^ without a term or a number", column, "a weight stands right behind its term: missile~^3")
        self.at = match.end()
        return Token("weight", match[0], column)

    def _stemmed(self) -> bool:
        return self.takes("~")

    def _phrase(self, column: int) -> Token:
        match = _PHRASE.match(self.text, self.at)
        if not match:
            self.fail(f"unclosed quote starting at column {column}", column, 'close it with "')
        self.at = match.end()
        text = match[1].replace('\\"', '"')
        self._check_words(text, column)
        return Token("operand", match[0], column, Phrase(text=text, stem=self._stemmed(), column=column))

    def _exact(self, column: int) -> Token:
        end = self.text.find("}", self.at)
        if end < 0:
            self.fail(f"unclosed brace starting at column {column}", column, "close it with }")
        text = self.text[self.at + 1 : end]
        self.at = end + 1
        if len(split(normalise(text))) == 1:
            self.fail("braces without a word", column, "such as {NATO}")
        if self._stemmed():
            self.fail("a stem of an exact word", self.at, "write it without braces, or without ~")
        return Token("operand", text, column, Exact(text=text, column=column))

    def _regex(self, column: int) -> Token:
        match = _REGEX.match(self.text, self.at)
        if not match:
            hint = "close it with /; write \\/ inside"
            self.fail(f"unclosed regular expression starting at column {column}", column, hint)
        self.at = match.end()
        pattern, flags = match.groups()
        if set(flags) - set("is") or len(flags) != len(set(flags)):
            hint = "i ignores case, s lets . match newlines"
            self.fail(f"unknown flags {flags} of a regular expression", match.start(2) + 1, hint)
        try:
            patterns.compiled(pattern, flags)
        except ValueError as error:
            self.fail(f"not a regular expression: {error}", column, "to look for the text itself, quote it")
        return Token("operand", match[0], column, Regex(pattern=pattern, flags=flags, column=column))

    def _list_ref(self, column: int) -> Token:
        match = _NAME.match(self.text, self.at + 1)
        if not match:
            self.fail("@ without a name", column, "a list is written @sport-noise")
        self.at = match.end()
        return Token("operand", f"@{match[0]}", column, ListRef(name=match[0], column=column))

    def _run(self, column: int) -> Token:
        """A keyword, the name of a field, or a word."""
        match = _RUN.match(self.text, self.at)
        if not match:
            char = self.text[self.at]
            self.fail(f"stray {char}", column, _STRAY_HINTS.get(char, "quote it"))
        word = match[0]
        self.at = match.end()
        after = self.text[self.at : self.at + 1]
        if after == ":":
            return self._field_name(word, column)
        if after == "#":
            self.fail("# inside a word", self.at + 1, "quote the word, or put a space before a comment")
        if word in {"AND", "OR", "NOT"}:
            return Token(word.lower(), word, column)
        if near := _NEAR.fullmatch(word):
            return self._near_operator(near, column)
        if word == "ATLEAST" or word.startswith("ATLEAST/"):
            count = word.removeprefix("ATLEAST").removeprefix("/")
            least = int(count) if _DIGITS.fullmatch(count) else 0
            if not 0 < least <= _MOST_HITS:
                hint = "such as ATLEAST/3(drone~ OR {UAV})"
                self.fail(f"{word} needs a number from 1 to {_MOST_HITS}", column, hint)
            return Token("atleast", word, column, least=least)
        self._check_word(word, column)
        return Token("operand", word, column, Word(text=word, stem=self._stemmed(), column=column))

    def _field_name(self, name: str, column: int) -> Token:
        if name not in FIELDS:
            if not name.isalpha() or self.text.startswith("://", self.at):
                self.fail(f'":" behind {name}', self.at + 1, 'a value holding ":" is quoted')
            near = nearest(name, FIELDS)
            hint = f"did you mean {near}:?" if near else "quote it, if : belongs to the word"
            self.fail(f"there is no field {name}:", column, hint)
        self.at += 1
        return Token("field", name, column)

    def _near_operator(self, match: re.Match[str], column: int) -> Token:
        name, written = match.groups()
        distance = _distance("10" if written is None else written)
        if distance is None:
            hint = f"{name}/8, {name}/s (sentence) or {name}/p (paragraph)"
            self.fail(f"{match[0]} has no distance", column, hint)
        return Token("near", match[0], column, near=(_KINDS[name], distance))

    def _check_word(self, word: str, column: int) -> None:
        """A word is word characters, with - ' . & _ inside and / between digits."""
        parts = split(normalise(marked_wildcards(word)), wild=True)
        ends = {0: _BEFORE_WORD, len(parts) - 1: _AFTER_WORD}
        at = column
        for number, part in enumerate(parts):
            if number % 2 == 0 and not ends.get(number, _INSIDE_WORD).fullmatch(part):
                self.fail(f"{part[0]} in the word {word}", min(at, self.at), _WORD_HINTS.get(part[0], "quote it"))
            at += len(part)
        self._check_words(word, column)

    def _check_words(self, text: str, column: int) -> None:
        """There is a word, and no wildcard that nearly anything fits."""
        words = split(normalise(marked_wildcards(text)), wild=True)[1::2]
        if not words:
            self.fail("there is no word in it", column, "write a word, a phrase or {exact words}")
        for word in words:
            literal = word.replace(STAR, "").replace(ONE, "")
            if len(literal) < _MIN_LITERAL and literal != word:
                shown = word.replace(STAR, "*").replace(ONE, "?")
                hint = f"at least {_MIN_LITERAL} letters; where words are not spaced none is needed"
                self.fail(f"the wildcard {shown} stands for too much", column, hint)


def _distance(text: str) -> int | Literal["s", "p"] | None:
    match text:
        case "s":
            return "s"
        case "p":
            return "p"
    return int(text) if _DIGITS.fullmatch(text) else None
