"""The clock of the tests: it moves only when told to."""

from datetime import UTC, datetime, timedelta

MORNING = datetime(2026, 11, 23, 9, 14, tzinfo=UTC)
"""A Monday."""


class Clock:
    """A clock that stands."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time now."""
        return self.now

    def forward(self, **span: float) -> datetime:
        """Let time pass: `clock.forward(minutes=5)`."""
        self.now += timedelta(**span)
        return self.now
