"""The poller's end of its workers: a pool of processes that read and judge, each of which may be lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from monitor.errors import SourceError
from monitor.poll.worker import HEAD, LANGUAGES, REPLY, Catch, Job, Judges

SECONDS = 10.0
"""Of processor or wall time for one job."""


class Workers:
    """A pool of worker processes, started with the first job. One per event loop."""

    def __init__(self, judges: Judges, *, count: int | None = None, seconds: float = SECONDS) -> None:
        self._judges = judges
        self._seconds = seconds
        self._free: list[_Channel] = []
        self._slots = asyncio.Semaphore(count or min(os.cpu_count() or 2, 4))
        self._nursery: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._generation = 0

    async def do(self, job: Job) -> Catch:
        """Have a job done. Raises SourceError: what the parser said, or that the job was beyond its limits."""
        catch = await self._try(job)
        if catch.kind == LANGUAGES:
            if not self._judges.languages:
                self.judge_by(replace(self._judges, languages=True))
            catch = await self._try(job)
        if catch.kind is not None:
            raise SourceError(catch.message, kind=catch.kind, hint=catch.hint)
        return catch

    async def _try(self, job: Job) -> Catch:
        async with self._slots:
            channel = self._free.pop() if self._free else await self._fork()
            try:
                catch = await channel.ask(job)
            except (asyncio.IncompleteReadError, OSError, msgspec.DecodeError, msgspec.ValidationError):
                channel.close()
                raise SourceError(
                    "reading it took too long or too much memory, and was given up", kind="limits"
                ) from None
            except asyncio.CancelledError:
                channel.close()
                raise
            if channel.generation == self._generation and not channel.left:
                self._free.append(channel)
            else:
                channel.close()
        return catch

    def judge_by(self, judges: Judges) -> None:
        """Take up other watchlists: for every job from now on."""
        self._judges = replace(judges, languages=judges.languages or self._judges.languages)
        self._generation += 1
        while self._free:
            self._free.pop().close()
        if self._control is not None:
            try:
                self._tell(self._control)
            except OSError:  # the nursery is gone; the next job starts another
                self._let_go(self._control)

    async def close(self) -> None:
        """End every worker and the nursery."""
        while self._free:
            self._free.pop().close()
        if self._control is not None:
            self._let_go(self._control)
        if self._nursery is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self._nursery.wait, 2)
            if self._nursery.poll() is None:
                self._nursery.kill()
                await asyncio.to_thread(self._nursery.wait)
            self._nursery = None

    async def _fork(self) -> _Channel:
        ours, theirs = socket.socketpair()
        with theirs:
            for last in (False, True):
                control = self._start()
                try:
                    socket.send_fds(control, [HEAD.pack(0)], [theirs.fileno()])
                    break
                except OSError:
                    self._let_go(control)
                    if last:
                        ours.close()
                        raise
        ours.setblocking(False)  # noqa: FBT003
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=1 << 20)
        return _Channel(reader, writer, self._generation)

    def _start(self) -> socket.socket:
        if self._control is None:
            control, theirs = socket.socketpair()
            with theirs:
                words = [sys.executable, "-I", "-c", _START, str(theirs.fileno()), str(self._seconds), *sys.path]
                self._nursery = subprocess.Popen(  # noqa: S603 - our own interpreter and words
                    words,
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                    start_new_session=True,
                )
            self._tell(control)
            self._control = control
        return self._control

    def _let_go(self, control: socket.socket) -> None:
        control.close()
        self._control = None

    def _tell(self, control: socket.socket) -> None:
        packed = msgspec.msgpack.encode(self._judges)
        control.sendall(HEAD.pack(len(packed)) + packed)


class _Channel(Struct):
    """The poller's end of one worker."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    generation: int
    left: bool = False

    async def ask(self, job: Job) -> Catch:
        packed = msgspec.msgpack.encode(job)
        self.writer.write(HEAD.pack(len(packed)))
        self.writer.write(packed)
        await self.writer.drain()
        size, self.left = REPLY.unpack(await self.reader.readexactly(REPLY.size))
        return _CATCH.decode(await self.reader.readexactly(size))

    def close(self) -> None:
        self.writer.close()


_CATCH = msgspec.msgpack.Decoder(Catch)
_START = (
    "import sys; sys.path[:] = sys.argv[3:]; from monitor.poll.worker import nurse; "
    "nurse(int(sys.argv[1]), float(sys.argv[2]))"
)
