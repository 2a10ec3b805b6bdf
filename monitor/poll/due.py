"""When a source is next due, and what a poll teaches about it. Pure: the clock and chance come as arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from msgspec.structs import replace

from monitor.errors import SourceError
from monitor.model import HealthStatus, Item, Source, SourceHealth

if TYPE_CHECKING:
    from monitor.config import Network

FIRST_INTERVAL = 900.0
"""While nothing is known of a source's rhythm."""
POLLS_PER_GAP = 3
PATIENCE = 3600.0
"""A source that is not slower than one item a day is asked at least so often."""
SLOW_POLLS_PER_GAP = 24
HINT_MOST = 3600.0
"""A `ttl` or `max-age` may slow polling down to this and no further: many are set once and forgotten."""
SLOW_KINDS = frozenset(("http-401", "http-403", "http-404", "tls", "refused", "bad-url", "secret", "config"))
"""Troubles that pass when somebody acts, not by themselves."""
SLOW_FIRST = 3600.0
QUIET_GAPS = 3.0
QUIET_LEAST = 6 * 3600.0
ASKED_MOST = timedelta(days=1)
"""No server is left alone for longer, however long it asks for."""
DRIFT = timedelta(minutes=1)
"""A time further ahead that should be past was written while the clock was wrong."""
_SMOOTH = 0.3
_JITTER = 0.05


def due(health: SourceHealth, source: Source, now: datetime, network: Network) -> bool:
    """Whether a source wants to be polled at a time; local ones always do."""
    if source.url is None:
        return True
    if health.status == "gone":
        return False
    at = planned(health, source, now, network)
    return at is None or at <= now


def planned(health: SourceHealth, source: Source, now: datetime, network: Network) -> datetime | None:
    """When a source is to be polled next; None: now.

    An interval that the config has changed counts from the last try. What a clock that was wrong has left is not
    believed.
    """
    at, tried, told = health.next_at, health.last_try, source.every
    longest = timedelta(seconds=max(network.max_interval, told or 0.0) * (1 + _JITTER))
    if at is None or at > now + max(longest, ASKED_MOST) + DRIFT or (tried is not None and tried > now + DRIFT):
        return None
    if tried is None or told == health.interval:
        return at
    wait = interval(source, health.gap, network)
    if health.failures:
        again = tried + timedelta(seconds=backoff(health.failures, wait, network, 0.5))
        return at if told is None else min(at, max(again, health.not_before or again))
    if told is None:
        return min(at, tried + timedelta(seconds=max(wait, HINT_MOST) * (1 + _JITTER)))
    return tried + timedelta(seconds=wait)


def open_to_all(health: SourceHealth, now: datetime) -> bool:
    """Whether a wish for all sources means this one: not where it is gone, or where the server asked for patience."""
    asked = health.not_before
    return health.status != "gone" and not (asked and now < asked <= now + ASKED_MOST)


def interval(source: Source, gap: float | None, network: Network, *hints: float | None) -> float:
    """Seconds between polls: as told, else by the source's usual gap, within the network's bounds.

    Three polls a gap, but at least one an hour; a source with less than an item a day gets 24 polls a gap.
    """
    if source.every is not None:
        return max(source.every, 1.0)
    wanted = max(min(gap / POLLS_PER_GAP, PATIENCE), gap / SLOW_POLLS_PER_GAP) if gap else FIRST_INTERVAL
    slower = max((min(hint, HINT_MOST) for hint in hints if hint), default=0.0)
    return min(max(wanted, slower, network.min_interval), network.max_interval)


def backoff(failures: int, base: float, network: Network, chance: float) -> float:
    """Seconds to wait after so many failures in a row: doubling, with a fifth of jitter, up to the longest interval."""
    wait = base * 2.0 ** min(failures - 1, 16) * (0.8 + 0.4 * chance)
    return max(min(wait, max(base, network.max_interval)), min(base, network.min_interval))


def succeeded(
    health: SourceHealth,
    source: Source,
    now: datetime,
    network: Network,
    *,
    new: Sequence[Item] = (),
    drops: Mapping[str, int] | None = None,
    unmodified: bool = False,
    hints: Sequence[float | None] = (),
    moved_to: str | None = None,
    message: str | None = None,
    chance: float = 0.5,
) -> SourceHealth:
    """The health after a poll that worked."""
    gap = _gap(health, new, now)
    wait = interval(source, gap, network, *hints)
    spread = wait * (1 - _JITTER + 2 * _JITTER * chance)
    if source.every is None:
        spread = min(max(spread, network.min_interval), network.max_interval)
    last_new = now if new else health.last_new
    status: HealthStatus = "unmodified" if unmodified else "ok"
    if not new and quiet(last_new, gap, now):
        status = "quiet"
    counted = dict(health.drops)
    for reason, count in (drops or {}).items():
        counted[reason] = counted.get(reason, 0) + count
    return replace(
        health,
        status=status,
        message=message,
        last_try=now,
        last_success=now,
        last_new=last_new,
        failing_since=None,
        failures=0,
        interval=wait,
        next_at=now + timedelta(seconds=spread),
        not_before=None,
        gap=gap,
        items=health.items + len(new),
        items_per_day=86400.0 / gap if gap else 0.0,
        latency=_latency(health, new, now),
        moved_to=moved_to,
        drops=counted,
        address=source.address,
    )


def failed(
    health: SourceHealth, source: Source, error: SourceError, now: datetime, network: Network, *, chance: float = 0.5
) -> SourceHealth:
    """The health after a poll that did not work. What was learnt and stored before stays."""
    failures = health.failures + 1
    usual = (source.every is None and health.interval) or interval(source, health.gap, network)
    wait = backoff(failures, max(usual, SLOW_FIRST) if error.kind in SLOW_KINDS else usual, network, chance)
    if error.retry_after is not None:
        wait = max(wait if failures > 1 else network.min_interval, error.retry_after, network.min_interval)
    status: HealthStatus = "gone" if error.permanent else "not-a-feed" if error.kind == "not-a-feed" else "failing"
    return replace(
        health,
        status=status,
        message=str(error),
        last_try=now,
        failing_since=health.failing_since or now,
        failures=failures,
        interval=usual,
        next_at=None if error.permanent else now + timedelta(seconds=wait),
        not_before=None if error.retry_after is None else now + timedelta(seconds=error.retry_after),
        address=source.address,
    )


def quiet(last_new: datetime | None, gap: float | None, now: datetime) -> bool:
    """Whether a source has been silent for much longer than it usually is."""
    if last_new is None or gap is None:
        return False
    return (now - last_new).total_seconds() > max(QUIET_GAPS * gap, QUIET_LEAST)


def _gap(health: SourceHealth, new: Sequence[Item], now: datetime) -> float | None:
    """The usual time between two new items: at first from their dates, later from their arrival."""
    if not new:
        return health.gap
    if health.last_new is None:
        dates = sorted((item.published for item in new if not item.published_guessed), reverse=True)[:20]
        if len(dates) < 3:
            return health.gap
        return max((dates[0] - dates[-1]).total_seconds() / (len(dates) - 1), 1.0)
    seen = max((now - health.last_new).total_seconds(), 1.0) / len(new)
    return seen if health.gap is None else (1 - _SMOOTH) * health.gap + _SMOOTH * seen


def _latency(health: SourceHealth, new: Sequence[Item], now: datetime) -> float | None:
    """The usual time from published to seen; what was already there at the first poll does not count."""
    if health.last_new is None:
        return None
    waits = [max((now - item.published).total_seconds(), 0.0) for item in new if not item.published_guessed]
    if not waits:
        return health.latency
    latest = median(waits)
    return latest if health.latency is None else (1 - _SMOOTH) * health.latency + _SMOOTH * latest
