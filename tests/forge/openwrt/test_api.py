"""Profiles over HTTP."""

import os
from typing import Any

import pytest

from tests.forge.api.conftest import Doors, doors
from tests.forge.openwrt.conftest import BASE

__all__ = ["doors"]  # the fixture


@pytest.fixture
def database(tmp_path: Any) -> str:
    """Answers do not depend on the database."""
    return f"sqlite:///{tmp_path}/data/forge.db"


async def answered(doors: Doors, method: str, path: str, **more: Any) -> tuple[int, Any]:
    """Return the status and the JSON, of an error its code."""
    answer = await doors.ask(method, f"/api/v1{path}", **more)
    told = await answer.json() if answer.status != 204 else None
    return answer.status, told if answer.ok else told["error"]["code"]


async def test_a_profile_from_its_making_to_its_end(doors: Doors) -> None:
    status, made = await answered(doors, "POST", "/profiles", json={**BASE, "tags": ["a", "b"]})
    assert (status, made["version"], made["profile"]["tags"]) == (201, 1, ["a", "b"])
    again = await answered(doors, "POST", "/profiles", json=BASE)
    assert again == (409, "conflict.profile")
    assert await answered(doors, "GET", "/profiles/p1") == (200, made)
    status, found = await answered(doors, "GET", "/profiles?tag=b&tag=a&release=23.05.2&limit=1")
    assert (status, found) == (200, {"profiles": [made], "total": 1})
    assert await answered(doors, "GET", "/profiles?tag=c") == (
        200,
        {"profiles": [], "total": 0},
    )
    assert await answered(doors, "GET", "/profiles?after=p1") == (
        200,
        {"profiles": [], "total": 1},
    )
    status, told = await answered(doors, "GET", "/profile-facets")
    assert (status, told["tags"][0]) == (200, {"value": "a", "count": 1})
    changed = {**BASE, "packages": ["htop"]}
    status, now = await answered(doors, "PUT", "/profiles/p1?expected=1", json=changed)
    assert (status, now["version"]) == (200, 2)
    late = await answered(doors, "PUT", "/profiles/p1?expected=1", json=BASE)
    assert late == (409, "conflict.version")
    other = await answered(doors, "PUT", "/profiles/p2", json=BASE)
    assert other == (409, "conflict.profile_id")
    assert await answered(doors, "GET", "/profiles/p1?version=1") == (200, made)
    status, told = await answered(doors, "GET", "/profiles/p1/versions")
    assert [version["version"] for version in told["versions"]] == [2, 1]
    status, told = await answered(doors, "GET", "/profiles/p1/compare?version=1")
    assert [each["field"] for each in told["differences"]] == ["tags", "packages"]
    assert await answered(doors, "DELETE", "/profiles/p1") == (204, None)
    assert await answered(doors, "DELETE", "/profiles/p1") == (404, "not_found.profile")


async def test_a_copy_and_what_is_different(doors: Doors) -> None:
    await answered(doors, "POST", "/profiles", json=BASE)
    body = {"profile_id": "p2", "openwrt_release": "24.10.2", "tags": ["new"]}
    status, copy = await answered(doors, "POST", "/profiles/p1/clone", json=body)
    assert (status, copy["profile"]["openwrt_release"]) == (201, "24.10.2")
    status, told = await answered(doors, "GET", "/profiles/p1/compare?other=p2")
    assert [each["field"] for each in told["differences"]] == [
        "profile_id",
        "tags",
        "openwrt_release",
    ]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"openwrt_release": "../../x"}, "openwrt_release"),
        ({"extra_image_name": 'x"; touch /tmp/canary; "'}, "extra_image_name"),
        ({"openwrt_release": "Snapshot"}, "allow_snapshot"),
        ({"rootfs_partsize": "256"}, "rootfs_partsize"),
        ({"what": 1}, "what"),
    ],
)
async def test_what_is_no_profile_is_not_kept(
    doors: Doors, changes: dict[str, Any], where: str
) -> None:
    answer = await doors.ask("POST", "/api/v1/profiles", json={**BASE, **changes})
    told = (await answer.json())["error"]
    assert (answer.status, told["code"].partition(".")[0]) == (422, "validation")
    assert where in told["message"]
    assert await answered(doors, "GET", "/profiles") == (200, {"profiles": [], "total": 0})


async def test_a_profile_is_written_as_asked(doors: Doors) -> None:
    await answered(doors, "POST", "/profiles", json=BASE)
    for written, first in (
        ("yaml", "profile_id: p1"),
        ("toml", 'profile_id = "p1"'),
        ("json", "{"),
    ):
        answer = await doors.ask("GET", f"/api/v1/profiles/p1/export?format={written}&meta=true")
        text = await answer.text()
        assert (answer.status, answer.content_type) == (200, "text/plain")
        assert text.startswith(first)
        assert "created_at" in text
    wrong = await answered(doors, "GET", "/profiles/p1/export?format=xml")
    assert wrong == (422, "validation.query")


async def test_files_are_checked_and_taken_and_given(doors: Doors) -> None:
    text = "".join(f'{name}: "{value}"\n' for name, value in BASE.items())
    good, bad = {"name": "a.yaml", "text": text}, {"name": "b.yaml", "text": "profile_id: ../x"}
    status, told = await answered(doors, "POST", "/profile-check", json=good)
    assert (told["valid"], told["profile"]["profile_id"]) == (True, "p1")
    status, told = await answered(doors, "POST", "/profile-check", json=bad)
    assert (status, told["valid"], told["error"]["code"]) == (200, False, "validation.profile")
    status, told = await answered(doors, "POST", "/profile-import", json={"files": [bad, good]})
    assert (status, told["succeeded"], told["failed"]) == (200, 1, 1)
    assert [each["file"] for each in told["results"]] == ["a.yaml", "b.yaml"]
    status, told = await answered(doors, "POST", "/profile-export", json={"format": "json"})
    assert [each["name"] for each in told["files"]] == ["p1.json"]
    which = {"which": {"tag": ["none"]}}
    assert await answered(doors, "POST", "/profile-export", json=which) == (200, {"files": []})


async def test_shared_folders_are_written_and_read(doors: Doors) -> None:
    await answered(doors, "POST", "/profiles", json=BASE)
    body = {"folder": "out/all", "format": "toml"}
    status, told = await answered(doors, "POST", "/profile-export/folder", json=body)
    assert (status, told) == (200, {"files": ["p1.toml"]})
    body = {"folder": "out/all", "pattern": "*.toml", "update": True}
    status, told = await answered(doors, "POST", "/profile-import/folder", json=body)
    assert (status, told["succeeded"], told["results"][0]["version"]) == (200, 1, 1)
    missing = await answered(doors, "POST", "/profile-import/folder", json={"folder": "no"})
    assert missing == (404, "not_found.shared")
    outside = await answered(doors, "POST", "/profile-import/folder", json={"folder": "../x"})
    assert outside == (422, "validation.body")


async def test_an_overlay_is_shown(doors: Doors) -> None:
    folder = doors.forge.shared.root / "o/etc"
    folder.mkdir(parents=True)
    (folder / "a").write_text("1")
    (folder / "a").chmod(0o600)
    (folder / "l").symlink_to("/etc/a")
    await answered(doors, "POST", "/profiles", json={**BASE, "overlay_dir": "o"})
    status, told = await answered(doors, "GET", "/profiles/p1/overlay")
    assert (status, told["size"], told["tree_hash"][:2]) == (200, 1, "2:")
    assert [(each["path"], each["kind"], each["mode"]) for each in told["entries"]][1:] == [
        ("/etc/a", "file", "0600"),
        ("/etc/l", "link", None),
    ]
    (folder / "l").unlink()
    (folder / os.fsdecode(b"l\xff")).symlink_to("../../../x")
    assert await answered(doors, "GET", "/profiles/p1/overlay") == (
        422,
        "validation.symlink_escape",
    )
