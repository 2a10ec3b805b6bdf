"""A worker that makes room for a fresh one takes no job with it."""

from datetime import UTC, datetime

from monitor.model import Entry, Source
from monitor.poll import workers as pool
from monitor.poll.worker import Job, Judges
from monitor.poll.workers import Workers


async def test_no_job_is_lost_when_a_worker_retires(monkeypatch):
    monkeypatch.setattr(
        pool, "_START", pool._START.replace("nurse(", "import monitor.poll.worker as w; w.JOBS = 2; nurse(")
    )
    workers = Workers(Judges(), count=1)
    job = Job(
        source=Source(id="a", title="A", path="/a"), now=datetime(2026, 11, 24, tzinfo=UTC), entries=(Entry(title="x"),)
    )
    try:
        catches = [await workers.do(job) for _ in range(5)]
    finally:
        await workers.close()
    assert [len(catch.additions) for catch in catches] == [1] * 5
