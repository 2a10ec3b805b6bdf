"""Spellings of time."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.dates import from_struct, parse_date

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 05 Jan 2026 12:00:00 GMT",
        "Mon, 5 Jan 2026 12:00 +0000",
        "05 Jan 26 12:00:00 Z",
        "Mon, 05 Jan 2026 07:00:00 EST",
        "Mon, 05 Jan 2026 07:00:00 -0500",
        "Mon, 05 Jan 2026 15:30:00 +03:30",
        "Monday, 5 January 2026 12:00:00 UT (Universal)",
        "Mon,05 Jan 2026 12:00:00 GMT",
        "5 Sept 2026 12:00 GMT".replace("Sept", "Jan"),
        "2026-01-05T12:00:00Z",
        "2026-01-05T12:00:00.123456+00:00",
        "2026-01-05 12:00:00",
        "20260105T120000Z",
        "2026-01-05T15:30+0330",
        "Jan 5, 2026 12:00 pm",
        "Mon Jan  5 12:00:00 2026",
        "  2026-01-05T12:00:00Z\n",
    ],
)
def test_spellings_in_the_wild(text):
    assert parse_date(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "2026-13-01T00:00:00Z",
        "31 Feb 2026 12:00 GMT",
        "Mon, 05 Jan 99999999999 12:00:00 GMT",
        "Mon, 05 Jan 2026 12:00:00 +99999",
        "Mon, 05 Jan 2026 12:00:00 +9959",
        "2026년 1월 5일",
        "Δευ, 05 Ιαν 2026",
        "1" * 1000,
    ],
)
def test_what_is_no_time(text):
    assert parse_date(text) is None


def test_a_day_alone_a_month_alone_and_midnight_at_its_end():
    assert parse_date("2026-01-05") == datetime(2026, 1, 5, tzinfo=UTC)
    assert parse_date("2026-01") == datetime(2026, 1, 1, tzinfo=UTC)
    assert parse_date("Sun, 04 Jan 2026 24:00:00 GMT") == datetime(2026, 1, 5, tzinfo=UTC)


def test_structs():
    assert from_struct(time.struct_time((2026, 1, 5, 12, 0, 0, 0, 5, 0))) == NOON
    assert from_struct((99999999999, 1, 1, 0, 0, 0)) is None and from_struct(None) is None


@given(st.text(alphabet="0123456789 :+-,TZJanMon", max_size=40))
def test_never_raises(text):
    found = parse_date(text)
    assert found is None or found.tzinfo is UTC
