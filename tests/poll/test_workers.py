"""The pool of workers: no job is lost with a worker that retires, nor other watchlists with a nursery that is gone."""

from datetime import UTC, datetime

from monitor.model import Entry, Source, Topic
from monitor.poll import workers as pool
from monitor.poll.worker import Job, Judges
from monitor.poll.workers import Workers

JOB = Job(
    source=Source(id="a", title="A", path="/a"),
    now=datetime(2026, 11, 24, tzinfo=UTC),
    entries=(Entry(title="x", lang="en"),),
)


async def test_no_job_is_lost_when_a_worker_retires(monkeypatch):
    monkeypatch.setattr(
        pool, "_START", pool._START.replace("nurse(", "import monitor.poll.worker as w; w.JOBS = 2; nurse(")
    )
    workers = Workers(Judges(), count=1)
    try:
        catches = [await workers.do(JOB) for _ in range(5)]
    finally:
        await workers.close()
    assert [len(catch.additions) for catch in catches] == [1] * 5


async def test_other_watchlists_are_taken_up_though_the_nursery_is_gone():
    workers = Workers(Judges(), count=1)
    try:
        await workers.do(JOB)
        assert workers._nursery
        gone = workers._nursery
        gone.kill()
        gone.wait()
        workers.judge_by(Judges(topics=(Topic(id="t", title="T", query="x"),)))
        catch = await workers.do(JOB)
    finally:
        await workers.close()
    assert catch.additions[0].verdict.topics == ("t",)
