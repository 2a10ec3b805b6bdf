"""What a worker does: a document is reduced, parsed, normalised and judged in a process that may be killed.

A nursery process, which has the imports and the watchlists and nothing else of ours, forks the workers (see `workers`).
Each does one job after another under limits of memory and time; the kernel ends it when a job exceeds them, and that
job alone has failed. They speak msgpack over sockets: what a worker says is data and never code.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import socket
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from monitor.errors import SourceError
from monitor.ingest import Drop, normalise
from monitor.model import Addition, Entry, Source, Topic, Verdict

if TYPE_CHECKING:
    from monitor.ingest import DetectLanguage
    from monitor.query import Watchlists

MEMORY = 320 * 2**20
"""Bytes of address space that a worker may take beyond what it starts with."""
RETIRE = 60_000
"""Kilobytes of growth after which a worker makes room for a fresh one."""
LAST = 0.5
"""Seconds that a worker has when the poller has ended."""
JOBS = 2_000
"""Jobs after which a worker makes room for a fresh one."""
HEAD = struct.Struct("!I")
REPLY = struct.Struct("!I?")
"""How long a reply is, and whether the worker leaves after it."""
_UNJUDGED = Verdict()
LANGUAGES = "languages"
"""Kind of a reply: the job needs a worker that can tell languages."""


class Judges(Struct, frozen=True, kw_only=True):
    """The words that make the watchlists: what a worker needs to judge."""

    topics: tuple[Topic, ...] = ()
    lists: Mapping[str, str] = field(default_factory=dict)
    spelling: Literal["both", "exact"] = "both"
    languages: bool = False
    """Whether workers can tell the language of a text: that costs memory, so only once a text does not say it."""


class Job(Struct, frozen=True, kw_only=True):
    """One source's catch: a document to parse, or entries already parsed."""

    source: Source
    now: datetime
    data: bytes = b""
    url: str = ""
    content_type: str = ""
    encoding: str | None = None
    lang: str | None = None
    known: bytes = b""
    entries: tuple[Entry, ...] | None = None


class Catch(Struct, frozen=True, kw_only=True):
    """What a job gave, or the kind and words of what went wrong."""

    additions: tuple[Addition, ...] = ()
    known: bytes = b""
    cut: int = 0
    """Entries left out because they are known."""
    whole: bool = True
    """False: the document ended before its end."""
    title: str = ""
    ttl: float | None = None
    drops: tuple[Drop, ...] = ()
    """What was left out of the document."""
    notes: tuple[str, ...] = ()
    kind: str | None = None
    message: str = ""
    hint: str | None = None


def work(job: Job, watchlists: Watchlists | None, detect: DetectLanguage | None = None) -> Catch:
    """Do a job: reduce, parse, normalise, judge. Raises SourceError."""
    catch = Catch()
    entries = job.entries
    if entries is None:
        entries, catch = _parse(job)
    pairs = [normalise(entry, job.source, job.now, detect=detect) for entry in entries]
    if watchlists is None:
        return replace(
            catch, additions=tuple(Addition(item=item, body=body, verdict=_UNJUDGED) for item, body in pairs)
        )
    from monitor.query import Document, index_terms

    additions = []
    for item, body in pairs:
        document = Document(item, body, source=job.source, now=job.now)
        additions.append(
            Addition(item=item, body=body, verdict=watchlists.judge(document), terms=index_terms(document))
        )
    return replace(catch, additions=tuple(additions))


def _parse(job: Job) -> tuple[tuple[Entry, ...], Catch]:
    from monitor.sources import feed, jsonfeed, reduce

    feed.prescan(job.data, job.encoding)
    if jsonfeed.looks_like_json(job.data):
        parsed = jsonfeed.parse(job.data, url=job.url, lang=job.lang)
        return parsed.entries, Catch(title=parsed.title, drops=parsed.drops, notes=parsed.notes)
    reduced = reduce.reduce(job.data, job.known, encoding=job.encoding)
    parsed = feed.parse(reduced.data, url=job.url, content_type=job.content_type, encoding=job.encoding, lang=job.lang)
    return parsed.entries, Catch(
        known=reduced.known,
        cut=reduced.cut,
        whole=parsed.whole,
        title=parsed.title,
        ttl=parsed.ttl,
        drops=parsed.drops,
        notes=parsed.notes,
    )


# ---------------------------------------------------------------- in the child processes


def nurse(control_fd: int, seconds: float) -> None:
    """The nursery's whole life: take up watchlists, fork a worker per socket that arrives, end with the poller.

    A worker that is still at work then has half a second.
    """
    control = socket.socket(fileno=control_fd)
    signal.signal(signal.SIGCHLD, lambda *_: _reap(os.WNOHANG))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watchlists: Watchlists | None = None
    detect: DetectLanguage = _no_detector
    _warm()
    while True:
        head, fds, _, _ = socket.recv_fds(control, HEAD.size, 1)
        if len(head) < HEAD.size:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGALRM, lambda *_: os.killpg(0, signal.SIGKILL))
            signal.setitimer(signal.ITIMER_REAL, LAST)
            _reap(0)
            os._exit(0)
        packed = _receive(control, HEAD.unpack(head)[0])
        if fds:
            if os.fork() == 0:
                control.close()
                _serve(socket.socket(fileno=fds[0]), watchlists, detect, seconds)
            os.close(fds[0])
        elif packed:
            judges = msgspec.msgpack.decode(packed, type=Judges)
            watchlists = _build(judges)
            detect = _detector() if judges.languages else _no_detector
            gc.freeze()  # what all workers share is no garbage of theirs


def _reap(options: int) -> None:
    """Bury the workers that have ended, so that what they used is known to whoever waits for the nursery."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


def _warm() -> None:
    """Import once what every worker needs."""
    from monitor.sources import feed, jsonfeed, reduce  # noqa: F401

    feed.warm()


def _build(judges: Judges) -> Watchlists:
    from monitor.query import Watchlists

    return Watchlists(judges.topics, judges.lists, spelling=judges.spelling, tolerant=True)


def _detector() -> DetectLanguage:
    """What tells languages, loaded before workers are forked, so that their limits need not hold its model."""
    from monitor.query import detect_language

    detect_language("The ministers of six countries met on Monday to speak of a truce.")
    return detect_language


class _LanguagesNeededError(Exception):
    """A text does not say its language, and this worker cannot tell it."""


def _no_detector(_: str) -> str | None:
    raise _LanguagesNeededError


def _serve(channel: socket.socket, watchlists: Watchlists | None, detect: DetectLanguage, seconds: float) -> None:
    """A worker's whole life; a job may take so many seconds."""
    for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError):
        limit = _address_space() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    decoder, encoder = msgspec.msgpack.Decoder(Job), msgspec.msgpack.Encoder()
    start_rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for left in range(JOBS - 1, -1, -1):
        head = _receive(channel, HEAD.size)
        if head is None:
            break
        packed = _receive(channel, HEAD.unpack(head)[0])
        if packed is None:
            break
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, 4 * seconds)
        reply = encoder.encode(_done(decoder.decode(packed), watchlists, detect))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        leaves = not left or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start_rss > RETIRE
        channel.sendall(REPLY.pack(len(reply), leaves) + reply)
        if leaves:
            break
    os._exit(0)


def _done(job: Job, watchlists: Watchlists | None, detect: DetectLanguage) -> Catch:
    try:
        return work(job, watchlists, detect)
    except _LanguagesNeededError:
        return Catch(kind=LANGUAGES)
    except SourceError as error:
        return Catch(kind=error.kind, message=error.message, hint=error.hint)
    except MemoryError:
        return Catch(kind="limits", message="reading it took too much memory")
    except Exception as error:  # noqa: BLE001 - a stranger's bytes must not end the worker's line
        return Catch(kind="unreadable", message=f"it cannot be read ({type(error).__name__})")


def _receive(channel: socket.socket, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = channel.recv(min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _address_space() -> int:
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * resource.getpagesize()
