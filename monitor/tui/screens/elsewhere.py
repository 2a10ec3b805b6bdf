"""The ways from the newsroom to the other screens, and what comes back from them."""

from __future__ import annotations

from monitor.errors import MonitorError
from monitor.model import Topic, View
from monitor.newsroom import Pane
from monitor.tui import commands
from monitor.tui.screens.browsing import Browsing


class Elsewhere(Browsing):
    """The newsroom screen's doors."""

    def action_sources(self) -> None:
        """Go to the sources; one that is picked there shows its items here."""
        from monitor.tui.screens.sources import SourcesScreen

        def picked(source_id: str | None) -> None:
            if source_id is not None:
                self.spread.close_reader()
                view = View(source=source_id, shelf="all")
                self.panes.add(Pane(id="source", title=self.source_title(source_id), view=view))

        self.app.push_screen(SourcesScreen(self.desk), picked)

    def action_edit(self) -> None:
        """Edit the watchlist of the pane."""
        topic = self.desk.newsroom.topic(self.panes.current.pane.view.topic or "")
        if topic is None:
            new = self.desk.keys.shown(commands.BY_ID["new-watchlist"], most=1)
            self.say(f"only the pane of a topic has a watchlist to edit; {new} writes a new one", "warning")
            return
        self._open_editor(topic)

    def action_new_watchlist(self) -> None:
        """Ask for a title, and write its query."""
        from monitor.tui.widgets.prompt import Question

        async def answer(title: str) -> str | None:
            try:
                topic = self.desk.newsroom.new_topic(title)
            except MonitorError as error:
                return str(error)
            self.call_after_refresh(self._open_editor, topic)
            return None

        self.ask(Question(label="title of the watchlist:", answer=answer))

    def renew_panes(self) -> None:
        """Take up the panes of a changed config; whoever has the keys keeps them."""
        self.panes.renew(self.desk.newsroom.panes())
        self.give_keys()

    def _open_editor(self, topic: Topic) -> None:
        from monitor.tui.screens.editor import EditorScreen

        def edited(said: str | None) -> None:
            self.renew_panes()
            if said is not None:
                self.say(said, "good")
                panes = self.panes.panes
                self.panes.show(next((n for n, pane in enumerate(panes) if pane.id == f"topic:{topic.id}"), None))

        self.app.push_screen(EditorScreen(self.desk, topic), edited)
