"""`kill -9` of every process at every stage: nothing stays running, nothing is built twice."""

from collections.abc import Iterator
from pathlib import Path
import signal
import sqlite3
import subprocess

import pytest

from forge.jobs import proc
from forge.jobs.states import ACTIVE, State
from tests.forge.house import House, kill, until

pytestmark = pytest.mark.e2e


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Run a Forge."""
    with House(tmp_path / "forge", build_jobs=9) as house:
        yield house


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Run a Forge that none of its tests ends."""
    with House(tmp_path_factory.mktemp("forge"), build_jobs=9) as house:
        yield house


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Return where jobs leave traces."""
    return tmp_path / "trace"


def main(house: House) -> subprocess.Popen[bytes]:
    """Return the Forge's newest process."""
    return house._processes[-1]


def runner_of(house: House) -> int:
    """Return the process that runs the only job: the worker's child that is not the API."""
    (pid,) = set(house.children(main(house))) - {api_of(house)}
    return pid


def api_of(house: House) -> int:
    """Return the process that answers: the worker's first child."""
    return min(house.children(main(house)))


def lines(trace: Path, job_id: str, word: str) -> list[str]:
    """Return the lines that a job left."""
    return [line for line in trace.read_text().splitlines() if line.startswith(f"{word} {job_id}")]


@pytest.mark.parametrize("kind", ["test.resumable", "test.once"])
@pytest.mark.parametrize("stage", ACTIVE)
def test_a_killed_runner(lasting: House, trace: Path, kind: str, stage: State) -> None:
    house = lasting
    job = house.submit(kind, trace=str(trace), seconds=60, slow=stage)
    until(lambda: trace.exists() and house.show(job).state is stage)
    kill(runner_of(house))
    job = house.finished(job)
    assert not (house.folder / "work" / job.id).exists() or kind == "test.once"
    if kind == "test.resumable":
        assert (job.state, job.attempt) == (State.DONE, 2)
        assert len(lines(trace, job.id, "began")) == 2
        assert len(lines(trace, job.id, "ended")) == 1
        assert "SIGKILL; queued again" in house.log(job)
    else:
        assert job.error
        assert (job.state, job.error.code) == (State.FAILED, "job.interrupted")
        assert "SIGKILL" in job.error.message
        assert lines(trace, job.id, "ended") == []


def test_a_killed_forge_at_every_stage_at_once(house: House, trace: Path) -> None:
    at_stage = {}
    for _stage in ACTIVE:
        # Each is left far enough behind the one before to be in another stage.
        for kind in ("test.resumable", "test.once"):
            job = house.submit(kind, trace=str(trace), seconds=1.5)
            until(lambda job=job: house.show(job).state is not State.QUEUED)
            at_stage[job.id] = kind
        if len(at_stage) == 8:
            break
        until(lambda job=job: house.show(job).state is State.DOWNLOADING)
    left = house.submit("test.program", argv=["sh", "-c", "setsid sleep 985 & sleep 984"])
    until(lambda: len(proc.members(left.id)) >= 3)
    states = {house.forge.jobs.show(job_id).state for job_id in at_stage}
    assert len(states) > 2
    kill(main(house).pid)
    main(house).wait()
    until(lambda: not house.is_up())
    house.serve()
    for job_id, kind in at_stage.items():
        job = house.finished(house.forge.jobs.show(job_id))
        if kind == "test.resumable" or job.attempt == 2:
            assert (job.state, job.attempt) == (State.DONE, 2)
        else:
            assert job.error
            assert job.error.code == "job.interrupted"
        assert len(lines(trace, job_id, "ended")) == (job.state is State.DONE)
    interrupted = house.finished(left)
    assert interrupted.error
    assert interrupted.error.code == "job.interrupted"
    assert not proc.members(left.id)
    assert house.forge.jobs.list(states=ACTIVE) == []


def test_a_worker_on_the_same_disk_takes_over_at_once(house: House, trace: Path) -> None:
    job = house.submit("test.resumable", trace=str(trace), seconds=60, slow=State.BUILDING)
    until(lambda: house.show(job).state is State.BUILDING)
    forge = main(house)
    house.worker(house.folder)
    until(lambda: "This worker takes jobs" in house.said())
    kill(forge.pid)
    until(lambda: house.show(job).attempt == 2, 12)
    until(lambda: house.show(job).finished, 60)
    assert house.show(job).state is State.DONE
    assert len(lines(trace, job.id, "ended")) == 1


def test_a_killed_api_comes_back_and_jobs_do_not_notice(lasting: House, trace: Path) -> None:
    house = lasting
    job = house.submit("test.once", trace=str(trace), seconds=1.0)
    until(lambda: house.show(job).state is State.BUILDING)
    was = api_of(house)
    kill(was)
    until(lambda: api_of(house) != was and house.is_up())
    assert house.finished(job).state is State.DONE


def test_a_kind_stop_gives_back_what_may_be_begun_again(house: House, trace: Path) -> None:
    long = {"trace": str(trace), "seconds": 60, "slow": State.DOWNLOADING}
    again, once = house.submit("test.resumable", **long), house.submit("test.once", **long)
    stubborn = house.submit("test.stubborn")
    until(lambda: {house.show(job).state for job in (again, once)} == {State.DOWNLOADING})
    until(lambda: house.show(stubborn).state is State.BUILDING)
    main(house).send_signal(signal.SIGTERM)
    assert main(house).wait(20) == 0
    assert house.show(again).state is State.QUEUED
    assert house.show(stubborn).state is State.QUEUED
    interrupted = house.show(once)
    assert interrupted.error
    assert interrupted.error.code == "job.interrupted"
    assert not list((house.folder / "workers").glob("*.lock"))
    house.forge.jobs.cancel(stubborn.id)
    house.serve()
    job = house.finished(again)
    assert (job.state, job.attempt) == (State.DONE, 2)


def test_a_job_that_kills_its_process_is_not_begun_for_ever(lasting: House, trace: Path) -> None:
    house = lasting
    job = house.submit("test.stubborn")
    for attempt in (1, 2, 3):
        until(
            lambda n=attempt: (
                house.show(job).attempt == n and house.show(job).state is State.BUILDING
            )
        )
        kill(runner_of(house))
    job = house.finished(job)
    assert job.error
    assert (job.error.code, job.error.facts) == ("job.interrupted", {"attempt": 3})


def test_a_job_that_no_queue_holds_is_found(lasting: House, trace: Path) -> None:
    house = lasting
    with house.forge.store.write() as session:
        job, _new = house.forge.jobs.add(session, "test.once", {"trace": str(trace)})
    assert job.id not in house.forge.queue.waiting(job.slot)
    assert house.finished(job).state is State.DONE


def test_a_queue_that_was_lost_is_filled_again(lasting: House, trace: Path) -> None:
    house = lasting
    blockers = [house.submit("test.once", trace=str(trace), seconds=0.4) for _ in range(9)]
    until(lambda: all(house.show(job).state is not State.QUEUED for job in blockers))
    jobs = [house.submit("test.once", trace=str(trace)) for _ in range(3)]
    with sqlite3.connect(house.folder / "queue.db", timeout=10) as queue:
        queue.execute("DELETE FROM task")
    assert {house.finished(job).state for job in jobs} == {State.DONE}


def test_a_full_disk_ends_no_forge(tmp_path: Path) -> None:
    with House(tmp_path / "forge", disk_reserve_mb=10_000_000) as house:
        job = house.finished(house.submit("test.program", argv=["true"]))
        assert job.error
        assert job.error.code == "job.disk"
        assert "must stay free" in job.error.message
        assert house.is_up()


def test_a_port_that_is_taken_is_said_and_ends_it(tmp_path: Path) -> None:
    with House(tmp_path / "one") as house:
        other = House(tmp_path / "two")
        other.port = house.port
        process = other._start(
            "serve", other.folder, "--host", "127.0.0.1", "--port", str(house.port)
        )
        try:
            assert process.wait(60) != 0
            assert "address already in use" in other.said()
        finally:
            process.kill()


def test_a_clock_that_jumps_kills_no_worker(house: House, trace: Path) -> None:
    job = house.submit("test.once", trace=str(trace), seconds=1.5)
    until(lambda: house.show(job).state is State.DOWNLOADING)
    # As if the wall clock had jumped by years since this worker was last seen.
    with sqlite3.connect(house.folder / "forge.db", timeout=10) as database:
        database.execute("UPDATE workers SET seen_at = '2020-01-01 00:00:00.000000'")
        database.execute("UPDATE jobs SET queued_at = '2040-01-01 00:00:00.000000'")
    job = house.finished(job)
    assert (job.state, job.attempt) == (State.DONE, 1)
