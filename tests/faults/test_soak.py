"""Case 33: two hundred feeds, a tenth of them hostile. The others are on time, and memory stays small."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import textwrap
from collections.abc import Callable
from itertools import count, pairwise
from pathlib import Path
from statistics import quantiles

from monitor.config import Network
from tests.faults.documents import BOMBS, feed
from tests.faults.server import Answer, FaultServer, Request, body, drip, endless, hang, reset, rss
from tests.faults.test_bodies import HEAD, bomb

FEEDS, HOSTILE = 200, 20
EVERY = 5.0
POLLS = int(os.environ.get("NEWSROOM_SOAK_POLLS", "2"))
"""Of each healthy feed; hundreds by hand."""
MEMORY = 300 * 2**20

PROGRAM = """
    import asyncio, functools, json, sys, threading, time
    from monitor.config import Network, Settings
    from monitor.model import Source
    from monitor.poll import poller
    from monitor.poll.workers import Workers
    from monitor.query import Watchlists
    from monitor.store import open_store

    port, feeds, every, polls, bad = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]
    poller.Workers = functools.partial(Workers, seconds=0.5)
    network = Network(connect_timeout=0.5, read_timeout=0.5, total_timeout=1.5, max_bytes=2_000_000, concurrency=32)
    sources = tuple(
        Source(id=f"s{n}", title=f"S{n}", url=f"http://127.0.0.1:{port}/{n}", every=every) for n in range(feeds)
    )
    settings = Settings(folder=None, origin="test", store="memory:", sources=sources, network=network)
    seen, stop = [], threading.Event()
    left = {source.id: polls for source in sources}
    left |= dict.fromkeys(bad, 1)

    def note(receipt):
        seen.append((receipt.source, time.monotonic(), receipt.status, receipt.new))
        left[receipt.source] -= 1
        if max(left.values()) <= 0:
            stop.set()

    running = poller.Poller(
        settings, open_store("memory:"), Watchlists((), {}), chance=lambda: 0.0, on_receipt=note
    )
    latest = threading.Timer(polls * every + 30, stop.set)
    latest.start()
    asyncio.run(running.live(None, stop))
    latest.cancel()
    json.dump(seen, sys.stdout)
"""


PACKED = {encoding: bomb(encoding, 50) for encoding in ("gzip", "br")}


def growing() -> Answer:
    """A feed with one more item at each poll."""
    polls = count(1)

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        latest = next(polls)
        await body(rss(*(f"story-{n}" for n in range(latest, max(latest - 5, 0), -1))))(request, writer)

    return answer


def hostile(number: int) -> Answer:
    """One of the ways of cases 13, 22 and 27."""
    ways: list[Callable[[], Answer]] = [
        lambda: body(PACKED["gzip"], "Content-Encoding: gzip"),
        lambda: body(PACKED["br"], "Content-Encoding: br"),
        lambda: endless(b"<item><title>again</title></item>" * 100),
        lambda: drip(HEAD + b"\r\n<rss>", b" ", 0.1),
        lambda: hang,
        lambda: reset(HEAD),
        lambda: body(BOMBS["an author of dots"]()),
        lambda: body(BOMBS["nesting of 100,000"]()),
        lambda: body(feed("<title>" + "x" * 1_500_000 + "</title>")),
        lambda: body(rss(*(f"s{n}" for n in range(4_000)))),
    ]
    return ways[number % len(ways)]()


def footprint(pid: int) -> int:
    """What a process and all that it started hold in memory, in bytes; shared pages count once."""
    total = 0
    for process in [pid, *_descendants(pid)]:
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
        except (OSError, ValueError):
            continue
        total += sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total


def _descendants(pid: int) -> list[int]:
    try:
        children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []
    return [found for child in children for found in (child, *_descendants(child))]


async def test_case_33_hostile_feeds_hold_up_no_other_and_fill_no_memory(server: FaultServer, root: Path) -> None:
    bad = {f"s{number * (FEEDS // HOSTILE)}" for number in range(HOSTILE)}
    for number in range(FEEDS):
        every_tenth = f"s{number}" in bad
        server.on(f"/{number}", hostile(number // (FEEDS // HOSTILE)) if every_tenth else growing())
    words = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(server.port), str(FEEDS), str(EVERY), str(POLLS), *bad]
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE, cwd=root)
    memory: list[int] = []

    async def watch() -> None:
        while process.returncode is None:
            memory.append(await asyncio.to_thread(footprint, process.pid))
            await asyncio.sleep(0.2)

    watching = asyncio.create_task(watch())
    out, _ = await asyncio.wait_for(process.communicate(), POLLS * EVERY + 40)
    watching.cancel()
    assert process.returncode == 0
    polls: dict[str, list[tuple[float, str, int]]] = {}
    for name, at, status, new in json.loads(out):
        polls.setdefault(name, []).append((at, status, new))
    assert set(polls) == {f"s{number}" for number in range(FEEDS)}
    good = {name: found for name, found in polls.items() if name not in bad}
    assert all(status == "ok" and new for found in good.values() for _, status, new in found)
    first = min(found[0][0] for found in polls.values())
    waits = [found[0][0] - first for found in good.values()]
    waits += [max(later[0] - earlier[0] - EVERY, 0.0) for found in good.values() for earlier, later in pairwise(found)]
    assert all(len(found) >= POLLS for found in good.values())
    late = quantiles(waits, n=20)[-1]
    print(f"95th percentile of delay {late:.1f} s, memory at most {max(memory) / 2**20:.0f} MB")
    assert late < Network().min_interval / 3, "a healthy feed waited for long, even for one polled each minute"
    assert max(memory) < MEMORY, f"{max(memory) / 2**20:.0f} MB"
    failed = [name for name in bad if polls[name][0][1] in ("failing", "not-a-feed")]
    assert len(failed) >= HOSTILE * 3 // 5
