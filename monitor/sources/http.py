"""The one way to the network: bounded, honest, and only to where the config points.

Every answer is read as a stream under a cap after decompression and a limit of total time. Redirects are followed by
hand. Addresses are judged when a socket is made, so that no name, number spelling, redirect or second DNS answer
reaches this machine or its network unless the config names that host. No cookies, no proxies from the environment.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import socket
import ssl
import subprocess
import time
import zlib
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from msgspec import Struct
from msgspec.structs import replace

from monitor.errors import SourceError
from monitor.model import Memory, Secret, Source
from monitor.sources.addresses import denied, plainly_private, public_url

if TYPE_CHECKING:
    from types import TracebackType

    from monitor.config import Network

HOPS = 5
RETRY_AFTER_MOST = 24 * 3600.0
SECRET_SECONDS = 5.0
_VALIDATOR = re.compile(r"\A[\x21-\x7e][\x20-\x7e]{0,8000}\Z")
_HEADER_VALUE = re.compile(r"\A[\x20-\x7e\x80-\xff\t]*\Z")
_ACCEPT = (
    "application/atom+xml,application/rss+xml,application/feed+json,application/rdf+xml,"
    "application/xml;q=0.9,text/xml;q=0.9,application/json;q=0.8,text/html;q=0.5,*/*;q=0.4"
)

Clock = Callable[[], datetime]
SocketFactory = Callable[[Any], socket.socket]


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


# ---------------------------------------------------------------- where sockets may lead


class _RefusedError(OSError):
    """A connection that must not be made."""


class _Resolver(AbstractResolver):
    """Names to addresses, without those that are denied."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answers = await self._inner.resolve(host, port, family)
        public = [answer for answer in answers if not denied(answer["host"])]
        if answers and not public:
            raise _RefusedError(f"{host} is at {answers[0]['host']}, a private address")
        return public

    async def close(self) -> None:
        await self._inner.close()


def _guarded(factory: SocketFactory) -> SocketFactory:
    def connect(info: Any) -> socket.socket:
        if denied(info[4][0]):
            raise _RefusedError(f"{info[4][0]} is a private address")
        return factory(info)

    return connect


def _plain_socket(info: Any) -> socket.socket:
    family, kind, proto, _, _ = info
    return socket.socket(family, kind, proto)


# ---------------------------------------------------------------- secrets


def reveal(secret: str | Secret) -> str:
    """The value behind a secret: the environment variable, or the first line that the command prints.

    Raises SourceError without a word of the value or of what the command printed.
    """
    if isinstance(secret, str):
        return secret
    if secret.env is not None:
        value = os.environ.get(secret.env)
        if not value:
            raise SourceError(f"the environment variable {secret.env} is not set", kind="secret")
        return _header_safe(value)
    if not secret.command:
        raise SourceError("a secret names neither env nor command", kind="secret")
    words = shlex.split(secret.command)
    try:
        done = subprocess.run(  # noqa: S603 - the config's own command, without a shell
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECRET_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SourceError(f"the secret command {words[0]} took over {SECRET_SECONDS:g} s", kind="secret") from None
    except OSError as error:
        raise SourceError(f"the secret command {words[0]} did not start: {error.strerror}", kind="secret") from None
    if done.returncode or not done.stdout.strip():
        raise SourceError(f"the secret command {words[0]} failed (exit {done.returncode})", kind="secret")
    return _header_safe(done.stdout.decode("utf-8", "replace").splitlines()[0].strip())


def _header_safe(value: str) -> str:
    if not _HEADER_VALUE.match(value):
        raise SourceError("a secret holds characters that no header may hold", kind="secret")
    return value


# ---------------------------------------------------------------- the client


@dataclass(slots=True)
class _Hop:
    """Where one fetch stands."""

    url: str
    origin: tuple[str, str | None, int | None]
    own_headers: Mapping[str, str]
    moved_to: str | None = None
    notes: list[str] = field(default_factory=list)


class Client:
    """Fetches sources. One per event loop; use as an async context manager.

    `resolver` and `socket_factory` replace how names are resolved and sockets made; the guard stays around them.
    """

    def __init__(
        self,
        network: Network,
        *,
        resolver: AbstractResolver | None = None,
        socket_factory: SocketFactory = _plain_socket,
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
                fetched = await self._follow(source, memory)
        except SourceError:
            raise
        except TimeoutError:
            seconds = time.monotonic() - started
            raise SourceError(f"no whole answer after {seconds:.0f} s", kind="timeout") from None
        except Exception as error:  # noqa: BLE001 - aiohttp's, a proxy library's, the system's: all are this source's
            raise _told(error, source) from None
        return replace(fetched, seconds=time.monotonic() - started)

    async def _follow(self, source: Source, memory: Memory) -> Fetched:
        own, headers = await self._own_headers(source)
        hop = _Hop(url=own, origin=_origin(own), own_headers=headers)
        permanent = True
        for count in range(HOPS + 1):
            response = await self._request(hop, source, memory)
            async with response:
                if response.status not in (301, 302, 303, 307, 308):
                    return await self._read(response, hop, memory)
                target = _redirected(hop.url, response.headers.get("Location"))
                permanent = permanent and response.status in (301, 308)
            if target == hop.url and count:
                raise SourceError("the server redirects in a circle", kind="redirect")
            hop.url = target
            if permanent:
                hop.moved_to = _offered(target, own)
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

    async def _request(self, hop: _Hop, source: Source, memory: Memory) -> aiohttp.ClientResponse:
        headers = {"User-Agent": self.network.user_agent, "Accept": _ACCEPT}
        if _origin(hop.url) == hop.origin:
            headers.update(hop.own_headers)
        if memory.etag:
            headers["If-None-Match"] = memory.etag
        if memory.last_modified:
            headers["If-Modified-Since"] = memory.last_modified
        proxy = source.proxy or self.network.proxy
        session = self._session(self._permitted(hop.url, source), proxy)
        options: dict[str, Any] = {"proxy": proxy} if proxy and not proxy.startswith("socks") else {}
        if source.insecure:
            options["ssl"] = False
        from yarl import URL

        return await session.get(
            URL(hop.url, encoded=not _needs_quoting(hop.url)), headers=headers, allow_redirects=False, **options
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
        network = self.network
        connector: aiohttp.BaseConnector
        if proxy and proxy.startswith("socks"):
            connector = _socks(proxy)
        else:
            inner = self._resolver or ThreadedResolver()
            open_to_all = permitted or bool(proxy)
            connector = aiohttp.TCPConnector(
                limit=0,
                use_dns_cache=False,
                resolver=inner if open_to_all else _Resolver(inner),
                socket_factory=self._socket_factory if open_to_all else _guarded(self._socket_factory),
            )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            timeout=aiohttp.ClientTimeout(
                total=network.total_timeout, sock_connect=network.connect_timeout, sock_read=network.read_timeout
            ),
        )

    async def _read(self, response: aiohttp.ClientResponse, hop: _Hop, memory: Memory) -> Fetched:
        headers = response.headers
        if response.status == 304:
            return self._fetched(response, hop, b"", memory, unmodified=True)
        if response.status != 200:
            raise self._status_error(response.status, headers)
        cap = self.network.max_bytes
        if response.content_length is not None and response.content_length > cap:
            raise _too_large(cap)
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_chunked(65536):
            size += len(chunk)
            if size > cap:
                response.close()
                raise _too_large(cap)
            chunks.append(chunk)
        body = b"".join(chunks)
        if body[:2] == b"\x1f\x8b":
            body = _gunzip(body, cap)
        digest = blake2b(body, digest_size=12).hexdigest()
        etag, modified = _validator(headers.get("ETag")), _validator(headers.get("Last-Modified"))
        if digest != memory.digest:
            fresh = replace(memory, etag=etag, last_modified=modified, digest=digest)
            return self._fetched(response, hop, body, fresh, unmodified=False, size=size)
        # The same bytes without a validator: what is remembered still names them.
        fresh = replace(memory, etag=etag, last_modified=modified) if etag or modified else memory
        return self._fetched(response, hop, b"", fresh, unmodified=True, size=size)

    @staticmethod
    def _fetched(
        response: aiohttp.ClientResponse, hop: _Hop, body: bytes, memory: Memory, *, unmodified: bool, size: int = 0
    ) -> Fetched:
        return Fetched(
            status=response.status,
            body=body,
            memory=memory,
            final_url=public_url(hop.url) if "@" in hop.url else hop.url,
            moved_to=hop.moved_to,
            max_age=_max_age(response.headers.get("Cache-Control")),
            content_type=response.headers.get("Content-Type", "")[:200],
            encoding=_charset(response.headers.get("Content-Type", "")),
            lang=response.headers.get("Content-Language", "")[:40] or None,
            bytes=size,
            unmodified=unmodified,
            notes=tuple(hop.notes),
        )

    def _status_error(self, status: int, headers: Mapping[str, str]) -> SourceError:
        retry = retry_after(headers.get("Retry-After"), self._clock())
        if status == 410:
            return SourceError(
                "the feed is gone for good (410)",
                kind="http-410",
                permanent=True,
                hint="remove the source or give it a new url",
            )
        words = {401: "needs a password", 403: "refused us", 404: "not found", 429: "asked us to slow down"}
        text = words.get(status, "the server is in trouble" if status >= 500 else "an answer of no use")
        return SourceError(f"{text} ({status})", kind=f"http-{status}", retry_after=retry)


def retry_after(value: str | None, now: datetime) -> float | None:
    """What `Retry-After` asks for, in seconds, at most a day; None for nothing or nonsense."""
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), RETRY_AFTER_MOST)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    seconds = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return min(seconds, RETRY_AFTER_MOST) if seconds > 0 else None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _redirected(url: str, location: str | None) -> str:
    """Where a redirect leads, if it may."""
    if not location:
        raise SourceError("a redirect without a target", kind="redirect")
    try:
        target = urljoin(url, location.strip())
        parts: SplitResult = urlsplit(target)
        _ = parts.port
    except ValueError:
        raise SourceError("a redirect to an unreadable url", kind="redirect") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError(f"a redirect to {parts.scheme or 'nowhere'}: is refused", kind="refused")
    if urlsplit(url).scheme == "https" and parts.scheme == "http":
        raise SourceError("a redirect from https to http is refused", kind="refused")
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _offered(target: str, own: str) -> str:
    """A new address as it may be shown: without the source's own query, which may hold a secret and goes with it."""
    query = urlsplit(own).query
    return public_url(target) if query and query in target else target


def _needs_quoting(url: str) -> bool:
    return not url.isascii() or any(char in url for char in ' "<>\\^`{|}')


def _validator(value: str | None) -> str | None:
    return value if value and _VALIDATOR.match(value) else None


def _max_age(value: str | None) -> float | None:
    found = re.search(r"max-age\s*=\s*\"?(\d{1,9})", value or "", re.IGNORECASE)
    return float(found[1]) if found else None


def _charset(content_type: str) -> str | None:
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    return found[1] if found else None


def _gunzip(body: bytes, cap: int) -> bytes:
    """Gzip that no header announced, under the cap."""
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        out = inflate.decompress(body, cap + 1)
    except zlib.error:
        raise SourceError("the body is damaged gzip", kind="unreadable") from None
    if len(out) > cap:
        raise _too_large(cap)
    if not inflate.eof:
        raise SourceError("the body is gzip cut short", kind="unreadable")
    return out


def _too_large(cap: int) -> SourceError:
    return SourceError(f"larger than {cap:,} bytes", kind="too-large", hint="raise max_bytes if it is meant to be")


def _socks(proxy: str) -> aiohttp.BaseConnector:
    try:
        from aiohttp_socks import ProxyConnector
    except ImportError:
        raise SourceError(
            "a SOCKS proxy needs the package aiohttp-socks", kind="config", hint="install newsroom-monitor[socks]"
        ) from None
    connector: aiohttp.BaseConnector = ProxyConnector.from_url(proxy, rdns=True)
    return connector


def _told(error: BaseException, source: Source) -> SourceError:
    """What went wrong on the way, in words, without anything secret."""
    host = urlsplit(source.url or "").hostname or "the host"
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, _RefusedError):
            hint = "name the host in allow_hosts if that is meant"
            return SourceError(f"refused: {seen}", kind="refused", hint=hint, permanent=False)
        seen = getattr(seen, "os_error", None) or seen.__cause__
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return SourceError(f"the certificate of {host} is not good: {cause.verify_message}", kind="tls")
        return SourceError(f"no safe connection to {host} could be agreed", kind="tls")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return SourceError(f"{host} has no address", kind="dns")
    by_proxy = type(error).__module__.startswith(("aiohttp_socks", "python_socks"))
    if by_proxy or isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return SourceError("the proxy does not answer", kind="proxy")
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, ConnectionResetError) and urlsplit(source.url or "").scheme == "https":
            return SourceError(f"no safe connection to {host} could be agreed", kind="tls")
        return SourceError(
            f"{host} cannot be reached: {error.os_error.strerror or 'no connection'}", kind="unreachable"
        )
    if isinstance(error, aiohttp.ContentTypeError | aiohttp.ClientPayloadError):
        return SourceError("the answer broke off or is damaged", kind="broken")
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | ConnectionError):
        return SourceError("the server closed the connection", kind="broken")
    if isinstance(error, aiohttp.ClientResponseError):
        return SourceError("the answer is not HTTP as it should be", kind="broken")
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return SourceError("the url cannot be read", kind="bad-url")
    return SourceError(f"{host} cannot be reached", kind="unreachable")


Fetch = Callable[[Source, Memory], Awaitable[Fetched]]
