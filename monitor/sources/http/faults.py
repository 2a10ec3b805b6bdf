"""What goes wrong on the way, in words that hold nothing secret."""

from __future__ import annotations

import os
import ssl
from urllib.parse import urlsplit

import aiohttp

from monitor.errors import SourceError
from monitor.model import Source
from monitor.sources.http.guard import RefusedError


def told(error: BaseException, source: Source) -> SourceError:
    """What went wrong on the way, in words, without anything secret."""
    host = urlsplit(source.url or "").hostname or "the host"
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, RefusedError):
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
        number = error.os_error.errno
        reason = os.strerror(number).lower() if number else "no connection"
        return SourceError(f"{host} cannot be reached: {reason}", kind="unreachable")
    if isinstance(error, aiohttp.ContentTypeError | aiohttp.ClientPayloadError):
        return SourceError("the answer broke off or is damaged", kind="broken")
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | ConnectionError):
        return SourceError("the server closed the connection", kind="broken")
    if isinstance(error, aiohttp.ClientResponseError):
        return SourceError("the answer is not HTTP as it should be", kind="broken")
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return SourceError("the url cannot be read", kind="bad-url")
    return SourceError(f"{host} cannot be reached", kind="unreachable")
