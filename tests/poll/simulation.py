"""A week of a thousand feeds in a few seconds: the real dispatcher and the real rules, on a clock of their own.

`python -m tests.poll.simulation` prints the figures that stand in docs/sources.md.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median, quantiles
from types import SimpleNamespace

from monitor.config import Network
from monitor.errors import SourceError
from monitor.model import Source, SourceHealth
from monitor.poll import due
from monitor.poll.dispatch import Dispatcher, first_wait, host_of
from tests.poll.fakes import NOW

DAY = 86400.0


@dataclass
class Figures:
    feeds: int
    days: float
    polls: int = 0
    delays: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    per_second: Counter = field(default_factory=Counter)
    per_feed: Counter = field(default_factory=Counter)
    host_times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    fruitful: int = 0
    asked_too_soon: int = 0
    """Requests before the time that a `Retry-After` named."""
    busiest: int = 0

    def host_gap(self) -> float:
        """The shortest time between two requests to one host."""
        return min(b - a for times in self.host_times.values() for a, b in itertools.pairwise(times))

    def lines(self) -> list[str]:
        rows = [
            (
                f"{self.feeds} feeds on {len(self.host_times)} hosts, {self.days:g} days: {self.polls:,} polls, "
                f"{self.polls / self.feeds / self.days:.1f} per feed and day, {self.fruitful / self.polls:.0%} with something new"
            ),
            (
                f"requests per second: mean {self.polls / self.days / DAY:.2f}, busiest second {max(self.per_second.values())}, "
                f"at most {self.busiest} at once"
            ),
            f"shortest time between two requests to one host: {self.host_gap():.2f} s; before a Retry-After: {self.asked_too_soon}",
        ]
        for kind, delays in self.delays.items():
            p95 = quantiles(delays, n=20)[-1]
            rows.append(
                f"{kind}: published to seen, median {median(delays) / 60:.1f} min, p95 {p95 / 60:.1f} min ({len(delays):,} items)"
            )
        return rows


def kind_of(gap: float) -> str:
    return (
        "busy (under 20 min between items)"
        if gap < 1200
        else "steady (to 3 h)"
        if gap < 3 * 3600
        else "slow (to a week)"
    )


async def simulate(feeds: int, days: float, *, seed: int = 1) -> Figures:
    """Run it. Feeds publish at random around a rhythm of their own; one in twenty fails now and then, one in a hundred always."""
    chance = random.Random(seed)
    network = Network()
    figures = Figures(feeds, days)
    now = 0.0
    healths: dict[str, SourceHealth] = {}
    published: dict[str, list[float]] = {}
    gaps: dict[str, float] = {}
    seen: dict[str, float] = {}
    not_before: dict[str, float] = {}
    sources = []
    for n in range(feeds):
        host = f"host{int(chance.paretovariate(0.7)) % (feeds // 3)}.invalid"
        source = Source(id=f"f{n}", title=f"F{n}", url=f"http://{host}/{n}.xml")
        sources.append(source)
        gap = gaps[source.id] = 300 * (7 * DAY / 300) ** chance.random()
        at, times = -30 * gap, []
        while at < days * DAY:
            at += chance.expovariate(1 / gap)
            times.append(at)
        published[source.id] = times
        seen[source.id] = -30 * gap
        healths[source.id] = SourceHealth(source=source.id)

    def wall(at):
        return NOW + timedelta(seconds=at)

    async def poll(source):
        figures.polls += 1
        figures.per_second[int(now)] += 1
        figures.per_feed[source.id] += 1
        figures.host_times[host_of(source)[0]].append(now)
        number = int(source.id[1:])
        if not_before.get(source.id, 0.0) > now:
            figures.asked_too_soon += 1
        await asyncio.sleep(0)
        health = healths[source.id]
        if number % 100 == 7 or (number % 20 == 3 and chance.random() < 0.2):
            asked = 900.0 if number % 3 else None
            not_before[source.id] = now + (asked or 0.0)
            error = SourceError("busy", kind="http-503", retry_after=asked)
            healths[source.id] = due.failed(health, source, error, wall(now), network, chance=chance.random())
            return
        times = published[source.id]
        fresh = times[bisect_right(times, seen[source.id]) : bisect_right(times, now)]
        seen[source.id] = now
        figures.fruitful += bool(fresh)
        if health.last_success is not None:
            figures.delays[kind_of(gaps[source.id])].extend(now - at for at in fresh)
        new = [SimpleNamespace(published=wall(at), published_guessed=False) for at in fresh]
        healths[source.id] = due.succeeded(health, source, wall(now), network, new=new, chance=chance.random())

    dispatcher = Dispatcher(network, poll, steady=lambda: now)
    dispatcher.finished = lambda source: (healths[source.id].next_at - wall(now)).total_seconds()
    dispatcher.adopt(sources)
    for source in sources:
        dispatcher.put(source.id, first_wait(healths[source.id], source, wall(0), network, chance.random()))
    while now < days * DAY:
        later = dispatcher.step()
        figures.busiest = max(figures.busiest, len(dispatcher._running))
        for _ in range(4):
            await asyncio.sleep(0)
        if not dispatcher._running:
            now += max(later if later is not None else 1.0, 0.01)
    await dispatcher.close()
    return figures


if __name__ == "__main__":
    print("\n".join(asyncio.run(simulate(1000, 7)).lines()))
