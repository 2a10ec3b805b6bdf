"""Writing the config: comments and order are kept, and a file is replaced whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from monitor.config import places
from monitor.config.declare import commented
from monitor.config.load import address_of, id_of, problems_of, short_digest, source_numbers
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import InlineTable, Item, Table

    from monitor.config.settings import Settings


class Written(Struct, frozen=True):
    """Where something was written; `notice` tells a person what else had to be done for it, if anything had."""

    folder: Path
    notice: str | None = None


def init(folder: Path, *, bare: bool = False) -> tuple[Path, ...]:
    """Write the commented starting set where it is missing, seeds included; what was written. Overwrites nothing.

    A bare one has neither the sources and watchlists that ship nor the seeds.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tuple(path for name in places.FILES for path in _begin(folder, name, bare=bare))
    except OSError as error:
        raise _unwritable(folder, error) from error


def _begin(folder: Path, name: str, *, bare: bool = False) -> list[Path]:
    """Copy a file of the config that ships into a folder that lacks it; the sources bring their seeds."""
    shipped = places.shipped_folder()
    path, source = folder / name, shipped / name
    if os.path.lexists(path):
        return []
    bare = bare and name in {"sources.toml", "topics.toml"}
    _replace(path, source.read_text("utf-8") if source.is_file() and not bare else commented(name))
    if bare or name != "sources.toml" or os.path.lexists(folder / "seeds"):
        return [path]
    shutil.copytree(shipped.parent / "seeds", folder / "seeds")
    return [path, folder / "seeds"]


def own_folder(settings: Settings) -> Written:
    """A folder that may be written: the one in force; when that is what ships, the user's, begun as a copy of it."""
    if settings.origin != "shipped":
        return Written(settings.folder)
    folder = places.user_folder()
    init(folder)
    return Written(folder, f"the config that ships is read-only; your own now stands in {folder}")


def save_topic(folder: Path, topic_id: str, query: str, *, title: str | None = None) -> None:
    """Write a topic's query to topics.toml; one that is not there is added, with its title. Raises ConfigError."""
    import tomlkit
    from tomlkit.items import InlineTable

    def change(document: TOMLDocument) -> None:
        topics = document.setdefault("topics", tomlkit.table(is_super_table=True))
        if topic_id in topics:
            below = "\n" if str(topics[topic_id].get("query", "")).endswith("\n") and "\n" in query else ""
            topics[topic_id]["query"] = _as_toml(query + below)
            return
        table = tomlkit.inline_table() if isinstance(topics, InlineTable) else tomlkit.table()
        if title is not None:
            table["title"] = title
        table["query"] = _as_toml(query)
        for last in list(topics.values())[-1:]:
            _hand_down(last, table)
        topics[topic_id] = table

    _change(folder, "topics.toml", change)


def _hand_down(last: Item, table: Table | InlineTable) -> None:
    """Put what stands below a blank line after the last table below the new one: it is said of what follows."""
    import tomlkit
    from tomlkit.items import Table

    if not isinstance(last, Table):
        return
    body = last.value.body
    start = len(body)
    while start and body[start - 1][0] is None:
        start -= 1
    while start < len(body) and body[start][1].as_string().strip():
        start += 1
    table.value.body.extend(body[start:])
    body[start:] = [(None, tomlkit.ws("\n"))]


def _as_toml(query: str) -> Item:
    """A query in the plainest quotes that hold it: as people would write it, without escapes wherever that can be."""
    import tomlkit

    plain = all(letter >= " " or letter == "\n" for letter in query) and "\x7f" not in query
    if plain and "'" not in query and "\n" not in query:
        return tomlkit.string(query, literal=True)
    if plain and "'''" not in query and not query.endswith("'"):
        begin = "\n" if "\n" in query else ""  # which TOML does not count as part of the text
        return tomlkit.value(f"'''{begin}{query}'''")
    return tomlkit.string(query)


def set_enabled(folder: Path, source: str, enabled: bool) -> None:
    """Switch a source on or off in sources.toml. Raises ConfigError where there is none of that id."""

    def change(document: TOMLDocument) -> None:
        document["sources"][_position(folder, document, source)]["enabled"] = enabled

    _change(folder, "sources.toml", change)


def add_sources(folder: Path, sources: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Add sources to sources.toml, all or none; their ids. Raises ConfigError when they would be wrong there."""
    import tomlkit

    made: list[str] = []

    def change(document: TOMLDocument) -> None:
        taken = set(_numbers(folder, document))
        tables = document.setdefault("sources", tomlkit.aot())
        for values in sources:
            given = {key: value for key, value in values.items() if value is not None}
            try:
                name = id_of(given)
            except UnicodeEncodeError:
                raise
            except ValueError as error:
                raise ConfigError((f"sources.toml: the address cannot be read: {error}",)) from error
            if name in taken and "id" in given:
                raise ConfigError((f'sources.toml: there is already a source "{name}" (give another id)',))
            name = f"{name}-{short_digest(address_of(given))}" if name in taken else name
            taken.add(name)
            made.append(name)
            table = tomlkit.table()
            table.update({"id": name, **{key: value for key, value in given.items() if key != "id"}})
            tables.append(table)

    _change(folder, "sources.toml", change)
    return tuple(made)


def remove_source(folder: Path, source: str) -> None:
    """Take a source out of sources.toml; its items stay, and the ids of all others. ConfigError where there is none."""

    def change(document: TOMLDocument) -> None:
        place = _position(folder, document, source)
        for name, number in _numbers(folder, document).items():
            table = document["sources"][number]
            if "id" not in table and id_of(table) != name:  # it was told apart from another, perhaps from this one
                table["id"] = name
        del document["sources"][place]

    _change(folder, "sources.toml", change)


def _position(folder: Path, document: TOMLDocument, source: str) -> int:
    number = _numbers(folder, document).get(source)
    if number is None:
        raise ConfigError((f'sources.toml: no source "{source}"',))
    return number


def _numbers(folder: Path, document: TOMLDocument) -> Mapping[str, int]:
    return source_numbers(folder, document.as_string())


def _change(folder: Path, name: str, change: Callable[[TOMLDocument], None]) -> None:
    """Apply a change to a file: read, change, let the loader judge the outcome, replace."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path = folder / name
    try:
        with _alone(folder):
            _begin(folder, name)
            document = tomlkit.parse(path.read_text("utf-8-sig"))
            change(document)
            text = tomlkit.dumps(document)
            if problems := problems_of(folder, name, text):
                raise ConfigError(problems)
            _replace(path, text)
    except TOMLKitError as error:
        raise ConfigError((f"{name}: {error}; nothing was written",)) from error
    except UnicodeEncodeError as error:
        why = "a byte that is no text (the terminal or a file's name is not in UTF-8); nothing was written"
        raise ConfigError((f"{name}: {why}",)) from error
    except OSError as error:
        raise _unwritable(path, error) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While it lasts no other command or dashboard changes a file of the folder; what two write at once, both write."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some network folders cannot be locked
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, text: str) -> None:
    """Write a file beside the old one, make it durable, then put it in the old one's place."""
    real = path.resolve()
    handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if real.exists():
            shutil.copymode(real, name)
        Path(name).replace(real)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError((f"{path}: cannot be written: {error.strerror or error}",))
