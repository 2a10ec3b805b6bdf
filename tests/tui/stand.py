"""The dashboard on a newsroom in memory, as a process of its own: what the pty tests run.

python -m tests.tui.stand [hostile] [read-only] [crash] [churn] [clock]
Its session goes to $STAND_SESSION, its heartbeat (one number per store call while it churns) to $STAND_BEAT.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from monitor.errors import MonitorError
from tests.tui.fake import FakeNewsroom, make_story
from tests.tui.hostile import hostile_newsroom


class Standing(FakeNewsroom):
    """A fake whose session outlives it."""

    def save_session(self, document) -> None:
        super().save_session(document)
        if self.saved and "STAND_SESSION" in os.environ:
            Path(os.environ["STAND_SESSION"]).write_text(json.dumps(self.saved))


def churn(room: FakeNewsroom) -> None:
    """New items without end, as a busy poller stores them."""
    n = 0
    while True:
        n += 1
        at = datetime(2026, 11, 24, 13, 2, 30, tzinfo=UTC) + timedelta(seconds=n)
        room.put(make_story(10_000 + n % 500, title=f"Army churn {n}", at=at))
        if "STAND_BEAT" in os.environ:
            beat = Path(os.environ["STAND_BEAT"])
            beat.with_suffix(".new").write_text(str(n))
            beat.with_suffix(".new").rename(beat)
        time.sleep(0.05)


def main() -> int:
    words = set(sys.argv[1:])
    room = (
        hostile_newsroom(read_only="read-only" in words)
        if "hostile" in words
        else FakeNewsroom([make_story(n) for n in range(200)], read_only="read-only" in words)
    )
    room.__class__ = Standing
    dashboard = replace(room.settings.dashboard, clock="clock" in words)
    room.settings = replace(room.settings, dashboard=dashboard)
    if "churn" in words:
        threading.Thread(target=churn, args=(room,), daemon=True).start()
    from monitor import tui

    if "crash" in words:
        from monitor.tui.screens.newsroom import NewsroomScreen

        def crash(self) -> None:
            secret = "hunter2-" + "canary"
            raise ValueError(f"\x1b]0;pwned\x07 {secret}")

        NewsroomScreen.action_follow = crash
    try:
        return tui.run(room, room.settings)
    except MonitorError as error:
        print(f"monitor: {error}", file=sys.stderr)
        return error.exit_status


if __name__ == "__main__":
    sys.exit(main())
