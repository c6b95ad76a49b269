"""Several workers on one PostgreSQL server, each with a disk of its own."""

from collections import Counter
from collections.abc import Iterator
import hashlib
from pathlib import Path
import signal
import subprocess
import time

import pytest

from forge.cli.codes import exit_code
from forge.jobs.states import State
from tests.forge.conftest import new_database
from tests.forge.house import House, kill, until
from tests.ledger.postgres import Cluster

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """Run a database server of these tests, which may maltreat it: each has its own database."""
    try:
        cluster = Cluster()
    except LookupError as missing:
        pytest.skip(str(missing))
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture
def house(tmp_path: Path, server: Cluster) -> Iterator[House]:
    """Run a Forge that builds nothing itself."""
    database = new_database(server)
    with House(tmp_path / "home", database_url=database, build_jobs=0) as house:
        yield house


@pytest.fixture
def workers(house: House, tmp_path: Path) -> dict[str, subprocess.Popen[bytes]]:
    """Run two workers elsewhere."""
    found = {
        name: house.worker(tmp_path / name, build_jobs=2, server_url=house.url)
        for name in ("left", "right")
    }
    until(lambda: house.said().count("This worker takes jobs") == 2)
    return found


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Return where jobs leave traces."""
    return tmp_path / "trace"


def test_work_spreads(house: House, workers: dict[str, object], trace: Path) -> None:
    jobs = [house.submit("test.where", trace=str(trace), seconds=0.3) for _ in range(12)]
    folders = Counter((house.finished(job).result or {})["folder"] for job in jobs)
    assert sum(folders.values()) == 12
    assert min(folders["left"], folders["right"]) >= 2


def test_what_a_worker_leaves_reaches_the_forge(house: House, workers: dict[str, object]) -> None:
    job = house.finished(house.submit("test.keep", name="image.bin", size=3 << 20))
    assert job.state is State.DONE
    assert job.result
    kept = house.forge.files.find(job.id, "image.bin")
    assert kept.stat().st_size == job.result["size"] == 3 << 20
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == job.result["sha256"]
    status, piece = house.ask("GET", f"/api/v1/jobs/{job.id}/log")
    assert status == 200
    assert [line[:1] for line in piece["text"].splitlines()] == ["»", "»", "m", "✓"]
    assert list((house.folder / "work").glob("upload-*")) == []


def test_a_forge_that_is_away_for_a_moment_misses_nothing(
    house: House, workers: dict[str, object]
) -> None:
    script = "for i in $(seq 30); do echo line $i; sleep 0.1; done"
    talking = house.submit("test.program", argv=["sh", "-c", script])
    until(lambda: "line 3" in house.log(talking))
    kill(min(house.children(house.serving)))
    keeping = house.finished(house.submit("test.keep", name="image.bin", size=80))
    assert keeping.state is State.DONE
    assert house.forge.files.find(keeping.id, "image.bin").stat().st_size == 80
    assert house.finished(talking).state is State.DONE
    written = [line for line in house.log(talking).splitlines() if line.startswith("line")]
    assert written == [f"line {number}" for number in range(1, 31)]


def test_many_lines_arrive_in_order_and_once(house: House, workers: dict[str, object]) -> None:
    script = "for i in $(seq 20000); do echo line $i; done"
    job = house.finished(house.submit("test.program", argv=["sh", "-c", script]))
    assert job.state is State.DONE
    written = [line for line in house.log(job).splitlines() if line.startswith("line")]
    assert written == [f"line {number}" for number in range(1, 20_001)]


def test_a_live_log_is_seen_while_it_is_silent(house: House, workers: dict[str, object]) -> None:
    job = house.submit("test.program", argv=["sh", "-c", "echo here; sleep 30"])
    until(lambda: "here" in house.log(job))
    house.forge.jobs.cancel(job.id)
    assert house.finished(job).state is State.CANCELLED


def test_a_killed_workers_job_is_taken_over(
    house: House, workers: dict[str, subprocess.Popen[bytes]], trace: Path, tmp_path: Path
) -> None:
    job = house.submit("test.where", trace=str(trace), seconds=2)
    until(trace.exists)
    first = trace.read_text().split()[2]
    kill(workers[first].pid)
    until(lambda: house.show(job).finished, 60)
    job = house.show(job)
    second = {"left": "right", "right": "left"}[first]
    assert (job.state, job.attempt, job.result) == (State.DONE, 2, {"folder": second})
    assert trace.read_text().splitlines() == [
        f"began 1 {first}",
        f"began 2 {second}",
        f"ended 2 {second}",
    ]
    # Nobody but that worker sees its disk: it clears it when it begins again.
    left = tmp_path / first / "work" / job.id
    assert left.is_dir()
    house.worker(tmp_path / first, build_jobs=2, server_url=house.url)
    until(lambda: not left.exists())
    assert f"Deleted what job {job.id} left in the middle of its work" in house.said()


def test_one_who_was_taken_for_dead_does_not_finish(
    house: House, workers: dict[str, subprocess.Popen[bytes]], trace: Path
) -> None:
    job = house.submit("test.where", trace=str(trace), seconds=25)
    until(trace.exists)
    first = trace.read_text().split()[2]
    # The worker stands still; the job's own process goes on and does not know.
    workers[first].send_signal(signal.SIGSTOP)
    until(lambda: house.show(job).attempt == 2, 60)
    time.sleep(5)
    workers[first].send_signal(signal.SIGCONT)
    until(lambda: house.show(job).finished, 60)
    assert house.show(job).state is State.DONE
    assert [line for line in trace.read_text().splitlines() if "ended 1" in line] == []


def test_a_lock_holds_across_hosts(house: House, workers: dict[str, object], trace: Path) -> None:
    jobs = [house.submit("test.locked", trace=str(trace), seconds=0.3) for _ in range(4)]
    assert {house.finished(job).state for job in jobs} == {State.DONE}
    assert trace.read_text() == "in\nout\n" * 4


def test_a_restarted_server_ends_no_job(
    house: House, workers: dict[str, object], trace: Path, server: Cluster
) -> None:
    job = house.submit("test.once", trace=str(trace), seconds=1.5)
    until(lambda: house.show(job).state is State.DOWNLOADING)
    server.stop(how="immediate")
    time.sleep(2)
    server.start()
    until(lambda: house.is_up() and house.show(job).finished, 60)
    assert (house.show(job).state, house.show(job).attempt) == (State.DONE, 1)
    assert house.finished(house.submit("test.once", trace=str(trace))).state is State.DONE


def test_a_wrong_token_fails_what_cannot_be_kept(house: House, tmp_path: Path) -> None:
    house.worker(
        tmp_path / "stranger", build_jobs=1, server_url=house.url, token="not-the-right-token"
    )
    job = house.finished(house.submit("test.keep", name="image.bin", size=8))
    assert job.error
    assert job.error.code == "unauthorized.token"


def test_a_worker_that_cannot_deliver_does_not_start(house: House, tmp_path: Path) -> None:
    process = house.worker(tmp_path / "lost")
    assert process.wait(30) == exit_code("validation.settings")
    assert "validation.settings: A worker that shares a server's database" in house.said()


def test_an_upload_that_was_damaged_is_refused(house: House) -> None:
    job = house.forge.jobs.submit("test.stubborn", {})
    until(lambda: house.show(job).state is State.BUILDING)
    wrong = hashlib.sha256(b"other").hexdigest()
    path = f"/api/v1/jobs/{job.id}/files/image.bin?sha256={wrong}"
    status, told = house.ask("PUT", path, "data")
    assert (status, told["error"]["code"]) == (409, "conflict.checksum")
    assert house.forge.files.list(job.id) == []
    house.forge.jobs.cancel(job.id)
    house.finished(job)
    status, told = house.ask("PUT", path, "data")
    assert (status, told["error"]["code"]) == (409, "conflict.claim")
