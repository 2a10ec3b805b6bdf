"""The themes: a handful of colours each, from which come Textual's variables and the styles of drawn lines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme


class Colours(Struct, frozen=True, kw_only=True):
    """What a theme is made of, as CSS colours; `ansi` leaves all of them to the terminal."""

    dark: bool = True
    ansi: bool = False
    ground: str
    raised: str
    """Ground of the selected row in the focused list."""
    resting: str
    """Ground of the selected row in a list without focus."""
    ink: str
    quiet: str
    """Read headlines, sources, times."""
    faint: str
    """Rules and what is only there to be found."""
    accent: str
    fresh: str
    """Unread marks."""
    hit: str
    good: str
    warning: str
    error: str
    star: str


COLOURS: Mapping[str, Colours] = MappingProxyType(
    {
        "newsroom-dark": Colours(
            ground="#14171c",
            raised="#2b3a4f",
            resting="#1e242c",
            ink="#d9dee5",
            quiet="#8a94a3",
            faint="#4d5664",
            accent="#7cb7ff",
            fresh="#7cb7ff",
            hit="#f2c66d",
            good="#8fc98b",
            warning="#e8a35c",
            error="#f0787a",
            star="#f2c66d",
        ),
        "newsroom-light": Colours(
            dark=False,
            ground="#fbfaf7",
            raised="#cfe0f5",
            resting="#ebeef2",
            ink="#1f242b",
            quiet="#646c78",
            faint="#b4b9c1",
            accent="#0b57b0",
            fresh="#0b57b0",
            hit="#9a4f00",
            good="#2d7132",
            warning="#a85b00",
            error="#b3232b",
            star="#a26a00",
        ),
        "newsroom-contrast": Colours(
            ground="#000000",
            raised="#003f8f",
            resting="#262626",
            ink="#ffffff",
            quiet="#d0d0d0",
            faint="#8f8f8f",
            accent="#00d7ff",
            fresh="#00ff87",
            hit="#ffff00",
            good="#00ff87",
            warning="#ffaf00",
            error="#ff8787",
            star="#ffff00",
        ),
        "newsroom-terminal": Colours(
            ansi=True,
            ground="default",
            raised="default",
            resting="default",
            ink="default",
            quiet="default",
            faint="default",
            accent="cyan",
            fresh="cyan",
            hit="yellow",
            good="green",
            warning="yellow",
            error="red",
            star="yellow",
        ),
    }
)

DEFAULT = "newsroom-dark"

Ground = Literal["plain", "raised", "resting"]


class Look:
    """The Rich styles of a theme. A role on the raised ground is the same role where the cursor is."""

    def __init__(self, colours: Colours) -> None:
        self.colours = colours
        self._styles: dict[tuple[str, Ground], Style] = {}

    def style(self, role: str, ground: Ground = "plain") -> Style:
        """The style of a role: ink, quiet, faint, accent, fresh, hit, good, warning, error, star, title, pill."""
        key = (role, ground)
        if key not in self._styles:
            self._styles[key] = self._terminal(role, ground) if self.colours.ansi else self._true(role, ground)
        return self._styles[key]

    def _true(self, role: str, ground: Ground) -> Style:
        colours = self.colours
        behind = {"plain": colours.ground, "raised": colours.raised, "resting": colours.resting}[ground]
        if role == "pill":
            return Style(color=colours.ground, bgcolor=colours.accent, bold=True)
        if role == "title":
            return Style(color=colours.ink, bgcolor=behind, bold=True)
        if role == "hit-now":
            return Style(color=colours.ground, bgcolor=colours.hit, bold=True)
        if role == "head":
            return Style(color=colours.accent, bgcolor=behind, bold=True)
        return Style(color=getattr(colours, role), bgcolor=behind, underline=True if role == "hit" else None)

    def _terminal(self, role: str, ground: Ground) -> Style:
        reverse = True if ground == "raised" or role in {"pill", "hit-now"} else None
        return Style(
            color={"pill": "cyan", "title": "default", "head": "cyan", "hit-now": "yellow"}.get(role)
            or getattr(self.colours, role),
            bgcolor="default",
            reverse=reverse,
            bold=True if role in {"title", "head", "fresh", "star"} or ground == "resting" else None,
            underline=True if role == "hit" else None,
            dim=True if role == "faint" and ground == "plain" else None,
        )


@cache
def look(name: str) -> Look:
    """The styles of a theme; another than ours looks like the default."""
    return Look(COLOURS.get(name, COLOURS[DEFAULT]))


def themes() -> tuple[Theme, ...]:
    """Our themes as Textual knows them."""
    return tuple(_theme(name, colours) for name, colours in COLOURS.items())


def _theme(name: str, colours: Colours) -> Theme:
    def css(colour: str) -> str:
        return f"ansi_{colour}" if colours.ansi else colour

    return Theme(
        name=name,
        primary=css(colours.accent),
        secondary=css(colours.quiet),
        accent=css(colours.accent),
        warning=css(colours.warning),
        error=css(colours.error),
        success=css(colours.good),
        foreground=css(colours.ink),
        background=css(colours.ground),
        surface=css(colours.ground),
        panel=css(colours.resting),
        dark=colours.dark,
        ansi=colours.ansi,
        variables=dict(BUILTIN_THEMES["ansi-dark"].variables) if colours.ansi else {},
    )
