"""Work that is done ahead: the same results in the same places, whatever thread they came from."""

from __future__ import annotations

import threading

import pytest

from monitor.store.ahead import TOGETHER, ahead


@pytest.mark.parametrize("count", [0, 1, TOGETHER, TOGETHER + 1, 3 * TOGETHER + 7])
def test_each_thing_has_its_result(count):
    with ahead(lambda n: n * n, range(count)) as results:
        assert [result() for result in results] == [n * n for n in range(count)]


@pytest.mark.parametrize(("count", "beside"), [(TOGETHER, False), (TOGETHER + 1, True)])
def test_many_things_are_worked_on_beside(count, beside):
    with ahead(lambda _: threading.current_thread(), range(count)) as results:
        assert {result() is not threading.current_thread() for result in results} == {beside}


def test_what_the_work_raised_is_raised_where_its_result_is_needed():
    def work(n: int) -> int:
        return n // (n - 50)

    with ahead(work, range(100)) as results:
        assert results[0]() == 0
        with pytest.raises(ZeroDivisionError):
            results[50]()


def test_what_nobody_needs_any_more_is_not_worked_on():
    begun, go_on = [], threading.Event()

    def work(n: int) -> None:
        begun.append(n)
        go_on.wait(10)

    with ahead(work, range(10 * TOGETHER)):
        threading.Timer(0.05, go_on.set).start()
    assert len(begun) <= 2 * TOGETHER
