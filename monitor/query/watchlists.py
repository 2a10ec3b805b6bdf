"""The watchlists of a config at work: every topic on every item, and single queries over the same lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal

from monitor.errors import QueryError
from monitor.model import Verdict
from monitor.query import explain as explaining
from monitor.query import lint as linting
from monitor.query import needle as needles
from monitor.query.match import Match, Matcher, hits, score
from monitor.query.parser import parse
from monitor.query.plan import Planner
from monitor.query.sieve import Sieve
from monitor.query.syntax import Field, ListRef, Query, Test, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from monitor.model import Needle, Topic
    from monitor.query.document import Document
    from monitor.query.explain import Explanation
    from monitor.query.lint import Lint, Use

Spelling = Literal["both", "exact"]

_VERSION = "1"
"""Part of every fingerprint: raised when the same query comes to match other items."""
_KEPT = 64


class WatchlistError(QueryError):
    """A watchlist that cannot be used; `name` is "topic defense" or "list sport-noise"."""

    def __init__(self, name: str, error: QueryError) -> None:
        super().__init__(error.message, query=error.query, column=error.column, hint=error.hint)
        self.name = name

    def __str__(self) -> str:
        """One line: the watchlist, the column, the message, the mend."""
        return f"{self.name}: {super().__str__()}"


@dataclass(frozen=True, slots=True)
class _Watch:
    """A topic ready to be judged. `late` ones ask about other topics or the score, and so come after these."""

    topic: Topic
    query: Query
    matcher: Matcher
    late: bool


class Watchlists:
    """Topics and lists, read and planned once.

    Raises WatchlistError for the first that is wrong; with `tolerant` all errors are `problems`, the good ones work.
    """

    def __init__(
        self,
        topics: Iterable[Topic],
        lists: Mapping[str, str],
        *,
        spelling: Spelling = "both",
        tolerant: bool = False,
    ) -> None:
        self._spelling: Spelling = spelling
        self._lists: dict[str, Query | QueryError] = {name: _read(text) for name, text in lists.items()}
        self._planners = {kind: Planner(self._lists, twins=kind == "both") for kind in ("both", "exact")}
        self._planned: dict[tuple[str, Spelling], Matcher] = {}
        topics = tuple(topics)
        self._spellings: Mapping[str, Spelling] = {topic.id: topic.spelling for topic in topics}
        self._watches: list[_Watch] = []
        self.problems: tuple[WatchlistError, ...] = tuple(self._read_all(topics))
        if self.problems and not tolerant:
            raise self.problems[0]
        self._sieve = Sieve([watch.matcher for watch in self._watches])
        self.fingerprints: Mapping[str, str] = {watch.topic.id: self._fingerprint(watch) for watch in self._watches}
        """Per topic: changes when its query, or any list under it, comes to mean something else."""

    def _read_all(self, topics: Iterable[Topic]) -> Iterable[WatchlistError]:
        for name, query in self._lists.items():
            try:
                self._planner("both").plan(_sound(query), name=name)
            except QueryError as error:
                yield WatchlistError(f"list {name}", error)
        for topic in topics:
            try:
                query = self.read(topic.query, topic=topic.id)
                matcher = self._planner(query.spelling).plan(query)
                self._watches.append(_Watch(topic, query, matcher, late=self._is_late(query)))
            except QueryError as error:
                yield WatchlistError(f"topic {topic.id}", error)

    def _planner(self, spelling: Spelling) -> Planner:
        return self._planners["exact" if "exact" in (spelling, self._spelling) else "both"]

    def _fingerprint(self, watch: _Watch) -> str:
        spelling = watch.query.spelling if self._spelling == "both" else "exact"
        said = [_VERSION, spelling, str(watch.query)]
        for name in sorted(self._lists_under(watch.query)):
            said += [name, str(self._lists[name])]
        return blake2b("\0".join(said).encode(), digest_size=12).hexdigest()

    def _is_late(self, query: Query) -> bool:
        """Whether a query asks about topics or the score, which other topics decide."""
        roots = [query.root, *(_sound(self._lists[name]).root for name in self._lists_under(query))]
        return any(
            isinstance(node, Field | Test) and node.name in {"topic", "score"} for root in roots for node in walk(root)
        )

    def _lists_under(self, query: Query) -> set[str]:
        names: set[str] = set()
        waiting = [query]
        while waiting:
            for node in walk(waiting.pop().root):
                if isinstance(node, ListRef) and node.name not in names:
                    names.add(node.name)
                    waiting.append(_sound(self._lists[node.name]))
        return names

    def read(self, text: str, *, topic: str | None = None) -> Query:
        """A query with this text, in the spelling of the topic it is of or for. Raises QueryError."""
        return replace(parse(text), spelling=self._spellings.get(topic or "", "both"))

    # -- judging ----------------------------------------------------------------------------------------------

    def judge(self, document: Document) -> Verdict:
        """Which topics an item is on, with score and hits."""
        document.found.clear()
        document.present = self._sieve.present(document.words)
        given = document.verdict
        try:
            candidates = [self._watches[number] for number in self._sieve.candidates(document.present)]
            return _judged(candidates, document)
        finally:
            document.verdict, document.present = given, None
            document.found.clear()

    def match(self, query: Query | str, document: Document, *, topic: str = "") -> Match | None:
        """What one query finds in a document, None when it does not match. Raises QueryError."""
        matcher = self._matcher(query)
        spans = matcher.find(document, document.scope(""))
        return None if spans is None else Match(hits=hits(spans, topic), score=score(spans))

    def needle(self, query: Query | str) -> Needle | None:
        """What the index terms of every item that matches fulfil; None when nothing narrows it. Raises QueryError."""
        return needles.needle(self._matcher(query))

    def explain(self, query: Query | str, document: Document) -> Explanation:
        """What matched, where, and why not. Raises QueryError."""
        return explaining.explain(self._matcher(query), document)

    def lint(self, query: Query | str | None = None, *, uses: Mapping[str, Use] | None = None) -> tuple[Lint, ...]:
        """What is legal but doubtful in a query, or in every topic and list. Raises QueryError.

        `uses` tells, by term, what each brought in over the last 30 days: with it dead and noisy terms are named.
        """
        if query is not None:
            self._matcher(query)
            return linting.lint(_query(query), uses=uses)
        found = [lint for watch in self._watches for lint in linting.lint(watch.query, topic=watch.topic.id, uses=uses)]
        for name, query_ in self._lists.items():
            if isinstance(query_, Query):
                found += linting.lint(query_, topic=f"@{name}")
        return tuple(found)

    def _matcher(self, query: Query | str) -> Matcher:
        query = _query(query)
        key = query.text, query.spelling
        matcher = self._planned.get(key)
        if matcher is None:
            matcher = self._planner(query.spelling).plan(query)
            if len(self._planned) >= _KEPT:
                self._planned.clear()
            self._planned[key] = matcher
        return matcher


def _read(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


def _sound(query: Query | QueryError) -> Query:
    if isinstance(query, QueryError):
        raise query
    return query


def _query(query: Query | str) -> Query:
    return parse(query) if isinstance(query, str) else query


def _judged(candidates: Sequence[_Watch], document: Document) -> Verdict:
    """What the watches say; those that ask about topics or the score see what all others said."""
    found: dict[str, Match] = {}
    for watch in (watch for watch in candidates if not watch.late):
        _judge(watch, document, found)
    late = [watch for watch in candidates if watch.late]
    if late:
        document.verdict = _verdict(found)
        for watch in late:
            _judge(watch, document, found)
    return _verdict({watch.topic.id: found[watch.topic.id] for watch in candidates if watch.topic.id in found})


def _judge(watch: _Watch, document: Document, found: dict[str, Match]) -> None:
    spans = watch.matcher.find(document, document.scope(""))
    if spans is not None:
        found[watch.topic.id] = Match(hits=hits(spans, watch.topic.id), score=score(spans))


def _verdict(found: Mapping[str, Match]) -> Verdict:
    return Verdict(
        scores={topic: match.score for topic, match in found.items()},
        hits=tuple(hit for match in found.values() for hit in match.hits),
    )
