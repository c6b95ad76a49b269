"""A disk that is really full: told by its name, nothing lost, and all goes on afterwards."""

from collections.abc import Iterator
from contextlib import suppress
import os
from pathlib import Path
import subprocess
from typing import Final

import pytest

from forge.jobs.limits import MIB
from forge.jobs.states import State
from rig.openwrt.tools import find
from tests.forge import kinds
from tests.forge.api.conftest import Doors, doors
from tests.forge.openwrt.conftest import BASE, OpenWorks
from tests.forge.openwrt.test_api import answered, database

__all__ = ["database", "doors"]  # the fixtures
assert kinds  # the desk must know the kinds that it is asked for

_SMALL: Final = "16m"
_ROOMY: Final = "400m"


def mount(*arguments: str | Path) -> None:
    """Mount, or raise what mount says."""
    subprocess.run([find("mount"), *arguments], check=True, capture_output=True)  # noqa: S603 - a program and folders of the test's own


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Have a small disk where the data is."""
    folder = tmp_path / "data"
    folder.mkdir()
    try:
        mount("-t", "tmpfs", "-o", f"size={_SMALL}", "none", folder)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"nothing can be mounted here: {error.stderr.decode().strip()}")
    yield folder
    subprocess.run([find("umount"), "--lazy", folder], check=True)  # noqa: S603 - as above


def test_a_builder_that_does_not_fit_leaves_nothing_and_comes_when_it_does(
    disk: Path, open_works: OpenWorks
) -> None:
    works = open_works()
    job = works.ensure()
    assert job.error, works.log(job)
    assert job.error.code == "job.disk"
    assert "must stay free" in job.error.message
    assert not list(disk.glob("builders/*/*/*/*/ready.json"))
    assert not list(disk.glob("builders/.coming/tree-*"))
    mount("-o", f"remount,size={_ROOMY}", disk)
    assert works.ensure().state is State.DONE


async def test_a_disk_without_one_free_byte_is_told_and_loses_nothing(
    disk: Path, doors: Doors
) -> None:
    mount("-o", "remount,size=40m", disk)
    assert (await answered(doors, "POST", "/profiles", json=BASE))[0] == 201
    path = "/profiles/p1/overlay/file?path=/etc/big"
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(MIB // 4))
    full = await answered(doors, "PUT", path, data=os.urandom(MIB))
    assert full == (503, "unavailable.disk")
    changed = {**BASE, "notes": "x" * 19_000}
    status, told = await answered(doors, "PUT", "/profiles/p1", json=changed)
    assert status == 200 or told in {"unavailable.database", "unavailable.disk"}
    filler.unlink()
    mount("-o", "remount,size=1g", disk)
    status, kept = await answered(doors, "GET", "/profiles/p1")
    assert (status, kept["profile"]["name"]) == (200, BASE["name"])
    assert (await answered(doors, "PUT", path, data=os.urandom(MIB)))[0] == 200


def test_a_disk_that_fills_up_while_a_job_runs_fails_the_job_and_nothing_else(
    disk: Path, open_works: OpenWorks
) -> None:
    mount("-o", f"remount,size={_ROOMY}", disk)
    works = open_works()
    job = works.forge.jobs.submit("test.fill", {})
    ended = works.run(job)
    assert ended.error
    assert ended.error.code == "job.disk"
    assert works.ensure().state is State.DONE
