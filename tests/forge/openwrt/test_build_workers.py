"""Builds by a worker on another host: one PostgreSQL server, disks of their own."""

from collections.abc import Iterator
from pathlib import Path
import subprocess

import pytest

from forge.jobs.states import State
from forge.openwrt.profiles.schema import read
from rig.openwrt.mirror import Mirror
from rig.openwrt.releases import OPKG_ZST
from rig.openwrt.tools import find
from tests.forge.conftest import new_database
from tests.forge.house import House, kill, until
from tests.forge.openwrt.conftest import BASE
from tests.forge.works import beside
from tests.ledger.postgres import Cluster

pytestmark = pytest.mark.e2e


@pytest.fixture
def house(tmp_path: Path, cluster: Cluster, mirror: Mirror) -> Iterator[House]:
    """Run a Forge that builds nothing itself, with a profile."""
    with House(
        tmp_path / "home",
        database_url=new_database(cluster),
        build_jobs=0,
        openwrt_mirrors=mirror.url,
    ) as house:
        said = {**BASE, "openwrt_release": OPKG_ZST.version, "packages": ["fault-pause"]}
        house.forge.profiles.create(read(said))
        yield house


def test_two_workers_with_disks_of_their_own_build_with_what_the_forge_has(
    tmp_path: Path, cluster: Cluster, mirror: Mirror
) -> None:
    strict = {"openwrt_signatures": "require", "openwrt_refresh_s": 0}
    with beside(
        mirror, tmp_path / "home", database_url=new_database(cluster), build_jobs=0, **strict
    ) as house:
        shared = house.folder / "shared"
        (shared / "o/etc").mkdir(parents=True)
        (shared / "o/etc/folder").write_text("from the folder")
        sent = tmp_path / "sent"
        sent.write_text("uploaded")
        said = {
            **BASE,
            "openwrt_release": OPKG_ZST.version,
            "overlay_dir": "o",
            "add_local_key": True,
            "bin_dir": "out",
        }
        for name in ("left", "right"):
            house.forge.profiles.create(read({**said, "profile_id": name}))
            house.forge.uploads.put(name, f"/etc/{name}", sent, mode=None)
            house.worker(tmp_path / name, build_jobs=1, light_jobs=0, server_url=house.url)
        started = [house.forge.builds.start(name).job_id for name in ("left", "right")]
        for job_id in started:
            until(lambda job_id=job_id: house.forge.jobs.show(job_id).finished, 240)
        keys = []
        for name, job_id in zip(("left", "right"), started, strict=True):
            job = house.forge.jobs.show(job_id)
            assert job.state is State.DONE, house.log(job)
            (one,) = (
                one
                for one in house.forge.builds.show(job_id).artifacts
                if one.name.endswith("squashfs-sysupgrade.bin")
            )
            folder = root(house.forge.files.find(job_id, one.name), tmp_path / f"image-{name}")
            assert (folder / "etc/folder").read_text() == "from the folder"
            assert (folder / f"etc/{name}").read_text() == "uploaded"
            keys.append({path.read_bytes() for path in (folder / "etc/opkg/keys").iterdir()})
            assert (shared / "out" / one.name).is_file()
            assert (tmp_path / name / "builders").is_dir()
        assert keys[0] == keys[1]
        # Neither worker has the files of the first build, and both are told that they are there.
        again = house.forge.builds.start("left")
        until(lambda: house.forge.jobs.show(again.job_id).finished, 120)
        assert house.forge.builds.show(again.job_id).same_as == started[0]


def root(image: Path, folder: Path) -> Path:
    """Unpack the root of a router's image."""
    data = image.read_bytes()
    squashfs = folder.with_suffix(".squashfs")
    squashfs.write_bytes(data[data.index(b"hsqs") :])
    unpack = [find("unsquashfs"), "-q", "-n", "-d", str(folder), str(squashfs)]
    subprocess.run(unpack, check=True, capture_output=True)  # noqa: S603 - a program and files of the test's own
    return folder


def test_a_worker_elsewhere_builds_and_its_images_reach_the_forge(
    house: House, tmp_path: Path
) -> None:
    left = house.worker(tmp_path / "left", build_jobs=1, light_jobs=0, server_url=house.url)
    started = house.forge.builds.start("p1")
    until(lambda: "» building: image" in house.log(house.forge.jobs.show(started.job_id)), 120)
    # The host dies; another one takes over.
    for child in house.children(left):
        kill(child)
    kill(left.pid)
    house.worker(tmp_path / "right", build_jobs=1, light_jobs=0, server_url=house.url)
    until(lambda: house.forge.jobs.show(started.job_id).finished, 120)
    job = house.forge.jobs.show(started.job_id)
    assert job.state is State.DONE, house.log(job)
    build = house.forge.builds.show(started.job_id)
    assert build.artifacts
    for one in build.artifacts:
        assert house.forge.files.find(one.job_id, one.name).stat().st_size == one.size
    assert (tmp_path / "right" / "builders").is_dir()
    assert not list((tmp_path / "home").glob("builders/*/*"))
