"""A newsroom in memory, behaving as `monitor.newsroom.Newsroom` promises: what the pilots run the dashboard on."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from monitor import triage
from monitor.config import Dashboard, Settings
from monitor.errors import QueryError, UsageError
from monitor.model import (
    Body,
    Candidate,
    Change,
    Counts,
    Hit,
    Item,
    Journal,
    Mark,
    Page,
    Progress,
    Source,
    SourceHealth,
    State,
    Story,
    Tally,
    Topic,
    Verdict,
    View,
)
from monitor.newsroom import Newsroom, Pane, SourceStatus
from monitor.preview import Preview

NOW = datetime(2026, 11, 24, 13, 2, 30, tzinfo=UTC)

HEADLINES = (
    "Army commander rules out a ceasefire before the talks",
    "Foreign ministers meet in Vienna over the missile deal",
    "Parliament passes the budget after a night of talks",
    "Navy shadows two tankers in the strait",
    "Earthquake of magnitude 6.1 shakes the coast, no casualties",
    "Central bank holds its rate and warns of inflation",
    "NATO to hold its largest drill since the Cold War",
    "Missile tests resume, state agency says",
    "Aid convoy reaches the northern towns",
    "Court annuls the election of a governor",
)
SOURCES = (
    Source(id="reuters", title="Reuters", url="https://reuters.example/feed", tier=1),
    Source(id="afp", title="AFP", url="https://afp.example/feed", tier=1),
    Source(id="presstv", title="Press TV", url="https://presstv.example/rss", tier=2),
    Source(id="bbc", title="BBC World", url="https://bbc.example/rss.xml", tier=1),
    Source(id="desk-drops", title="Desk drops", path="/srv/desk", tier=3),
)
TOPICS = (
    Topic(id="defense", title="Defense", query="missile~ OR NATO OR army OR navy", severity=3),
    Topic(id="diplomacy", title="Diplomacy", query="minister~ OR talks"),
    Topic(id="economy", title="Economy", query="bank OR inflation OR budget"),
)
WORDS = {
    "defense": ("missile", "nato", "army", "navy"),
    "diplomacy": ("ministers", "talks"),
    "economy": ("bank", "inflation", "budget"),
}


def hits_in(topic: str, field: str, text: str) -> list[Hit]:
    """Every word of a topic in a text."""
    found = []
    low = text.lower()
    for word in WORDS[topic]:
        start = low.find(word)
        while start >= 0:
            end = start + len(word)
            found.append(Hit(topic=topic, field=field, term=word, text=text[start:end], start=start, end=end))
            start = low.find(word, end)
    return found


def make_story(
    n: int, *, title: str | None = None, body: str | None = None, at: datetime | None = None, **item
) -> Story:
    """Story number n, the greater the older."""
    title = title if title is not None else HEADLINES[n % len(HEADLINES)] + (f" ({n})" if n >= len(HEADLINES) else "")
    text = (
        body
        if body is not None
        else "\n\n".join(
            f"Paragraph {k} of story {n}. Officials said on Tuesday that the talks would go on, and that the army and the navy "
            f"had been told. A missile was seen near the port, according to two people who asked not to be named."
            for k in range(1, 5)
        )
    )
    at = at or NOW - timedelta(minutes=3 + 7 * n)
    hits = [hit for topic in WORDS for hit in hits_in(topic, "title", title)]
    topics = {hit.topic: 3.0 + (n % 3) for hit in hits}
    hits += [hit for topic in topics for hit in hits_in(topic, "body", text)]
    defaults = {
        "id": f"i{n:06d}",
        "source": SOURCES[n % 4].id,
        "key": f"guid:{n}",
        "digest": f"d{n}",
        "story": f"s{n}",
        "url": f"https://news.example/{n}",
        "title": title,
        "authors": ("Jane Doe",),
        "place": "VIENNA",
        "agency": "AFP" if n % 4 == 1 else None,
        "published": at,
        "seen": at + timedelta(seconds=40),
        "words": len(text.split()),
    }
    return Story(
        item=Item(**{**defaults, **item}),
        verdict=Verdict(scores=topics, hits=tuple(hits)),
        state=State(read=n % 5 == 4, starred=n % 9 == 8),
        outlets=7 if n % 6 == 2 else 1,
        body=Body(text=text, captions=("Soldiers at the port. Photo: AFP",), links=("https://news.example/more",)),
    )


class Words:
    """A query of words that must all stand in title or body; `AND`, brackets and quotes are only skipped."""

    def __init__(self, text: str) -> None:
        if text.count("(") != text.count(")"):
            raise QueryError("a bracket is not closed", query=text, column=text.find("(") + 1, hint='add ")"')
        self.text = text
        self.words = [word.strip('()"').lower() for word in text.split() if word not in {"AND", "OR"}]

    def matches(self, story: Story) -> bool:
        low = f"{story.item.title} {story.body.text if story.body else ''}".lower()
        return all(word in low for word in self.words)

    def found(self, story: Story) -> Story:
        """The story with its words marked in title and body."""
        texts = {"title": story.item.title, "body": story.body.text if story.body else ""}
        hits = [
            Hit(topic="", field=field, term=word, text=word, start=at, end=at + len(word))
            for field, text in texts.items()
            for word in self.words
            if word and (at := text.lower().find(word)) >= 0
        ]
        return replace(story, found=tuple(hits))


class FakeNewsroom:
    """Stories in a dictionary, revisions, a journal; every method of the facade that the dashboard calls."""

    def __init__(
        self, stories=(), *, settings: Settings | None = None, read_only: bool = False, now: datetime = NOW
    ) -> None:
        self.settings = settings or Settings(
            folder=Path("config"), origin="test", store="memory:", sources=SOURCES, topics=TOPICS, dashboard=Dashboard()
        )
        self.read_only = read_only
        self.now = now
        self.stories: dict[str, Story] = {}
        self.log: list[tuple[int, str]] = []
        self.journal: list[tuple[Journal, dict[str, State]]] = []
        self.calls: Counter[str] = Counter()
        self.wishes: list[object] = []
        self.saved: dict[str, object] = {}
        self.saved_topics: dict[str, str] = {}
        self.long_work: tuple[Progress, ...] = ()
        self.trouble: tuple[str, ...] = ()
        self.config_refused = False
        self.failing: Exception | None = None
        self.polling = "elsewhere"
        self.healths: dict[str, SourceHealth] = {}
        self.on_the_web: dict[str, Candidate | Exception] = {}
        self._revision = 0
        self._lock = threading.RLock()
        self._number = itertools.count(1)
        if stories:
            self.put(*stories)

    # what tests do to it

    def put(self, *stories: Story) -> None:
        """Store stories, as another process would."""
        with self._lock:
            self._revision += 1
            for story in stories:
                self.stories[story.id] = replace(story, revision=self._revision)
                self.log.append((self._revision, story.id))

    def state(self, item_id: str) -> State:
        return self.stories[item_id].state

    # the facade

    def clock(self) -> datetime:
        return self.now

    def panes(self) -> tuple[Pane, ...]:
        topics = [
            Pane(id=f"topic:{t.id}", title=t.title, view=View(topic=t.id), severity=t.severity)
            for t in self.settings.topics
            if t.pane
        ]
        saved = [
            Pane(id=f"query:{title}", title=title, view=View(), query=q)
            for title, q in self.settings.dashboard.extra_panes.items()
        ]
        return (
            *topics,
            *saved,
            Pane(id="all", title="All", view=View()),
            Pane(id="starred", title="Starred", view=View(shelf="starred")),
        )

    def _in(self, view: View, story: Story) -> bool:
        state = story.state
        hidden = state.triage in {"dismissed", "done"} or bool(state.snoozed_until and state.snoozed_until > self.now)
        return (
            (view.topic is None or view.topic in story.verdict.scores)
            and (view.source is None or view.source == story.item.source)
            and (view.shelf != "open" or not hidden)
            and (view.shelf != "hidden" or hidden)
            and (view.shelf != "starred" or state.starred)
            and not (view.unread and state.read)
            and (view.since is None or story.item.published >= view.since)
        )

    @staticmethod
    def _key(view: View, story: Story) -> tuple:
        time = story.item.published.timestamp()
        return (story.verdict.score, time, story.id) if view.order == "score" else (time, story.id)

    def _listed(self, view: View, query) -> list[Story]:
        words = Words(query) if isinstance(query, str) else query
        with self._lock:
            stories = [s for s in self.stories.values() if self._in(view, s) and (words is None or words.matches(s))]
        return sorted(stories, key=lambda story: self._key(view, story), reverse=True)

    def page(self, view: View, *, query=None, after=None, limit=200, scan=5000, bodies=False) -> Page:
        self.calls["page"] += 1
        if self.failing is not None:
            raise self.failing
        stories = self._listed(view, query)
        start = 0
        if after is not None:
            mark = self._mark(view, stories[0], after) if stories else ()
            start = next((n for n, story in enumerate(stories) if self._key(view, story) < mark), len(stories))
        cut = stories[start : start + limit]
        more = start + limit < len(stories)
        key = self._written(view, cut[-1]) if more else None
        if query is not None:
            cut = list(map((Words(query) if isinstance(query, str) else query).found, cut))
        shown = cut if bodies else [replace(story, body=None) for story in cut]
        return Page(stories=tuple(shown), next=key, revision=self._revision, scanned=len(cut))

    def page_back(self, view: View, *, before=None, limit=200) -> Page:
        self.calls["page_back"] += 1
        stories = self._listed(view, None)
        end = len(stories)
        if before is not None:
            end = next((n for n, s in enumerate(stories) if self._key(view, s) < self._mark(view, s, before)), end)
        start = max(0, end - limit)
        key = self._written(view, stories[start - 1]) if start else None
        shown = [replace(story, body=None) for story in stories[start:end]]
        return Page(stories=tuple(shown), next=key, revision=self._revision, scanned=len(shown))

    def key(self, view: View, story: Story) -> str:
        return self._written(view, story) + "\0"

    def _mark(self, view: View, like: Story, text: str) -> tuple:
        return tuple(type(part)(word) for part, word in zip(self._key(view, like), text.split("|"), strict=True))

    def _written(self, view: View, story: Story) -> str:
        return "|".join(repr(part) if isinstance(part, float) else str(part) for part in self._key(view, story))

    pages = Newsroom.pages

    def count(self, view: View, *, query=None, scan=5000) -> tuple[int, bool]:
        return len(self._listed(view, query)), False

    def counts(self) -> Counts:
        def tally(view: View) -> Tally:
            stories = self._listed(view, None)
            hours = [0] * 24
            for story in stories:
                ago = int((self.now - story.item.published).total_seconds() // 3600)
                if 0 <= ago < 24:
                    hours[23 - ago] += 1
            return Tally(total=len(stories), unread=sum(not s.state.read for s in stories), hourly=tuple(hours))

        topics = {topic.id: tally(View(topic=topic.id)) for topic in self.settings.topics}
        return Counts(topics=topics, all=tally(View()), starred=tally(View(shelf="starred")), revision=self._revision)

    def story(self, item_id: str, *, query: str | None = None) -> Story | None:
        story = self.stories.get(item_id)
        return story if story is None or query is None else Words(query).found(story)

    def revision(self) -> int:
        return self._revision

    def changes(self, since: int) -> Change:
        ids = tuple(dict.fromkeys(item for revision, item in self.log if revision > since))
        return Change(revision=self._revision, items=ids)

    def parse(self, text: str) -> Words:
        return Words(text)

    def mark(self, ids, action, *, value=None, until=None) -> Journal | None:
        if self.read_only:
            raise UsageError("cannot mark: the newsroom is open read-only")
        if self.failing is not None:
            raise self.failing
        act = Mark(action=action, who="desk", at=self.now, value=value, until=until)
        with self._lock:
            before = {
                i: self.stories[i].state
                for i in ids
                if i in self.stories and triage.apply(act, self.stories[i].state) != self.stories[i].state
            }
            if not before:
                return None
            self.put(*(replace(self.stories[i], state=triage.apply(act, self.stories[i].state)) for i in before))
            journal = Journal(number=next(self._number), mark=act, items=tuple(before))
            self.journal.append((journal, before))
        return journal

    def undo(self) -> Journal | None:
        if self.read_only:
            raise UsageError("cannot undo: the newsroom is open read-only")
        with self._lock:
            if not self.journal:
                return None
            journal, before = self.journal.pop()
            self.put(*(replace(self.stories[i], state=state) for i, state in before.items()))
        return replace(journal, undone=True)

    def sources(self) -> tuple[SourceStatus, ...]:
        return tuple(
            SourceStatus(
                source=s,
                health=replace(
                    self.healths.get(s.id, SourceHealth(source=s.id, status="ok")),
                    **({} if s.enabled else {"status": "disabled"}),
                ),
            )
            for s in self.settings.sources
        )

    def refresh(self, source_ids=None) -> None:
        self.wishes.append(source_ids)

    def stop_work(self) -> None:
        self.calls["stop_work"] += 1

    def set_enabled(self, source_id: str, enabled: bool) -> None:
        sources = tuple(replace(s, enabled=enabled) if s.id == source_id else s for s in self.settings.sources)
        self.settings = replace(self.settings, sources=sources)

    def consider(self, address: str, *, stop=lambda: False) -> Candidate | None:
        if isinstance(found := self.on_the_web[address], Exception):
            raise found
        return found

    def add_source(self, candidate: Candidate, *, title: str) -> str:
        made = Source(id=title.lower() or "untitled", title=title, url=candidate.url)
        self.settings = replace(self.settings, sources=(*self.settings.sources, made))
        return made.id

    def poller(self):
        return self.polling

    def progress(self) -> tuple[Progress, ...]:
        return self.long_work

    def topic(self, topic_id: str) -> Topic | None:
        return next((topic for topic in self.settings.topics if topic.id == topic_id), None)

    def lint(self, query: str):
        Words(query)
        return ()

    def preview(self, query: str, *, topic=None, since, stop=lambda: False, told=lambda _: None) -> Preview:
        matched = self._listed(View(shelf="all", since=since), query)
        saved = self._listed(View(topic=topic, shelf="all", since=since), None) if topic else []
        days = Counter(story.item.published.date().isoformat() for story in matched)
        ids = {story.id for story in matched}
        return Preview(
            matched=len(matched),
            per_day=dict(sorted(days.items())),
            sources=Counter(story.item.source for story in matched).most_common(),
            samples=tuple(matched[:10]),
            gained=[story for story in matched if topic not in story.verdict.scores] if topic else [],
            lost=[story for story in saved if story.id not in ids],
            lints=(),
        )

    def new_topic(self, title: str) -> Topic:
        if not title:
            raise UsageError("a watchlist needs a title")
        return Topic(id=title.lower(), title=title, query="")

    def save_topic(self, topic_id: str, query: str, *, title: str | None = None) -> None:
        Words(query)
        self.saved_topics[topic_id] = query
        if self.topic(topic_id) is None:
            made = Topic(id=topic_id, title=title or topic_id, query="")
            self.settings = replace(self.settings, topics=(*self.settings.topics, made))
        topics = tuple(replace(t, query=query) if t.id == topic_id else t for t in self.settings.topics)
        self.settings = replace(self.settings, topics=topics)

    def reload(self) -> tuple[bool, tuple[str, ...]]:
        return False, ()

    def problems(self) -> tuple[str, ...]:
        return self.trouble

    def session(self):
        return dict(self.saved)

    def save_session(self, document) -> None:
        if not self.read_only:
            self.saved = dict(document)

    def close(self) -> None:
        self.calls["close"] += 1
