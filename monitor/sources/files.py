"""Local text as a source: a file, a folder, a glob or a growing spool, each file read once per content."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from monitor.errors import SourceError
from monitor.ingest import UNREADABLE, Drop
from monitor.model import Entry, Memory, Source
from monitor.sources import spool
from monitor.sources.opening import FILES, READ, Found, Refused, Unsettled, find, partial
from monitor.sources.opening import read as read_bytes
from monitor.sources.watch import watch
from monitor.text import clean_line

if TYPE_CHECKING:
    from monitor.seedfile import Boilerplate

__all__ = ["Gathered", "read", "watch"]

_log = logging.getLogger(__name__)

AGE = 2.0
"""Seconds since its last change that a file must have lain still."""
BATCH = 500
"""Files that are parsed in one pass, at most."""
_TICK = 0.001
_NEVER = -1
"""A time at which no file was changed: the file is read again."""
PROBLEMS = 20
"""Files that cannot be read, and notes, that are told one by one; each such file is among the drops."""
GONE = 5
"""Removed files that are told by name."""
READER = 1
"""Raised when what files become changes, so that all are read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a pass over a local source gave. All names and words are safe to print."""

    entries: tuple[Entry, ...]
    memory: Memory
    problems: tuple[str, ...] = ()
    """What could not be read and why, as long as it lies there."""
    drops: tuple[Drop, ...] = ()
    """What could not be read and has not been told before."""
    notes: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Files gone since the last pass; their items stay."""
    waiting: tuple[str, ...] = ()
    """Files still being written; look again in `AGE` seconds."""
    feeds: tuple[tuple[str, bytes], ...] = ()
    """Saved feeds by the name of their file, where they were to be handed over."""
    more: bool = False
    """Not all that is new was read: pass again at once."""
    bytes: int = 0

    @property
    def told(self) -> tuple[str, ...]:
        """All that a person should hear of the pass, a line each."""
        gone = [f"{name} is gone; what was read of it stays" for name in self.removed]
        return (
            *_first(self.problems, PROBLEMS, "cannot be read"),
            *_first(self.notes, PROBLEMS, "notes"),
            *_first(gone, GONE, "files are gone"),
        )


def _first(lines: Sequence[str], most: int, what: str) -> tuple[str, ...]:
    return tuple(lines) if len(lines) <= most else (*lines[:most], f"and {len(lines) - most} more {what}")


class _Stamp(msgspec.Struct, array_like=True, frozen=True):
    mtime: int
    size: int
    inode: int
    digest: str = ""
    problem: str = ""

    def of(self, found: Found) -> bool:
        return (self.mtime, self.size, self.inode) == (found.mtime, found.size, found.inode)


class _Extra(msgspec.Struct):
    """What is kept from pass to pass, as JSON in `Memory.extra`."""

    reader: int = READER
    files: dict[str, _Stamp] = {}
    refused: dict[str, str] = {}
    spools: dict[str, spool.Place] = {}
    learned: str | None = None


def read(
    source: Source, memory: Memory, *, clock: Callable[[], float] = time.time, hand_over_feeds: bool = False
) -> Gathered:
    """What is new in a local source since the pass that left `memory`. `clock` gives seconds since the epoch.

    A crafted feed can keep its parser busy for minutes: whoever has a worker to kill has saved feeds handed over.

    Raises SourceError when the path itself cannot be read; what is wrong with single files is told in `problems`.
    """
    return _Pass(source, memory, clock(), hand_over_feeds=hand_over_feeds).run()


class _Pass:
    """One pass over one source."""

    def __init__(self, source: Source, memory: Memory, now: float, *, hand_over_feeds: bool) -> None:
        self.source = source
        self.memory = memory
        self.now = now
        self.feeds: list[tuple[str, bytes]] | None = [] if hand_over_feeds else None
        self.before = _remembered(memory)
        self.first = memory.extra is None
        self.stamps: dict[str, _Stamp] = {}
        self.spools: dict[str, spool.Place] = {}
        self.entries: dict[str, tuple[Entry, ...]] = {}
        self.problems: list[str] = []
        self.refused: dict[str, str] = {}
        self.drops: list[Drop] = []
        self.notes: list[str] = []
        self.waiting: list[str] = []
        self.more = False
        self.bytes = 0
        self._learned: Boilerplate | None = None

    def run(self) -> Gathered:
        if self.source.path is None:
            raise SourceError(f"{self.source.id} has no path", kind="unreadable", hint="give it a path or a url")
        present = self._look(find(self.source.path))
        changed = [found for found in present.values() if self._changed(found)]
        if len(changed) > BATCH:
            self.more = True
            changed = changed[:BATCH]
        for found in changed:
            if self.source.spool is None:
                self._take(found)
            else:
                self._follow(found, self.source.spool)
        self._reread(present)
        removed = tuple(name for name in self.before.files if name not in present)
        return Gathered(
            entries=tuple(entry for entries in self.entries.values() for entry in entries),
            memory=self._remember(removed),
            problems=tuple(self.problems) + tuple(stamp.problem for stamp in self.stamps.values() if stamp.problem),
            drops=tuple(self.drops),
            notes=tuple(self.notes),
            removed=removed,
            waiting=tuple(self.waiting),
            feeds=tuple(self.feeds or ()),
            more=self.more,
            bytes=self.bytes,
        )

    def _look(self, listing: Iterable[Found | Refused]) -> dict[str, Found]:
        present: dict[str, Found] = {}
        known = self.before.files
        for found in listing:
            if isinstance(found, Refused):
                self.problems.append(f"{found.name}: {found.reason}")
                self.refused[found.name] = found.reason
                if self.before.refused.get(found.name) != found.reason:
                    self._drop(found.name, self.problems[-1])
            elif partial(found.name):
                continue
            elif len(present) >= FILES:
                self.problems.append(f"more than {FILES:,} files; the rest is not read")
                break
            else:
                present[found.name] = found
                if found.name in known:
                    self.stamps[found.name] = known[found.name]
        return present

    def _changed(self, found: Found) -> bool:
        stamp = self.before.files.get(found.name)
        if self.source.spool is None:
            if stamp is not None and stamp.of(found):
                return False
        elif stamp is not None and stamp.of(found) and self._drained(found):
            return False
        if not self.first and self.source.spool is None and self._young(found):
            self.waiting.append(found.name)
            return False
        return True

    def _young(self, found: Found) -> bool:
        return 0 <= self.now - found.mtime / 1e9 < AGE - _TICK

    def _drained(self, found: Found) -> bool:
        place = self.before.spools.get(found.name)
        return place is not None and place.offset >= found.size

    def _take(self, found: Found) -> None:
        """Read a file that is new or changed."""
        if found.size > READ:
            self._refuse(found, f"larger than {READ // 1_048_576} MB; split it, or give the source a spool separator")
            return
        try:
            data = read_bytes(found)
            digest = blake2b(data, digest_size=8).hexdigest()
            stamp = self.before.files.get(found.name)
            if stamp is None or stamp.digest != digest:
                self._parse(found.name, found.name, data)
            self.stamps[found.name] = _Stamp(found.mtime, found.size, found.inode, digest)
        except Unsettled:
            self.waiting.append(found.name)
        except FileNotFoundError:
            self.stamps.pop(found.name, None)
        except SourceError as problem:
            self._refuse(found, clean_line(str(problem)), digest)
        except OSError as problem:
            self._refuse(found, problem.strerror or "cannot be read", again=True)

    def _refuse(self, found: Found, reason: str, digest: str = "", *, again: bool = False) -> None:
        """Tell why a file is not read; what is not the file's own fault is tried `again` at each pass."""
        if found.name not in reason:
            reason = f"{found.name}: {reason}"
        stamp = _Stamp(_NEVER if again else found.mtime, found.size, found.inode, digest, reason)
        if stamp != self.before.files.get(found.name):
            self._drop(found.name, reason)
        self.stamps[found.name] = stamp

    def _drop(self, name: str, reason: str) -> None:
        self.drops.append(Drop(reason=UNREADABLE, title=reason, key=name))

    def _parse(self, name: str, key: str, data: bytes) -> None:
        from monitor.seedfile import parse_file

        self.bytes += len(data)
        try:
            parsed = parse_file(name, data, boilerplate=self.learned.known())
        except SourceError:
            raise
        except Exception as problem:
            _log.exception("%s", name)
            reason = f"{name}: our own mistake in reading it ({type(problem).__name__})"
            raise SourceError(reason, kind="unreadable", hint="the log says where") from problem
        entries = parsed.entries
        if parsed.format == "feed" and not entries:
            if self.feeds is not None:
                self.feeds.append((name, data))
                return
            entries = _saved_feed(data)
        self.entries[key] = _identified(key, entries)
        if parsed.blocks:
            self.learned.learn(key, parsed.blocks)

    def _follow(self, found: Found, separator: str) -> None:
        """Read what a spool gained; a spool of a name that says no format holds plain text."""
        from monitor.seedfile import supported

        place = self.before.spools.get(found.name)
        try:
            grown = spool.gather(found, place, separator, settled=not self._young(found))
        except Unsettled:
            self.waiting.append(found.name)
            return
        except FileNotFoundError:
            return
        except SourceError as problem:
            self._refuse(found, clean_line(str(problem)))
            return
        except OSError as problem:
            self._refuse(found, problem.strerror or "cannot be read", again=True)
            return
        name = found.name if supported(found.name) else f"{found.name}.txt"
        for record in grown.records:
            try:
                key = f"{found.name}#{spool.record_id(record)}"
                self._parse(name, key, record.encode("utf-8", "surrogateescape"))
            except SourceError as problem:
                self.notes.append(clean_line(f"a record was passed over: {problem}"))
                self._drop(key, self.notes[-1])
        self.notes.extend(grown.notes)
        self.more = self.more or grown.more
        self.spools[found.name] = grown.place
        self.stamps[found.name] = _Stamp(found.mtime, found.size, found.inode)
        if grown.place.offset < found.size and not grown.more:
            self.waiting.append(found.name)

    def _reread(self, present: dict[str, Found]) -> None:
        """Parse again what holds boilerplate that was learned in this pass."""
        if self._learned is None:
            return
        for key in self.learned.holders(self.learned.settle()):
            found = present.get(key)
            if found is None or not (stamp := self.stamps.get(key)) or not stamp.of(found):
                continue
            try:
                self._parse(found.name, key, read_bytes(found))
            except (OSError, SourceError, Unsettled):
                self.waiting.append(found.name)

    @property
    def learned(self) -> Boilerplate:
        """What was learned of this source, loaded when it is first needed."""
        if self._learned is None:
            from monitor.seedfile import Boilerplate

            self._learned = Boilerplate.load(self.before.learned)
        return self._learned

    def _remember(self, removed: tuple[str, ...]) -> Memory:
        learned = self.before.learned
        if self._learned is not None:
            for name in removed:
                self._learned.forget(name)
            learned = self._learned.dump()
        spools = {name: place for name, place in {**self.before.spools, **self.spools}.items() if name not in removed}
        extra = _Extra(reader=READER, files=self.stamps, refused=self.refused, spools=spools, learned=learned)
        if not self.first and extra == self.before:
            return self.memory
        return replace(self.memory, extra=msgspec.json.encode(extra).decode())


def _remembered(memory: Memory) -> _Extra:
    if memory.extra is None:
        return _Extra()
    try:
        extra = msgspec.json.decode(memory.extra, type=_Extra)
    except msgspec.MsgspecError:
        return _Extra()
    if extra.reader != READER:
        return _Extra(files={name: _outdated(stamp) for name, stamp in extra.files.items()}, spools=extra.spools)
    return extra


def _outdated(stamp: _Stamp) -> _Stamp:
    return _Stamp(_NEVER, stamp.size, stamp.inode)


def _saved_feed(data: bytes) -> tuple[Entry, ...]:
    from monitor.sources import feed, jsonfeed

    read_feed = jsonfeed.parse if jsonfeed.looks_like_json(data) else feed.parse
    return read_feed(data, url="").entries


def _identified(key: str, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Entries that have no identity of their own get the file's, with their number from the second on."""
    return tuple(
        entry if entry.guid else replace(entry, guid=f"{key}#{number}" if number else key)
        for number, entry in enumerate(entries)
    )
