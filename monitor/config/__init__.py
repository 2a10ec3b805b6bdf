"""TOML to frozen Settings; every problem named by file, line, key and nearest valid key, all at once."""

from monitor.config.edit import (
    Written,
    add_sources,
    init,
    own_folder,
    remove_source,
    save_topic,
    set_enabled,
)
from monitor.config.kinds import duration
from monitor.config.load import current, load, stamp, survey, topic_id
from monitor.config.places import FILES, data_folder, expanded, log_file, shipped_folder, user_folder
from monitor.config.settings import Dashboard, Network, Retention, Settings

__all__ = [
    "FILES",
    "Dashboard",
    "Network",
    "Retention",
    "Settings",
    "Written",
    "add_sources",
    "current",
    "data_folder",
    "duration",
    "expanded",
    "init",
    "load",
    "log_file",
    "own_folder",
    "remove_source",
    "save_topic",
    "set_enabled",
    "shipped_folder",
    "stamp",
    "survey",
    "topic_id",
    "user_folder",
]
