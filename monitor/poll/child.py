"""The poller as a dashboard's child: started when nobody polls, ended with the last dashboard that needs it.

Every dashboard holds a shared lock on `<store file>.watchers`; a poller started with `--while-watched` ends once it can
lock that file for itself alone. The child has a session of its own, so that a closed terminal does not end it under
another dashboard.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.config import Settings

NICE = 10
"""How far the poller and its workers give way to whoever reads."""


class Watch:
    """A dashboard's word that it is looking at a store; withdrawn when it closes or dies."""

    def __init__(self, store_url: str) -> None:
        self._file: int | None = None
        path = watchers_file(store_url)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            # Exclusively held only for the blink in which a poller looks whether it is still needed.
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def close(self) -> None:
        """Stop looking."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def watched(store_url: str) -> bool:
    """Whether any dashboard looks at the store."""
    path = watchers_file(store_url)
    if path is None or not path.exists():
        return False
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def watchers_file(store_url: str) -> Path | None:
    """The file that dashboards lock; None for a store that no other process can see."""
    kind, _, path = store_url.partition(":")
    return None if kind == "memory" or not path else Path(f"{path}.watchers")


def start(settings: Settings, *, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start a poller that ends when nobody watches. Its complaints go to `log`, never to the screen."""
    words = ["poll", "--while-watched", "--store", settings.store]
    if settings.origin == "--config":
        words += ["--config", str(settings.folder)]
    with contextlib.ExitStack() as stack:
        complaints = subprocess.DEVNULL
        if log is not None:
            complaints = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            stack.callback(os.close, complaints)
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and words
            [sys.executable, "-P", "-m", "monitor", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            start_new_session=True,
        )
    with contextlib.suppress(OSError):  # it has ended already, or may not
        give_way(child.pid)
    return child


def give_way(pid: int) -> None:
    """Let a process that leads a session, and what it starts, have the processor only where nobody else wants it.

    Linux may weigh whole sessions against each other, and then how nice one of its processes is counts for nothing.
    """
    os.setpriority(os.PRIO_PROCESS, pid, NICE)
    group = Path(f"/proc/{pid}/autogroup")
    if group.exists():
        group.write_text(f"{NICE}")


def log_file(store_url: str) -> Path | None:
    """Where a poller on this store writes its log: beside the store."""
    path = watchers_file(store_url)
    return path.with_name("poller.log") if path is not None else None
