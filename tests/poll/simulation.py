"""A week of a thousand feeds in a minute: the real dispatcher and the real rules, on a clock of their own.

`python -m tests.poll.simulation` prints the table that stands in docs/sources.md; a test compares it.
"""

from __future__ import annotations

import asyncio
import heapq
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
ANSWER = 0.4
"""Seconds that an answer takes, on average."""


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
    """The most requests at once."""
    together: int = 0
    """Requests to a host that had not answered another."""
    least_rest: float = float("inf")
    """The shortest time between an answer of a host and the next request to it."""

    def table(self) -> str:
        """The figures as they stand in the docs."""
        polls = self.polls / self.feeds / self.days
        rows = [
            (
                "polls per feed and day",
                f"{polls:.0f}, of which {100 * self.fruitful / self.polls:.0f} % bring something new",
            ),
            (
                "requests per second",
                f"{self.polls / self.days / DAY:.1f} on average, at most {max(self.per_second.values())}; {self.busiest} at once",
            ),
            ("most requests to one host", f"{self.busiest_host()} in a minute, one at a time"),
            ("between an answer of a host and the next request to it", f"never less than {self.least_rest:.2f} s"),
            ("requests before the time that a `Retry-After` names", f"{self.asked_too_soon}"),
        ]
        for kind in KINDS:
            delays = self.delays[kind]
            p95 = quantiles(delays, n=20)[-1]
            rows.append((f"published → seen, {kind}", f"median {median(delays) / 60:.1f} min, p95 {p95 / 60:.0f} min"))
        return "".join(f"| {name} | {figure} |\n" for name, figure in rows)

    def busiest_host(self) -> int:
        """The most requests that one host had in a minute."""
        minutes = (Counter(int(at // 60) for at in times) for times in self.host_times.values())
        return max(max(counted.values()) for counted in minutes)


KINDS = {
    "feeds with up to 20 minutes between items": 1200.0,
    "feeds with up to 3 hours": 3 * 3600.0,
    "feeds with up to a week": 7 * DAY,
}


def kind_of(gap: float) -> str:
    return next(kind for kind, most in KINDS.items() if gap <= most)


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

    asking: Counter[str] = Counter()
    answered_at: dict[str, float] = {}
    answers: list[tuple[float, int, asyncio.Future[None]]] = []

    async def answer(host):
        """Wait on the simulated clock."""
        figures.together += bool(asking[host])
        if host in answered_at:
            figures.least_rest = min(figures.least_rest, now - answered_at[host])
        asking[host] += 1
        figures.busiest = max(figures.busiest, asking.total())
        waiting = asyncio.get_running_loop().create_future()
        heapq.heappush(answers, (now + 0.05 + chance.expovariate(1 / (ANSWER - 0.05)), figures.polls, waiting))
        await waiting
        asking[host] -= 1
        answered_at[host] = now

    hosts = {source.id: host_of(source)[0] for source in sources}

    async def poll(source):
        host = hosts[source.id]
        figures.polls += 1
        figures.per_second[int(now)] += 1
        figures.host_times[host].append(now)
        figures.asked_too_soon += not_before.get(source.id, 0.0) > now
        number = int(source.id[1:])
        await answer(host)
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
        dispatcher.put(source.id, first_wait(healths[source.id], source, wall(0), network, chance.random() * feeds))
    while now < days * DAY:
        later = dispatcher.step()
        for _ in range(2):
            await asyncio.sleep(0)
        steps = [now + later] if later is not None else []
        steps += [answers[0][0]] if answers else []
        now = max(min(steps, default=now + 1.0), now + 1e-6)
        while answers and answers[0][0] <= now:
            heapq.heappop(answers)[2].set_result(None)
            for _ in range(3):
                await asyncio.sleep(0)
    await dispatcher.close(grace=0.0)
    return figures


if __name__ == "__main__":
    print(asyncio.run(simulate(1000, 7)).table(), end="")
