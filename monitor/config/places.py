"""Where things stand on this machine: the user's config and data, the log, and what ships with the package."""

from __future__ import annotations

from pathlib import Path

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

    return user_config_path(APPLICATION)


def data_folder() -> Path:
    """Where the store lives unless told otherwise."""
    from platformdirs import user_data_path

    return user_data_path(APPLICATION)


def log_file() -> Path:
    """Where unexpected faults are written down."""
    from platformdirs import user_log_path

    return user_log_path(APPLICATION) / "monitor.log"
