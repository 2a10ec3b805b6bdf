"""When a source is next due, and what a poll teaches. Pure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import Network
from monitor.errors import SourceError
from monitor.ingest import normalise
from monitor.model import Entry, Source, SourceHealth
from monitor.poll import due
from monitor.sources.http.answer import retry_after
from tests.poll.fakes import NOW

NETWORK = Network()
SOURCE = Source(id="a", title="A", url="http://a.invalid/")
HEALTH = SourceHealth(source="a")


def items(*ages):
    return [
        normalise(Entry(guid=str(age), title="T", published=NOW - timedelta(seconds=age)), SOURCE, NOW)[0]
        for age in ages
    ]


def fail(health, times, error=None, chance=0.5):
    error = error or SourceError("no", kind="unreachable")
    for _ in range(times):
        health = due.failed(health, SOURCE, error, NOW, NETWORK, chance=chance)
    return health


def wait(health):
    return (health.next_at - NOW).total_seconds()


def test_a_new_source_learns_its_rhythm_from_its_dates():
    health = due.succeeded(HEALTH, SOURCE, NOW, NETWORK, new=items(0, 1800, 3600, 5400))
    assert health.gap == 1800 and health.interval == 600 and health.items_per_day == 48
    assert health.status == "ok" and health.items == 4 and health.latency is None


def test_later_arrivals_move_the_rhythm_and_tell_the_delay():
    health = due.succeeded(HEALTH, SOURCE, NOW, NETWORK, new=items(0, 1800, 3600))
    later = due.succeeded(health, SOURCE, NOW + timedelta(hours=2), NETWORK, new=items(-3600))
    assert 1800 < later.gap < 7200
    assert later.latency == 3600


@pytest.mark.parametrize(("gap", "expected"), [(1, 60), (900, 300), (10 * 86400, 6 * 3600), (None, 900)])
def test_the_interval_stays_within_bounds(gap, expected):
    assert due.interval(SOURCE, gap, NETWORK) == expected


def test_a_hint_slows_but_not_for_ever_and_an_order_is_an_order():
    assert due.interval(SOURCE, 300, NETWORK, 1800.0) == 1800
    assert due.interval(SOURCE, 300, NETWORK, 7 * 86400.0) == due.HINT_MOST
    told = Source(id="a", title="A", url="http://a.invalid/", every=30.0)
    assert due.interval(told, 300, NETWORK, 1800.0) == 30


def test_failures_back_off_and_success_forgets_them():
    waits = [wait(fail(HEALTH, times)) for times in (1, 2, 3, 4, 5, 20, 2000)]
    assert waits == sorted(waits) and waits[0] == 900 and waits[-1] == 6 * 3600
    failing = fail(HEALTH, 3)
    assert failing.status == "failing" and failing.failures == 3 and failing.message == "no"
    good = due.succeeded(failing, SOURCE, NOW, NETWORK)
    assert (good.failures, good.failing_since, good.message, good.status) == (0, None, None, "ok")


def test_jitter_parts_what_failed_together():
    assert wait(fail(HEALTH, 1, chance=0.0)) < wait(fail(HEALTH, 1, chance=1.0))


@pytest.mark.parametrize("kind", ["http-401", "http-403", "tls"])
def test_what_only_a_person_can_mend_is_tried_seldom(kind):
    assert wait(fail(HEALTH, 1, SourceError("no", kind=kind))) >= 3600


def test_gone_stops_and_says_so():
    gone = fail(HEALTH, 1, SourceError("gone for good", kind="http-410", permanent=True))
    assert gone.status == "gone" and gone.next_at is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("99999999999", 86400),
        ("0", 0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1e9", None),
        ("٣", None),
        ("Tue, 24 Nov 2026 12:02:00 GMT", 120),
        ("Sun, 24 Nov 2099 12:00:00 GMT", 86400),
        ("Tue, 24 Nov 2020 12:00:00 GMT", None),
        ("Tue, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_case_29_retry_after_is_bounded(value, seconds):
    asked = retry_after(value, NOW)
    assert asked == seconds
    error = SourceError("slow", kind="http-429", retry_after=asked)
    assert NETWORK.min_interval <= wait(fail(HEALTH, 1, error)) <= 86400


def test_retry_after_is_kept():
    assert wait(fail(HEALTH, 1, SourceError("slow", kind="http-429", retry_after=7200.0))) >= 7200


def test_quiet_is_three_times_the_usual_silence():
    health = due.succeeded(HEALTH, SOURCE, NOW, NETWORK, new=items(0, 36000, 72000))
    calm = due.succeeded(health, SOURCE, NOW + timedelta(hours=29), NETWORK)
    silent = due.succeeded(health, SOURCE, NOW + timedelta(hours=31), NETWORK)
    assert (calm.status, silent.status) == ("ok", "quiet")


def test_a_move_is_shown_and_drops_are_counted():
    health = due.succeeded(HEALTH, SOURCE, NOW, NETWORK, moved_to="https://b.invalid/", drops={"empty": 2})
    again = due.succeeded(health, SOURCE, NOW, NETWORK, drops={"empty": 1})
    assert health.moved_to == "https://b.invalid/" and again.drops == {"empty": 3}


@given(st.integers(1, 10**6), st.floats(0, 1), st.one_of(st.none(), st.floats(0, 1e12)))
def test_the_next_try_is_always_within_a_day(failures, chance, asked):
    health = SourceHealth(source="a", failures=failures, interval=300.0)
    asked = min(asked, 86400.0) if asked is not None else None
    failed = due.failed(
        health, SOURCE, SourceError("no", kind="http-503", retry_after=asked), NOW, NETWORK, chance=chance
    )
    assert NETWORK.min_interval <= wait(failed) <= 86400
