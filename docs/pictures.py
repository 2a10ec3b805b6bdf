"""Makes docs/img/ from the running program on the articles that ship: `python docs/pictures.py`."""  # noqa: INP001

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from msgspec.structs import replace

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "img"
PICTURES = (
    ("newsroom-80x24", (80, 24), ("4", "j", "j")),
    ("newsroom-160x45", (160, 45), ("j",)),
    ("reading-160x45", (160, 45), ("j", "enter", "n")),
    ("sources-120x30", (120, 30), ("S",)),
)


async def take(store: str, name: str, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """One picture: the dashboard on a store, after some keys."""
    from monitor import config
    from monitor.newsroom import Newsroom
    from monitor.tui.app import Dashboard

    settings = config.load(config.shipped_folder(), store, {})
    settings = replace(settings, dashboard=replace(settings.dashboard, clock=False))
    with Newsroom.open(settings) as newsroom:
        app = Dashboard(newsroom)
        async with app.run_test(size=size) as pilot:
            await pilot.pause(1.0)
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.3)
            await pilot.pause(0.7)
            IMAGES.mkdir(parents=True, exist_ok=True)
            (IMAGES / f"{name}.svg").write_text(app.export_screenshot(title="Newsroom"), encoding="utf-8")
        app.desk.close()


def main() -> int:
    """Read the articles into a store of their own, then take every picture."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    with tempfile.TemporaryDirectory() as folder:
        store = f"tinydb:{folder}/news.db"
        poll = [
            sys.executable,
            "-m",
            "monitor",
            "--config",
            str(ROOT / "config"),
            "--store",
            store,
            "poll",
            "--once",
            "seeds",
        ]
        subprocess.run(poll, check=False, cwd=ROOT)  # noqa: S603
        for name, size, keys in PICTURES:
            asyncio.run(take(store, name, size, keys))
    return 0


if __name__ == "__main__":
    sys.exit(main())
