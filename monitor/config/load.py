"""The loader: four TOML files, each optional, to Settings; it goes on after a problem so that all are told at once."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from monitor.config import declare, kinds, places
from monitor.config.declare import Table
from monitor.config.file import WRONG, File, Place
from monitor.config.settings import Dashboard, Network, Retention, Settings
from monitor.errors import ConfigError, UsageError
from monitor.model import Secret, Source, Topic

_SECRET_HEADER = re.compile(r"authorization|cookie|token|secret|password|api-?key", re.IGNORECASE)
_STORE_URL = re.compile(r"([a-z][a-z0-9+]+):(.*)", re.DOTALL)


def load(config: Path | None, store: str | None, environ: Mapping[str, str]) -> Settings:
    """The settings in force: from `config`, else $MONITOR_CONFIG, else the user's folder, else what ships.

    A file that is not there is taken from what ships. Raises ConfigError with every problem of every file.
    """
    settings, problems = survey(config, store, environ)
    if problems:
        raise ConfigError(problems)
    return settings


def survey(config: Path | None, store: str | None, environ: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """The settings as far as they are right, and every problem of every file.

    Raises ConfigError where there is no folder to read.
    """
    folder, origin = _find(config, environ)
    return _Loading(folder, origin).settings(store or environ.get("MONITOR_STORE"), environ)


def current(settings: Settings) -> tuple[Path, str]:
    """The folder that the lookup behind these settings gives now, and why: the user's own may have been begun since."""
    if settings.origin == "shipped" and _is_config(places.user_folder()):
        return places.user_folder(), "user"
    return settings.folder, settings.origin


def stamp(folder: Path) -> str:
    """Changes when a file of a config folder does; cheap enough to ask every second."""
    stamps = []
    for name in places.FILES:
        try:
            status = (folder / name).stat()
        except OSError:
            stamps.append("-")
        else:
            stamps.append(f"{status.st_mtime_ns}.{status.st_size}.{status.st_ino}")
    return " ".join(stamps)


def problems_of(folder: Path, name: str, text: str) -> tuple[str, ...]:
    """What would be wrong in one file of a folder if it held this text."""
    return _Loading(folder, "", {name: text}).problems(name)


def source_numbers(folder: Path, text: str) -> Mapping[str, int]:
    """Which of the tables of a sources.toml with this text is which source: ids to places, from 0."""
    loading = _Loading(folder, "", {"sources.toml": text})
    loading.problems("sources.toml")
    return loading.numbers


def id_of(values: Mapping[str, Any]) -> str:
    """The id of a source with these values: its own, else one made from its title."""
    return str(values.get("id") or source_id(values.get("title") or title_of(values), address_of(values)))


def title_of(values: Mapping[str, Any]) -> str:
    """The title of a source that names none: the host of its url, or the name of its path."""
    return (urlsplit(values["url"]).hostname or "") if "url" in values else Path(values["path"]).name


def address_of(values: Mapping[str, Any]) -> str:
    """Where a source is read: its url or its path."""
    return str(values.get("url") or values.get("path") or "")


def _find(config: Path | None, environ: Mapping[str, str]) -> tuple[Path, str]:
    if config is not None:
        return _existing(config, "--config"), "--config"
    if named := environ.get("MONITOR_CONFIG"):
        return _existing(Path(named), "$MONITOR_CONFIG"), "$MONITOR_CONFIG"
    if _is_config(places.user_folder()):
        return places.user_folder(), "user"
    return places.shipped_folder(), "shipped"


def _existing(folder: Path, named_by: str) -> Path:
    folder = places.expanded(folder).absolute()
    if not folder.is_dir():
        raise ConfigError((f"{named_by}: no such folder: {folder} (monitor config init --config {folder} makes one)",))
    return folder


def _is_config(folder: Path) -> bool:
    return any((folder / name).exists() for name in places.FILES)


class _Loading:
    """One pass over a config folder; `texts` stand for files that are not written yet."""

    def __init__(self, folder: Path, origin: str, texts: Mapping[str, str] = MappingProxyType({})) -> None:
        self.folder = folder
        self.origin = origin
        self.files = {name: self._file(name, texts.get(name)) for name in places.FILES}
        self.numbers: dict[str, int] = {}
        """Source ids to the places of their tables."""

    def _file(self, name: str, text: str | None) -> File:
        ours = text is not None or os.path.lexists(self.folder / name)
        file = File(name, self.folder if ours else places.shipped_folder())
        file.read(text)
        return file

    def problems(self, name: str) -> tuple[str, ...]:
        self._monitor(), self._sources(), self._topics(), self._keys()
        return self.files[name].told()

    def settings(self, store: str | None, environ: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
        store_in_file, retention, dashboard = self._monitor()
        network, sources = self._sources()
        spelling, topics, lists = self._topics()
        keys = self._keys()
        kept = store_url(store, Path.cwd()) if store else store_in_file
        settings = Settings(
            folder=self.folder,
            origin=self.origin,
            store=kept or f"tinydb:{places.data_folder() / 'news.db'}",
            sources=sources,
            topics=topics,
            lists=lists,
            spelling=spelling,
            network=network,
            retention=retention,
            dashboard=dashboard,
            keys=keys,
            user=environ.get("MONITOR_USER") or _login(environ),
            warnings=tuple(line for file in self.files.values() for line in file.warnings),
        )
        return settings, tuple(line for file in self.files.values() for line in file.told())

    def _monitor(self) -> tuple[str | None, Retention, Dashboard]:
        file = self.files["monitor.toml"]
        top = file.take(file.tables, declare.TOP, (), also=("retention", "dashboard"))
        retention = file.take(file.tables.get("retention", {}), declare.RETENTION, ("retention",))
        dashboard = file.take(file.tables.get("dashboard", {}), declare.DASHBOARD, ("dashboard",))
        if "store" in top:
            try:
                top["store"] = store_url(top["store"], self.folder)
            except UsageError as error:
                file.problem(("store",), str(error))
        return top.get("store"), Retention(**retention), Dashboard(**dashboard)

    def _sources(self) -> tuple[Network, tuple[Source, ...]]:
        file = self.files["sources.toml"]
        nothing = Table("", "", ())
        file.take(file.tables, nothing, (), also=("sources", "defaults"))
        network = Network(**file.take(file.tables.get("defaults", {}), declare.DEFAULTS, ("defaults",)))
        _judge_addresses(file, {"proxy": network.proxy}, ("defaults",))
        for host, headers in network.headers.items():
            _judge_headers(file, headers, ("defaults", "headers", host))
        tables = file.tables.get("sources", [])
        if not isinstance(tables, list):
            file.problem(("sources",), "must be tables, [[sources]]")
            return network, ()
        found: dict[str, Source] = {}
        addresses: dict[str, str] = {}
        for number, values in enumerate(tables):
            where = ("sources", number)
            source = self._source(file, file.take(values, declare.SOURCE, where), values, where)
            if source is None:
                continue
            if source.id in found:
                if "id" in values:
                    file.problem((*where, "id"), f'"{source.id}" is used twice')
                    continue
                source = replace(source, id=f"{source.id}-{short_digest(source.url or source.path or '')}")
            found[source.id] = source
            self.numbers[source.id] = number
            address = source.url or source.path or ""
            if address in addresses:
                file.warn(where, f'"{source.id}" has the same address as "{addresses[address]}"')
            addresses.setdefault(address, source.id)
        return network, tuple(found.values())

    def _source(self, file: File, read: dict[str, Any], given: object, where: Place) -> Source | None:
        if not isinstance(given, Mapping):
            return None
        if ("url" in given) == ("path" in given):
            file.problem(where, 'needs "url" or "path"' if "url" not in given else 'has both "url" and "path"')
            return None
        if not ({"url", "path"} & set(read)):
            return None
        if "path" in read:
            read["path"] = self._path(read["path"])
        _judge_addresses(file, read, where)
        _judge_headers(file, read.get("headers", {}), (*where, "headers"))
        return Source(**{"id": id_of(read), "title": title_of(read), **read})

    def _path(self, text: str) -> str:
        """A path of a source, absolute: from the config folder, and for what ships from beside it, where `seeds` is."""
        shipped = places.shipped_folder()
        base = shipped.parent if self.files["sources.toml"].folder == shipped else self.folder
        return os.path.normpath(base / places.expanded(text))

    def _topics(self) -> tuple[Any, tuple[Topic, ...], dict[str, str]]:
        file = self.files["topics.toml"]
        top = file.take(file.tables, declare.SPELLING, (), also=("topics", "lists"))
        spelling = top.get("spelling", "both")
        topics = []
        for name, values in file.named("topics").items():
            where = ("topics", name)
            read = file.take(values, declare.TOPIC, where)
            if not _good_name(name):
                file.problem(where, f"a topic's name must be {kinds.ID.what}")
            elif "query" in read:
                topics.append(Topic(**{"id": name, "title": _titled(name), "spelling": spelling, **read}))
        lists = {}
        for name, values in file.named("lists").items():
            where = ("lists", name)
            read = file.take(values, declare.LIST, where)
            if not _good_name(name):
                file.problem(where, f"a list's name must be {kinds.ID.what}")
            elif "query" in read:
                lists[name] = read["query"]
        return spelling, tuple(topics), lists

    def _keys(self) -> dict[str, str]:
        file, key = self.files["keys.toml"], declare.KEYS.keys[0]
        read = {name: file.setting(key, value, (name,)) for name, value in file.tables.items()}
        return {name: keys for name, keys in read.items() if keys is not WRONG}


_EXPOSED = "holds a secret and others can read the file (chmod 600 {}, or name the secret by env or command)"


def _judge_addresses(file: File, read: Mapping[str, Any], where: Place) -> None:
    for name in ("url", "proxy"):
        if urlsplit(read.get(name) or "").password and not file.private:
            file.warn((*where, name), _EXPOSED.format(file.name))


def _judge_headers(file: File, headers: Mapping[str, str | Secret], where: Place) -> None:
    for name, value in headers.items():
        if isinstance(value, str):
            if _SECRET_HEADER.search(name) and not file.private:
                file.warn((*where, name), _EXPOSED.format(file.name))
        elif value.command and not file.ours:
            file.problem(
                (*where, name), "names a command, and another user can change this file (chown and chmod 600 it)"
            )


def source_id(title: str, address: str) -> str:
    """An id made from a title: its Latin letters and digits; where it has none, from the address."""
    if slug := _slug(title):
        return slug
    host = re.sub(r"[^a-z0-9]+", "-", (urlsplit(address).hostname or "source").lower()).strip("-")
    return f"{host[:40]}-{short_digest(address)}"


def topic_id(title: str) -> str:
    """An id made from the title of a watchlist, as for a source."""
    return _slug(title) or f"topic-{short_digest(title)}"


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")


def store_url(text: str, base: Path) -> str:
    """A store URL from a URL or a plain file; a relative file starts at `base`, and .json is a `json:` store.

    Raises UsageError where it is none.
    """
    found = _STORE_URL.fullmatch(text)
    scheme, rest = (found[1], found[2]) if found else ("json" if text.endswith(".json") else "tinydb", text)
    if scheme == "memory":
        return text
    if scheme not in {"tinydb", "json"} or not rest:
        raise UsageError(f"{text}: not a store", hint="say tinydb:PATH, json:PATH or memory:")
    return f"{scheme}:{os.path.normpath(base / places.expanded(rest))}"


def short_digest(text: str) -> str:
    """A few letters that tell two addresses of one title apart."""
    from hashlib import blake2s

    return blake2s(text.encode(), digest_size=3).hexdigest()


def _good_name(name: str) -> bool:
    try:
        kinds.ID.read(name)
    except ValueError:
        return False
    return True


def _titled(name: str) -> str:
    text = name.replace("-", " ").replace("_", " ")
    return text[:1].upper() + text[1:]


def _login(environ: Mapping[str, str]) -> str:
    return environ.get("LOGNAME") or environ.get("USER") or f"uid-{os.getuid()}"
