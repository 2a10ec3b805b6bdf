"""One file of the config while it is read: its values by declaration, and where each thing that is wrong stands."""

from __future__ import annotations

import errno
import os
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from monitor.config.declare import Key, Table
from monitor.config.lines import line_of
from monitor.errors import meant

Place = tuple[str | int, ...]
"""The keys and numbers that lead to a value."""

WRONG = object()
"""Stands for a value that could not be read; the problem has been noted."""
_LARGEST = 5_000_000


class File(Struct):
    """A file while it is read. Problems and warnings gather here, with their lines."""

    name: str
    folder: Path
    text: str = ""
    tables: dict[str, Any] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    """Each with its line, 0 where the file as a whole is meant."""
    warnings: list[str] = field(default_factory=list)
    private: bool = True
    """No other user can read it."""
    ours: bool = True
    """It belongs to us or to root, and nobody else can write it."""

    def read(self, text: str | None = None) -> None:
        """Read it, or take this text for what it holds. A file that is not there holds nothing."""
        try:
            self.text = self._content() if text is None else text
            self.tables = tomllib.loads(self.text)
        except FileNotFoundError:
            pass
        except UnicodeDecodeError as error:
            self._unreadable(f": not UTF-8 at byte {error.start + 1}")
        except tomllib.TOMLDecodeError as error:
            self._unreadable(_toml_fault(str(error)))
        except RecursionError:
            self._unreadable(": nested too deeply")
        except OSError as error:
            self._unreadable(f": cannot be read: {error.strerror}")

    def _content(self) -> str:
        path = self.folder / self.name
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a file")
        if status.st_size > _LARGEST:
            raise OSError(errno.EFBIG, f"larger than {_LARGEST // 1_000_000} MB")
        self.private = not status.st_mode & 0o044
        self.ours = status.st_uid in {os.getuid(), 0} and not status.st_mode & 0o022
        return path.read_text("utf-8-sig")

    def _unreadable(self, why: str) -> None:
        self.problems.append((0, f"{self.name}{why}"))

    def problem(self, path: Place, message: str) -> None:
        """Note what is wrong at a place."""
        self.problems.append(self._line(path, message))

    def told(self) -> tuple[str, ...]:
        """The problems in the order of their lines."""
        return tuple(text for _, text in sorted(self.problems, key=lambda problem: problem[0]))

    def warn(self, path: Place, message: str) -> None:
        """Note what is allowed but unwise at a place."""
        self.warnings.append(self._line(path, message)[1])

    def _line(self, path: Place, message: str) -> tuple[int, str]:
        line = line_of(self.text, path)
        where = f"{self.name}:{line}" if line else self.name
        return line or 0, f"{where}: {_dotted(path)}: {message}"

    def take(self, values: object, table: Table, path: Place, also: Iterable[str] = ()) -> dict[str, Any]:
        """The values of a table that are right, by key; `also` are keys that others read."""
        if not isinstance(values, Mapping):
            self.problem(path, f"must be a table, {table.header}")
            return {}
        read: dict[str, Any] = {}
        for name, value in values.items():
            if name in also:
                continue
            key = table.key(name)
            if key is None:
                self.problem((*path, name), f"unknown key{_nearest(name, [*(key.name for key in table.keys), *also])}")
            elif (setting := self.setting(key, value, (*path, name))) is not WRONG:
                read[name] = setting
        for key in table.keys:
            if key.required and key.name not in values:
                self.problem(path, f'has no "{key.name}"')
        return read

    def setting(self, key: Key, value: object, path: Place) -> Any:
        """What a value sets, or WRONG after the problem has been noted."""
        try:
            return key.kind.read(value)
        except ValueError as error:
            self.problem(path, f"must be {key.kind.what}" + (f": {error}" if str(error) else ""))
            return WRONG

    def named(self, name: str) -> Mapping[str, Any]:
        """The tables under a name, such as `[topics.…]`."""
        tables = self.tables.get(name, {})
        if isinstance(tables, Mapping):
            return tables
        self.problem((name,), f"must be a table, [{name}.NAME]")
        return {}


def _nearest(name: str, names: list[str]) -> str:
    if hint := meant(name, names):
        return f", {hint}"
    return f"; the keys are {', '.join(names)}" if names else ""


def _dotted(path: Place) -> str:
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            plain = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else '"' + part.replace('"', '\\"') + '"'
            text += f".{plain}" if text else plain
    return text


def _toml_fault(message: str) -> str:
    """A TOML reader's complaint with its line where ours stand: ":3: Expected '=' …"."""
    if found := re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.DOTALL):
        return f":{found[2]}: {found[1]}, at column {found[3]}"
    return f": {message}"
