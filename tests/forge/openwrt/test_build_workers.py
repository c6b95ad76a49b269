"""Builds by a worker on another host: one PostgreSQL server, disks of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from forge.jobs.states import State
from forge.openwrt.profiles.schema import read
from rig.openwrt.mirror import Mirror
from rig.openwrt.releases import OPKG_ZST
from tests.forge.conftest import new_database
from tests.forge.house import House, kill, until
from tests.forge.openwrt.conftest import BASE
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
