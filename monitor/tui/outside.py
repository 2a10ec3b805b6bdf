"""What leaves the dashboard: an address for a browser, a text for the clipboard; nothing else does."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from monitor.text import clean_line

LONGEST = 4096
"""Characters of an address that is opened."""
CLIP = 60_000
"""Characters copied at the most; terminals drop more."""

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


def web_address(link: str | None) -> str | None:
    """The link as a browser may have it: http or https, ASCII, host as punycode, no user name; None for any other.

    An address that still holds a control character, a blank or a quote is percent-encoded there.
    """
    if not link or len(link) > LONGEST or any(ord(char) < 33 or ord(char) == 127 for char in link):
        return None
    try:
        parts = urlsplit(link)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        return None
    try:
        name = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    if not _HOST.fullmatch(name):
        return None
    place = name if port is None else f"{name}:{port}"
    safe = "%/:=&?~+!$,;'@()*[]-._"
    return urlunsplit(
        (parts.scheme, place, quote(parts.path, safe), quote(parts.query, safe), quote(parts.fragment, safe))
    )


def remote(environ: Mapping[str, str]) -> bool:
    """Whether a browser opened here would open out of the reader's sight."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return True
    return sys.platform != "darwin" and not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def open_browser(address: str) -> bool:
    """Give one address, as one argument and through no shell, to the desktop's opener; False when there is none."""
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if opener is None or web_address(address) != address:
        return False
    subprocess.Popen(  # noqa: S603
        [opener, address],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return True


def clipboard(text: str, environ: Mapping[str, str]) -> str:
    """What the terminal must be told to have one clean line on the reader's clipboard: OSC 52, in tmux passed on."""
    payload = base64.b64encode(clean_line(text, cap=CLIP).encode()).decode()
    sequence = f"\x1b]52;c;{payload}\x07"
    if environ.get("TMUX"):
        return f"{sequence}\x1bPtmux;\x1b{sequence}\x1b\\"
    return sequence


def citation(title: str, source: str, date: str, link: str | None) -> str:
    """One line that tells an item to others."""
    return clean_line(f"{title} — {source}, {date}{f', {link}' if link else ''}", cap=2000)
