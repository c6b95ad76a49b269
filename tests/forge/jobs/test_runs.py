"""Jobs as they run: in a real Forge, by its own worker, on SQLite."""

from collections.abc import Iterator
from pathlib import Path
import sys
import time

import pytest

from forge.jobs import proc
from forge.jobs.states import State
from rig.ports import free_port
from tests.forge.house import House, until

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Run a Forge for all tests here."""
    ingress = {"ingress": True, "ingress_host": "127.0.0.1", "ingress_port": free_port()}
    with House(tmp_path_factory.mktemp("forge"), log_limit_mb=1, **ingress) as house:
        yield house


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Return where jobs leave traces."""
    return tmp_path / "trace"


def test_a_job_goes_through_its_states_to_its_result(house: House, trace: Path) -> None:
    job = house.finished(house.submit("test.once", trace=str(trace)))
    assert (job.state, job.result, job.percent, job.attempt) == (
        State.DONE,
        {"attempt": 1},
        100.0,
        1,
    )
    assert job.started_at
    assert job.finished_at
    assert job.created_at <= job.started_at <= job.finished_at
    log = house.log(job)
    assert [line for line in log.splitlines() if line.startswith("» ")][1:] == [
        "» preparing: step 0",
        "» downloading: step 1",
        "» verifying: step 2",
        "» building: step 3",
        "» collecting: step 4",
    ]
    assert log.endswith("✓ done\n")
    assert not (house.folder / "work" / job.id).exists()


def test_a_refusal_keeps_its_code_and_facts(house: House) -> None:
    job = house.finished(house.submit("test.refused"))
    assert job.state is State.FAILED
    assert job.error
    assert job.error.model_dump() == {
        "code": "precondition.builder_broken",
        "message": "The builder is broken: ensure it anew",
        "facts": {"builder": 7},
    }


def test_a_mistake_fails_the_job_and_is_explained_in_its_log(house: House) -> None:
    job = house.finished(house.submit("test.bug"))
    assert job.error
    assert job.error.code == "internal"
    assert "ZeroDivisionError" in job.error.message
    assert "oops" in house.log(job)


def test_output_comes_line_by_line_and_both_ways(house: House) -> None:
    script = "printf 'a\\rb\\r\\nc\\nd'; printf 'e\\n' >&2; printf '\\377\\n'"
    job = house.finished(house.submit("test.program", argv=["sh", "-c", script]))
    assert job.result
    assert job.result["code"] == 0
    lines = house.forge.log(job.id).read(0, 65536).data.split(b"\n")
    assert [line for line in lines if (line and line[0] < 0x80) or line == b"\xff"] == [
        b"a",
        b"b",
        b"c",
        b"de",
        b"\xff",
    ]


def test_a_program_gets_no_secret(house: House) -> None:
    job = house.finished(house.submit("test.program", argv=["env"]))
    log = house.log(job)
    assert f"{proc.TAG}={job.id}" in log
    assert "FORGE_" not in log


def test_a_program_that_fails_says_its_code(house: House) -> None:
    job = house.finished(house.submit("test.program", argv=["sh", "-c", "exit 7"]))
    assert job.result
    assert job.result["code"] == 7


def test_a_program_that_is_not_there(house: House) -> None:
    job = house.finished(house.submit("test.program", argv=["/no/such/program"]))
    assert job.error
    assert job.error.code == "job.program"


#: A child in a session of its own, whose parent ends at once: nobody's any more.
_LOST = "setsid sh -c 'setsid sleep 987 & exec sleep 988' & sleep 989"


def test_cancel_ends_grandchildren_that_left_their_session(house: House) -> None:
    job = house.submit("test.program", argv=["sh", "-c", _LOST])
    until(lambda: len(proc.members(job.id)) >= 3)
    began = time.monotonic()
    house.forge.jobs.cancel(job.id)
    job = house.finished(job)
    assert job.state is State.CANCELLED
    assert not proc.members(job.id)
    assert time.monotonic() - began < 5


def test_what_outlives_its_parent_is_ended_too(house: House) -> None:
    script = "setsid sleep 986 & exit 0"
    job = house.finished(house.submit("test.program", argv=["sh", "-c", script]))
    assert job.state is State.DONE
    assert not proc.members(job.id)


def test_one_who_ignores_the_signal_is_killed(house: House) -> None:
    script = "trap '' TERM; while :; do sleep 1; done"
    job = house.submit("test.program", argv=["sh", "-c", script])
    until(lambda: len(proc.members(job.id)) >= 2)
    house.forge.jobs.cancel(job.id)
    assert house.finished(job).state is State.CANCELLED
    assert not proc.members(job.id)


def test_a_job_that_never_looks_is_ended_after_the_grace(house: House) -> None:
    job = house.submit("test.stubborn")
    until(lambda: house.show(job).state is State.BUILDING)
    house.forge.jobs.cancel(job.id)
    assert house.finished(job).state is State.CANCELLED
    assert house.log(job).endswith("✗ cancelled\n")


def test_time_is_limited(house: House) -> None:
    job = house.finished(house.submit("test.program", argv=["sleep", "60"], time_s=0.5))
    assert job.error
    assert job.error.code == "job.timeout"
    assert job.error.facts == {"limit_s": 0.5}


def test_a_kind_may_take_only_so_long(house: House) -> None:
    job = house.finished(house.submit("test.overdue"))
    assert job.error
    assert job.error.code == "job.timeout"


def test_memory_is_limited_over_all_processes(house: House) -> None:
    grab = "import time; held = bytearray(b'x' * (40 << 20)); time.sleep(30)"
    both = f'{sys.executable} -c "{grab}" & {sys.executable} -c "{grab}"'
    job = house.finished(house.submit("test.program", argv=["sh", "-c", both], memory_mb=64))
    assert job.error
    assert job.error.code == "job.memory"
    assert not proc.members(job.id)


def test_disk_is_limited(house: House) -> None:
    fill = "for i in $(seq 100); do head -c 1048576 /dev/zero >f$i; sleep 0.05; done"
    job = house.finished(house.submit("test.program", argv=["sh", "-c", fill], folder_mb=8))
    assert job.error
    assert job.error.code == "job.disk"


def test_one_thing_is_worked_on_by_one_job_at_a_time(house: House, trace: Path) -> None:
    jobs = [house.submit("test.locked", trace=str(trace), seconds=0.3) for _ in range(3)]
    assert {house.finished(job).state for job in jobs} == {State.DONE}
    assert trace.read_text() == "in\nout\n" * 3


def test_a_job_that_waits_for_a_lock_can_be_cancelled(house: House, trace: Path) -> None:
    first = house.submit("test.locked", trace=str(trace), seconds=2)
    until(trace.exists)
    second = house.submit("test.locked", trace=str(trace))
    until(lambda: "waiting" in (house.show(second).step or ""))
    assert first.id in (house.show(second).step or "")
    house.forge.jobs.cancel(second.id)
    assert house.finished(second).state is State.CANCELLED
    assert house.finished(first).state is State.DONE


def test_a_file_is_kept_and_served(house: House) -> None:
    job = house.finished(house.submit("test.keep", name="image.bin", size=8000))
    assert job.result
    assert job.result["size"] == 8000
    status, listed = house.ask("GET", f"/api/v1/jobs/{job.id}/files")
    assert (status, listed) == (200, {"files": ["image.bin"]})
    assert house.forge.files.find(job.id, "image.bin").read_bytes() == b"0000001\n" * 1000


def test_a_file_with_a_path_for_a_name_is_refused(house: House) -> None:
    job = house.finished(house.submit("test.keep", name="../image.bin", size=8))
    assert job.error
    assert job.error.code == "validation.file_name"


def test_a_log_is_bounded_and_keeps_its_beginning_and_its_end(house: House) -> None:
    job = house.finished(house.submit("test.lines", lines=150_000))
    assert job.state is State.DONE
    kept = sum(path.stat().st_size for path in (house.folder / "logs" / job.id).iterdir())
    assert kept <= 1 << 20
    log = house.forge.log(job.id)
    first = log.read(0)
    assert b"line 0\n" in first.data
    offset, gaps, text = 0, 0, b""
    while offset < log.size:
        chunk = log.read(offset)
        gaps += chunk.start > offset
        offset, text = chunk.end, text + chunk.data
    assert gaps == 1
    assert text.endswith("line 149999\n✓ done\n".encode())


def test_tidy_forgets_what_is_old(house: House) -> None:
    job = house.finished(house.submit("test.keep", name="image.bin", size=8))
    # As a job leaves it that was killed in the middle, and is not begun again.
    left = house.folder / "work" / job.id
    (left / "tree").mkdir(parents=True)
    status, told = house.ask("POST", "/api/v1/tidy", {"older_than_days": 0})
    assert status == 202
    tidied = house.finished(house.forge.jobs.show(told["id"]))
    assert tidied.result
    assert tidied.result["forgotten"] >= 1
    assert house.ask("GET", f"/api/v1/jobs/{job.id}")[0] == 404
    assert not (house.folder / "files" / job.id).exists()
    assert not (house.folder / "logs" / job.id).exists()
    assert not left.exists()


def test_both_doors_are_open_and_ingress_is_for_the_supervisor(house: House) -> None:
    port = house._settings["ingress_port"]
    assert house.is_up()
    there = House(house.folder)
    there.url = f"http://127.0.0.1:{port}"
    assert there.ask("GET", "/health", token=None)[0] == 200
    status, told = there.ask("GET", "/api/v1/jobs")
    assert (status, told["error"]["code"]) == (403, "forbidden.ingress")


def test_higher_priority_goes_first(house: House, trace: Path) -> None:
    blockers = [house.submit("test.locked", trace=str(trace), seconds=0.5) for _ in range(2)]
    until(lambda: all(house.show(job).state is not State.QUEUED for job in blockers))
    low = house.forge.jobs.submit("test.once", {"trace": str(trace)})
    high = house.forge.jobs.submit("test.once", {"trace": str(trace)}, priority=5)
    assert (house.show(high).position or 0) <= (house.show(low).position or 0) + 1
    house.finished(low)
    house.finished(high)
    began = [line.split()[1] for line in trace.read_text().splitlines() if "began" in line]
    assert began.index(high.id) < began.index(low.id)
