"""What is legal in a query but doubtful: told, never refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.query import patterns
from monitor.query.spelling import FUNCTION_WORDS
from monitor.query.syntax import (
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
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from monitor.model import Story

FEW_LETTERS = 3
FAR = 50
NOISY = 0.6
_ENOUGH = 5
"""Hits below which nothing is said about noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """A doubt about a query. `topic` is a topic's id, "@name" of a list, or empty; `column` is 1-based."""

    topic: str = ""
    column: int
    message: str
    hint: str

    def __str__(self) -> str:
        """One line: where, what, the mend."""
        where = f"{self.topic}: column {self.column}" if self.topic else f"column {self.column}"
        return f"{where}: {self.message} ({self.hint})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a term brought in over the last 30 days: items it hit, and how many of these were dismissed."""

    items: int
    dismissed: int = 0


def count_uses(stories: Iterable[Story]) -> dict[str, Use]:
    """What each term brought in, by the hits that stories were stored with."""
    items: Counter[str] = Counter()
    dismissed: Counter[str] = Counter()
    for story in stories:
        terms = {hit.term for hit in story.verdict.hits}
        items.update(terms)
        if story.state.triage == "dismissed":
            dismissed.update(terms)
    return {term: Use(items=count, dismissed=dismissed[term]) for term, count in items.items()}


def lint(query: Query, *, topic: str = "", uses: Mapping[str, Use] | None = None) -> tuple[Lint, ...]:
    """The doubts about one query, by column. `uses` is by term as hits name it; without it use is not judged."""
    found = [
        Lint(
            topic=topic,
            column=column,
            message="AND and OR without parentheses",
            hint="AND binds first; say so: (a AND b) OR c",
        )
        for column in query.mixed
    ]
    if _only_negative(query.root):
        message = "the query says only what must not be there"
        found.append(Lint(topic=topic, column=1, message=message, hint="it matches nearly everything; add a term"))
    for node in walk(query.root):
        found += [Lint(topic=topic, column=node.column, message=message, hint=hint) for message, hint in _doubts(node)]
    if uses is not None:
        for node in _leaves(query.root):
            found += [
                Lint(topic=topic, column=node.column, message=message, hint=hint)
                for message, hint in _worth(node, uses)
            ]
    return tuple(sorted(found, key=lambda lint: lint.column))


def _doubts(node: Node) -> Iterator[tuple[str, str]]:
    match node:
        case Word():
            yield from _word_doubts(node.text)
        case Phrase():
            for word in node.text.split():
                yield from _wildcard_doubts(word)
        case Near() if isinstance(node.distance, int) and node.distance > FAR:
            yield (
                f"{node.operator} reaches very far",
                f"beyond {FAR} words two terms have little to do with each other; AND says it as well",
            )
        case Regex() if patterns.is_slow(node.pattern, node.flags):
            yield (
                f"{node} can take very long",
                "repeat no group that itself repeats; it is stopped after a moment and then does not match",
            )


def _word_doubts(word: str) -> Iterator[tuple[str, str]]:
    bare = word.replace(".", "")
    if word in {"and", "or", "not"}:
        yield f"{word} is looked for as a word", f"did you mean {word.upper()}?"
    elif len(bare) > 1 and bare.isupper() and bare.lower() in FUNCTION_WORDS:
        yield f"{word} also finds the word “{bare.lower()}”", f"write {{{bare}}} for the acronym"
    yield from _wildcard_doubts(word)


def _wildcard_doubts(word: str) -> Iterator[tuple[str, str]]:
    if ("*" in word or "?" in word) and sum(map(str.isalnum, word)) < FEW_LETTERS:
        yield f"{word} finds a great many words", f"give it {FEW_LETTERS} letters or more"
    if word.endswith("?") and len(word) > 1:
        yield f"the ? at the end of {word} stands for one more letter", "leave it out if it is punctuation"


def _worth(node: Node, uses: Mapping[str, Use]) -> Iterator[tuple[str, str]]:
    use = uses.get(str(node), Use(items=0))
    if use.items == 0:
        yield f"{node} has found nothing in 30 days", "check its spelling, or drop it"
    elif use.items >= _ENOUGH and use.dismissed > NOISY * use.items:
        share = round(100 * use.dismissed / use.items)
        yield f"{node} is noisy: {share} % of what it found was dismissed", "narrow it with NEAR or NOTNEAR"


def _leaves(node: Node) -> Iterator[Node]:
    """What can bring an item in, and is named so in its hits: terms, and NEAR as a whole."""
    match node:
        case And() | Or():
            for part in node.parts:
                yield from _leaves(part)
        case Weight() | AtLeast() | Field():
            yield from _leaves(node.part)
        case Near():
            yield from [node] if node.kind != "NOTNEAR" else _leaves(node.left)
        case Word() | Phrase() | Exact() | Regex():
            yield node


def _only_negative(node: Node) -> bool:
    match node:
        case Not():
            return True
        case And():
            return all(map(_only_negative, node.parts))
        case Or():
            return any(map(_only_negative, node.parts))
        case Weight() | Field() | AtLeast():
            return _only_negative(node.part)
        case ListRef() | Test():
            return False
    return False
