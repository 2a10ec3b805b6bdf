from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.seedfile.dates import find_times, time_line, timestamp_line


@pytest.mark.parametrize(
    ("text", "expected", "assumed"),
    [
        ("2026-11-20T08:15:00Z", datetime(2026, 11, 20, 8, 15, tzinfo=UTC), ""),
        ("2026-11-20T08:15:00+03:30", datetime(2026, 11, 20, 4, 45, tzinfo=UTC), ""),
        ("Sat Nov 23, 2024 9:14AM", datetime(2024, 11, 23, 9, 14, tzinfo=UTC), "no time zone"),
        ("23 November 2024", datetime(2024, 11, 23, tzinfo=UTC), "no time of day"),
        ("Published Nov 18, 2019 at 4:07 PM EST", datetime(2019, 11, 18, 21, 7, tzinfo=UTC), ""),
        ("12:00 AM, 1 January 2026 GMT", datetime(2026, 1, 1, 0, 0, tzinfo=UTC), "no time zone"),
        ("28.04.2023, 19:09 Uhr", datetime(2023, 4, 28, 19, 9, tzinfo=UTC), "no time zone"),
        ("2026年11月20日 09:15", datetime(2026, 11, 20, 9, 15, tzinfo=UTC), "no time zone"),
        ("25/12/2026", datetime(2026, 12, 25, tzinfo=UTC), "no time of day"),
        ("12/25/2026", datetime(2026, 12, 25, tzinfo=UTC), "no time of day"),
        ("20 ноября 2026, 12:30 MSK", datetime(2026, 11, 20, 9, 30, tzinfo=UTC), ""),
        ("۲۰ نوامبر ۲۰۲۶", datetime(2026, 11, 20, tzinfo=UTC), "no time of day"),
    ],
)
def test_certain_times_are_read_and_assumptions_said(text: str, expected: datetime, assumed: str):
    (stamp,) = find_times(text)
    assert stamp.at == expected
    assert stamp.assumed.startswith(assumed)
    assert bool(stamp.assumed) == bool(assumed)


@pytest.mark.parametrize(
    "text", ["05/04/2026", "31 February 2026", "yesterday", "Nov 20", "1404/08/29", "3 hours ago", "2026"]
)
def test_what_is_not_certain_is_no_time(text: str):
    assert find_times(text) == []


def test_a_line_with_a_date_in_a_sentence_is_no_timestamp():
    assert timestamp_line("The treaty signed on 23 November 2024 enters into force") == []
    assert timestamp_line("Press office, 23 November 2024")
    assert time_line("3 hours ago")
    assert not time_line("3 hours ago the bridge fell")
