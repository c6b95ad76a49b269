"""What the Forge adds to `make image`: the same tree, the same input, in turns."""

import asyncio
from datetime import datetime
import hashlib
import os
from pathlib import Path
import resource
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any, Final

from forge.openwrt.builders.ensure import here
from rig.bench.forge.family import Watch, ended_cpu_s
from rig.bench.forge.filling import document
from rig.bench.forge.house import BOARD, PLACE, House
from rig.errors import RigError
from rig.openwrt.tools import environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from rig.bench.forge.plan import Plan
    from rig.bench.samples import Samples

_PROFILE: Final = "bench.long"
_FILES: Final = "bench"
#: What was freed a moment ago is taken again faster, where a host under this system takes free
#: memory back (free page reporting). Nobody may begin with such an advantage.
_SETTLE_S: Final = 5


async def measure(
    house: House, plan: Plan, ours: Samples, floor: Samples, say: Callable[[str], None]
) -> None:
    """Build a large image with `make` alone and as a job, in turns; who begins takes turns, too."""
    files = _files(house)
    files.mkdir(parents=True)
    (files / "noise").write_bytes(hashlib.shake_256(b"noise").digest(plan.files_mb << 20))
    async with house.server as forge:
        said = document(_PROFILE, rootfs_partsize=plan.partition_mb, overlay_dir=_FILES)
        await forge.post("profiles", body=said)
        await _build(house)  # fetches the Image Builder
        say("overhead: memory")
        # By itself: looking into processes all the time slows them down.
        with Watch(forge.pid) as watch:
            await _build(house)
        ours["making_memory"].append(watch.most / 2**20)

        async def alone() -> None:
            tree = await asyncio.to_thread(_copy, house, house.folder.parent / "bare")
            await _settled()
            wall, spent = await asyncio.to_thread(_make, tree, _files(house), plan)
            floor["making"].append(wall)
            floor["making_cpu"].append(spent)

        async def as_job() -> None:
            await _settled()
            began = ended_cpu_s(forge.pid)
            build = await _build(house)
            ours["making"].append(_seconds(build))
            ours["making_cpu"].append(ended_cpu_s(forge.pid) - began)

        for pair in range(plan.pairs):
            say(f"overhead: pair {pair + 1} of {plan.pairs}")
            for turn in (alone, as_job) if pair % 2 == 0 else (as_job, alone):
                await turn()


async def _settled() -> None:
    """Wait until nothing of what was done before speeds up or slows down what comes."""
    await asyncio.to_thread(os.sync)
    await asyncio.sleep(_SETTLE_S)


async def _build(house: House) -> dict[str, Any]:
    """Have the image built, also where it was built before; return the build."""
    body = {"profile_id": _PROFILE, "rebuild": True}
    started = await house.server.post("builds", body=body)
    await house.done(started["job_id"])
    build: dict[str, Any] = await house.server.get("builds", started["job_id"])
    return build


def _seconds(build: dict[str, Any]) -> float:
    """Return how long a build took, from being taken from the queue until its files were kept."""
    begun, ended = (datetime.fromisoformat(build[name]) for name in ("started_at", "built_at"))
    return (ended - begun).total_seconds()


def _copy(house: House, folder: Path) -> Path:
    """Return a fresh copy of the Image Builder, with the keys that it made at its first use."""
    shutil.rmtree(folder, ignore_errors=True)
    inside = house.inside()
    try:
        ready = here(inside.store, inside.settings, PLACE)
        if ready is None:
            raise RigError("The Image Builder that was built with is gone")
        shutil.copytree(ready.tree, folder, symlinks=True)
        shutil.copytree(ready.keys, folder / "keys", dirs_exist_ok=True)
    finally:
        inside.close()
    return folder


def _files(house: House) -> Path:
    """Return where it is that is laid over the image."""
    return house.folder / "shared" / _FILES


def _make(tree: Path, files: Path, plan: Plan) -> tuple[float, float]:
    """Return the seconds and the processor seconds of `make image` alone."""
    argv = [
        *("make", "image", f"PROFILE={BOARD}", "PACKAGES=htop", f"FILES={files}"),
        *(f"ROOTFS_PARTSIZE={plan.partition_mb}", f"BIN_DIR={tree / 'bin'}"),
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    ended = subprocess.run(argv, cwd=tree, env=environment(), capture_output=True, check=False)
    wall = time.perf_counter() - began
    if ended.returncode:
        raise RigError(f"make failed: {ended.stderr[-500:].decode('utf-8', 'replace')}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
