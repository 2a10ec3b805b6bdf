"""Faults of the monitor itself: written to a log that holds no secrets, and told in one line."""

from __future__ import annotations

import logging
import os
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.config import log_file
from monitor.errors import MonitorError
from monitor.redact import redact
from monitor.text import clean, clean_line

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

_LARGEST = 1_000_000


def record(error: BaseException) -> str:
    """Write a fault to the log, without the values of variables; the line that tells a person of it."""
    told = f"a fault of the monitor itself: {type(error).__name__}: {redact(clean_line(str(error), cap=200))}"
    trace = "".join(traceback.format_exception(error))
    try:
        path = log_file()
        _append(path, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {redact(clean(trace))}\n\n")
    except (OSError, MonitorError):
        return told
    return f"{told} (written to {path})"


def _append(path: Path, text: str) -> None:
    with _opened(path) as file:
        file.write(text)


def _opened(path: Path) -> TextIO:
    """A log that is ours alone, begun anew when it has grown too large."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8", errors="replace")
    if file.tell() > _LARGEST:
        file.truncate(0)
    return file


class _Safe(logging.Formatter):
    """Log records as single safe lines, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as it is written."""
        return redact(clean_line(super().format(record), cap=2000))


def log_to_stderr(verbose: int) -> None:
    """Send the log to standard error: warnings, with -v what is done, with -vv everything."""
    _log_to(logging.StreamHandler(), verbose)


def log_to_file(verbose: int) -> None:
    """Send the log to the file, where standard error is a screen that something else paints."""
    _log_to(_Late(), verbose)


class _Late(logging.Handler):
    """A log that is begun with its first record; where it cannot be, nothing is written."""

    _file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        if self._file is None:
            try:
                self._file = logging.StreamHandler(_opened(log_file()))
            except (OSError, MonitorError):
                self._file = logging.NullHandler()
            self._file.setFormatter(self.formatter)
        self._file.handle(record)


def _log_to(handler: logging.Handler, verbose: int) -> None:
    handler.setFormatter(_Safe("%(asctime)s %(levelname).1s %(name)s: %(message)s", "%H:%M:%S"))
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, handlers=[handler], force=True)
