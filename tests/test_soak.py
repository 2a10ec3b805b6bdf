"""Feeds that do harm keep no other waiting (the long run is benchmarks/soak.py)."""

from __future__ import annotations

import pytest

from benchmarks.soak import Soak


@pytest.mark.slow
def test_case_33_hostile_feeds_keep_no_other_waiting():
    soak = Soak(feeds=100, every=5.0)
    soak.run(18, sample_every=2.0)
    delays = soak.delays()
    assert all(soak.asked[number] for number in soak.healthy())
    assert len(delays) > len(soak.healthy())
    assert delays[int(len(delays) * 0.95)] < soak.every
    assert max(memory for _, memory, _ in soak.samples) < 300
