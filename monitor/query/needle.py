"""History search: the terms an index holds for an item, and the condition on them that every match fulfils.

Terms hold letters, marks and digits only; a stem stands behind "~". What else a word holds is left out on both sides,
so that the condition stays one that every match fulfils.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from monitor.model import Needle
from monitor.query.leaves import Pattern, Terms
from monitor.query.operators import AllOf, AnyOf, AtLeastOf, InField, Listed
from monitor.query.proximity import Close
from monitor.query.stems import every_stem
from monitor.query.syntax import TEXT_FIELDS
from monitor.query.tokens import forms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.query.document import Document
    from monitor.query.match import Matcher
    from monitor.query.terms import Atom, Sequence

STEM = "~"


def index_terms(document: Document) -> str:
    """The index terms of an item, space-separated.

    First the words of its fields in order, then the forms that compounds and apostrophes add, then the stems.
    """
    stream = document.words
    added = stream.added_forms
    if added:
        added.difference_update(map(_own_form, stream.distinct))
    parts = [
        *map(_own_term, stream.words),
        *sorted(map(_term, added)),
        *sorted(map(_stem_term, stream.stem_vocabulary)),
    ]
    return " ".join(filter(None, parts))


@lru_cache(maxsize=1 << 16)
def _own_form(word: str) -> str:
    return forms(word)[0]


@lru_cache(maxsize=1 << 16)
def _own_term(word: str) -> str:
    return _term(_own_form(word))


@lru_cache(maxsize=1 << 16)
def _stem_term(stem: str) -> str:
    term = _term(stem)
    return STEM + term if term else ""


@lru_cache(maxsize=1 << 16)
def _term(form: str) -> str:
    if form.isascii() and form.isalnum():
        return form
    return "".join(char for char in form if unicodedata.category(char)[0] in "LMN")


def needle(matcher: Matcher) -> Needle | None:
    """What the index terms of every document that matches fulfil; None when nothing narrows it."""
    if isinstance(matcher, Terms):
        return _any(_sequence(reading) for reading in matcher.readings)
    if isinstance(matcher, Pattern):
        keys = matcher.keys()
        return None if keys is None else _any(_needle(key[0], key[1:]) for key in keys)
    if isinstance(matcher, AllOf):
        return _all(map(needle, matcher.parts))
    if isinstance(matcher, AnyOf):
        return _any(map(needle, matcher.parts))
    if isinstance(matcher, Close):
        return needle(matcher.left) if matcher.node.kind == "NOTNEAR" else _all(map(needle, matcher.below))
    if isinstance(matcher, AtLeastOf | Listed):
        return needle(matcher.part)
    if isinstance(matcher, InField) and matcher.node.name in TEXT_FIELDS:
        return needle(matcher.part)
    return None


def _sequence(sequence: Sequence) -> Needle | None:
    atoms = [_atom(atom) for atom in sequence.atoms]
    values = [atom.value for atom in atoms if atom is not None and atom.op == "term"]
    if len(values) == len(atoms) > 1 and all(len(value) == 1 for value in values) and not values[0].isascii():
        return Needle(op="phrase", value=" ".join(values))
    return _all(atoms)


def _atom(atom: Atom) -> Needle | None:
    keys = atom.keys()
    return None if keys is None else _any(_needle(key[0], key[1:]) for key in keys)


def _needle(kind: str, value: str) -> Needle | None:
    if kind == STEM:
        stems = {_term(stem) for stem in every_stem(value)}
        return None if "" in stems else _any(Needle(op="term", value=STEM + stem) for stem in sorted(stems))
    term = _term(value)
    return Needle(op="prefix" if kind == "*" else "term", value=term) if term else None


def _all(parts: Iterable[Needle | None]) -> Needle | None:
    known = _flat("and", (part for part in parts if part is not None))
    return known[0] if len(known) == 1 else Needle(op="and", parts=known) if known else None


def _any(parts: Iterable[Needle | None]) -> Needle | None:
    several: list[Needle] = []
    for part in parts:
        if part is None:
            return None
        several.append(part)
    known = _flat("or", several)
    return known[0] if len(known) == 1 else Needle(op="or", parts=known)


def _flat(op: Literal["and", "or"], parts: Iterable[Needle]) -> tuple[Needle, ...]:
    """The parts, those of the same kind taken apart, each once."""
    inner = (below for part in parts for below in (part.parts if part.op == op else (part,)))
    return tuple(dict.fromkeys(inner))
