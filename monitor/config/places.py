"""Where things stand on this machine: the user's config and data, the log, and what ships with the package."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from monitor.errors import UsageError

APPLICATION = "newsroom-monitor"
FILES = ("monitor.toml", "sources.toml", "topics.toml", "keys.toml")


def shipped_folder() -> Path:
    """The config that ships: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "shipped" / "config"
    return inside if inside.is_dir() else package.parent / "config"


def user_folder() -> Path:
    """The user's config folder, whether it is there or not."""
    from platformdirs import user_config_path

    return _found(user_config_path)


def data_folder() -> Path:
    """Where the store lives unless told otherwise."""
    from platformdirs import user_data_path

    return _found(user_data_path)


def log_file() -> Path:
    """Where unexpected faults are written down."""
    from platformdirs import user_log_path

    return _found(user_log_path) / "monitor.log"


def expanded(path: str | Path) -> Path:
    """A path with the home folder that a leading ~ means; where there is no such folder, as it is."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own raises where there is none


def _found(place: Callable[[str], Path]) -> Path:
    try:
        found = place(APPLICATION)
    except RuntimeError:  # older platformdirs leave the ~ where it stands
        found = Path("~")
    if not found.is_absolute():
        raise UsageError("this user has no home folder", hint="set HOME, or name both --config and --store")
    return found
