"""Asking for jobs, claiming, locking and recovering them, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
import os
from pathlib import Path
import threading
from typing import Any

from pydantic import BaseModel
import pytest
import sqlalchemy as sa

from forge.app import Forge
from forge.errors import Cancelled, Conflict, Invalid, JobError, NotFound, Overloaded, Unavailable
from forge.jobs import claim as claims, events, locks, recovery
from forge.jobs.claim import Claim, LostClaim
from forge.jobs.context import Context
from forge.jobs.facts import Job
from forge.jobs.files import LocalFiles
from forge.jobs.kinds import job as register, kind_of, kinds
from forge.jobs.limits import Limits
from forge.jobs.lines import Lines
from forge.jobs.places import log_of
from forge.jobs.rows import EventRow, JobRow, WorkerRow
from forge.jobs.running import Settler, Why
from forge.jobs.sinks import LocalSink
from forge.jobs.states import Slot, State
from forge.jobs.users import end_left
from forge.jobs.workers import Worker
from forge.store.base import now
from tests.forge import kinds as tests_kinds

assert tests_kinds


@pytest.fixture
def worker(forge: Forge) -> Worker:
    """Be a worker."""
    worker = Worker(forge.store, forge.settings)
    worker.announce()
    return worker


@pytest.fixture
def claimed(forge: Forge, worker: Worker) -> Callable[..., tuple[Job, Claim]]:
    """Return how to have a claimed job."""

    def claim(kind: str = "test.refused", **params: Any) -> tuple[Job, Claim]:
        job = forge.jobs.submit(kind, params)
        taken = claims.take(forge.store, job.id, worker_id=worker.id, host="h")
        assert taken is not None
        return job, taken

    return claim


def settling(forge: Forge) -> tuple[Settler, list[tuple[str, str]]]:
    """Return what settles jobs, and what it says of them."""
    said: list[tuple[str, str]] = []
    end = partial(end_left, forge.settings)
    return Settler(forge.queue, lambda *line: said.append(line), end), said


def taken(forge: Forge) -> list[str]:
    """Take all that waits from the queue of builds; return its ids."""
    return list(iter(lambda: forge.queue.take(Slot.BUILD), None))


def die(worker: Worker) -> None:
    """Let go of what the kernel would let go of."""
    os.close(worker._lock)


def at_once[T](count: int, call: Callable[[], T]) -> list[T]:
    """Call something from several threads at the same moment."""
    barrier = threading.Barrier(count)

    def one() -> T:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(count)]]


def test_the_same_key_at_once_is_one_job(forge: Forge) -> None:
    jobs = at_once(6, lambda: forge.jobs.submit("forge.tidy", {}, key="mine").id)
    assert len(set(jobs)) == 1
    assert len(forge.jobs.list()) == 1


def test_a_job_is_claimed_once(forge: Forge, worker: Worker) -> None:
    job = forge.jobs.submit("forge.tidy", {})
    found = at_once(
        6, lambda: claims.take(forge.store, job.id, worker_id=worker.id, host="h") is not None
    )
    assert sorted(found) == [False] * 5 + [True]


def test_events_rise_in_the_order_of_commits(forge: Forge) -> None:
    done = threading.Event()
    seen: list[int] = []

    def read() -> None:
        while True:
            ended = done.is_set()
            seen.extend(event.id for event in events.since(forge.store, seen[-1] if seen else 0))
            if ended:
                return

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(5):
        at_once(6, lambda: forge.jobs.submit("forge.tidy", {}))
    done.set()
    reader.join()
    assert len(seen) == len(set(seen)) == 30


def test_queues_keep_order_and_priority(forge: Forge) -> None:
    first, second = (forge.jobs.submit("forge.tidy", {}).id for _ in range(2))
    urgent = forge.jobs.submit("forge.tidy", {}, priority=3).id
    assert forge.queue.waiting(Slot.HERE) == {first, second, urgent}
    assert [forge.queue.take(Slot.HERE) for _ in range(4)] == [urgent, first, second, None]
    assert forge.queue.take(Slot.BUILD) is None


def test_a_kind_that_is_not_there(forge: Forge) -> None:
    with pytest.raises(NotFound) as refused:
        forge.jobs.submit("no.such.kind", {})
    assert refused.value.code == "not_found.kind"


def test_parameters_are_checked_before_anything_is_kept(forge: Forge) -> None:
    with pytest.raises(Invalid) as refused:
        forge.jobs.submit("forge.tidy", {"older_than_days": "soon"})
    assert refused.value.code == "validation.params"
    assert refused.value.facts["problems"][0]["where"] == "older_than_days"
    assert forge.jobs.list() == []


def test_too_many_waiting(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forge.jobs, "_limit", 1)
    forge.jobs.submit("forge.tidy", {})
    with pytest.raises(Overloaded):
        forge.jobs.submit("forge.tidy", {})


def test_jobs_are_found_by_state_and_kind(forge: Forge) -> None:
    tidy = forge.jobs.submit("forge.tidy", {})
    ended = forge.jobs.submit("test.refused", {})
    forge.jobs.cancel(ended.id)
    assert [job.id for job in forge.jobs.list(states=[State.CANCELLED])] == [ended.id]
    assert [job.id for job in forge.jobs.list(kind="forge.tidy")] == [tidy.id]
    assert [job.id for job in forge.jobs.list(own=False)] == [ended.id]
    assert forge.jobs.counts()["queued"] == forge.jobs.counts()["cancelled"] == 1
    with pytest.raises(Conflict):
        forge.jobs.cancel(ended.id)


def test_a_lost_claim_writes_nothing(
    forge: Forge, claimed: Callable[..., tuple[Job, Claim]]
) -> None:
    job, claim = claimed()
    claim.give_back()
    with pytest.raises(LostClaim):
        claim.finish(State.DONE, result={})
    with pytest.raises(LostClaim):
        claim.change("job.progress", percent=3.0)
    assert forge.jobs.show(job.id).state is State.QUEUED


def test_a_lock_has_one_holder_and_ends_with_its_job(
    forge: Forge, claimed: Callable[..., tuple[Job, Claim]]
) -> None:
    first, second = claimed()[1], claimed()[1]
    assert locks.try_lock(first, "thing") is None
    assert locks.try_lock(first, "thing") is None
    assert locks.try_lock(second, "thing") == first.job_id
    locks.unlock(second, "thing")
    assert locks.try_lock(second, "thing") == first.job_id
    first.finish(State.FAILED, error=JobError("no"))
    assert locks.try_lock(second, "thing") is None


def test_locks_are_taken_by_one_at_once(
    forge: Forge, claimed: Callable[..., tuple[Job, Claim]]
) -> None:
    waiting = [claimed()[1] for _ in range(5)]
    got = at_once(5, lambda: locks.try_lock(waiting.pop(), "thing"))
    assert got.count(None) == 1


def test_a_lock_that_is_let_go_while_others_ask_is_asked_for_again(
    forge: Forge, claimed: Callable[..., tuple[Job, Claim]]
) -> None:
    waiting = [claimed()[1] for _ in range(4)]

    def take_and_let_go() -> int:
        claim, held = waiting.pop(), 0
        while held < 25:
            if locks.try_lock(claim, "thing") is None:
                held += 1
                locks.unlock(claim, "thing")
        return held

    assert at_once(4, take_and_let_go) == [25] * 4


@pytest.mark.parametrize(
    ("kind", "why", "state"),
    [
        ("test.resumable", None, State.QUEUED),
        ("test.resumable", Why.STOPPING, State.QUEUED),
        ("test.resumable", Why.CANCELLED, State.CANCELLED),
        ("test.resumable", Why.OVERDUE, State.FAILED),
        ("test.once", None, State.FAILED),
        ("test.once", Why.STOPPING, State.FAILED),
    ],
)
def test_what_becomes_of_a_job_that_nobody_runs(
    forge: Forge,
    claimed: Callable[..., tuple[Job, Claim]],
    kind: str,
    why: Why | None,
    state: State,
) -> None:
    job, claim = claimed(kind, trace="-")
    taken(forge)
    settler, said = settling(forge)
    resumable = kind_of(kind).resumable
    assert settler.settle(claim, resumable=resumable, why=why, how="it died") is state
    assert forge.jobs.show(job.id).state is state
    assert len(said) == 1
    assert taken(forge) == ([job.id] if state is State.QUEUED else [])


def test_a_dead_worker_on_this_disk_is_known_at_once(
    forge: Forge, worker: Worker, claimed: Callable[..., tuple[Job, Claim]]
) -> None:
    job, _claim = claimed("test.resumable", trace="-")
    other = Worker(forge.store, forge.settings)
    other.announce()
    settler, said = settling(forge)
    recovery.recover(forge.store, other, set(), settler)
    assert forge.jobs.show(job.id).state is State.PREPARING
    die(worker)
    recovery.recover(forge.store, other, set(), settler)
    assert forge.jobs.show(job.id).state is State.QUEUED
    assert said == [(job.id, "» its worker died; queued again")]
    with forge.store.read() as session:
        assert session.scalars(sa.select(WorkerRow.id)).all() == [other.id]


def test_what_was_claimed_and_never_started_is_settled(
    forge: Forge, worker: Worker, claimed: Callable[..., tuple[Job, Claim]]
) -> None:
    started, left = (claimed("test.resumable", trace="-")[0].id for _ in range(2))
    recovery.recover(forge.store, worker, {started}, settling(forge)[0])
    assert forge.jobs.show(started).state is State.PREPARING
    assert forge.jobs.show(left).state is State.QUEUED


def test_a_silent_worker_elsewhere_is_dead_after_the_lease_by_a_steady_clock(
    forge: Forge, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with forge.store.write() as session:
        session.add(WorkerRow(id="far", host="far", place="far", pid=1, version="1", beat=5))
    steady = 1000.0
    monkeypatch.setattr("forge.jobs.workers.time.monotonic", lambda: steady)
    worker.beat()
    assert worker.dead() == []
    steady += forge.settings.lease_s - 1
    assert worker.dead() == []
    with forge.store.write() as session:
        session.execute(sa.update(WorkerRow).where(WorkerRow.id == "far").values(beat=6))
    steady += 2
    assert worker.dead() == []
    steady += forge.settings.lease_s
    assert worker.dead() == ["far"]
    assert worker.silent
    worker.beat()
    assert not worker.silent


def test_a_job_of_a_kind_that_is_gone_fails(
    forge: Forge, worker: Worker, claimed: Callable[..., tuple[Job, Claim]]
) -> None:
    job, _claim = claimed("test.resumable", trace="-")
    with forge.store.write() as session:
        session.execute(sa.update(JobRow).values(kind="gone"))
    die(worker)
    recovery.recover(forge.store, Worker(forge.store, forge.settings), set(), settling(forge)[0])
    assert forge.jobs.show(job.id).state is State.FAILED


def test_what_was_asked_while_a_clock_was_ahead_is_sent_too(forge: Forge) -> None:
    with forge.store.write() as session:
        lost, _new = forge.jobs.add(session, "forge.tidy", {})
        session.execute(sa.update(JobRow).values(queued_at=now() + timedelta(days=3650)))
    recovery.resend(forge.store, forge.queue)
    assert forge.queue.waiting(lost.slot) == {lost.id}


def test_what_no_queue_holds_is_sent_again_once(forge: Forge) -> None:
    with forge.store.write() as session:
        lost, _new = forge.jobs.add(session, "forge.tidy", {})
    recovery.resend(forge.store, forge.queue)
    assert forge.queue.waiting(Slot.HERE) == set()
    with forge.store.write() as session:
        session.execute(sa.update(JobRow).values(queued_at=now() - timedelta(minutes=1)))
    recovery.resend(forge.store, forge.queue)
    recovery.resend(forge.store, forge.queue)
    assert [forge.queue.take(Slot.HERE) for _ in range(2)] == [lost.id, None]


def test_old_events_are_dropped(forge: Forge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "KEPT", 3)
    for _ in range(5):
        forge.jobs.submit("forge.tidy", {})
    with forge.store.write() as session:
        events.forget(session)
    with forge.store.read() as session:
        assert session.scalars(sa.select(EventRow.id).order_by(EventRow.id)).all() == [3, 4, 5]
    assert events.bounds(forge.store) == (3, 5)


@pytest.fixture
def ctx(forge: Forge, claimed: Callable[..., tuple[Job, Claim]]) -> Context:
    """Run a job in this process."""
    _job, claim = claimed()
    return Context(
        claim,
        settings=forge.settings,
        sink=LocalSink(log_of(forge.settings, claim.job_id)),
        files=LocalFiles(forge.settings.data_dir),
        limits=Limits(),
    )


def test_progress_is_told_but_not_too_often(forge: Forge, ctx: Context) -> None:
    ctx.state(State.DOWNLOADING, "archive")
    for percent in range(100):
        ctx.progress(float(percent))
    ctx.progress(None, "check\0ing" + "!" * 300)
    job = forge.jobs.show(ctx.job_id)
    assert (job.state, job.step, job.percent) == (
        State.DOWNLOADING,
        "checking" + "!" * 192,
        None,
    )
    told = [event.type for event in events.since(forge.store, 0)]
    assert told[:3] == ["job.queued", "job.preparing", "job.downloading"]
    assert 1 <= told.count("job.progress") < 10


def test_a_job_that_is_to_end_ends_at_its_next_step(ctx: Context) -> None:
    ctx.end()
    assert ctx.cancelled
    for step in (
        ctx.checkpoint,
        lambda: ctx.progress(1.0),
        lambda: ctx.state(State.BUILDING),
        lambda: ctx.run_process(["true"]),
    ):
        with pytest.raises(Cancelled):
            step()


def test_a_database_that_is_away_ends_no_job(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: object, **_more: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(ctx._claim, "change", away)
    monkeypatch.setattr(ctx._claim, "cancel_requested", away)
    monkeypatch.setattr("forge.jobs.context._LOOK_EVERY_S", 0)
    ctx.state(State.BUILDING)
    ctx.progress(3.0, "on")
    ctx.checkpoint()


def test_long_and_many_lines_are_cut(ctx: Context, forge: Forge) -> None:
    ctx.log("x" * 20_000 + "\ny\n\nz")
    parts = forge.log(ctx.job_id).read(0).data.split(b"\n")
    assert [len(part) for part in parts] == [16_384, 1, 0, 1, 0]


def test_a_file_is_kept_whole_under_its_name(ctx: Context, forge: Forge, tmp_path: Path) -> None:
    path = ctx.folder / "made"
    path.write_bytes(b"abc")
    kept = ctx.keep(path, "made.bin")
    assert (kept.size, kept.sha256[:8]) == (3, "ba7816bf")
    path.write_bytes(b"defg")
    assert ctx.keep(path, "made.bin").size == 4
    assert forge.files.list(ctx.job_id) == ["made.bin"]
    for name in ("..", ".hidden", "a/b", "", "a\n", "x" * 201):
        with pytest.raises(Invalid):
            ctx.keep(path, name)
    with pytest.raises(NotFound):
        forge.files.find(ctx.job_id, "other.bin")


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([b"a\r", b"\nb"], b"a\nb\n"),
        ([b"a\r", b"b\n"], b"a\nb\n"),
        ([b"a\r"], b"a\n"),
        ([b"10%\r20%\r", b"done\n"], b"10%\n20%\ndone\n"),
        ([b"x" * 20_000], b"x" * 16_384 + b"\n" + b"x" * 3616 + b"\n"),
        ([b"\n\n"], b"\n\n"),
        ([], b""),
    ],
)
def test_lines_are_cut_where_they_end(pieces: list[bytes], expected: bytes) -> None:
    written = bytearray()
    lines = Lines(written.extend)
    for piece in pieces:
        lines.feed(piece)
    lines.close()
    assert bytes(written) == expected


def test_a_kind_has_one_meaning() -> None:
    class Params(BaseModel):
        """Nothing."""

    def run(ctx: Context, params: Params) -> dict[str, Any]:
        """Do nothing."""
        return {}

    with pytest.raises(ValueError, match="two kinds"):
        register("forge.tidy", slot=Slot.HERE)(run)
    assert "forge.tidy" in [kind.name for kind in kinds()]
