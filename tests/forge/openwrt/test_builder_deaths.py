"""`kill -9` while an Image Builder is fetched: what is half there never counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from forge.jobs.states import State
from rig.openwrt.mirror import Mirror
from rig.openwrt.releases import OPKG_ZST
from tests.forge.house import House, kill, until
from tests.forge.works import beside

pytestmark = pytest.mark.e2e
PLACE = {"release": OPKG_ZST.version, "target": "ath79", "subtarget": "generic"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, mirror_server: Mirror) -> Iterator[House]:
    """Run a Forge beside the mirror."""
    mirror_server.heal()
    with beside(mirror_server, tmp_path_factory.mktemp("forge")) as house:
        yield house


@pytest.mark.parametrize(
    "stage",
    ["» attempt", "» downloading", "as published", "» verifying: unpacking", "Current Target"],
)
def test_a_builder_whose_fetching_is_killed_is_fetched_again(house: House, stage: str) -> None:
    main = house._processes[-1]
    api = min(house.children(main))
    job = house.submit("builder.ensure", **PLACE, force=True)
    until(lambda: stage in house.log(job) or house.show(job).finished)
    for pid in set(house.children(main)) - {api}:
        kill(pid)
    ended = house.finished(job)
    assert ended.state is State.DONE, house.log(job)
    # Killed in the middle, or faster than it could be.
    assert ended.attempt in {1, 2}
    (ready,) = house.folder.glob("builders/*/*/*/*/ready.json")
    assert (ready.parent / "tree" / "Makefile").is_file()
    assert not list(Path(house.folder, "builders/.coming").glob("tree-*"))
    assert not (house.folder / "work" / job.id).exists()
