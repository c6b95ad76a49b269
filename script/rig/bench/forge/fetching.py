"""An Image Builder fetched, verified and unpacked, in turns with curl, sha256sum and tar."""

import asyncio
import hashlib
import io
import os
from pathlib import Path
import random
import shutil
import subprocess
import tarfile
import time
from typing import TYPE_CHECKING, Any, Final

from forge.jobs import events
from forge.openwrt.builders.disk import Shelf
from rig.bench.forge.family import Watch
from rig.bench.forge.house import PLACE, RELEASE, TARGET, House
from rig.bench.forge.plan import MIB
from rig.errors import RigError
from rig.openwrt.archive import builder_name, decompress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rig.bench.forge.plan import Plan
    from rig.bench.samples import Samples

#: As OpenWrt packs: whoever unpacks needs this window's memory (zstd -20, 2^25 bytes).
_WINDOW: Final = ("-3", "-T2", "--long=25")
#: Sizes of files in an Image Builder, most of them small.
_SIZES: Final = (700, 2_000, 6_000, 20_000, 60_000, 200_000, 900_000)
#: Half of each byte is noise: it packs about as programs do.
_PACKS_TO: Final = 0.53
_LOOK_EVERY_S: Final = 0.005


async def measure(
    house: House, plan: Plan, ours: Samples, floor: Samples, say: Callable[[str], None]
) -> None:
    """Fetch a large Image Builder with plain programs and as a job, in turns."""
    say(f"making an Image Builder of {plan.archive_mb} MiB")
    archive = house.folder.parent / "large.tar.zst"
    await asyncio.to_thread(_pack, house, archive, plan.archive_mb)
    house.mirror.offer(RELEASE, TARGET, archive)
    url = f"{house.mirror.url}/{house.mirror.upstream.archive_path(RELEASE, TARGET)}"
    with archive.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    async with house.server as forge:
        for turn in range(plan.fetches):
            say(f"Image Builder: round {turn + 1} of {plan.fetches}")
            floor["fetching"].append(await asyncio.to_thread(_plainly, url, sha256, house.folder))
            with Watch(forge.pid) as watch:
                ours["fetching"].append(await _as_job(house, sha256))
            ours["fetching_memory"].append(watch.most / MIB)
    house.mirror.heal()


def _plainly(url: str, sha256: str, beside: Path) -> float:
    """Return the seconds of curl, sha256sum and tar."""
    folder = beside.parent / "plainly"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.sync()
    began = time.perf_counter()
    # As a person would: what is hashed is what comes, and it stays on the disk.
    told = _shell('curl -sSf "$1" | tee archive | sha256sum', url, folder=folder)
    _shell("tar -x -I 'zstd -d --long=31' -f archive", folder=folder)
    took = time.perf_counter() - began
    if told.split()[0] != sha256:
        raise RigError(f"{url} came as something else")
    shutil.rmtree(folder)
    return took


async def _as_job(house: House, sha256: str) -> float:
    """Return the seconds from the download's beginning until the tree is in its place."""
    inside = house.inside()
    try:
        tree = Shelf(inside.settings).tree(PLACE, sha256)
        if tree.parent.exists():
            await asyncio.to_thread(shutil.rmtree, tree.parent)
        os.sync()
        _oldest, newest = events.bounds(inside.store)
        body = {**PLACE.model_dump(), "force": True}
        started = await house.server.post("builders", "ensure", body=body)
        while not tree.exists():
            await asyncio.sleep(_LOOK_EVERY_S)
            ended = time.time()
        await house.done(started["id"])
        begun = next(
            event.at.timestamp()
            for event in events.since(inside.store, newest)
            if _names_archive(event.data)
        )
    finally:
        inside.close()
    return ended - begun


def _names_archive(data: dict[str, Any]) -> bool:
    """Tell whether a job's event says that the archive itself is downloaded from now on."""
    return data.get("state") == "downloading" and str(data.get("step")).endswith(".tar.zst")


def _pack(house: House, archive: Path, size_mb: int) -> None:
    """Write an Image Builder that has much to unpack."""
    small = house.mirror.upstream.read(house.mirror.upstream.archive_path(RELEASE, TARGET))
    with subprocess.Popen(
        ["zstd", "-q", *_WINDOW, "-o", str(archive)], stdin=subprocess.PIPE
    ) as packer:
        assert packer.stdin is not None  # noqa: S101 - a pipe was asked for
        plain = io.BytesIO(decompress(small, RELEASE))
        with (
            tarfile.open(fileobj=plain) as source,
            tarfile.open(fileobj=packer.stdin, mode="w|", format=tarfile.GNU_FORMAT) as whole,
        ):
            for member in source:
                whole.addfile(member, source.extractfile(member) if member.isreg() else None)
            for member, content in _much(int(size_mb * MIB / _PACKS_TO)):
                whole.addfile(member, io.BytesIO(content))
    if packer.returncode:
        raise RigError("zstd cannot pack")


def _much(total: int) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """Return files of all sizes, as many as are wanted together."""
    chance = random.Random(1)  # noqa: S311 - the same ones in each run
    number = 0
    while total > 0:
        size = chance.choice(_SIZES)
        name = f"{builder_name(RELEASE, TARGET)}/staging_dir/much/{number % 200}/{number}"
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o644, RELEASE.epoch
        yield member, chance.randbytes(size // 2 + 1).hex().encode()[:size]
        total -= size
        number += 1


def _shell(script: str, *arguments: str, folder: Path) -> str:
    """Run a line of shell; return what it says."""
    ended = subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", script, "bench", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise RigError(f"{script} failed: {ended.stderr}")
    return ended.stdout
