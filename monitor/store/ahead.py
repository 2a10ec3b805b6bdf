"""Work on many things that is done ahead, on a thread beside the one that needs the results in their turn."""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

S = TypeVar("S")
T = TypeVar("T")

TOGETHER = 20
"""Things that are worked on between two looks at what comes next; so few are worked on when they are needed."""


@contextlib.contextmanager
def ahead(work: Callable[[S], T], things: Sequence[S]) -> Iterator[Sequence[Callable[[], T]]]:
    """What gives the result for each thing; it waits where that is not there yet, and raises what the work raised."""
    if len(things) <= TOGETHER:
        yield [partial(work, thing) for thing in things]
        return
    beside = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    try:
        results: list[Callable[[], T]] = []
        for start in range(0, len(things), TOGETHER):
            some = things[start : start + TOGETHER]
            done = beside.submit(_all, work, some)
            results += [partial(_one, done, number) for number in range(len(some))]
        yield results
    finally:
        beside.shutdown(cancel_futures=True)


def _all(work: Callable[[S], T], some: Sequence[S]) -> list[T]:
    return [work(thing) for thing in some]


def _one(done: Future[list[T]], number: int) -> T:
    return done.result()[number]
