"""Jobs over HTTP."""

import asyncio
from typing import Any

import pytest

from forge.errors import BuildError
from forge.jobs.states import State
from tests.forge.api.conftest import Doors


async def code(answer: Any) -> str:
    """Return an error's code."""
    told = await answer.json()
    assert set(told) == {"error"}
    assert set(told["error"]) == {"code", "message", "facts"}
    return str(told["error"]["code"])


async def test_a_job_is_asked_for_once(doors: Doors) -> None:
    headers = {"Idempotency-Key": "mine"}
    first = await doors.ask("POST", "/api/v1/tidy", json={}, headers=headers)
    again = await doors.ask("POST", "/api/v1/tidy", json={}, headers=headers)
    assert (first.status, again.status) == (202, 202)
    assert (await first.json())["id"] == (await again.json())["id"]
    other = await doors.ask("POST", "/api/v1/tidy", json={"older_than_days": 3}, headers=headers)
    assert (other.status, await code(other)) == (409, "conflict.idempotency")


@pytest.mark.parametrize("key", ["", "a b", "x" * 201])
async def test_a_key_that_cannot_be_one(doors: Doors, key: str) -> None:
    headers = {"Idempotency-Key": key}
    answer = await doors.ask("POST", "/api/v1/tidy", json={}, headers=headers)
    assert (answer.status, await code(answer)) == (422, "validation.header")


async def test_the_same_key_at_once_makes_one_job(doors: Doors) -> None:
    answers = await asyncio.gather(
        *(
            doors.ask("POST", "/api/v1/tidy", json={}, headers={"Idempotency-Key": "k"})
            for _ in range(10)
        )
    )
    assert len({(await answer.json())["id"] for answer in answers}) == 1


async def test_positions_rise_and_fall(doors: Doors) -> None:
    ids = [(await (await doors.ask("POST", "/api/v1/tidy", json={})).json())["id"] for _ in "abc"]
    listed = (await (await doors.ask("GET", "/api/v1/jobs?state=queued")).json())["jobs"]
    assert [(job["id"], job["position"]) for job in listed] == [
        (ids[2], 3),
        (ids[1], 2),
        (ids[0], 1),
    ]
    answer = await doors.ask("POST", f"/api/v1/jobs/{ids[0]}/cancel")
    assert (answer.status, (await answer.json())["state"]) == (202, "cancelled")
    last = await (await doors.ask("GET", f"/api/v1/jobs/{ids[2]}")).json()
    assert last["position"] == 2


async def test_pages_follow_each_other(doors: Doors) -> None:
    for _ in range(5):
        doors.forge.jobs.submit("forge.tidy", {})
    seen: list[str] = []
    before = ""
    while True:
        answer = await doors.ask("GET", f"/api/v1/jobs?limit=2{before}")
        page = [job["id"] for job in (await answer.json())["jobs"]]
        if not page:
            break
        seen += page
        before = f"&before={page[-1]}"
    assert len(seen) == len(set(seen)) == 5


async def test_a_running_job_is_asked_to_end_and_a_finished_one_is_not(doors: Doors) -> None:
    job, claim = doors.running()
    answer = await doors.ask("POST", f"/api/v1/jobs/{job.id}/cancel")
    told = await answer.json()
    assert (answer.status, told["state"], told["cancel_requested"]) == (202, "preparing", True)
    assert claim.cancel_requested()
    claim.finish(State.CANCELLED)
    answer = await doors.ask("POST", f"/api/v1/jobs/{job.id}/cancel")
    assert (answer.status, await code(answer)) == (409, "conflict.job_finished")


async def test_why_it_failed_is_told(doors: Doors) -> None:
    job, claim = doors.running()
    error = BuildError("htop is not in the feeds", about="packages_missing", packages=["htop"])
    claim.finish(State.FAILED, error=error)
    told = await (await doors.ask("GET", f"/api/v1/jobs/{job.id}")).json()
    assert told["error"] == {
        "code": "build.packages_missing",
        "message": "htop is not in the feeds",
        "facts": {"packages": ["htop"]},
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", "/api/v1/jobs/" + "0" * 32, 404, "not_found.job"),
        ("GET", "/api/v1/jobs/..%2f..%2fetc", 422, "validation.path"),
        ("GET", "/api/v1/jobs/" + "0" * 32 + "/log", 404, "not_found.job"),
        ("GET", "/api/v1/jobs/" + "0" * 32 + "/log/stream", 404, "not_found.job"),
        ("GET", "/api/v1/jobs/" + "0" * 32 + "/files/x", 404, "not_found.file"),
        ("GET", "/api/v1/jobs/" + "0" * 32 + "/files/..%2Ftoken", 422, "validation.path"),
        ("GET", "/api/v1/jobs?limit=0", 422, "validation.query"),
        ("GET", "/api/v1/jobs?limit=1&limit=2", 422, "validation.query"),
        ("GET", "/api/v1/jobs?what=1", 422, "validation.query"),
        ("GET", "/api/v1/jobs?state=asleep", 422, "validation.query"),
        ("GET", "/api/v1/jobs?before=" + "0" * 32, 404, "not_found.job"),
        ("GET", "/api/v1/nothing", 404, "not_found.address"),
        ("PATCH", "/api/v1/jobs", 405, "method_not_allowed"),
        ("POST", "/api/v1/jobs/" + "0" * 32 + "/log?offset=0", 404, "not_found.job"),
    ],
)
async def test_refusals(doors: Doors, method: str, path: str, status: int, expected: str) -> None:
    answer = await doors.ask(method, path)
    assert (answer.status, await code(answer)) == (status, expected)


@pytest.mark.parametrize(
    ("body", "kind", "where"),
    [
        (b"{", "application/json", "body"),
        (b"[]", "application/json", "body"),
        (b'{"older_than_days": "3"}', "application/json", "body.older_than_days"),
        (b'{"older_than_days": -1}', "application/json", "body.older_than_days"),
        (b'{"days": 3}', "application/json", "body.days"),
        (b"\xff", "application/json", "body"),
        (b'{"older_than_days": NaN}', "application/json", "NaN is no number"),
        (b'{"older_than_days": 1e400}', "application/json", "body"),
        (b"[" * 100_000, "application/json", "body"),
        (b"{}", "text/plain", "application/json"),
    ],
)
async def test_a_bad_body_changes_nothing(doors: Doors, body: bytes, kind: str, where: str) -> None:
    answer = await doors.ask("POST", "/api/v1/tidy", data=body, headers={"Content-Type": kind})
    assert (answer.status, await code(answer)) == (422, "validation.body")
    assert where in (await answer.json())["error"]["message"]
    assert doors.forge.jobs.list() == []


async def test_a_whole_number_may_be_written_as_a_float(doors: Doors) -> None:
    headers = {"Content-Type": "application/json"}
    body = b'{"older_than_days": 3.0}'
    answer = await doors.ask("POST", "/api/v1/tidy", data=body, headers=headers)
    assert (answer.status, (await answer.json())["params"]) == (202, {"older_than_days": 3})


async def test_an_oversized_body_is_refused(doors: Doors) -> None:
    body = b" " * (doors.forge.settings.body_limit_mb * (1 << 20) + 1)
    headers = {"Content-Type": "application/json"}
    answer = await doors.ask("POST", "/api/v1/tidy", data=body, headers=headers)
    assert (answer.status, await code(answer)) == (413, "too_large.body")


async def test_a_full_queue_says_so(doors: Doors) -> None:
    jobs = doors.forge.jobs
    jobs._limit = 2
    jobs.submit("forge.tidy", {})
    jobs.submit("forge.tidy", {})
    answer = await doors.ask("POST", "/api/v1/tidy", json={})
    assert (answer.status, await code(answer)) == (429, "overloaded.queue")


async def test_a_log_is_read_from_any_offset(doors: Doors) -> None:
    job, _claim = doors.running()
    doors.forge.log(job.id).append(b"one\ntwo\nthree\n")
    answer = await doors.ask("GET", f"/api/v1/jobs/{job.id}/log?offset=4&limit=5")
    assert await answer.json() == {
        "offset": 4,
        "next": 8,
        "size": 14,
        "text": "two\n",
        "finished": False,
    }


async def test_settings_hold_no_secret(doors: Doors) -> None:
    answer = await doors.ask("GET", "/api/v1/config")
    assert "settings" in await answer.json()


async def test_metrics_count(doors: Doors) -> None:
    doors.forge.jobs.submit("forge.tidy", {})
    await doors.ask("GET", "/api/v1/jobs")
    text = await (await doors.ask("GET", "/metrics")).text()
    assert 'forge_jobs{state="queued"} 1.0' in text
    assert 'forge_requests_total{route="list_jobs",status="200"} 1.0' in text
    assert "forge_disk_free_bytes" in text


async def test_a_mistake_of_ours_is_an_error_like_others(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors.forge.jobs, "_store", None)
    answer = await doors.ask("GET", "/api/v1/jobs")
    assert (answer.status, await code(answer)) == (500, "internal")
