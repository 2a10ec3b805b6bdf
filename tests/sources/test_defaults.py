"""The sources that ship: named once, balanced, and no two lists with the same feed."""

from __future__ import annotations

import os
from collections import Counter

from monitor import config
from monitor.sources import opml


def test_the_default_sources_are_a_balanced_few(root):
    settings = config.load(root / "config", "memory:", os.environ)
    feeds = [source for source in settings.sources if source.url]
    assert settings.sources[0].id == "seeds" and settings.sources[0].path
    assert 35 <= len(feeds) <= 50
    assert len({source.id for source in settings.sources}) == len(settings.sources)
    assert len({source.url for source in feeds}) == len(feeds)
    kinds = Counter(source.tags[0] for source in feeds)
    assert {"wire", "world", "official", "defense", "thinktank"} <= kinds.keys() and max(kinds.values()) <= 25
    assert len({source.lang for source in feeds}) >= 6
    assert all(source.tier in (1, 2, 3) and source.url.startswith("https://") for source in feeds)


def test_the_lists_hold_other_feeds_and_nothing_else(root):
    settings = config.load(root / "config", "memory:", os.environ)
    taken = {source.url for source in settings.sources}
    for path in sorted((root / "config" / "opml").glob("*.opml")):
        listed = opml.read(path.read_bytes())
        assert listed.sources and not listed.problems, path
        urls = {source.url for source in listed.sources}
        assert not urls & taken, path
        taken |= urls
