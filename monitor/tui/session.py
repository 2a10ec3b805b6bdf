"""Where a dashboard stood: the small document kept between two runs. Anything unreadable in it is as if never said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from msgspec import Struct, field, to_builtins


class PaneSession(Struct, kw_only=True):
    """How one pane stood."""

    item: str | None = None
    limit: str = ""
    unread: bool = False
    by_score: bool = False

    @classmethod
    def read(cls, document: object) -> Self:
        """From a stored document; what does not fit is left out."""
        made = cls()
        _fill(made, document)
        return made


class Session(Struct, kw_only=True):
    """Layout, theme, pane and what each pane showed."""

    theme: str | None = None
    pane: str | None = None
    zoomed: bool = False
    reading: str | None = None
    panes: dict[str, PaneSession] = field(default_factory=dict)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """From a stored document; what does not fit is left out."""
        session = cls()
        _fill(session, {key: value for key, value in document.items() if key != "panes"})
        panes = document.get("panes")
        if isinstance(panes, Mapping):
            session.panes = {str(name): PaneSession.read(pane) for name, pane in list(panes.items())[:200]}
        return session

    def document(self) -> dict[str, Any]:
        """What is stored."""
        document: dict[str, Any] = to_builtins(self)
        return document


def _fill(made: PaneSession | Session, document: object) -> None:
    if isinstance(document, Mapping):
        for name in made.__struct_fields__:
            value, default = document.get(name), getattr(made, name)
            if isinstance(value, type(default)) or (default is None and isinstance(value, str)):
                setattr(made, name, value)
