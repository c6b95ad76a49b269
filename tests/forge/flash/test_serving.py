"""Cards over HTTP, in a Forge that really runs, and that really dies."""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import subprocess
import time
from typing import Any
from uuid import uuid4

import pytest

from tests.forge.flash.cards import MIB, Loop, disk_image, missing, packed, run
from tests.forge.house import House, kill, until

pytestmark = pytest.mark.e2e

V1 = "/api/v1/flash"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Run a Forge that may write cards."""
    if reason := missing():
        pytest.skip(reason)
    with House(tmp_path_factory.mktemp("forge"), flashing=True) as house:
        yield house


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of its own, which can be frozen."""
    file, point = tmp_path / "disk", tmp_path / "point"
    file.touch()
    os.truncate(file, 256 * MIB)
    run("mkfs.ext4", "-q", file)
    point.mkdir()
    run("mount", "-o", "loop", file, point)
    yield point
    run("umount", point)


@pytest.fixture
def card(disk: Path) -> Iterator[Loop]:
    """Plug a card of 64 MiB in, whose medium can be held up."""
    backing = disk / "backing"
    backing.write_bytes(b"\xa5" * 64 * MIB)
    loop = Loop(backing)
    yield loop
    loop.detach()


@contextmanager
def held_up(disk: Path) -> Iterator[None]:
    """Let nothing be written to the medium meanwhile."""
    run("fsfreeze", "--freeze", disk)
    try:
        yield
    finally:
        run("fsfreeze", "--unfreeze", disk)


def keep(house: House, path: Path) -> dict[str, str]:
    """Keep a file as a job does."""
    job_id, name = uuid4().hex, path.name
    house.forge.files.keep(job_id, path, name)
    return {"job_id": job_id, "name": name}


@pytest.fixture
def image(house: House, tmp_path: Path) -> dict[str, str]:
    """Keep a packed image of 32 MiB."""
    return keep(house, packed(disk_image(tmp_path / "large.img", 32 * MIB), "zst"))


def finished(house: House, job: dict[str, Any]) -> dict[str, Any]:
    """Wait for a job."""
    until(lambda: house.forge.jobs.show(job["id"]).finished)
    status, found = house.ask("GET", f"/api/v1/jobs/{job['id']}")
    assert status == 200
    return dict(found)


def planned(house: House, image: dict[str, str], card: Loop, **more: Any) -> dict[str, Any]:
    """Have a plan made; return it."""
    wish = {"image": image, "device": card.path, **more}
    status, job = house.ask("POST", f"{V1}/plans", wish)
    assert status == 202, job
    job = finished(house, job)
    assert job["state"] == "done", job["error"]
    return dict(job["result"])


def confirm(house: House, plan: dict[str, Any]) -> dict[str, Any]:
    """Confirm a plan; return the job that writes."""
    status, job = house.ask("POST", f"{V1}/writes", {"token": plan["token"], "force": True})
    assert status == 202, job
    return dict(job)


def record(house: House) -> dict[str, Any]:
    """Return the newest record."""
    return dict(house.ask("GET", f"{V1}/records?limit=1")[1]["records"][0])


def test_from_a_list_to_a_card_that_is_proved(house: House, card: Loop, tmp_path: Path) -> None:
    _, found = house.ask("GET", f"{V1}/devices")
    (device,) = [each for each in found["devices"] if each["path"] == card.path]
    assert (device["size"], device["in_use"], device["refusal"]) == (64 * MIB, False, None)
    path = disk_image(tmp_path / "image.img", 6 * MIB)
    data = path.read_bytes()
    plan = planned(house, keep(house, packed(path, "gz")), card, wipe=True)
    assert house.ask("GET", f"{V1}/plans/{plan['token']}") == (200, plan)
    job = finished(house, confirm(house, plan))
    assert (job["state"], job["result"]["result"]) == ("done", "match")
    assert card.content[: 6 * MIB] == data
    last = record(house)
    assert (last["status"], last["job_id"]) == ("succeeded", job["id"])
    assert house.ask("GET", f"{V1}/records/{last['id']}") == (200, last)
    assert house.ask("POST", f"{V1}/eject", {"device": card.path}) == (200, {"ejected": False})


def test_nothing_is_written_without_force(house: House, card: Loop, image: dict[str, str]) -> None:
    plan = planned(house, image, card)
    for body in (
        {},
        {"token": plan["token"]},
        {"force": True},
        {"token": plan["token"], "force": False},
    ):
        status, answer = house.ask("POST", f"{V1}/writes", body)
        assert (status, answer["error"]["code"]) == (412, "precondition.force_required")
    status, answer = house.ask("POST", f"{V1}/writes", {"token": plan["token"], "force": "yes"})
    assert (status, answer["error"]["code"]) == (422, "validation.body")
    assert not card.content.strip(b"\xa5")


def test_what_can_be_refused_at_once_is(house: House, image: dict[str, str]) -> None:
    for device, status, code in (
        ("/dev/null", 412, "precondition.not_block_device"),
        ("/dev/no-such-card", 404, "not_found.device"),
        ("card", 422, "validation.body"),
        ("", 422, "validation.body"),
        ("/dev/\0", 422, "validation.body"),
        ("/dev/\ud83d\ude00", 404, "not_found.device"),
    ):
        asked = house.ask("POST", f"{V1}/plans", {"image": image, "device": device})
        assert (asked[0], asked[1]["error"]["code"]) == (status, code), device
    assert house.ask("GET", f"{V1}/plans/{'0' * 32}")[1]["error"]["code"] == "not_found.plan"
    assert house.ask("GET", f"{V1}/records/12345")[1]["error"]["code"] == "not_found.record"


def begun(house: House) -> None:
    """Wait until the newest job is in the middle of writing."""
    until(lambda: record(house)["began_at"] is not None)
    assert record(house)["status"] == "running"


def test_cancel_ends_it_and_leaves_no_card_that_starts(
    house: House, disk: Path, card: Loop, image: dict[str, str]
) -> None:
    plan = planned(house, image, card)
    with held_up(disk):
        job = confirm(house, plan)
        begun(house)
        assert house.ask("POST", f"/api/v1/jobs/{job['id']}/cancel")[0] == 202
        time.sleep(0.8)  # the worker has told the job by then, and not killed it yet
    assert finished(house, job)["state"] == "cancelled"
    last = record(house)
    assert (last["status"], last["incomplete"]) == ("cancelled", True)
    assert card.content[:512] == bytes(512)
    # The card is free again.
    job = finished(house, confirm(house, planned(house, image, card)))
    assert job["state"] == "done"


def test_a_forge_that_is_killed_while_it_writes(
    house: House, disk: Path, card: Loop, image: dict[str, str]
) -> None:
    plan = planned(house, image, card)
    main: subprocess.Popen[bytes] = house._processes[-1]
    with held_up(disk):
        job = confirm(house, plan)
        begun(house)
        children = house.children(main)
        kill(main.pid)
        main.wait()
    for child in children:
        until(lambda pid=child: not Path(f"/proc/{pid}").exists())  # type: ignore[misc]  # bound at once
    house.serve()
    ended = finished(house, job)
    assert (ended["state"], ended["error"]["code"]) == ("failed", "job.interrupted")
    last = record(house)
    assert (last["status"], last["incomplete"], last["suspect"]) == ("failed", True, False)
    assert last["error"]["code"] == "job.interrupted"
    # Wiped first and written last, or not reached yet: never the beginning of an image.
    assert card.content[:512] in (bytes(512), b"\xa5" * 512)
    job = finished(house, confirm(house, planned(house, image, card)))
    assert job["state"] == "done"


def test_cards_are_off_unless_somebody_allows_them(tmp_path: Path) -> None:
    with House(tmp_path / "forge") as house:
        for method, path, body in (
            ("GET", "devices", None),
            ("POST", "plans", {"image": {"name": "image.img"}, "device": "/dev/null"}),
            ("POST", "writes", {"token": "0" * 32, "force": True}),
            ("POST", "eject", {"device": "/dev/null"}),
        ):
            status, answer = house.ask(method, f"{V1}/{path}", body)
            assert (status, answer["error"]["code"]) == (412, "precondition.flashing_disabled")
        assert house.ask("GET", f"{V1}/records") == (200, {"records": []})
