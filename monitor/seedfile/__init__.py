"""Local text as a first-class source: plain text and other saved formats to entries, each decision with its reason."""

from monitor.seedfile.boilerplate import Boilerplate
from monitor.seedfile.formats import parse_file, supported
from monitor.seedfile.parsed import Block, Parsed

__all__ = ["Block", "Boilerplate", "Parsed", "parse_file", "supported"]
