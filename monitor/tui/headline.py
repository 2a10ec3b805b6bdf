"""A pane's heading, and a story as one row of it. Pure; knows Rich, not widgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len
from rich.segment import Segment

from monitor.model import Story
from monitor.tui import paint
from monitor.tui.tallies import Tally
from monitor.tui.themes import Ground, Look

LOUD = ("breaking", "correction", "kill", "embargo", "advisory")
"""Kinds of item that are told before the headline."""
BARS = 8
"""Bars that the last day is told in."""


def heading(
    label: str,
    title: str,
    width: int,
    look: Look,
    *,
    tally: Tally,
    notes: Sequence[str],
    waiting: str,
    work: str,
    following: bool,
    focused: bool,
) -> list[Segment]:
    """Number, name, unread count, what is peculiar, sparkline; on the right what is at work and what waits above."""
    unread = f" {tally.unread}" if tally.unread else ""
    left = [
        (f" {label} ", "accent" if focused else "faint"),
        (paint.cut(title, width // 2), "head" if focused else "title"),
        (unread, "fresh" if unread else "faint"),
    ]
    left += [(f" {paint.cut(text, width // 2)}", "star") for text in notes]
    if sparks := paint.sparkline(tally.hourly, BARS):
        left.append((f" {sparks}", "accent" if focused else "faint"))
    left.append((" ", "faint"))
    right = [(f" {work} ", "good"), ("─", "faint")] if work else []
    if waiting:
        right += [(f" {waiting} ", "pill"), ("─", "faint")]
    elif following:
        right += [(" following ", "accent"), ("─", "faint")]
    return paint.between(left, right, width, look, "─")


def row(
    story: Story, width: int, look: Look, ground: Ground, *, topic: str | None, source: str, now: datetime, picked: bool
) -> list[Segment]:
    """The story in exactly `width` cells; marked is what a query found and the hits of `topic`, else those of all."""
    item, state = story.item, story.state
    glyph, role = state_mark(story, now)
    bar = "✓" if picked else "▌" if ground == "raised" else " "
    column = 9 if width < 64 else 12 if width < 100 else 16
    about = f" {paint.moment(item.published, now):<6} {paint.fitted(source, column)}  "
    if ground == "raised":
        segments = [Segment(f"{bar}{glyph}{about}", look.style("ink", ground))]
    elif role == "quiet" and bar == " ":
        segments = [Segment(f"{bar}{glyph}{about}", look.style("quiet", ground))]
    else:
        segments = [
            Segment(bar + glyph, look.style("accent" if role == "quiet" else role, ground)),
            Segment(about, look.style("quiet", ground)),
        ]
    room = width - 2 - len(about) if about.isascii() else width - 2 - cell_len(about)
    outlets = f" ×{story.outlets}" if story.outlets > 1 else ""
    if item.kind in LOUD and room > 24:
        loud = f"{item.kind.upper()} "
        segments.append(Segment(loud, look.style("warning", ground)))
        room -= len(loud)
    own = (hit for hit in story.verdict.hits if hit.topic == topic or (topic is None and not story.found))
    spans = [(hit.start, hit.end) for hit in (*story.found, *own) if hit.field == "title"]
    segments += paint.marked(
        item.title,
        spans,
        max(0, room - len(outlets)),
        look,
        role="quiet" if state.read and ground != "raised" else "ink",
        ground=ground,
    )
    if outlets:
        segments.append(Segment(outlets, look.style("ink" if ground == "raised" else "quiet", ground)))
    return segments


def state_mark(story: Story, now: datetime) -> tuple[str, str]:
    """The sign of a state, and its role."""
    state = story.state
    if state.triage == "dismissed":
        return "×", "quiet"
    if state.triage == "done":
        return "✓", "quiet"
    if state.snoozed_until is not None and state.snoozed_until > now:
        return "◔", "quiet"
    if state.starred:
        return "★", "star"
    if state.triage == "watching":
        return "◆", "good"
    return (" ", "quiet") if state.read else ("●", "fresh")
