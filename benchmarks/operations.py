"""What a key in a list costs, by the length of the list: each operation on a small pane and on a large one.

    python benchmarks/operations.py                           # 1,000 and 1,000,000 items
    python benchmarks/operations.py --sizes 1000 100000 --rounds 2

A dashboard without a terminal shows the pane of all items, zoomed; an operation lasts from its key until the last
line it changes has been drawn. What is new is stored by another process, as a poller does. Each round is a process of
its own, the sizes take turns, medians are told: of the times, and of the ratios of what was measured side by side.
"""

# ruff: noqa: SLF001 - whether Textual is at rest, only its inside tells
from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).resolve().parent))
from dashboard import addition, make_store
from headline import headline
from screen import median

from monitor import config
from monitor.newsroom import Newsroom
from monitor.store import open_store

KEYS = {
    "j": ("j",),
    "k": ("k",),
    "PgDn": ("pagedown",),
    "PgUp": ("pageup",),
    "G, the last": ("G",),
    "g, the first": ("g",),
    "n, next unread": ("n",),
    "r, read": ("r",),
    "u, unread": ("u",),
    "s, star": ("s",),
    "d, dismiss": ("d",),
    "U, undo": ("U",),
}
"""Operation to the keys that do it."""
ORDER = ("j", "j", "k", "PgDn", "PgDn", "PgUp", "G, the last", "PgUp", "g, the first", "n, next unread", "r, read",
         "u, unread", "s, star", "d, dismiss", "U, undo")  # fmt: skip
LIMIT = 30.0


class Bench:
    """A dashboard without a terminal, and how long what is done to it is seen to change something."""

    def __init__(self, app: Any, pilot: Any) -> None:
        self.app, self.pilot = app, pilot
        self.asked = 0
        self.drawn = 0.0
        self.times: dict[str, list[float]] = defaultdict(list)
        call, display = app.desk.call, app._display

        async def counted(*args: Any, **kwargs: Any) -> Any:
            self.asked += 1
            try:
                return await call(*args, **kwargs)
            finally:
                self.asked -= 1

        def seen(*args: Any) -> None:
            display(*args)
            self.drawn = time.perf_counter()

        app.desk.call, app._display = counted, seen

    def _busy(self) -> bool:
        screen = self.app.screen
        nodes = [self.app, screen, *screen.walk_children()]
        return bool(
            self.asked
            or screen._layout_required
            or screen._dirty_widgets
            or screen._callbacks
            or any(node.message_queue_size or node._next_callbacks for node in nodes)
            or any(not worker.is_finished for worker in self.app.workers)
            or any(pane.supply.reading for pane in self.app.first_screen.panes.lists)
        )

    async def rest(self) -> None:
        """Wait until there is nothing left to do."""
        end, still = time.perf_counter() + LIMIT, 0
        while still < 4:
            await asyncio.sleep(0.002)
            still = 0 if self._busy() else still + 1
            if time.perf_counter() > end:
                raise TimeoutError("the dashboard does not come to rest")

    async def timed(self, name: str, do: Callable[[], Awaitable[None]]) -> None:
        """Do something, and note how long after it the last line was drawn."""
        began = self.drawn = time.perf_counter()
        await do()
        await self.rest()
        self.times[name].append((self.drawn - began) * 1e3)

    async def press(self, *keys: str) -> None:
        """Hand keys to the app as a driver does."""
        from textual import events
        from textual.keys import _character_to_key, key_to_character

        for name in keys:
            key = _character_to_key(name) if len(name) == 1 else name
            event = events.Key(key, key_to_character(key))
            event.set_sender(self.app)
            self.app._driver.send_message(event)


class Writer:
    """Another process, which stores one item at a time."""

    def __init__(self, store: str) -> None:
        words = [sys.executable, __file__, "--write", store]
        self._child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def add(self, number: int) -> None:
        """Store the item of that number, the less the newer, and return when it is on disk."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        print(number, file=self._child.stdin, flush=True)
        self._child.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate()


def write(store: str) -> None:
    """Be that process."""
    with open_store(store) as writer:
        for line in sys.stdin:
            print(writer.add([addition(int(line))]), flush=True)


async def measure(folder: Path, store: str, size: int, repeats: int) -> dict[str, float]:
    """Milliseconds of every operation on a store, medians."""
    from textual import constants

    constants.MAX_FPS = 10_000  # what is changed is drawn at once, and waits for no frame
    from monitor.tui.app import Dashboard
    from monitor.tui.typeahead import TYPING

    newsroom = Newsroom.open(config.load(folder, store, {}))
    app = Dashboard(newsroom)
    app.pulse.start = lambda: None  # the looks that matter are asked for below
    with newsroom, Writer(store) as writer:
        async with app.run_test(size=(140, 40)) as pilot:
            bench = Bench(app, pilot)
            await bench.rest()
            for _ in range(2):  # the second reads the watchlists
                await app.pulse.look()
            await bench.timed("the pane opens", lambda: bench.press("9"))
            await bench.press("z")
            await bench.rest()
            serial = size
            for turn in range(repeats):
                for name in ORDER:
                    await bench.timed(name, lambda name=name: bench.press(*KEYS[name]))
                for name, keys in (("a new item is shown", "g"), ("+n new is shown", "j")):
                    await bench.press(keys)
                    await bench.rest()
                    serial += 1
                    writer.add(-serial)
                    await asyncio.sleep(TYPING)  # no key is expected any more, and the look waits for none
                    await bench.timed(name, app.pulse.look)
                await bench.timed("resize", lambda turn=turn: pilot.resize_terminal(120 + turn % 2 * 20, 40))
        app.desk.close()
    return {name: median(times) for name, times in bench.times.items()}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs=2, default=[1_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--one", nargs=3, metavar=("CONFIG", "STORE", "SIZE"), help=argparse.SUPPRESS)
    parser.add_argument("--write", metavar="STORE", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.write:
        write(wanted.write)
        return 0
    if wanted.one:
        folder, store, size = wanted.one
        print(json.dumps(asyncio.run(measure(Path(folder), store, int(size), wanted.repeats))))
        return 0
    with tempfile.TemporaryDirectory() as name:
        stores = {size: (make_store(Path(name), size), f"tinydb:{Path(name) / f'{size}.db'}") for size in wanted.sizes}
        tell(stores, wanted.rounds, wanted.repeats)
    return 0


def tell(stores: dict[int, tuple[Path, str]], rounds: int, repeats: int) -> None:
    """Let the sizes take turns, and print what each operation cost in both."""
    found: dict[int, dict[str, list[float]]] = {size: defaultdict(list) for size in stores}
    for turn in range(rounds):
        for size in sorted(stores, reverse=bool(turn % 2)):
            folder, store = stores[size]
            words = [sys.executable, __file__, "--repeats", str(repeats), "--one", str(folder), store, str(size)]
            done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=600)
            for name, figure in json.loads(done.stdout).items():
                found[size][name].append(figure)
    small, large = found
    print(f"{'':24}{small:>12,}{large:>12,}   ratio   (milliseconds, from the key to the last line drawn)")
    ratios = {}
    for name in found[small]:
        one, other = median(found[small][name]), median(found[large][name])
        beside = zip(found[small][name], found[large][name], strict=True)
        ratios[name] = median([long / short for short, long in beside])
        print(f"{name:<24}{one:>12.2f}{other:>12.2f}{ratios[name]:>8.2f}")
    dearest = max(ratios, key=lambda name: ratios[name])
    headline(
        f"a key in a list of {large:,} beside one of {small:,}",
        f"median {median(list(ratios.values())):.2f} times, most {ratios[dearest]:.2f} ({dearest})",
        "1.2 times",
    )


if __name__ == "__main__":
    sys.exit(main())
