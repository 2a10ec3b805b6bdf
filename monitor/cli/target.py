"""Files that the commands write: new ones only unless forced, never through a symlink, never half there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from monitor.errors import UsageError
from monitor.text import clean_line


def check_target(path: Path, *, force: bool) -> None:
    """Refuse a file that is there already (unless forced), a symlink, anything not a file, a folder that is missing."""
    name = clean_line(str(path))
    if path.is_symlink():
        raise UsageError(f"{name} is a symlink; it is not written through")
    if path.exists() and not path.is_file():
        raise UsageError(f"{name} is not a file")
    if path.exists() and not force:
        raise UsageError(f"{name} is there already", hint="--force replaces it")
    if not path.parent.is_dir():
        raise UsageError(f"{clean_line(str(path.parent))}: no such folder")


@contextmanager
def writing(path: Path, *, force: bool) -> Iterator[TextIO]:
    """A file to write, private to its owner, that takes its place only when all has been written."""
    check_target(path, force=force)
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".monitor-export-")
    except OSError as error:
        raise UsageError(f"{clean_line(str(path))}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if force:
            Path(draft).replace(path)
        else:
            os.link(draft, path)
    except FileExistsError:
        raise UsageError(f"{clean_line(str(path))} is there already", hint="--force replaces it") from None
    finally:
        Path(draft).unlink(missing_ok=True)
