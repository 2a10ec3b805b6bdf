"""A newsroom monitor: feeds and local text in, watchlists as live panes, triage over SSH."""

__version__ = "0.1.0"
