"""Fetching a source: conditional, streamed under a cap, its redirects followed by hand."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, urlsplit, urlunsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver
from msgspec import Struct
from msgspec.structs import replace

from monitor.errors import SourceError
from monitor.model import Memory, Secret, Source
from monitor.sources.addresses import leads_home, plainly_private, public_url
from monitor.sources.http.answer import charset, gunzip, max_age, refusal, too_large, validator
from monitor.sources.http.faults import told
from monitor.sources.http.guard import PublicResolver, RefusedError, SocketFactory, guarded, plain_socket
from monitor.sources.http.hops import Hop, needs_quoting, offered, origin, redirected
from monitor.sources.http.secrets import reveal

if TYPE_CHECKING:
    from types import TracebackType

    from monitor.config import Network

HOPS = 5
_ACCEPT = (
    "application/atom+xml,application/rss+xml,application/feed+json,application/rdf+xml,"
    "application/xml;q=0.9,text/xml;q=0.9,application/json;q=0.8,text/html;q=0.5,*/*;q=0.4"
)

Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Fetched(Struct, frozen=True, kw_only=True):
    """An answer. `unmodified`: the server said so, or the body is the one of the last time; then `body` is empty."""

    status: int
    body: bytes
    memory: Memory
    """For the next fetch; to be kept only once the body has turned out to be a feed."""
    final_url: str
    moved_to: str | None = None
    """Where a permanent redirect points."""
    max_age: float | None = None
    content_type: str = ""
    encoding: str | None = None
    """The charset that the server names."""
    lang: str | None = None
    bytes: int = 0
    seconds: float = 0.0
    unmodified: bool = False
    notes: tuple[str, ...] = ()


class Client:
    """Fetches sources. One per event loop; use as an async context manager.

    `resolver` and `socket_factory` replace how names are resolved and sockets made; the guard stays around them.
    """

    def __init__(
        self,
        network: Network,
        *,
        resolver: AbstractResolver | None = None,
        socket_factory: SocketFactory = plain_socket,
        clock: Clock = _utc_now,
    ) -> None:
        self.network = network
        self._resolver = resolver
        self._socket_factory = socket_factory
        self._clock = clock
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._secrets: dict[Secret, str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def adopt(self, network: Network) -> None:
        """Take up other settings from the next request on; secrets are revealed anew."""
        self.network = network
        self._secrets.clear()

    async def close(self) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def fetch(self, source: Source, memory: Memory) -> Fetched:
        """Fetch a source, conditionally on what is remembered. Raises SourceError, never anything else."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.network.total_timeout):
                fetched = await self._admitted(source, memory)
        except SourceError:
            raise
        except TimeoutError:
            seconds = time.monotonic() - started
            raise SourceError(f"no whole answer after {seconds:.0f} s", kind="timeout") from None
        except Exception as error:  # noqa: BLE001 - aiohttp's, a proxy library's, the system's: all are this source's
            raise told(error, source) from None
        return replace(fetched, seconds=time.monotonic() - started)

    async def _admitted(self, source: Source, memory: Memory) -> Fetched:
        """Fetch, and once more where the source's secrets were refused and have changed since they were revealed."""
        try:
            return await self._follow(source, memory)
        except SourceError as error:
            if error.kind not in ("http-401", "http-403") or not await self._renewed(source):
                raise
            return await self._follow(source, memory)

    async def _renewed(self, source: Source) -> bool:
        """Reveal the source's secrets anew; whether one is another than before."""
        host = urlsplit(source.url or "").hostname or ""
        values = {**self.network.headers.get(host, {}), **source.headers}.values()
        former = {value: self._secrets.pop(value, None) for value in values if isinstance(value, Secret)}
        return any([await self._reveal(secret) != value for secret, value in former.items()])

    async def _follow(self, source: Source, memory: Memory) -> Fetched:
        own, headers = await self._own_headers(source)
        hop = Hop(url=own, origin=origin(own), own_headers=headers)
        permanent = True
        for count in range(HOPS + 1):
            response = await self._request(hop, source, memory)
            async with response:
                if response.status not in (301, 302, 303, 307, 308):
                    return await self._read(response, hop, memory)
                target = redirected(hop.url, response.headers.get("Location"))
                permanent = permanent and response.status in (301, 308)
            if target == hop.url and count:
                raise SourceError("the server redirects in a circle", kind="redirect")
            hop.url = target
            if permanent:
                hop.moved_to = offered(target, own)
            if urlsplit(target).netloc != urlsplit(own).netloc:
                hop.notes.append(f"redirected to {urlsplit(target).hostname}")
        raise SourceError(f"more than {HOPS} redirects", kind="redirect")

    async def _own_headers(self, source: Source) -> tuple[str, dict[str, str]]:
        """The source's url without user and password, and the headers that go to its origin alone."""
        url = source.url or ""
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:
            raise SourceError("the url cannot be read", kind="bad-url", permanent=True) from None
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            raise SourceError("the url is not http or https", kind="bad-url", permanent=True)
        headers: dict[str, str] = {}
        host_headers = self.network.headers.get(parts.hostname, {})
        for name, value in {**host_headers, **source.headers}.items():
            headers[name] = await self._reveal(value)
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            headers.setdefault("Authorization", "Basic " + b64encode(pair.encode()).decode())
            url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        return url, headers

    async def _reveal(self, value: str | Secret) -> str:
        if isinstance(value, str):
            return value
        if value not in self._secrets:
            self._secrets[value] = await asyncio.to_thread(reveal, value)
        return self._secrets[value]

    async def _request(self, hop: Hop, source: Source, memory: Memory) -> aiohttp.ClientResponse:
        headers = {"User-Agent": self.network.user_agent, "Accept": _ACCEPT}
        if origin(hop.url) == hop.origin:
            headers.update(hop.own_headers)
        if memory.etag:
            headers["If-None-Match"] = memory.etag
        if memory.last_modified:
            headers["If-Modified-Since"] = memory.last_modified
        network = self.network
        proxy = source.proxy or network.proxy
        permitted = self._permitted(hop.url, source)
        host = urlsplit(hop.url).hostname or ""
        if proxy and not permitted and leads_home(host):  # the proxy would make the connection, and judges nothing
            raise told(RefusedError(f"{host} is private, and a proxy would lead there"), source)
        session = self._session(permitted, proxy)
        timeout = aiohttp.ClientTimeout(
            total=network.total_timeout, sock_connect=network.connect_timeout, sock_read=network.read_timeout
        )
        options: dict[str, Any] = {"proxy": proxy} if proxy and not proxy.startswith("socks") else {}
        if source.insecure:
            options["ssl"] = False
        from yarl import URL

        return await session.get(
            URL(hop.url, encoded=not needs_quoting(hop.url)),
            headers=headers,
            allow_redirects=False,
            timeout=timeout,
            **options,
        )

    def _permitted(self, url: str, source: Source) -> bool:
        """Whether this hop may reach a private address: the config names its host, and names it as private."""
        host = (urlsplit(url).hostname or "").lower()
        if host in (allowed.lower() for allowed in self.network.allow_hosts):
            return True
        own = (urlsplit(source.url or "").hostname or "").lower()
        return host == own and plainly_private(own)

    def _session(self, permitted: bool, proxy: str | None) -> aiohttp.ClientSession:
        kind = f"socks:{proxy}" if proxy and proxy.startswith("socks") else f"{permitted or bool(proxy)}"
        session = self._sessions.get(kind)
        if session is None:
            session = self._sessions[kind] = self._new_session(permitted, proxy)
        return session

    def _new_session(self, permitted: bool, proxy: str | None) -> aiohttp.ClientSession:
        connector: aiohttp.BaseConnector
        if proxy and proxy.startswith("socks"):
            connector = _socks(proxy)
        else:
            inner = self._resolver or ThreadedResolver()
            open_to_all = permitted or bool(proxy)
            connector = aiohttp.TCPConnector(
                limit=0,
                use_dns_cache=False,
                resolver=inner if open_to_all else PublicResolver(inner),
                socket_factory=self._socket_factory if open_to_all else guarded(self._socket_factory),
            )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def _read(self, response: aiohttp.ClientResponse, hop: Hop, memory: Memory) -> Fetched:
        headers = response.headers
        if response.status == 304:
            return self._fetched(response, hop, b"", memory, unmodified=True)
        if response.status != 200:
            raise refusal(response.status, headers, self._clock())
        cap = self.network.max_bytes
        if response.content_length is not None and response.content_length > cap:
            raise too_large(cap)
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_chunked(65536):
            size += len(chunk)
            if size > cap:
                response.close()
                raise too_large(cap)
            chunks.append(chunk)
        body = b"".join(chunks)
        if body[:2] == b"\x1f\x8b":
            body = gunzip(body, cap)
        digest = blake2b(body, digest_size=12).hexdigest()
        etag, modified = validator(headers.get("ETag")), validator(headers.get("Last-Modified"))
        if digest != memory.digest:
            fresh = replace(memory, etag=etag, last_modified=modified, digest=digest)
            return self._fetched(response, hop, body, fresh, unmodified=False, size=size)
        # The same bytes without a validator: what is remembered still names them.
        fresh = replace(memory, etag=etag, last_modified=modified) if etag or modified else memory
        return self._fetched(response, hop, b"", fresh, unmodified=True, size=size)

    @staticmethod
    def _fetched(
        response: aiohttp.ClientResponse, hop: Hop, body: bytes, memory: Memory, *, unmodified: bool, size: int = 0
    ) -> Fetched:
        return Fetched(
            status=response.status,
            body=body,
            memory=memory,
            final_url=public_url(hop.url) if "@" in hop.url else hop.url,
            moved_to=hop.moved_to,
            max_age=max_age(response.headers.get("Cache-Control")),
            content_type=response.headers.get("Content-Type", "")[:200],
            encoding=charset(response.headers.get("Content-Type", "")),
            lang=response.headers.get("Content-Language", "")[:40] or None,
            bytes=size,
            unmodified=unmodified,
            notes=tuple(hop.notes),
        )


def _socks(proxy: str) -> aiohttp.BaseConnector:
    try:
        from aiohttp_socks import ProxyConnector
    except ImportError:
        raise SourceError(
            "a SOCKS proxy needs the package aiohttp-socks", kind="config", hint="install newsroom-monitor[socks]"
        ) from None
    connector: aiohttp.BaseConnector = ProxyConnector.from_url(proxy, rdns=True)
    return connector
