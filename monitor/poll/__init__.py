"""When and how sources are polled, and the way from an entry to the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.poll.poller import run

__all__ = ["run"]


def __getattr__(name: str) -> object:
    """The poller itself is imported when it is first asked for: a dashboard that only starts one needs none of it."""
    if name in __all__:
        from monitor.poll import poller

        return getattr(poller, name)
    raise AttributeError(name)
