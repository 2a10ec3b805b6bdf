"""History matched again after watchlists changed: newest first, in small steps, resumed where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import asdict

from monitor.model import Progress, Source, Verdict, View

if TYPE_CHECKING:
    from monitor.query import Watchlists
    from monitor.store.port import Store

STEP = 100
"""Items judged in one go."""
JUDGED = "judged"
"""Memo: the fingerprints by which all of history has been judged."""
PLACE = "rematch"
"""Memo: the fingerprints now applied, and the page to go on from."""
TOLD = "progress:rematch"
_EVERYTHING = View(shelf="all")


class Rematch:
    """One walk through history. Each step is short; between steps anything may happen, a restart included."""

    def __init__(
        self, store: Store, watchlists: Watchlists, sources: Mapping[str, Source], clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._watchlists = watchlists
        self._sources = sources
        self._clock = clock
        self._fingerprints = dict(watchlists.fingerprints)
        self._after: str | None = None
        self._done = 0
        self._total = 0

    def needed(self) -> bool:
        """Whether history was judged by other watchlists; takes up an interrupted walk where it stopped."""
        judged = self._store.memo(JUDGED)
        if judged is not None and judged.get("fingerprints") == self._fingerprints:
            return False
        self._total = self._store.count(_EVERYTHING)
        place = self._store.memo(PLACE)
        if place is not None and place.get("fingerprints") == self._fingerprints:
            self._after, self._done = place.get("after"), int(place.get("done", 0))
        if not self._total:
            self._finish()
            return False
        return True

    def step(self) -> Progress | None:
        """Judge the next items again; None when all is done. Items whose verdict stays are not written."""
        from monitor.query import Document

        page = self._store.page(_EVERYTHING, limit=STEP, after=self._after, bodies=True)
        changed: list[tuple[str, Verdict]] = []
        for story in page.stories:
            if story.body is None:
                continue
            document = Document(
                story.item,
                story.body,
                state=story.state,
                outlets=story.outlets,
                source=self._sources.get(story.item.source),
                now=self._clock(),
            )
            verdict = self._watchlists.judge(document)
            if verdict != story.verdict:
                changed.append((story.id, verdict))
        if changed:
            self._store.rejudge(changed)
        self._after = page.next
        self._done += len(page.stories)
        if page.next is None:
            self._finish()
            return None
        self._store.put_memo(PLACE, {"fingerprints": self._fingerprints, "after": self._after, "done": self._done})
        progress = Progress(name="rematch", done=self._done, total=max(self._total, self._done), detail="history")
        self._store.put_memo(TOLD, asdict(progress))
        return progress

    def rest(self) -> None:
        """Tell no more of the walk; its place is kept for whoever takes it up."""
        self._store.put_memo(TOLD, None)

    def _finish(self) -> None:
        self._store.put_memo(JUDGED, {"fingerprints": self._fingerprints})
        self._store.put_memo(PLACE, None)
        self._store.put_memo(TOLD, None)
