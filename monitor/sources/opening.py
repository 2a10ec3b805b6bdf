"""Finding and opening local files without being led astray: no links out, no pipes, no devices, no endless files."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path, PurePath
from typing import NamedTuple

from monitor.errors import SourceError
from monitor.text import clean_line

READ = 5 * 1024 * 1024
"""Bytes that are read of one file in one pass, at most."""
FILES = 200_000
"""Files of one source, at most."""
DEPTH = 20
"""Folders within folders, at most."""

_NAME_CHARS = 300
_PARTIAL = (".part", ".partial", ".crdownload", ".download", ".tmp", ".swp", ".filepart", "~")


class Found(NamedTuple):
    """A regular file of a source. `name` is its path from the source's folder, safe to print; bytes and ns."""

    name: str
    path: str
    size: int
    mtime: int
    inode: int


class Refused(NamedTuple):
    """Something in the source's folder that is not read, and why."""

    name: str
    reason: str


class Unsettled(Exception):  # noqa: N818 - it says that a file must wait, no error
    """The file was written to while it was read."""


def safe_name(name: str) -> str:
    """A file's name as safe text, still its own: where something had to be replaced, a fingerprint stands in it."""
    if name.isascii() and name.isprintable() and len(name) <= _NAME_CHARS and "  " not in name:
        return name
    raw = os.fsencode(name)
    shown = clean_line(raw.decode("utf-8", "replace"), cap=_NAME_CHARS)
    if shown == name:
        return name
    path = PurePath(shown)
    return f"{shown.removesuffix(path.suffix)} ~{blake2b(raw, digest_size=4).hexdigest()}{path.suffix}"


def partial(name: str) -> bool:
    """Whether a name says that the file is still being written."""
    return name.casefold().endswith(_PARTIAL)


def find(pattern: str) -> Iterator[Found | Refused]:
    """The files that a source's path means: a file, all of a folder, or what a glob finds.

    Raises SourceError when a path that is no glob does not exist.
    """
    path = Path(pattern)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as problem:
        if not glob.has_magic(pattern):
            reason = getattr(problem, "strerror", None) or str(problem)
            message = f"{safe_name(pattern)}: {reason}"
            raise SourceError(message, kind="unreadable", hint="check the source's path") from problem
        yield from _find_glob(pattern)
        return
    if stat.S_ISDIR(mode):
        yield from _walk(os.fspath(path), "", 0)
    else:
        real = os.path.realpath(path)
        yield _judge(path.name, real, os.lstat(real))


def read(found: Found, *, start: int = 0, size: int = READ) -> bytes:
    """A file's bytes from an offset on, at most `size`; what has meanwhile taken its place is not read.

    Raises OSError, and Unsettled when it changed under the reader.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    handle = os.open(found.path, flags)
    with os.fdopen(handle, "rb", buffering=0) as file:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode) or before.st_ino != found.inode:
            raise Unsettled
        if start:
            file.seek(start)
        parts: list[bytes] = []
        while size > 0 and (part := file.read(size)):
            parts.append(part)
            size -= len(part)
        after = os.fstat(handle)
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise Unsettled
    return b"".join(parts)


def _walk(folder: str, below: str, depth: int) -> Iterator[Found | Refused]:
    try:
        with os.scandir(folder) as listing:
            children = sorted(listing, key=lambda child: child.name)
    except OSError as problem:
        yield Refused(safe_name(below) or "the folder", problem.strerror or "cannot be listed")
        return
    for child in children:
        if child.name.startswith("."):
            continue
        name = f"{below}{child.name}"
        try:
            if child.is_dir(follow_symlinks=False):
                if depth < DEPTH:
                    yield from _walk(child.path, f"{name}/", depth + 1)
                else:
                    yield Refused(safe_name(name), f"lies deeper than {DEPTH} folders")
            else:
                yield _judge(name, child.path, child.stat(follow_symlinks=False))
        except OSError as problem:
            yield Refused(safe_name(name), problem.strerror or "cannot be read")


def _find_glob(pattern: str) -> Iterator[Found | Refused]:
    base = _fixed_part(pattern)
    real_base = os.path.realpath(base)
    for path in sorted(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 - an absolute pattern
        name = os.path.relpath(path, base)
        try:
            status = os.lstat(path)
            if stat.S_ISDIR(status.st_mode):
                continue
            parent = os.path.realpath(Path(path).parent)
            if parent != os.path.normpath(Path(real_base, name).parent):
                yield Refused(safe_name(name), "a link leads there")
                continue
            yield _judge(name, path, status)
        except OSError as problem:
            yield Refused(safe_name(name), problem.strerror or "cannot be read")


def _fixed_part(pattern: str) -> str:
    parts = Path(pattern).parts
    fixed = next((place for place, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    return os.fspath(Path(*parts[:fixed]) if fixed else Path())


def _judge(name: str, path: str, status: os.stat_result) -> Found | Refused:
    if stat.S_ISREG(status.st_mode):
        return Found(safe_name(name), path, status.st_size, status.st_mtime_ns, status.st_ino)
    return Refused(safe_name(name), f"is {_kind(status.st_mode)}, not a file")


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISLNK, "a link"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISBLK, "a device"),
        (stat.S_ISCHR, "a device"),
    )
    return next((words for test, words in kinds if test(mode)), "something else")
