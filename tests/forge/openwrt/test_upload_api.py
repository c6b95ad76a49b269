"""Overlays over HTTP, and by the command line."""

import asyncio
from collections.abc import AsyncIterator
import gzip
import io
import json
from pathlib import Path
import tarfile
from typing import Any

import pytest
from typer.testing import CliRunner

from forge.cli.commands import app
from forge.jobs.limits import MIB
from tests.forge.api.conftest import Doors, doors
from tests.forge.house import TOKEN
from tests.forge.openwrt.conftest import BASE
from tests.forge.openwrt.test_api import answered, database
from tests.forge.openwrt.test_uploads import BANNER, head, tar

__all__ = ["database", "doors"]  # the fixtures
OVERLAY = "/profiles/p1/overlay"


@pytest.fixture
async def kept(doors: Doors) -> Doors:
    """Keep a profile."""
    assert (await answered(doors, "POST", "/profiles", json=BASE))[0] == 201
    return doors


async def test_an_upload_becomes_a_version(kept: Doors) -> None:
    body = gzip.compress(tar(BANNER))
    status, told = await answered(kept, "PUT", OVERLAY, data=body)
    assert (status, told["version"]) == (200, 2)
    status, now = await answered(kept, "GET", OVERLAY)
    assert now["uploaded"] == told["overlay"]
    assert [(one["path"], one["origin"]) for one in now["entries"]] == [
        ("/etc", "upload"),
        ("/etc/banner", "upload"),
    ]
    put = f"{OVERLAY}/file?path=/etc/own&mode=0600"
    assert (await answered(kept, "PUT", put, data=b"mine"))[0] == 200
    stale = await answered(kept, "PUT", f"{put}&expected=2", data=b"other")
    assert stale == (409, "conflict.version")
    answer = await kept.ask("GET", f"/api/v1{OVERLAY}/archive")
    with tarfile.open(fileobj=io.BytesIO(await answer.read())) as archive:
        assert archive.getnames() == ["etc", "etc/banner", "etc/own"]
    assert (await answered(kept, "DELETE", f"{OVERLAY}?path=/etc/own"))[0] == 200
    status, last = await answered(kept, "DELETE", OVERLAY)
    assert (status, last["overlay"]) == (200, None)
    back = await answered(kept, "POST", f"{OVERLAY}/restore", json={"version": 2})
    assert back[1]["overlay"] == told["overlay"]
    assert not list((kept.forge.settings.data_dir / "overlays" / ".coming").iterdir())


async def test_a_browser_downloads_it_as_it_was(kept: Doors) -> None:
    """By a ticket, once, and the version that was asked for."""
    for banner in (b"hello", b"goodbye"):
        put = f"{OVERLAY}/file?path=/etc/banner"
        assert (await answered(kept, "PUT", put, data=banner))[0] == 200
    asked = f"{OVERLAY}/download"
    for body, banner in (({"version": 2}, b"hello"), ({}, b"goodbye")):
        status, given = await answered(kept, "POST", asked, json=body)
        assert status == 201
        address = f"/api/v1/downloads/{given['ticket']}"
        answer = await kept.ask("GET", address, token=None)
        assert answer.headers["Content-Disposition"] == 'attachment; filename="p1.tar"'
        with tarfile.open(fileobj=io.BytesIO(await answer.read())) as archive:
            found = archive.extractfile("etc/banner")
            assert found is not None
            assert found.read() == banner
        again = await kept.ask("GET", address, token=None)
        assert (again.status, (await again.json())["error"]["code"]) == (
            404,
            "not_found.download",
        )
    assert (await kept.ask("POST", f"/api/v1{asked}", token=None, json={})).status == 401


@pytest.mark.parametrize(
    ("profile_id", "body", "expected"),
    [
        ("nobody", {}, (404, "not_found.profile")),
        ("p1", {"version": 9}, (404, "not_found.profile_version")),
        ("p1", {"version": 0}, (422, "validation.body")),
        ("..%2fx", {}, (422, "validation.path")),
    ],
)
async def test_there_is_nothing_to_download(
    kept: Doors, profile_id: str, body: dict[str, int], expected: tuple[int, str]
) -> None:
    address = f"/profiles/{profile_id}/overlay/download"
    assert await answered(kept, "POST", address, json=body) == expected


async def test_an_upload_on_its_way_outlives_what_is_swept_meanwhile(kept: Doors) -> None:
    assert (await answered(kept, "POST", "/profiles", json={**BASE, "profile_id": "p2"}))[0] == 201
    folder = kept.forge.uploads.coming
    (folder / "upload-left-by-a-crash").write_bytes(b"half")
    body, swept = tar(BANNER), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield body[:600]
        await swept.wait()
        yield body[600:]

    upload = asyncio.create_task(answered(kept, "PUT", OVERLAY, data=slowly()))
    while len(list(folder.iterdir())) < 2:
        await asyncio.sleep(0.01)
    assert (await answered(kept, "DELETE", "/profiles/p2"))[0] == 204
    assert len(list(folder.iterdir())) == 1
    swept.set()
    status, told = await upload
    assert (status, told["version"]) == (200, 2)


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/profiles/none/overlay", tar(BANNER), (404, "not_found.profile")),
        (OVERLAY, b"", (422, "validation.archive")),
        (OVERLAY, tar(head("../x")), (422, "validation.path_traversal")),
        (f"{OVERLAY}/file?path=/dev/sda", b"", (422, "validation.overlay_path")),
        (f"{OVERLAY}/file?path=/etc/x&mode=9", b"", (422, "validation.query")),
        (f"{OVERLAY}/file?path=/", b"", (422, "validation.overlay_path")),
        (f"{OVERLAY}/file?path=/etc/x", bytes(65 * MIB), (413, "too_large.body")),
    ],
    ids=range(7),
)
async def test_what_may_not_be_is_refused_with_its_code(
    kept: Doors, path: str, body: bytes, expected: Any
) -> None:
    assert await answered(kept, "PUT", path, data=body) == expected
    assert (await answered(kept, "GET", "/profiles/p1"))[1]["version"] == 1


async def test_the_command_line_sends_and_fetches(kept: Doors, tmp_path: Path) -> None:
    (tmp_path / "o/etc").mkdir(parents=True)
    (tmp_path / "o/etc/banner").write_text("hello")
    at = ("--json", "--url", str(kept.api.make_url("/")), "--token", TOKEN)

    async def run(*said: str | Path) -> Any:
        words = ["profiles", *map(str, said), *at]
        done = await asyncio.to_thread(CliRunner().invoke, app, words)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert (await run("upload", "p1", tmp_path / "o"))["version"] == 2
    assert (await run("put", "p1", tmp_path / "o/etc/banner", "/etc/motd"))["version"] == 3
    fetched = await run("download", "p1", "--to", tmp_path / "p1.tar")
    with tarfile.open(fetched["path"]) as archive:
        assert archive.getnames() == ["etc", "etc/banner", "etc/motd"]
    assert (await run("take-away", "p1"))["overlay"] is None
    assert (await run("restore", "p1", "2"))["version"] == 5
