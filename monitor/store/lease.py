"""The right to poll, which one process has at a time and loses when it dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from monitor.store.files import forget_in_children, guard, open_private
from monitor.store.port import Holder

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path


class FileLease:
    """A lease by `flock`: the kernel drops it with its holder, so a stale one cannot be.

    The file holds who and when, for people; who has it is only ever the lock's answer.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock
        self._descriptor: int | None = None
        self._since: datetime | None = None
        forget_in_children(self)

    def acquire(self) -> bool:
        """Take it if nobody has it; never waits."""
        if self._descriptor is not None:
            return True
        guard(self._path)
        descriptor = open_private(self._path, os.O_RDWR | os.O_CREAT)
        if not _taken(descriptor):
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        self._since = self._clock()
        self.beat()
        return True

    def beat(self, trouble: str | None = None) -> None:
        """Show that the holder is at work, and what keeps it from storing; where that cannot be written, it is silent.

        A full disk has room for it: the file has its block from the first beat on.
        """
        if self._descriptor is None or self._since is None:
            return
        holder = Holder(
            pid=os.getpid(), host=socket.gethostname(), since=self._since, beat=self._clock(), trouble=trouble
        )
        content = msgspec.json.encode(holder)
        with contextlib.suppress(OSError):
            os.pwrite(self._descriptor, content, 0)
            os.ftruncate(self._descriptor, len(content))

    def release(self) -> None:
        """Give it back; harmless when not held."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> Holder | None:
        """Who has it now, None when nobody alive does."""
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            if self._descriptor is None:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass
                else:
                    return None
            content = os.pread(descriptor, 4096, 0)
        finally:
            os.close(descriptor)
        try:
            return msgspec.json.decode(content, type=Holder)
        except msgspec.MsgspecError:
            now = self._clock()
            return Holder(pid=0, host="", since=now, beat=now)

    def forget(self) -> None:
        """Close the descriptor without unlocking what a parent process holds."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _taken(descriptor: int) -> bool:
    """Lock a file if nobody holds it; tried a few times, as somebody may just be looking (see `holder`)."""
    for pause in (0.001, 0.002, None):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if pause is not None:
                time.sleep(pause)
        else:
            return True
    return False


def leases(path: Path, clock: Callable[[], datetime]) -> Callable[[str], FileLease]:
    """The leases of the store at a path, by name."""
    return lambda name: FileLease(path.with_name(f"{path.name}.{name}"), clock)


class MemoryLease:
    """A lease among the threads of one process; `holders` is shared by all leases of a store, by name."""

    def __init__(
        self, name: str, holders: dict[str, tuple[MemoryLease, Holder]], clock: Callable[[], datetime]
    ) -> None:
        self._name = name
        self._holders = holders
        self._clock = clock

    def acquire(self) -> bool:
        """Take it if nobody has it; never waits."""
        now = self._clock()
        holder = Holder(pid=os.getpid(), host=socket.gethostname(), since=now, beat=now)
        return self._holders.setdefault(self._name, (self, holder))[0] is self

    def beat(self, trouble: str | None = None) -> None:
        """Show that the holder is at work, and what keeps it from storing anything."""
        owner, holder = self._holders.get(self._name, (None, None))
        if owner is self and holder is not None:
            self._holders[self._name] = (self, replace(holder, beat=self._clock(), trouble=trouble))

    def release(self) -> None:
        """Give it back; harmless when not held."""
        if self._holders.get(self._name, (None, None))[0] is self:
            del self._holders[self._name]

    def holder(self) -> Holder | None:
        """Who has it now."""
        return self._holders[self._name][1] if self._name in self._holders else None
