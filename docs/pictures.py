"""Makes docs/img/ from the running program, polling the articles that ship: `python docs/pictures.py`."""  # noqa: INP001

from __future__ import annotations

import asyncio
import contextlib
import functools
import html
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "img"
FOLDERS = {
    "wires": ("Wire drops", ("ceasefire-talks.txt", "central-bank-rates.txt", "strait-patrol.txt")),
    "night": ("Night desk", ("night-desk-spool.txt", "ministry-briefing-transcript.txt", "enrichment-report.json")),
    "pages": ("Saved pages", ("runoff-election.html", "grain-harbour-quake.md")),
    "mail": ("Desk mail", ("ransomware-hospital-alert.eml",)),
}
FED = "vaccination-campaign-release.txt"
"""The article that comes as a feed, over loopback."""
PICTURES = (
    ("newsroom-80x24", (80, 24), ("3", "j")),
    ("reading-160x45", (160, 45), ("3", "j", "enter", "n")),
    ("sources-120x30", (120, 30), ("S",)),
    ("editor-120x30", (120, 30), ("3", "e")),
)


def lay_out(folder: Path) -> None:
    """Spread the articles over sources of several kinds."""
    config, served = folder / "config", folder / "served"
    shutil.copytree(ROOT / "config", config)
    served.mkdir()
    lines = []
    for name, (title, files) in FOLDERS.items():
        (folder / name).mkdir()
        for file in files:
            shutil.copy(ROOT / "seeds" / file, folder / name)
        lines += ["[[sources]]", f'id = "{name}"', f'title = "{title}"', f'path = "{folder / name}"']
    title, _, text = (ROOT / "seeds" / FED).read_text().partition("\n")
    entry = (
        f"<item><guid>1</guid><title>{html.escape(title)}</title><description>{html.escape(text)}</description></item>"
    )
    (served / "feed.xml").write_text(f"<rss version='2.0'><channel><title>Ministry</title>{entry}</channel></rss>")
    lines += ["[[sources]]", 'id = "ministry"', 'title = "Ministry of Health"', 'url = "{url}"']
    (config / "sources.toml").write_text("\n".join(lines))


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def polled(folder: Path) -> Iterator[str]:
    """A store with a poller at work on it, and its feed on loopback; the store's URL."""
    handler = functools.partial(Quiet, directory=str(folder / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sources = folder / "config" / "sources.toml"
        sources.write_text(sources.read_text().replace("{url}", f"http://127.0.0.1:{server.server_port}/feed.xml"))
        store = f"tinydb:{folder}/news.db"
        base = [sys.executable, "-m", "monitor", "--config", str(folder / "config"), "--store", store]
        poller = subprocess.Popen([*base, "poll"], cwd=ROOT, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            time.sleep(6)
            yield store
        finally:
            poller.terminate()
            poller.wait(20)
            server.shutdown()


async def take(folder: Path, store: str, name: str, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """One picture: the dashboard on a store, after some keys."""
    from monitor import config
    from monitor.newsroom import Newsroom
    from monitor.tui.app import Dashboard

    settings = config.load(folder / "config", store, {})
    settings = replace(settings, dashboard=replace(settings.dashboard, clock=False))
    with Newsroom.open(settings) as newsroom:
        app = Dashboard(newsroom)
        async with app.run_test(size=size) as pilot:
            await pilot.pause(1.0)
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.5)
            await pilot.pause(1.5)
            IMAGES.mkdir(parents=True, exist_ok=True)
            (IMAGES / f"{name}.svg").write_text(app.export_screenshot(title="Newsroom"), encoding="utf-8")
        app.desk.close()


def main() -> int:
    """Poll the articles into a store of their own, and take every picture while that goes on."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder)
        with polled(folder) as store:
            for picture, size, keys in PICTURES:
                asyncio.run(take(folder, store, picture, size, keys))
    return 0


if __name__ == "__main__":
    sys.exit(main())
