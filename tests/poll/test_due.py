"""When a source is next due, and what a poll teaches. Pure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from monitor.config import Network
from monitor.errors import SourceError
from monitor.ingest import normalise
from monitor.model import Entry, Memory, Source, SourceHealth
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


# ---------------------------------------------------------------- what of a plan still holds


def planned(source=SOURCE, now=NOW, network=NETWORK, **fields):
    """Seconds until the next poll by a health as it was stored; None for now."""
    at = due.planned(SourceHealth(source="a", **fields), source, now, network)
    return at and (at - now).total_seconds()


def after(**span):
    return NOW + timedelta(**span)


def test_a_plan_holds():
    assert planned(last_try=NOW, next_at=after(minutes=14), interval=900.0) == 14 * 60
    assert planned(last_try=NOW, next_at=after(hours=24), interval=900.0, failures=1) == 86400
    slow = replace(SOURCE, every=7 * 86400.0)
    assert planned(slow, last_try=NOW, next_at=after(days=7), interval=slow.every) == 7 * 86400


@pytest.mark.parametrize("last_try", [None, after(days=30)])
def test_a_plan_of_a_clock_that_was_wrong_is_not_believed(last_try):
    health = SourceHealth(source="a", status="ok", last_try=last_try, next_at=after(days=30))
    assert due.planned(health, SOURCE, NOW, NETWORK) is None
    assert due.due(health, SOURCE, NOW, NETWORK)


def test_another_interval_counts_from_the_last_try():
    often = replace(SOURCE, every=300.0)
    assert planned(often, after(minutes=1), last_try=NOW, next_at=after(hours=6), interval=21600.0) == 240
    assert planned(often, after(hours=1), last_try=NOW, next_at=after(hours=6), interval=21600.0) < 0
    seldom = replace(SOURCE, every=21600.0)
    assert planned(seldom, last_try=NOW, next_at=after(minutes=5), interval=300.0) == 21600


def test_an_interval_that_is_no_longer_told_gives_way_to_the_rhythm():
    assert planned(last_try=NOW, next_at=after(hours=12), interval=12 * 3600.0, gap=900.0) <= 3600 * 1.05


def test_a_shorter_interval_shortens_the_wait_after_failures_but_for_what_the_server_asked():
    often = replace(SOURCE, every=300.0)
    failing = {"last_try": NOW, "next_at": after(hours=6), "interval": 21600.0, "failures": 2}
    assert planned(often, **failing) == 600
    assert planned(often, **failing, not_before=after(hours=2)) == 7200
    health = due.failed(SourceHealth(source="a", **failing), often, SourceError("no", kind="dns"), NOW, NETWORK)
    assert (health.interval, wait(health)) == (300.0, 1200.0)


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("gap", [1.0, 30 * 86400.0])
def test_chance_moves_no_wait_over_the_bounds(gap, chance):
    health = due.succeeded(replace(HEALTH, gap=gap), SOURCE, NOW, NETWORK, chance=chance)
    assert NETWORK.min_interval <= wait(health) <= NETWORK.max_interval
    assert NETWORK.min_interval <= wait(fail(replace(HEALTH, interval=60.0), 1, chance=chance)) <= 72
    assert wait(fail(HEALTH, 20, chance=chance)) <= NETWORK.max_interval


def test_a_failing_source_is_not_asked_more_often_than_a_good_one():
    daily = replace(SOURCE, every=86400.0)
    assert wait(due.failed(HEALTH, daily, SourceError("no", kind="dns"), NOW, NETWORK, chance=0.0)) >= 0.8 * 86400


# ---------------------------------------------------------------- wishes for all, other addresses


def test_a_wish_for_all_leaves_out_what_is_gone_and_what_asked_to_be_left_alone():
    gone = fail(HEALTH, 1, SourceError("gone for good", kind="http-410", permanent=True))
    slowed = fail(HEALTH, 1, SourceError("slow", kind="http-429", retry_after=7200.0))
    assert due.open_to_all(HEALTH, NOW) and due.open_to_all(fail(HEALTH, 5), NOW)
    assert not due.open_to_all(gone, NOW)
    assert not due.open_to_all(slowed, after(hours=1))
    assert due.open_to_all(slowed, after(hours=2))
    assert due.open_to_all(slowed, NOW - timedelta(days=30)), "a clock that was wrong holds up nothing"
    assert due.open_to_all(due.succeeded(slowed, SOURCE, NOW, NETWORK), NOW)
    assert due.open_to_all(fail(slowed, 1), NOW), "the last answer counts"


def test_at_another_address_a_source_is_yet_to_be_tried_and_keeps_what_it_brought():
    moved = replace(SOURCE, url="http://b.invalid/")
    health = due.succeeded(HEALTH, SOURCE, NOW, NETWORK, new=items(0, 1800), drops={"empty": 1})
    gone = fail(health, 1, SourceError("gone for good", kind="http-410", permanent=True))
    assert gone.of(SOURCE) == gone and due.due(gone.of(SOURCE), SOURCE, NOW, NETWORK) is False
    fresh = gone.of(moved)
    assert (fresh.status, fresh.failures, fresh.next_at, fresh.message) == ("new", 0, None, None)
    assert (fresh.items, fresh.drops, fresh.last_new) == (2, {"empty": 1}, NOW)
    assert due.due(fresh, moved, NOW, NETWORK) and fresh.of(moved) == fresh


def test_what_is_remembered_of_one_address_is_not_said_to_another():
    memory = Memory(etag='"1"', last_modified="x", digest="d", known=b"k", extra="trace").of(SOURCE)
    assert memory.of(SOURCE) == memory and memory.etag == '"1"'
    moved = memory.of(replace(SOURCE, url="http://b.invalid/"))
    assert (moved.etag, moved.last_modified, moved.digest, moved.known, moved.extra) == (None, None, None, b"", "trace")
    assert memory.of(Source(id="a", title="A", path="/a")) == Memory()
