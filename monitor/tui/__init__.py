"""The dashboard: everything that knows Textual. `run` shows a newsroom on the terminal until the reader leaves."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.newsroom import Newsroom

__all__ = ["run"]


def run(newsroom: Newsroom, settings: Settings) -> int:
    """Show the newsroom until the reader leaves; the exit status. Raises UsageError without a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("the dashboard needs a terminal", hint="`monitor items` and `monitor tail` work without one")
    for name in [name for name in os.environ if name.startswith("TEXTUAL")] + ["COLUMNS", "LINES"]:
        os.environ.pop(name, None)
    from textual.drivers.linux_driver import LinuxDriver

    from monitor.tui.app import Dashboard

    app = Dashboard(newsroom, driver_class=LinuxDriver, ascii_only=not speaks_utf8())
    status = app.run(mouse=settings.dashboard.mouse)
    return status if status is not None else app.return_code or 0


def speaks_utf8() -> bool:
    """Whether the terminal is said to take UTF-8: the first of LC_ALL, LC_CTYPE and LANG that is set decides."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    return "utf8" in named.lower().replace("-", "")
