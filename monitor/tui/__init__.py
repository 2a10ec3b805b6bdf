"""The dashboard: everything that knows Textual. `run` shows a newsroom on the terminal until the reader leaves."""

from __future__ import annotations

import gc
import logging
import os
import sys
from typing import TYPE_CHECKING

from monitor.errors import MonitorError, UsageError

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.newsroom import Newsroom

__all__ = ["run"]

HANDOVER = 0.0005
"""Seconds that a thread may keep the others waiting: a key goes through three, beside the one that reads the store."""


def run(newsroom: Newsroom, settings: Settings, *, poll: bool = False) -> int:
    """Show the newsroom until the reader leaves; the exit status, 128 + the signal where one ended it.

    With `poll`, a poller is started after the first picture, unless somebody polls already.

    Raises UsageError without a terminal, and MonitorError after a fault of our own. The caller closes the newsroom.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("the dashboard needs a terminal", hint="`monitor items` and `monitor tail` work without one")
    logging.getLogger("monitor").addHandler(logging.NullHandler())
    from monitor.tui.app import Dashboard
    from monitor.tui.departure import Departure
    from monitor.tui.driver import TerminalDriver

    app = Dashboard(newsroom, driver_class=TerminalDriver, ascii_only=not speaks_utf8(), poll=poll)
    departure = Departure(app.leave, app.save_stalled)
    departure.watch()
    app.once_shown = _settle
    sys.setswitchinterval(HANDOVER)
    try:
        status = app.run(mouse=settings.dashboard.mouse)
    except OSError:
        status = departure.status
        if status is None:
            raise
    app.save()
    app.desk.close()
    departure.gone.set()
    if departure.status is not None:
        return departure.status
    if app.fault is not None:
        raise MonitorError(f"the dashboard stopped on a fault of its own: {app.fault}", hint="the log tells where")
    return status or 0


def _settle() -> None:
    """What start-up made stays for good; no collection between two keys need look at it."""
    gc.freeze()
    gc.enable()


def forget_environment() -> None:
    """What Textual would take from the environment, and a person at the keyboard must not be able to give."""
    for name in [name for name in os.environ if name.startswith("TEXTUAL")] + ["COLUMNS", "LINES"]:
        os.environ.pop(name, None)


forget_environment()  # before any module beneath imports Textual, which reads it as it is imported


def speaks_utf8() -> bool:
    """Whether the terminal is said to take UTF-8: the first of LC_ALL, LC_CTYPE and LANG that is set decides."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    return "utf8" in named.lower().replace("-", "")
