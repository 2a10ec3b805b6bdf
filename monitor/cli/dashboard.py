"""`monitor` without a command: the dashboard, and the poller beside it."""

from __future__ import annotations

import gc
import sys

from monitor.cli.options import Desk
from monitor.errors import ConfigError, UsageError


def show(at: Desk, *, read_only: bool, poll: bool) -> int:
    """Open the dashboard and stay until it is left."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the dashboard needs a terminal", hint="`monitor items` lists, `monitor poll` polls")
    gc.disable()  # until all that stays is there: collecting between imports finds nothing
    from monitor.cli.configuration import wrong_names
    from monitor.cli.faults import log_to_file

    settings = at.settings()
    if wrong := tuple(wrong_names(settings)):
        raise ConfigError(wrong)
    if read_only and not at.stored():
        raise UsageError(f"nothing is stored yet at {settings.store}", hint="`monitor poll` begins it")
    log_to_file(at.verbose)
    with at.newsroom(read_only=read_only, tell=False) as newsroom:
        from monitor.tui import run

        return run(newsroom, settings, poll=poll)
