"""Where connections may lead: names and addresses judged at the moment a socket is made."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.sources.addresses import denied

SocketFactory = Callable[[Any], socket.socket]


class RefusedError(OSError):
    """A connection that must not be made."""


class PublicResolver(AbstractResolver):
    """Names to addresses, without those that are denied."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The public addresses of a host; an error where it has only others."""
        answers = await self._inner.resolve(host, port, family)
        public = [answer for answer in answers if not denied(answer["host"])]
        if answers and not public:
            raise RefusedError(f"{host} is at {answers[0]['host']}, a private address")
        return public

    async def close(self) -> None:
        """Close the resolver beneath."""
        await self._inner.close()


def guarded(factory: SocketFactory) -> SocketFactory:
    """A factory that makes no socket to a denied address, whatever named it."""

    def connect(info: Any) -> socket.socket:
        if denied(info[4][0]):
            raise RefusedError(f"{info[4][0]} is a private address")
        return factory(info)

    return connect


def plain_socket(info: Any) -> socket.socket:
    """A socket for an address that aiohttp has resolved."""
    family, kind, proto, _, _ = info
    return socket.socket(family, kind, proto)
