"""The config in force: taken up as it changes, the last good one kept meanwhile, and written when somebody asks."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from monitor import config
from monitor.errors import ConfigError, UsageError
from monitor.text import clean_line

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.config import Settings
    from monitor.model import Candidate, Topic
    from monitor.query import Query, Watchlists


class CurrentConfig:
    """Settings and their watchlists, as they stand in the folder now."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._stamp = (settings.folder, config.stamp(settings.folder))
        self._refused: tuple[str, ...] = ()
        self._notices: list[str] = []

    @cached_property
    def watchlists(self) -> Watchlists:
        """The watchlists in force, read when first asked for: a first screen needs none."""
        return watchlists_of(self.settings)

    def reload(self) -> tuple[bool, tuple[str, ...]]:
        """Take up a changed config: whether something changed, and problems. On a problem the last good one stays."""
        folder, origin = config.current(self.settings)
        stamp = (folder, config.stamp(folder))
        if stamp == self._stamp:
            return False, ()
        self._stamp = stamp
        try:
            settings = config.load(folder, self.settings.store, os.environ)
            watchlists = watchlists_of(settings)
            self._refused = tuple(map(str, watchlists.problems))
        except ConfigError as error:
            self._refused = error.problems
        if self._refused:
            return False, self._refused
        self.settings, self.watchlists = replace(settings, origin=origin), watchlists
        return True, ()

    @property
    def refused(self) -> bool:
        """Whether what stands in the folder now is not what is in force."""
        return bool(self._refused)

    def problems(self) -> tuple[str, ...]:
        """What is wrong in it, and what had to be begun to write it, a line each."""
        return (*self._refused, *map(str, self.watchlists.problems), *self._notices)

    def parse(self, text: str, *, topic: str | None = None) -> Query:
        """Read a query, of or for a topic if one is named, and resolve its lists; raises QueryError."""
        query = self.watchlists.read(text, topic=topic)
        self.watchlists.needle(query)
        return query

    def topic(self, topic_id: str) -> Topic | None:
        """The topic of that id."""
        return next((topic for topic in self.settings.topics if topic.id == topic_id), None)

    def new_topic(self, title: str) -> Topic:
        """A watchlist of that title, written nowhere yet. Raises UsageError where there is one."""
        from monitor.model import Topic

        title = clean_line(title, cap=80)
        if not title:
            raise UsageError("a watchlist needs a title")
        topic = Topic(id=config.topic_id(title), title=title, query="")
        if self.topic(topic.id) is not None:
            raise UsageError(f'there is a "{topic.id}" already')
        return topic

    def save_topic(self, topic_id: str, query: str, *, title: str | None = None) -> None:
        """Write a topic's query to topics.toml, keeping its comments; one that is not there is added, with its title.

        Raises QueryError or ConfigError, and then writes nothing.
        """
        self.parse(query)
        config.save_topic(self._own_folder(), topic_id, query, title=title)
        self.reload()

    def add_source(self, candidate: Candidate, *, title: str) -> str:
        """Add a source to sources.toml, keeping its comments; its id. Raises ConfigError, and then writes nothing."""
        (made,) = config.add_sources(
            self._own_folder(), [{**candidate.where, "title": clean_line(title, cap=200) or None}]
        )
        self.reload()
        return made

    def set_enabled(self, source_id: str, *, enabled: bool) -> None:
        """Switch a source on or off in sources.toml."""
        config.set_enabled(self._own_folder(), source_id, enabled)
        self.reload()

    def _own_folder(self) -> Path:
        """A config folder that may be written; that it had to be begun is told with `problems`."""
        written = config.own_folder(self.settings)
        if written.notice:
            self._notices.append(written.notice)
        return written.folder


def watchlists_of(settings: Settings) -> Watchlists:
    """The watchlists of a config; those that cannot be read are its `problems`."""
    from monitor.query import Watchlists

    return Watchlists(settings.topics, settings.lists, spelling=settings.spelling, tolerant=True)
