"""The query language: one way to select items, for topics, the filter bar, searches and scripts. Pure, without I/O."""

from monitor.query.document import Document
from monitor.query.explain import Explanation
from monitor.query.lint import Lint, Use, count_uses
from monitor.query.match import Match
from monitor.query.needle import index_terms
from monitor.query.parser import parse
from monitor.query.stems import detect_language
from monitor.query.syntax import Query
from monitor.query.watchlists import WatchlistError, Watchlists

__all__ = [
    "Document",
    "Explanation",
    "Lint",
    "Match",
    "Query",
    "Use",
    "WatchlistError",
    "Watchlists",
    "count_uses",
    "detect_language",
    "index_terms",
    "parse",
]
