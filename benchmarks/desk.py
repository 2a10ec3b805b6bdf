"""A dashboard among hostile feeds: the soak of `soak.py`, polled by a dashboard on a terminal whose keys are timed.

    python benchmarks/desk.py                                     # 20 minutes, 200 feeds, 20 of them hostile
    python benchmarks/desk.py --minutes 2 --feeds 60 --every 10

The dashboard starts the poller itself, as for a user. Every five seconds memory and open files are taken; once a second
a key is pressed, and the time until the first byte of its answer is told. Prints one table.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from headline import headline
from screen import Tty, p95
from soak import Soak, asked_for, held

TOPICS = """
[topics.convoys]
query = "convoy~"
[topics.words]
query = "report NEAR/5 words"
"""


class DeskSoak(Soak):
    """A soak whose poller is a dashboard's child."""

    def poll(self, folder: Path, port: int, seconds: float, sample_every: float) -> None:
        """Watch the feeds on a dashboard, pressing a key every second."""
        self.lags: list[float] = []
        self.unanswered = self.left = 0
        self.taken: dict[str, list[float]] = defaultdict(list)
        words = [*self.configure(folder, port), "--store", f"tinydb:{folder}/news.db"]
        (folder / "topics.toml").write_text(TOPICS)
        screen = Tty([sys.executable, "-m", "monitor", *words])
        screen.until(lambda lines: any("Report" in line for line in lines))
        began = sampled = time.monotonic()
        while time.monotonic() - began < seconds:
            self._press(screen, b"jk"[len(self.lags) % 2 :][:1])
            if time.monotonic() - sampled >= sample_every:
                sampled = time.monotonic()
                self._sample(screen)
        self.written, self.cpu = screen.written / seconds, screen.cpu() / seconds
        family = _children(screen.process.pid)
        family += [pid for child in list(family) for pid in _children(child)]
        screen.end()
        time.sleep(3)
        self.left = sum(_alive(pid) for pid in family)

    def _press(self, screen: Tty, key: bytes) -> None:
        second = time.perf_counter() + 1.0
        while (left := second - time.perf_counter()) > 0:
            screen.pump(left)
        while screen.pump(0.03) is not None:
            pass
        pressed = screen.press(key)
        answered = screen.pump(5.0)
        if answered is None:
            self.unanswered += 1
        else:
            self.lags.append((answered - pressed) * 1000)

    def _sample(self, screen: Tty) -> None:
        pid = screen.process.pid
        poller = next(iter(_children(pid)), 0)
        workers = [worker for nursery in _children(poller) for worker in _children(nursery)]
        memory, files = held(poller)
        take = self.taken
        take["dashboard, MB"].append(screen.memory())
        take["dashboard, open files"].append(len(os.listdir(f"/proc/{pid}/fd")))
        take["poller with its children, MB (shared memory once)"].append(memory)
        take["poller with its children, open files"].append(files)
        take["workers at work or waiting"].append(len(workers))

    def rows(self, minutes: float) -> dict[str, str]:
        """What came of it."""
        late = self.delays()
        hostile = self.feeds - len(self.healthy())
        return {
            "feeds": f"{self.feeds}, {hostile} of them hostile, every {self.every:g} s, {minutes:g} minutes",
            "load average at the end": f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} processors",
            "requests": f"{sum(map(len, self.asked.values())):,}",
            "healthy feeds polled late by, s": f"median {statistics.median(late):.1f}, 95 % {p95(late):.1f}, "
            f"most {late[-1]:.1f}",
            **{name: _course(values) for name, values in self.taken.items()},
            "dashboard, of a processor": f"{self.cpu:.1%}",
            "key to first byte, ms": f"median {statistics.median(self.lags):.1f}, 95 % {p95(self.lags):.1f}, "
            f"most {max(self.lags):.0f}, of {len(self.lags)} keys ({self.unanswered} without an answer in 5 s)",
            "bytes to the terminal": f"{self.written:,.0f} a second, the keys' own included",
            "processes left 3 s after leaving": str(self.left),
        }


def _course(values: list[float]) -> str:
    return (
        f"{statistics.median(values[:12]):.0f} in the first minute, most {max(values):.0f}, {values[-1]:.0f} at the end"
    )


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def main() -> int:
    wanted = asked_for(__doc__)
    soak = DeskSoak(wanted.feeds, wanted.every)
    soak.run(wanted.minutes * 60)
    rows = soak.rows(wanted.minutes)
    print("| what | figure |", "|---|---|", *(f"| {name} | {told} |" for name, told in rows.items()), sep="\n")
    for name in ("key to first byte, ms", "dashboard, MB", "processes left 3 s after leaving"):
        headline(f"among hostile feeds: {name}", rows[name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
