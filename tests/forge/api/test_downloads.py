"""Downloads by browsers: addresses that are good once, and soon no more."""

from pathlib import Path
from typing import Any

import pytest

from forge.api import tickets
from forge.jobs.facts import Job
from tests.forge.api.conftest import Doors

CONTENT = b"an image" * 1000


@pytest.fixture
def job(doors: Doors, tmp_path: Path) -> Job:
    """Have a job that keeps an image."""
    job, _claim = doors.running()
    (tmp_path / "made").write_bytes(CONTENT)
    doors.forge.files.keep(job.id, tmp_path / "made", "image.img.gz")
    return job


async def ticket(doors: Doors, job: Job, name: str = "image.img.gz") -> Any:
    """Ask for a download."""
    body = {"job_id": job.id, "name": name}
    answer = await doors.ask("POST", "/api/v1/downloads", json=body)
    assert answer.status == 201
    return (await answer.json())["ticket"]


async def refusal(doors: Doors, address: str) -> Any:
    """Return what is said of a download that is none."""
    answer = await doors.ask("GET", f"/api/v1/downloads/{address}", token=None)
    return answer.status, (await answer.json())["error"]["code"]


async def test_a_ticket_needs_no_token_and_is_good_once(doors: Doors, job: Job) -> None:
    address = await ticket(doors, job)
    answer = await doors.ask("GET", f"/api/v1/downloads/{address}", token=None)
    assert (answer.status, await answer.read()) == (200, CONTENT)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="image.img.gz"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert await refusal(doors, address) == (404, "not_found.download")


async def test_asking_for_headers_does_not_use_it(doors: Doors, job: Job) -> None:
    address = f"/api/v1/downloads/{await ticket(doors, job)}"
    assert (await doors.ask("HEAD", address, token=None)).status == 401
    assert (await doors.ask("HEAD", address)).status == 405
    assert (await doors.ask("GET", address, token=None)).status == 200


async def test_a_ticket_is_soon_no_more(
    doors: Doors, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = await ticket(doors, job)
    steady = tickets.time.monotonic
    monkeypatch.setattr(tickets.time, "monotonic", lambda: steady() + tickets.GOOD_FOR_S + 1)
    assert await refusal(doors, address) == (404, "not_found.download")


async def test_of_very_many_tickets_the_newest_are_good(
    doors: Doors, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "_MOST", 2)
    oldest, _second, newest = [await ticket(doors, job) for _ in range(3)]
    assert await refusal(doors, oldest) == (404, "not_found.download")
    answer = await doors.ask("GET", f"/api/v1/downloads/{newest}", token=None)
    assert answer.status == 200


async def test_a_ticket_is_good_at_its_own_door(doors: Doors, job: Job) -> None:
    address = await ticket(doors, job)
    assert (await doors.ingress.get(f"/api/v1/downloads/{address}")).status == 404


@pytest.mark.parametrize("address", ["x" * 43, "x", "../jobs", "%2e%2e"])
async def test_guessed_addresses(doors: Doors, address: str) -> None:
    answer = await doors.ask("GET", f"/api/v1/downloads/{address}", token=None)
    assert answer.status in {401, 404, 422}


async def test_only_with_the_token_for_files_that_are_there(doors: Doors, job: Job) -> None:
    body = {"job_id": job.id, "name": "image.img.gz"}
    assert (await doors.ask("POST", "/api/v1/downloads", token=None, json=body)).status == 401
    answer = await doors.ask("POST", "/api/v1/downloads", json={**body, "name": "other.img"})
    assert (answer.status, (await answer.json())["error"]["code"]) == (404, "not_found.file")
    answer = await doors.ask("POST", "/api/v1/downloads", json={**body, "name": "../token"})
    assert answer.status == 422


async def test_a_file_that_went_meanwhile(doors: Doors, job: Job) -> None:
    address = await ticket(doors, job)
    doors.forge.files.remove(job.id)
    assert await refusal(doors, address) == (404, "not_found.file")


async def test_how_the_forge_stands(doors: Doors) -> None:
    doors.running()
    doors.forge.jobs.submit("forge.tidy", {})
    answer = await doors.ask("GET", "/api/v1/status")
    told = await answer.json()
    # A job that was claimed is prepared; another one waits.
    assert (told["running"], told["waiting"]) == (1, 1)
    assert (told["offline"], told["flashing"]) == (False, False)
    assert told["disk_free"] > told["disk_reserve"] > 0
