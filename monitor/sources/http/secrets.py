"""Values that never stand in a config file, fetched from where the config says they are."""

from __future__ import annotations

import os
import re
import shlex
import subprocess

from monitor.errors import SourceError
from monitor.model import Secret

SECRET_SECONDS = 5.0
_HEADER_VALUE = re.compile(r"\A[\x20-\x7e\x80-\xff\t]*\Z")


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
