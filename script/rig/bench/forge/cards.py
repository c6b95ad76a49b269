"""A card written and read back: the Forge's writer against dd with the same sync."""

import asyncio
from contextlib import contextmanager
import hashlib
import os
import struct
import subprocess
import time
from typing import TYPE_CHECKING

from forge.flash.block import BlockTarget
from forge.flash.content import Content
from forge.flash.devices import writable
from forge.flash.writer import read_back, write
from rig.bench.clock import rss_bytes
from rig.bench.forge.plan import MIB
from rig.errors import RigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rig.bench.forge.house import House
    from rig.bench.forge.plan import Plan
    from rig.bench.samples import Samples


async def measure(
    house: House, plan: Plan, ours: Samples, floor: Samples, say: Callable[[str], None]
) -> None:
    """Write an image to a loop device, in turns with dd. Raise RigError without root."""
    if os.geteuid() != 0:
        raise RigError("cards need loop devices, and so root")
    await asyncio.to_thread(_measure, house.folder, plan, ours, floor, say)


def _measure(
    folder: Path, plan: Plan, ours: Samples, floor: Samples, say: Callable[[str], None]
) -> None:
    size = plan.card_mb * MIB
    image = folder / "image.img"
    image.write_bytes(b"".join(struct.pack("<Q", each) * 512 for each in range(size // 4096)))
    with image.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # a plan knows it
    with _loop(folder / "backing", size + MIB) as device:
        for turn in range(plan.card_rounds):
            say(f"cards: round {turn + 1} of {plan.card_rounds}")
            floor["card"].append(_timed(lambda: _dd(image, device, size)))
            ours["card"].append(
                _timed(lambda: ours["card_memory"].append(_ours(image, device, sha256)))
            )


def _ours(image: Path, device: str, sha256: str) -> float:
    """Write as the job does; return the MiB that it came to hold."""
    before = most = rss_bytes(os.getpid())

    def tell(_done: int) -> None:
        nonlocal most
        most = max(most, rss_bytes(os.getpid()))

    disk = writable(device, image.parent)
    with BlockTarget(disk) as target, Content(image, hashed=False) as content:
        write(content, target, tell=tell, check=lambda: None)
        if read_back(target, content.size, tell=tell) != sha256:
            raise RigError(f"{device} gives other bytes back")
    return (most - before) / MIB


def _dd(image: Path, device: str, size: int) -> None:
    """Write past the cache, flush, and compare what the device gives past the cache."""
    _run("dd", f"if={image}", f"of={device}", "bs=4M", "oflag=direct", "conv=fsync", "status=none")
    _run("blockdev", "--flushbufs", device)
    reading = ("dd", f"if={device}", "bs=4M", "iflag=direct", f"count={size // (4 * MIB)}")
    with subprocess.Popen([*reading, "status=none"], stdout=subprocess.PIPE) as reader:
        subprocess.run(["cmp", "-", image], stdin=reader.stdout, check=True)


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


@contextmanager
def _loop(backing: Path, size: int) -> Iterator[str]:
    """Attach a loop device to a file whose blocks are all there."""
    with backing.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    device = _run("losetup", "--find", "--show", str(backing)).strip()
    try:
        yield device
    finally:
        _run("losetup", "--detach", device)


def _run(*argv: str) -> str:
    try:
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or error
        raise RigError(f"{argv[0]} failed: {said}") from None
