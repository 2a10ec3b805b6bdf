"""Leaving when told to from outside: SIGTERM, SIGHUP, or a terminal that went away.

In good order if the event loop still turns; where it hangs on a terminal that nobody reads, the session is saved all
the same and the process ends within a few seconds.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

GRACE = 1.2
"""Seconds for leaving in good order."""
LAST = 1.0
"""Seconds then for saving the session."""
_OFF = (b"2026l", b"1000l", b"1003l", b"1006l", b"1015l", b"2004l", b"7h", b"1049l", b"25h", b"1004l")
RESTORE = b"\x1b[<u" + b"".join(b"\x1b[?" + mode for mode in _OFF)
"""What gives a terminal back to its shell."""


class Departure:
    """Watches for reasons to leave. `leave` asks the app to end; `save` keeps what must be kept, from any thread."""

    def __init__(self, leave: Callable[[int], None], save: Callable[[], None]) -> None:
        self.leave, self.save = leave, save
        self.gone = threading.Event()
        self.status: int | None = None

    def watch(self) -> None:
        """Begin to watch; call on the main thread."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda caught, _frame: self.begin(128 + caught))
        threading.Thread(target=self._watch_terminal, name="terminal", daemon=True).start()

    def _watch_terminal(self) -> None:
        poll = select.poll()
        poll.register(sys.__stdin__.fileno() if sys.__stdin__ else 0, 0)
        with contextlib.suppress(OSError):
            if poll.poll():
                self.begin(128 + signal.SIGHUP)

    def begin(self, status: int) -> None:
        """Leave with this exit status; once is enough."""
        if self.status is None:
            self.status = status
            threading.Thread(target=self._leave, name="departure", daemon=True).start()

    def _leave(self) -> None:
        status = self.status or 0
        with contextlib.suppress(Exception):
            self.leave(status)
        if self.gone.wait(GRACE):
            return
        saving = threading.Thread(target=self._save, name="last-save", daemon=True)
        saving.start()
        saving.join(LAST)
        with contextlib.suppress(OSError):
            os.set_blocking(2, False)
            os.write(2, RESTORE)
        os._exit(status)

    def _save(self) -> None:
        with contextlib.suppress(Exception):
            self.save()
