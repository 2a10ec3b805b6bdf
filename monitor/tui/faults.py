"""A fault of our own as it may be told: what kind, and where in the code; never a value, which may be a secret."""

from __future__ import annotations

import traceback


def way(error: BaseException | None) -> str:
    """The kind of an error and the places it came through, the innermost first."""
    frames = traceback.extract_tb(error.__traceback__ if error else None)
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
    return f"{type(error).__name__}, {' ← '.join(places)}"


def place(error: BaseException | None) -> str:
    """The kind of an error and where it was."""
    return way(error).partition(" ← ")[0]
