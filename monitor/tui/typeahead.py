"""Keys in the order they were typed, each to what the one before it brought about.

Textual hands a key to whatever has the focus when the key arrives, not when the key's turn comes. Over a slow line keys
come in bunches: of "/dad" the "d" would dismiss an item, because the search line is not there yet.

What goes on beside the keys can ask when it would hold up none of them (`lull`).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from monitor.tui.screens.base import DeskScreen

if TYPE_CHECKING:
    from textual.app import App
    from textual.events import Key, Paste
    from textual.message_pump import MessagePump

MOST = 1000
"""Keys kept that nobody has answered yet; what is typed beyond that is dropped."""
PATIENCE = 2.0
"""Seconds until a key is handed on though the one before it is still at work."""
TYPING = 0.3
"""Seconds after a key in which another is expected."""
NEXT = 0.15
"""Seconds that it is waited for."""
ANSWER = 0.015
"""Seconds that a key is given to be answered before anything else is done."""


class TypeAhead:
    """Keys that wait their turn. `hand` gives one to the app."""

    def __init__(self, app: App[int], hand: Callable[[Key | Paste], Awaitable[None]]) -> None:
        self.app, self.hand = app, hand
        self._waiting: deque[Key | Paste] = deque()
        self._handing: asyncio.Task[None] | None = None
        self._last = float("-inf")
        self._typed = asyncio.Event()

    @property
    def _at_work(self) -> bool:
        return self._handing is not None and not self._handing.done()

    async def take(self, event: Key | Paste) -> None:
        """Hand a key on, at once unless an earlier one is still being answered."""
        self._last = time.monotonic()
        self._typed.set()
        if not self._at_work and not self._busy():
            await self.hand(event)
        elif len(self._waiting) < MOST:
            self._waiting.append(event)
            if not self._at_work:
                self._handing = asyncio.create_task(self._hand_on())

    @property
    def typing(self) -> bool:
        """Whether another key is expected."""
        return time.monotonic() - self._last < TYPING

    async def lull(self) -> None:
        """Wait until a key has just been answered, where one is expected: work fits better between two than on one."""
        if self.typing:
            self._typed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._typed.wait(), NEXT)
            await asyncio.sleep(ANSWER)

    async def _hand_on(self) -> None:
        while self._waiting:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._answered(), PATIENCE)
            await self.hand(self._waiting.popleft())

    async def _answered(self) -> None:
        while True:
            for pump in (self.app.focused or self.app.screen).ancestors_with_self:
                await _passed(pump)
            if not self._busy():
                return
            await asyncio.sleep(0.001)

    def _busy(self) -> bool:
        screen = self.app.screen
        if isinstance(screen, DeskScreen) and screen.awaits:
            return True
        pumps = (self.app, *self.app.screen_stack, *screen.walk_children())
        return any(pump.message_queue_size or pump._next_callbacks for pump in pumps) or any(  # noqa: SLF001
            worker.group == "read" and not worker.is_finished for worker in self.app.workers
        )


async def _passed(pump: MessagePump) -> None:
    """Wait until what a pump has before it now is done."""
    done = asyncio.Event()
    if pump.is_running and pump.call_later(done.set):
        await done.wait()
