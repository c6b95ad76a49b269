"""What workers elsewhere ask of the Forge while they run a build."""

import base64
from typing import Any

import pytest

from tests.forge.api.conftest import Doors, doors
from tests.forge.openwrt.test_api import answered, database

__all__ = ["database", "doors"]  # the fixtures
SHA256 = "a" * 64


def coded(text: bytes) -> str:
    """Return bytes as JSON holds them."""
    return base64.b64encode(text).decode()


async def test_an_image_builders_keys_are_the_first_that_came(doors: Doors) -> None:
    job, _claim = doors.running()
    at = f"/jobs/{job.id}"
    assert await answered(doors, "GET", f"{at}/inputs?builder={SHA256}") == (
        200,
        {"trusted": {}, "builder_keys": {}, "hit": None},
    )
    for name in ("key-build", "key-other"):
        body = {"builder": SHA256, "keys": [{"name": name, "body": coded(name.encode())}]}
        assert (await answered(doors, "PUT", f"{at}/builder-keys", json=body))[0] == 204
    status, told = await answered(doors, "GET", f"{at}/inputs?builder={SHA256}&key=2:none")
    assert (status, told["builder_keys"]) == (200, {"key-build": coded(b"key-build")})
    kept = doors.forge.settings.data_dir / "openwrt/builder-keys" / SHA256[:16]
    assert [path.stat().st_mode & 0o777 for path in kept.iterdir()] == [0o600]


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("PUT", "builder-keys", {"builder": SHA256, "keys": []}, (422, "validation.body")),
        (
            "PUT",
            "builder-keys",
            {"builder": "..", "keys": [{"name": "a", "body": ""}]},
            (422, "validation.body"),
        ),
        (
            *("PUT", "builder-keys"),
            *(
                {"builder": SHA256, "keys": [{"name": "../a", "body": ""}]},
                (422, "validation.body"),
            ),
        ),
        (
            "PUT",
            "builder-keys",
            {"builder": SHA256, "keys": [{"name": "a", "body": "?"}]},
            (422, "validation.body"),
        ),
        ("POST", "share", {"names": ["a"]}, (412, "precondition.share")),
    ],
    ids=range(5),
)
async def test_what_is_wrong_is_refused(
    doors: Doors, method: str, path: str, body: Any, expected: Any
) -> None:
    job, _claim = doors.running()
    assert await answered(doors, method, f"/jobs/{job.id}/{path}", json=body) == expected


async def test_nobody_gets_inputs_of_a_job_that_nobody_runs(doors: Doors) -> None:
    job = doors.forge.jobs.submit("forge.tidy", {})
    for path in ("inputs", "overlay"):
        found = await answered(doors, "GET", f"/jobs/{job.id}/{path}")
        assert found == (409, "conflict.claim")


async def test_a_job_of_no_profile_lays_nothing_over_its_image(doors: Doors) -> None:
    job, _claim = doors.running()
    answer = await doors.ask("GET", f"/api/v1/jobs/{job.id}/overlay")
    assert answer.status == 200
    assert answer.headers["X-Tree-Hash"].startswith("2:")
