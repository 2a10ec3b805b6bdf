"""The pty oracle: everything the dashboard may write to a terminal, as a short closed list; anything else is an injection."""

from __future__ import annotations

import re

MODES = b"7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048"
ALLOWED = re.compile(
    rb"\x1b\[[0-9;]*m"  # SGR
    rb"|\x1b\[\d+;\d+H"  # CUP
    rb"|\x1b\[\?(?:" + MODES + rb")(?:[hl]|\$p)"  # private modes
    rb"|\x1b\[>\d+u|\x1b\[<u"  # kitty keyboard
    rb"|\x1b\]22;default\x07"  # pointer shape
    rb"|\r|\n"
)
CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


def violations(output: bytes, *, clipboard: bool = False) -> list[str]:
    """What in the output is neither text nor on the list, each with what stands round it."""
    allowed = re.compile(ALLOWED.pattern + rb"|\x1b\]52;c;[A-Za-z0-9+/=]*\x07") if clipboard else ALLOWED
    rest = allowed.sub(b"\x00", output)
    found = []
    at = 0
    plain = rest.replace(b"\x00", b"")
    for match in CONTROL.finditer(plain):
        at = match.start()
        found.append(repr(plain[max(0, at - 30) : at + 30]))
    text = plain.decode("utf-8", "replace")
    found += [
        f"U+{ord(char):04X} in {text[max(0, n - 20) : n + 20]!r}"
        for n, char in enumerate(text)
        if "\x80" <= char <= "\x9f"
    ]
    return found
