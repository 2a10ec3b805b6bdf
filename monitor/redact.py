"""Text without credentials: what is shown, copied, logged and exported passes here where it may hold one."""

from __future__ import annotations

import os
import re

_CREDENTIALS = re.compile(r"(\w+://)[^/?#\s\"'<>]+@")
_PARAMETER = re.compile(
    r"([?&](?:[\w.-]*(?:token|key|secret|password|passwd|auth|sig)[\w.-]*)=)[^&\s'\"]+", re.IGNORECASE
)
_HEADER = re.compile(
    r"((?:authorization|cookie|x-[\w-]*(?:key|token))['\"]?\s*[:=]\s*['\"]?)[^'\"\n,}]+", re.IGNORECASE
)
_NAMED = re.compile(r"token|key|secret|passw|auth|credential", re.IGNORECASE)


def redact(text: str) -> str:
    """A text without credentials: those in addresses and headers, and the values of variables named like one."""
    for name, value in os.environ.items():
        if len(value) >= 6 and _NAMED.search(name):
            text = text.replace(value, "***")
    text = _CREDENTIALS.sub(r"\1***@", text)
    text = _PARAMETER.sub(r"\1***", text)
    return _HEADER.sub(r"\1***", text)
