"""The store's files: private, never through a symlink, on a local disk, and locked between processes."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import threading
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from monitor.errors import StoreBusyError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "9p", "ceph", "glusterfs", "lustre", "fuse.sshfs"}
)
"""File systems whose locks cannot be relied on between machines."""

WAIT = 10.0
"""Seconds that a writer waits for its turn."""


def explain(error: OSError, path: Path) -> StoreError:
    """What an error of the operating system means for a store, in one line with the mend."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return StoreError(f"{path}: the disk is full", hint="free some space; what was acknowledged is safe")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StoreError(f"{path}: cannot be written", hint="mend the permissions; `monitor --read-only` only looks")
    if error.errno == errno.ELOOP:
        return StoreError(f"{path}: is a symbolic link", hint="name the file itself")
    if error.errno == errno.ENOENT:
        return StoreError(f"{path}: is gone", hint="put it back, or start again with a new store")
    return StoreError(f"{path}: {error.strerror or error}")


def guard(path: Path) -> None:
    """Refuse a symbolic link, or anything else but a file, in the place of one of ours; make an own file private."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise explain(error, path) from error
    if stat.S_ISLNK(found.st_mode):
        raise StoreError(f"{path}: is a symbolic link", hint="name the file itself")
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path}: is not a regular file")
    if found.st_mode & 0o077 and found.st_uid == os.getuid():
        with contextlib.suppress(OSError):
            path.chmod(0o600)


def prepare_folder(folder: Path) -> None:
    """Make the folder, for its owner alone; one that exists keeps its mode, as others may have their files in it."""
    try:
        for missing in reversed([place for place in (folder, *folder.parents) if not place.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
        if not folder.is_dir():
            raise StoreError(f"{folder}: is not a folder")
    except FileExistsError as error:
        raise StoreError(f"{folder}: is not a folder") from error
    except OSError as error:
        raise explain(error, folder) from error


def refuse_remote(folder: Path) -> None:
    """Refuse a network file system by name: locks there do not hold between processes."""
    kind = file_system(folder)
    if kind in REMOTE:
        raise StoreError(f"{folder}: lies on {kind}, where locks do not hold", hint="keep the store on a local disk")


def file_system(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str | None:
    """The type of the file system that holds a folder, None where the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    place = str(folder.resolve())
    best, kind = -1, None
    for line in lines:
        left, _, right = line.partition(" - ")
        fields, tail = left.split(" "), right.split(" ")
        if len(fields) < 5 or not tail[0]:
            continue
        point = fields[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
        if (place == point or place.startswith(point.rstrip("/") + "/")) and len(point) >= best:
            best, kind = len(point), tail[0]
    return kind


def open_private(path: Path, flags: int) -> int:
    """A descriptor on one of the store's files: mode 0600, never through a symbolic link."""
    try:
        return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise explain(error, path) from error


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, chunks: Iterable[bytes]) -> None:
    """Put new content in the place of a file, whole or not at all, and durably."""
    new = path.with_name(path.name + ".new")
    guard(new)
    descriptor = open_private(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        try:
            with os.fdopen(os.dup(descriptor), "wb") as file:
                file.writelines(chunks)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        new.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise explain(error, path) from error
    finally:
        new.unlink(missing_ok=True)


class Held(Protocol):
    """What holds a descriptor with a lock on it."""

    def forget(self) -> None:
        """Close it without unlocking."""
        ...


_held: weakref.WeakSet[Held] = weakref.WeakSet()


def forget_in_children(held: Held) -> None:
    """Have a forked child give up its copy of the descriptor, or it would keep the lock of a parent that died."""
    _held.add(held)


def _forget_all() -> None:
    for held in tuple(_held):
        held.forget()


os.register_at_fork(after_in_child=_forget_all)


class FileLock:
    """A lock between processes and threads: `flock` on its own file, dropped by the kernel when its holder dies.

    Whoever waits stands in a turnstile (`.turn`) through which everybody must: one who has just had the lock cannot
    take it again before those who waited.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.RLock()
        self._waiting: set[int] = set()
        self._depth = 0
        self._descriptors: tuple[int, int] | None = None
        forget_in_children(self)

    @contextlib.contextmanager
    def held(self, wait: float = WAIT) -> Iterator[None]:
        """Hold it; may be nested. Raises StoreBusyError after `wait` seconds."""
        thread = threading.get_ident()
        self._waiting.add(thread)
        acquired = self._threads.acquire(timeout=wait)
        self._waiting.discard(thread)
        if not acquired:
            raise StoreBusyError(f"{self._path}: this process has been writing for {wait:.0f} s")
        try:
            if self._depth == 0:
                self._lock(wait)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0 and self._descriptors is not None:
                    fcntl.flock(self._descriptors[0], fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def wanted(self) -> bool:
        """Whether somebody waits for it, while it is held: a thread, or a process in the turnstile."""
        if self._waiting:
            return True
        if self._descriptors is None:
            return False
        try:
            fcntl.flock(self._descriptors[1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self._descriptors[1], fcntl.LOCK_UN)
        return False

    def _lock(self, wait: float) -> None:
        if self._descriptors is None:
            turn = self._path.with_suffix(".turn")
            flags = os.O_RDWR | os.O_CREAT
            self._descriptors = (open_private(self._path, flags), open_private(turn, flags))
        lock, turnstile = self._descriptors
        deadline = time.monotonic() + wait
        self._take(turnstile, deadline, wait)
        try:
            self._take(lock, deadline, wait)
        finally:
            fcntl.flock(turnstile, fcntl.LOCK_UN)

    def _take(self, descriptor: int, deadline: float, wait: float) -> None:
        pause = 0.0001
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    hint = "another monitor is at work on it; try again"
                    raise StoreBusyError(f"{self._path}: locked for more than {wait:.0f} s", hint=hint) from None
                time.sleep(pause)
                pause = min(pause * 1.5, 0.00025)
            else:
                return

    def forget(self) -> None:
        """Close the descriptors without unlocking what a parent process holds."""
        self._close()
        self._depth, self._threads = 0, threading.RLock()
        self._waiting.clear()

    def close(self) -> None:
        """Let go of the files."""
        with self._threads:
            self._close()

    def _close(self) -> None:
        for descriptor in self._descriptors or ():
            os.close(descriptor)
        self._descriptors = None
