"""What leaves the dashboard: links and citations for the clipboard, an address for the browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from monitor.tui import outside
from monitor.tui.screens.triage import Triage

if TYPE_CHECKING:
    from monitor.model import Story


class Sharing(Triage):
    """The newsroom screen's ways out for an item."""

    def action_copy_link(self) -> None:
        """Copy the link."""
        if (story := self.one()) is not None:
            link = story.item.url
            self._copy(link, f"copied: {link}" if link else "the item has no link")

    def action_copy_citation(self) -> None:
        """Copy a line that tells the item."""
        if (story := self.one()) is not None:
            item = story.item
            text = outside.citation(item.title, self.source_title(item.source), f"{item.published:%Y-%m-%d}", item.url)
            self._copy(text, f"copied: {text}")

    def action_open_browser(self) -> None:
        """Open the link in the browser; where that would open elsewhere, show and copy it."""
        if (story := self.one()) is None:
            return
        address = outside.web_address(story.item.url)
        if address is None:
            self.say(f"not a web address: {story.item.url or 'the item has no link'}", "warning")
        elif outside.remote(os.environ) or not outside.open_browser(address):
            self._copy(address, f"copied: {address}")
        else:
            self.say(f"opening {address}", "quiet")

    def one(self) -> Story | None:
        """The item meant; says so where there is none."""
        story = self.reading or self.panes.current.story
        if story is None:
            self.say("nothing is selected", "warning")
        return story

    def _copy(self, text: str | None, said: str) -> None:
        if text:
            self.app.copy_to_clipboard(text)
        self.say(said, "quiet")
