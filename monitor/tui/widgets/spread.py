"""What lies between the bars: the panes, an item that is read beside or over them, and before both the welcome."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from textual.containers import Horizontal

from monitor.tui.widgets.window import NEWS

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from monitor.model import Counts, Story
    from monitor.tui.desk import News
    from monitor.tui.widgets.panes import Panes
    from monitor.tui.widgets.reader import Reader
    from monitor.tui.widgets.welcome import Welcome

BESIDE = 120
"""Columns from which an item is read beside the panes, not over them."""


class Spread(Horizontal):
    """Which of the three is seen, and which has the keys."""

    def __init__(self, panes: Panes, reader: Callable[[], Reader], welcome: Callable[[], Welcome]) -> None:
        super().__init__(id="spread")
        self.panes = panes
        self.reader: Reader | None = None
        self.welcome: Welcome | None = None
        self.in_reader = False
        """The reader has the keys."""
        self._make_reader, self._make_welcome = reader, welcome
        self._ever = False
        """Something was stored; the panes have been shown."""

    def compose(self) -> ComposeResult:
        """At first only the panes."""
        yield self.panes

    @property
    def home(self) -> Widget:
        """What has the keys when nothing is asked."""
        return self.reader if self.in_reader and self.reader is not None else self.panes.current

    @property
    def read(self) -> Story | None:
        """The story that is being read, whoever has the keys."""
        return self.reader.story if self.reader is not None and self.reader.display else None

    @property
    def covered(self) -> bool:
        """Whether the panes are hidden behind what is read."""
        return self.read is not None and not self.panes.display

    # -- reading ----------------------------------------------------------------------------------------------

    async def open_reader(self) -> Reader:
        """The reader in its place, with the keys."""
        if self.reader is None:
            self.reader = self._make_reader()
            await self.mount(self.reader)
        self.reader.display = True
        self._place()
        self.reader.focus()
        self.in_reader = True
        self.panes.changed()
        return self.reader

    def close_reader(self) -> bool:
        """Back to the panes; whether something was being read."""
        if self.reader is None or not self.reader.display:
            return False
        self.reader.display = False
        self.panes.display = True
        self.in_reader = False
        self.panes.current.focus()
        self.panes.changed()
        return True

    def uncover(self) -> None:
        """Bring panes that are behind what is read to the fore, before something is done with them."""
        if self.covered:
            self.close_reader()

    def _place(self) -> None:
        if self.reader is None:
            return
        width = self.app.size.width
        beside = width >= BESIDE
        self.reader.styles.width = min(self.reader.measure + 4, width * 55 // 100) if beside else "1fr"
        self.panes.display = beside or not self.reader.display

    def on_resize(self) -> None:
        """Another width may part panes and reader; what is hidden by that has no keys."""
        in_panes = any(pane.has_focus for pane in self.panes.lists)
        self._place()
        self.in_reader = self.in_reader or self.covered
        if self.reader is not None and self.covered and in_panes:
            self.reader.focus()
        self.panes.changed()

    # -- what is told of the store ----------------------------------------------------------------------------

    def greet(self, counts: Counts | None, news: News) -> bool:
        """Tell in the place of the panes that nothing at all is stored; whether they have just come back."""
        if counts is None or (self.welcome is None and self._ever):
            return False
        if counts.all.total or counts.starred.total or not news.empty:
            self._ever = True
            if self.welcome is not None:
                self.welcome.remove()
                self.welcome = None
                self.panes.display = True
                self.panes.show(focus=False)
                return True
        else:
            if self.welcome is None:
                self.welcome = self._make_welcome()
                self.panes.display = False
                self.mount(self.welcome)
            self.welcome.take(news)
        return False

    def marked(self, ids: Collection[str], to: Callable[[Story], Story]) -> None:
        """Show what a mark makes of stories, wherever they are seen."""
        for pane in self.panes.lists:
            pane.marked(ids, to)
        if self.reader is not None and self.reader.story is not None and self.reader.story.id in ids:
            self.reread(to(self.reader.story))

    def renew(self, *, come: int = NEWS) -> None:
        """Read all panes once more, in which at the most `come` rows may be new."""
        for pane in self.panes.lists:
            pane.supply.renew(come=come)

    def undone(self, ids: Collection[str], *, select: bool) -> None:
        """Let stories come back whose mark was taken back; with `select`, a single one under the cursor."""
        if select and (len(ids) == 1 or self.panes.current.chosen is None):
            self.panes.current.chosen = next(iter(ids), None)
        for pane in self.panes.lists:
            pane.undone(ids)

    def reread(self, story: Story) -> None:
        """Show what is read as it is now, without losing the place."""
        if self.reader is not None:
            self.reader.show_story(story, self.reader.topics, keep_place=True)
