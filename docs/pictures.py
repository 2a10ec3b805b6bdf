"""Makes docs/img/ from the program, on the articles that ship and on a clock that stands: `make pictures`."""  # noqa: INP001

from __future__ import annotations

import asyncio
import contextlib
import functools
import html
import http.server
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.tui.app import Dashboard

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "img"
POLLED = datetime(2026, 11, 20, 16, 38, tzinfo=UTC)
NOW = POLLED + timedelta(minutes=2)
"""When the pictures are taken."""
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
CALM = 8
"""Looks in a row, a tenth of a second apart, at which nothing changes on a screen that has come to rest."""


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
    dated = f"<guid>1</guid><pubDate>{format_datetime(POLLED - timedelta(minutes=20))}</pubDate>"
    entry = f"<item>{dated}<title>{html.escape(title)}</title><description>{html.escape(text)}</description></item>"
    (served / "feed.xml").write_text(f"<rss version='2.0'><channel><title>Ministry</title>{entry}</channel></rss>")
    lines += ["[[sources]]", 'id = "ministry"', 'title = "Ministry of Health"', 'url = "{url}"']
    (config / "sources.toml").write_text("\n".join(lines))


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def polled(folder: Path) -> Iterator[Settings]:
    """The settings of a store that has polled its sources, one of them over loopback, and holds the poller's lease."""
    from monitor import config
    from monitor.newsroom import Newsroom
    from monitor.poll.poller import Poller

    handler = functools.partial(Quiet, directory=str(folder / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sources = folder / "config" / "sources.toml"
        sources.write_text(sources.read_text().replace("{url}", f"http://127.0.0.1:{server.server_port}/feed.xml"))
        settings = config.load(folder / "config", f"tinydb:{folder}/news.db", {})
        settings = replace(settings, dashboard=replace(settings.dashboard, clock=False))
        with Newsroom.open(settings, clock=lambda: POLLED) as newsroom:
            poller = Poller(settings, newsroom.store, newsroom.watchlists, clock=lambda: POLLED, chance=lambda: 0.5)
            asyncio.run(poller.once(None, threading.Event()))
            lease = newsroom.store.lease("poller")
            lease.acquire()
            try:
                yield settings
            finally:
                lease.release()
                server.shutdown()


async def picture(settings: Settings, size: tuple[int, int], keys: tuple[str, ...]) -> str:
    """One picture, as SVG: the dashboard on a store, after some keys."""
    from monitor.newsroom import Newsroom
    from monitor.tui.app import Dashboard

    with Newsroom.open(settings, clock=lambda: NOW) as newsroom:
        app = Dashboard(newsroom)
        async with app.run_test(size=size) as pilot:
            taken = await at_rest(app)
            for key in keys:
                await pilot.press(key)
                taken = await at_rest(app)
        app.desk.close()
    return taken


async def at_rest(app: Dashboard) -> str:
    """What the screen shows once it no longer changes."""
    seen, calm = "", 0
    while calm < CALM:
        await asyncio.sleep(0.1)
        shown = app.export_screenshot(title="Newsroom")
        seen, calm = shown, calm + 1 if shown == seen else 0
    return seen


def pictures() -> Iterator[tuple[str, str]]:
    """Every picture with its name."""
    with in_utc(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder)
        with polled(folder) as settings:
            for each, size, keys in PICTURES:
                yield each, asyncio.run(picture(settings, size, keys))


@contextlib.contextmanager
def in_utc() -> Iterator[None]:
    """The time zone and the terminal are nobody's: pictures are the same on every machine."""
    ours = {name: os.environ.pop(name, None) for name in ("TZ", "NO_COLOR", "TMUX", "SSH_CONNECTION", "COLORTERM")}
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        yield
    finally:
        del os.environ["TZ"]
        os.environ.update({name: value for name, value in ours.items() if value is not None})
        time.tzset()


def main() -> int:
    """Write every picture, into docs/img or the folder named."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else IMAGES
    for name, svg in pictures():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
