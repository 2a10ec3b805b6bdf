"""Which addresses lead out into the world, which lead home, and what of a url may be shown. Pure."""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PRIVATE_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".intranet", ".corp", ".home")
_DENIED = tuple(
    ipaddress.ip_network(block)
    for block in """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    ::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8
    """.split()  # noqa: SIM905 - a list of blocks reads best as words
)
_EMBEDDING = tuple((ipaddress.ip_network(block), shift) for block, shift in (("64:ff9b::/96", 0), ("2002::/16", 80)))


def denied(address: str) -> bool:
    """Whether an address is this machine's, its network's or nobody's. IPv4 inside IPv6 counts as IPv4."""
    try:
        ip: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        else:
            for block, shift in _EMBEDDING:
                if ip in block:
                    ip = ipaddress.IPv4Address(int(ip) >> shift & 0xFFFFFFFF)
                    break
    return any(ip.version == block.version and ip in block for block in _DENIED)


@lru_cache(4096)
def plainly_private(host: str) -> bool:
    """Whether a host is private by its very spelling: a private address, `localhost`, a bare or an internal name."""
    host = host.lower().rstrip(".")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        bare = "." not in host and host.isascii() and not host[:1].isdigit()
        return bare or host.endswith(_PRIVATE_NAMES)
    return denied(host)


def leads_home(host: str) -> bool:
    """Whether a host is private by its spelling, numbers included that only a resolver reads as an address."""
    if plainly_private(host):
        return True
    try:
        return denied(socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, UnicodeError):
        return False


def public_url(url: str) -> str:
    """A url that may be shown: without user, password, query and fragment."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if ":" in host:
            host = f"[{host}]"
        return urlunsplit((parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path, "", ""))
    except ValueError:
        return "(unreadable url)"
