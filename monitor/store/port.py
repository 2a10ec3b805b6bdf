"""What any store promises. One contract suite runs on each implementation.

A store is opened by `monitor.store.open_store(url, …)`. Every method may be called from any thread. When a method that
writes returns, what it wrote is durable. Methods raise `StoreError` and its children, never the errors of what lies
beneath.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from msgspec import Struct

from monitor.model import (
    Addition,
    Change,
    Counts,
    Journal,
    Mark,
    Memory,
    Needle,
    Page,
    SourceHealth,
    Story,
    Verdict,
    View,
)

Told = Callable[[int, int], None] | None
"""Who is told of long work: done and total."""


class Known(Struct, frozen=True, kw_only=True):
    """What the store already holds, or once held, under an identity. `id` is None for an item since pruned."""

    id: str | None
    digest: str


class Holder(Struct, frozen=True, kw_only=True):
    """Who holds a lease. `beat` is when the holder was last seen at work."""

    pid: int
    host: str
    since: datetime
    beat: datetime
    trouble: str | None = None
    """Why it cannot store anything, if that is so."""


class Lease(Protocol):
    """A right that one process has at a time, lost at once when that process dies."""

    def acquire(self) -> bool:
        """Take it if nobody has it; never waits."""
        ...

    def beat(self, trouble: str | None = None) -> None:
        """Show that the holder is at work, and what keeps it from storing anything."""
        ...

    def release(self) -> None:
        """Give it back; harmless when not held."""
        ...

    def holder(self) -> Holder | None:
        """Who has it now, None when nobody alive does."""
        ...


class Store(Protocol):
    """Items, verdicts, triage, sources: durable, and safe between processes on one machine."""

    url: str
    read_only: bool

    @property
    def uuid(self) -> str:
        """What tells this store from any other; another one after a restore."""
        ...

    # -- items ------------------------------------------------------------------------------------------------

    def known(self, source: str, keys: Collection[str]) -> Mapping[str, Known]:
        """Which of these identity keys of a source are known, remembered identities of pruned items included."""
        ...

    def add(
        self,
        additions: Sequence[Addition],
        *,
        healths: Collection[SourceHealth] = (),
        memories: Mapping[str, Memory] | None = None,
    ) -> int:
        """Store new and edited items, with the health of their sources and what their next polls need; the revision.

        An item whose (source, key) is known is an edit: it keeps its id, `seen`, state and, unless the addition says
        otherwise, `published`; a changed title goes to `former_titles`. `published` is clamped: never later than `seen`
        + 1 h, never before 1990. Large batches may be committed in slices, so that a mark never waits; healths and
        memories (by source) come with the last.
        """
        ...

    def get(self, item_id: str) -> Story | None:
        """One story whole, with its body."""
        ...

    def resolve(self, prefix: str) -> Sequence[str]:
        """Ids that begin so, at most 10: people type short ids."""
        ...

    def page(
        self,
        view: View,
        *,
        limit: int = 200,
        after: str | None = None,
        needle: Needle | None = None,
        accept: Callable[[Story], bool] | None = None,
        bodies: bool = False,
        scan: int | None = None,
    ) -> Page:
        """A page of a view, newest (or best) first, from just after the key `after`.

        `needle` proposes candidates (through the history index where there is one) and `accept` decides, on stories
        with their bodies. `bodies` also returns them. `scan` bounds how many candidates are looked at: a page may then
        be short or empty and still have a `next`.
        """
        ...

    def page_back(self, view: View, *, limit: int = 200, before: str | None = None) -> Page:
        """The page of a view that ends where `page(after=before)` begins; without a key, the last one.

        Stories come in the view's order. Its `next` is the key that goes on towards the top, None at the top.
        """
        ...

    def key(self, view: View, story: Story) -> str:
        """The key of the page that begins with a story, or where it would stand; without a look at the store."""
        ...

    def count(self, view: View) -> int:
        """How many stories a view holds, by index."""
        ...

    def counts(self, now: datetime) -> Counts:
        """Tallies of every topic, of all items and of the starred ones, without a scan."""
        ...

    def revision(self) -> int:
        """The store's revision now; cheap enough to ask several times a second."""
        ...

    def changes(self, since: int) -> Change:
        """What changed after a revision."""
        ...

    def rejudge(self, verdicts: Iterable[tuple[str, Verdict]]) -> int:
        """Give known items new verdicts (after a watchlist changed); the new revision."""
        ...

    # -- triage -----------------------------------------------------------------------------------------------

    def mark(self, ids: Collection[str], mark: Mark) -> Journal | None:
        """Apply a mark to items, all or nothing, and journal it; None when it changed nothing; unknown ids do not."""
        ...

    def undo(self, *, who: str | None = None) -> Journal | None:
        """Take back the last mark that is not undone (of `who`, else of anyone); None when there is none.

        Only what the mark itself changed is put back: a later mark of another kind on the same item stays.
        """
        ...

    def journal(self, limit: int = 50) -> Sequence[Journal]:
        """The last marks, newest first."""
        ...

    # -- sources ----------------------------------------------------------------------------------------------

    def healths(self) -> Mapping[str, SourceHealth]:
        """The health of every source the store has heard of, by id."""
        ...

    def put_health(self, healths: Iterable[SourceHealth]) -> None:
        """Write healths that come without items (a failure, a 304)."""
        ...

    def memory(self, source: str) -> Memory:
        """What the last poll of a source left for the next; empty for a new one."""
        ...

    def wish(self, sources: Collection[str] | None) -> None:
        """Ask whoever polls to poll these sources now (None: all that is due or enabled), from any process."""
        ...

    def take_wishes(self) -> Collection[str] | bool | None:
        """The wishes since last asked, taken: ids, None for all, False for none."""
        ...

    def drops(self, source: str, limit: int = 100) -> Sequence[Mapping[str, Any]]:
        """The last things of a source that were not stored, newest first: `reason`, `title`, `key`, `at`."""
        ...

    def put_drops(self, source: str, drops: Sequence[Mapping[str, Any]]) -> None:
        """Remember what was not stored and why; only the last 100 per source are kept."""
        ...

    # -- house-keeping ----------------------------------------------------------------------------------------

    def lease(self, name: str) -> Lease:
        """The lease of that name (`poller`)."""
        ...

    def memo(self, name: str) -> Mapping[str, Any] | None:
        """A small document kept by name: progress of long work, fingerprints of watchlists, a dashboard's session."""
        ...

    def put_memo(self, name: str, document: Mapping[str, Any] | None) -> None:
        """Write (or, with None, remove) a small document."""
        ...

    def prune(
        self,
        *,
        older_than: datetime | None,
        keep_per_source: int | None,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Mapping[str, int]:
        """Remove items first seen before a time, and of each source all but the newest; how many, by source.

        Never what is starred, assigned or noted.
        """
        ...

    def backup(self, target: Path, progress: Callable[[int, int], None] | None = None) -> None:
        """A consistent copy in one file while everybody goes on."""
        ...

    def export_tinydb(self, target: Path, progress: Callable[[int, int], None] | None = None) -> int:
        """Write a file that stock TinyDB opens; the number of items."""
        ...

    def stats(self) -> Mapping[str, Any]:
        """Items, bytes on disk, schema, revision: for `monitor stats`."""
        ...

    def check(self) -> Sequence[str]:
        """What is wrong with the store, a line each; empty when it is sound. For `monitor doctor`."""
        ...

    def notices(self) -> Sequence[str]:
        """What happened on opening that a person must hear: a file quarantined, a backup restored."""
        ...

    def close(self) -> None:
        """Let go of files and locks."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...
