"""A Forge that really runs beside the mirror, as long as a module's tests need it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import shutil
from typing import Any

from rig.openwrt.mirror import Mirror
from tests.forge.house import House


@contextmanager
def beside(mirror: Mirror, folder: Path, **settings: Any) -> Iterator[House]:
    """Run a Forge that knows the keys which the mirror signs with."""
    keys = folder / "openwrt" / "keys"
    keys.mkdir(parents=True)
    shutil.copy(mirror.upstream.keys.gpg_public, keys / "openwrt.asc")
    shutil.copy(mirror.upstream.keys.usign_public, keys / "openwrt.pub")
    more = {"openwrt_rounds": 2, "openwrt_stall_s": 5, **settings}
    with House(folder, openwrt_mirrors=mirror.url, **more) as house:
        yield house
