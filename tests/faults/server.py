"""A server of faults on loopback: whole answers, and every way of not giving one. Everything is asyncio, nothing waits long."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.loopback import Request, listening, request_on

Answer = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FaultServer:
    """Answers by path, and what was asked of it."""

    port: int
    scheme: str = "http"
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    open: int = 0
    """Connections that are open now."""

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def on(self, path: str, answer: Answer) -> str:
        """Serve an answer; its address."""
        self.answers[path] = answer
        return self.url(path)

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]


@asynccontextmanager
async def serving(context: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> AsyncIterator[FaultServer]:
    server = FaultServer(0, "https" if context else "http")

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.open += 1
        try:
            await _answer(server, reader, writer)
        finally:
            server.open -= 1

    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()
    loop.set_exception_handler(lambda *_: None)  # a client that refuses our certificate is what we are after
    try:
        async with listening(handle, context, address) as server.port:
            yield server
    finally:
        loop.set_exception_handler(handler)


async def _answer(server: FaultServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request and its answer; a connection is not used twice."""
    request = await request_on(reader)
    server.requests.append(request)
    await server.answers.get(request.path, status(404))(request, writer)
    with contextlib.suppress(ConnectionError, RuntimeError):
        await writer.drain()


# ---------------------------------------------------------------- answers


def body(data: bytes, *headers: str, status_line: str = "200 OK") -> Answer:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status_line}", f"Content-Length: {len(data)}", "Connection: close", *headers, "", ""]
    return raw("\r\n".join(lines).encode() + data)


def status(number: int, *headers: str, data: bytes = b"") -> Answer:
    return body(data, *headers, status_line=f"{number} Told")


def redirect(target: str, number: int = 301, *headers: str) -> Answer:
    return status(number, f"Location: {target}", *headers)


def raw(data: bytes) -> Answer:
    """These bytes and the end."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return answer


def endless(piece: bytes, *headers: str) -> Answer:
    """A chunked body that never ends, as fast as it is read."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        lines = ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", *headers, "", ""]
        writer.write("\r\n".join(lines).encode())
        while True:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()

    return answer


def drip(start: bytes, piece: bytes, pause: float) -> Answer:
    """After a start, a piece now and then, for ever."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            await writer.drain()
            await asyncio.sleep(pause)
            writer.write(piece)

    return answer


async def hang(_: Request, writer: asyncio.StreamWriter) -> None:
    """Take the request and say nothing."""
    await asyncio.sleep(60)


def reset(start: bytes) -> Answer:
    """A start, then RST."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await writer.drain()
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return answer


def in_turn(*answers: Answer) -> Answer:
    """One answer after the other, the last for ever."""
    left = list(answers)

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(request, writer)

    return answer


# ---------------------------------------------------------------- documents


def rss(*titles: str, extra: str = "", item: str = "") -> bytes:
    """An honest feed."""
    items = "".join(
        f'<item><title>{title}</title><link>/{title}</link><guid isPermaLink="false">urn:{title}</guid>'
        f"<description>About {title}.</description><pubDate>Tue, 24 Nov 2026 10:00:00 GMT</pubDate>{item}</item>"
        for title in titles
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{extra}{items}</channel></rss>'.encode()
    )
