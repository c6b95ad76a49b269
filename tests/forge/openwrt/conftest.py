"""What the tests of OpenWrt's room share."""

from collections.abc import Callable, Iterator
from pathlib import Path
import shutil
from typing import Any, Final

import pytest

from forge.app import Forge
from forge.jobs.workers import Worker
from forge.openwrt.profiles.schema import Profile, read
from forge.openwrt.shared import Shared
from forge.settings import load
from forge.store.migrate import migrate
from rig.openwrt.mirror import Mirror
from rig.places import open_way
from tests.forge.openwrt.works import Works

#: The smallest profile there is.
BASE: Final = {
    "profile_id": "p1",
    "name": "n",
    "device_id": "d",
    "openwrt_release": "23.05.2",
    "target": "ath79",
    "subtarget": "generic",
    "imagebuilder_profile": "tplink_archer-c6-v3",
}


def profile(**changes: Any) -> Profile:
    """Return a profile that differs from the smallest one."""
    return read({**BASE, **changes})


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    """Return a shared folder."""
    folder = tmp_path / "shared"
    folder.mkdir()
    return Shared(folder)


type OpenWorks = Callable[..., Works]


@pytest.fixture
def open_works(tmp_path: Path, mirror: Mirror) -> Iterator[OpenWorks]:
    """Open Forges beside the mirror, all on one data folder, with settings of their own."""
    opened: list[Forge] = []
    open_way(tmp_path)

    def make(**settings: Any) -> Works:
        keys = tmp_path / "data" / "openwrt" / "keys"
        if not keys.exists():
            keys.mkdir(parents=True)
            shutil.copy(mirror.upstream.keys.gpg_public, keys / "openwrt.asc")
            shutil.copy(mirror.upstream.keys.usign_public, keys / "openwrt.pub")
        forge = Forge.open(
            load(
                {
                    "data_dir": tmp_path / "data",
                    "openwrt_mirrors": mirror.url,
                    "openwrt_rounds": 2,
                    "openwrt_stall_s": 2,
                    "stop_grace_s": 1,
                    "disk_reserve_mb": 16,
                    **settings,
                },
                environment={},
            )
        )
        opened.append(forge)
        migrate(forge.store)
        worker = Worker(forge.store, forge.settings)
        worker.announce()
        return Works(forge, mirror, worker)

    yield make
    for forge in opened:
        forge.close()


@pytest.fixture
def works(open_works: OpenWorks) -> Works:
    """Open a Forge beside the mirror."""
    return open_works()
