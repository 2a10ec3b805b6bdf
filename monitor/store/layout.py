"""What the store asks of a TinyDB table beyond TinyDB: indexed fields, pages by key, columns without documents.

A layout is declared once and means the same on every storage: on SQLite its fields are columns and its indexes are
indexes; on plain storages the same answers come from a scan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from msgspec import Struct
from tinydb.queries import QueryLike

from monitor.store.files import WAIT

T = TypeVar("T")
Path = tuple[str, ...]
Document = Mapping[str, Any]
Key = tuple[Any, ...]


class Index(Struct, frozen=True, kw_only=True):
    """An index over columns; `where` (SQL over columns) makes it partial."""

    columns: tuple[str, ...]
    unique: bool = False
    where: str | None = None


class Each(Struct, frozen=True, kw_only=True):
    """An index with an entry for every key of a mapping in the document: `key`, its `value`, and carried columns."""

    path: Path
    carried: tuple[str, ...]
    indexes: tuple[Index, ...]


class Layout(Struct, frozen=True, kw_only=True, eq=False):
    """The indexed fields of a table's documents, by column name.

    A column holds a text, a number, a truth value or nothing, always of one kind, and is there in every document.
    """

    columns: Mapping[str, Path]
    indexes: tuple[Index, ...] = ()
    each: Each | None = None
    compressed: bool = False
    coarse: frozenset[str] = frozenset()
    """Columns that tell so few documents apart that any other index is better."""

    @property
    def plain(self) -> bool:
        """Whether its documents have no fields that are indexed."""
        return not self.columns and self.each is None


BARE = Layout(columns={})


class LaidTable(Protocol):
    """A TinyDB table with what the store needs besides; `order` names paths, all of them falling."""

    def get(self, cond: QueryLike | None = None, *, doc_id: int | None = None) -> Any:
        """TinyDB's own."""
        ...

    def page(
        self,
        cond: QueryLike | None,
        kind: type[T],
        *,
        order: Sequence[Path] = (),
        after: Key | None = None,
        limit: int | None = None,
        rising: bool = False,
    ) -> list[tuple[int, T]]:
        """Documents read as `kind`, by doc_id, in an order, from just after a key."""
        ...

    def read(self, doc_ids: Collection[int], kind: type[T]) -> dict[int, T]:
        """Documents read as `kind`, by doc_id; those that are not there are left out."""
        ...

    def select(
        self,
        columns: Sequence[str],
        cond: QueryLike | None = None,
        *,
        order: Sequence[Path] = (),
        limit: int | None = None,
        rising: bool = False,
    ) -> list[tuple[Any, ...]]:
        """Columns (or `doc_id`) of documents, without reading the documents."""
        ...

    def tally(self, cond: QueryLike | None) -> int:
        """How many documents match, by index."""
        ...

    def pack(self, document: Document) -> Document:
        """The document made ready to be put, which may take some time."""
        ...

    def put(self, documents: Mapping[int, Document]) -> None:
        """Write documents under their ids, new or not."""
        ...

    def append(self, document: Document) -> int:
        """Insert under the next id; the id."""
        ...

    def drop(self, doc_ids: Collection[int]) -> None:
        """Remove documents."""
        ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...


class Ground(Protocol):
    """What the store asks of a TinyDB storage beyond TinyDB."""

    hold: float
    """Seconds after which a long batch is better committed and begun again, for others to get their turn."""

    def wanted(self) -> bool:
        """Whether somebody waits for the transaction at hand to end; costs next to nothing."""
        ...

    def transaction(self, *, durable: bool = True, wait: float = WAIT) -> AbstractContextManager[None]:
        """All that is written within is written together or not at all; may be nested.

        It is on disk when it ends; with `durable` False, when `settle` has returned. Raises StoreBusyError after `wait`
        seconds in which others write.
        """
        ...

    def snapshot(self) -> AbstractContextManager[Mapping[str, Mapping[str, Document]]]:
        """The tables as they are at one moment, whatever is written meanwhile, as stock TinyDB reads them."""
        ...

    def settle(self) -> None:
        """Have all that was written be on disk."""
        ...

    def settle_soon(self) -> None:
        """Begin with that, and wait for nothing; what goes wrong in it is raised by the next of either."""
        ...

    def version(self) -> object:
        """Changes whenever anybody has written; costs next to nothing."""
        ...

    def upkeep(self, *, calm: bool = False) -> None:
        """Work that many batches leave behind, such as folding a journal into its file; less of it when all is calm."""
        ...

    def size(self) -> int:
        """Bytes on disk."""
        ...

    def check(self, progress: Callable[[str], None] | None = None) -> list[str]:
        """What is wrong, a line each."""
        ...

    def close(self) -> None:
        """Let go of files and locks."""
        ...


def at(document: Any, path: Path) -> Any:
    """What stands at a path of a document, None when nothing does."""
    for part in path:
        document = document.get(part) if isinstance(document, dict) else None
    return document
