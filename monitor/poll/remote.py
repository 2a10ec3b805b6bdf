"""The poller as other processes know it: who it is, what it is at, and how one is begun where nobody polls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.errors import StoreError
from monitor.model import Progress
from monitor.text import clean_line

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from monitor.config import Settings
    from monitor.model import PollerState
    from monitor.poll.child import Watch
    from monitor.store.port import Store

STOP = "stop"
"""The memo by which anybody stops what takes long."""
LONG_WORK = ("poll", "rematch", "rebuild")
"""What tells of itself to every process; a command that takes long tells whoever ran it."""


def _begin(settings: Settings) -> subprocess.Popen[bytes]:
    from monitor.poll import child

    return child.start(settings, log=child.log_file(settings.store))


class RemotePoller:
    """Whoever polls a store: our own child, another process, or nobody."""

    def __init__(self, store: Store, *, begin: Callable[[Settings], subprocess.Popen[bytes]] = _begin) -> None:
        self._store = store
        self._begin = begin
        self._child: subprocess.Popen[bytes] | None = None
        self._watch: Watch | None = None

    def state(self) -> PollerState:
        """Who polls; a child that is only beginning is one already."""
        holder = self._store.lease("poller").holder()
        if holder is None:
            return "here" if self._child is not None and self._child.poll() is None else "none"
        if holder.trouble:
            return "stuck"
        return "here" if self._child is not None and holder.pid == self._child.pid else "elsewhere"

    def trouble(self) -> tuple[str, ...]:
        """What keeps it from storing anything, as a line."""
        holder = self._store.lease("poller").holder()
        return (f"nothing new is stored: {clean_line(holder.trouble)}",) if holder and holder.trouble else ()

    def start(self, settings: Settings) -> PollerState:
        """Begin a child unless somebody polls; either way it goes on until we close. Raises StoreError."""
        from monitor.poll.child import Watch, watchers_file

        if watchers_file(settings.store) is None:
            return self.state()
        try:
            if self._watch is None:
                self._watch = Watch(settings.store)
            state = self.state()
            if state != "none":
                return state
            self._child = self._begin(settings)
        except OSError as error:
            raise StoreError(f"the poller cannot be started: {error.strerror or error}") from error
        return "here"

    def stop_work(self, who: str) -> None:
        """Ask it to stop what takes long: a round of polls waits, history stays as it is matched."""
        self._store.put_memo(STOP, {"who": who})

    def progress(self) -> tuple[Progress, ...]:
        """Long work that is going on, in whichever process."""
        memos = ((name, self._store.memo(f"progress:{name}")) for name in LONG_WORK)
        return tuple(
            Progress(name=name, done=memo["done"], total=memo["total"], detail=clean_line(memo.get("detail", "")))
            for name, memo in memos
            if memo
        )

    def close(self) -> None:
        """Need it no longer; a child that no other dashboard needs ends by itself."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None
