"""What a parser of local text gives back: entries, and every decision with its reason."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from monitor.model import Entry

Role = Literal[
    "headline",
    "dek",
    "body",
    "caption",
    "byline",
    "timestamp",
    "breadcrumb",
    "advisory",
    "pull quote",
    "navigation",
    "footer",
    "learned",
    "separator",
]

Format = Literal["text", "markdown", "html", "ninjs", "feed", "email", "nitf", "newsml"]


class Block(Struct, frozen=True, kw_only=True):
    """A block of a text and what it was taken for. `confidence` is 0 to 1; `entry` says which entry it belongs to."""

    text: str
    role: Role
    reason: str
    confidence: float
    entry: int = 0


class Parsed(Struct, frozen=True, kw_only=True):
    """A file read: its entries in order, the format it was read as, what was said about the file, and its blocks.

    `format == "feed"` without entries means: a saved feed, to be read by the feed parsers. `blocks` is empty for
    formats that name their own parts.
    """

    entries: tuple[Entry, ...]
    format: Format
    notes: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
