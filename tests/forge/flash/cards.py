"""Real loop devices to write to, and images made by real tools."""

from collections.abc import Iterator
from contextlib import contextmanager
import gzip
import lzma
import os
from pathlib import Path
import shutil
import struct
import subprocess
from typing import Final, Self

import pytest

MIB: Final = 1 << 20


def run(*argv: str | Path, given: str | None = None) -> str:
    """Run a program; return what it said."""
    return subprocess.run(  # noqa: S603 - the system's own tools
        list(map(str, argv)), input=given, check=True, capture_output=True, text=True, timeout=30
    ).stdout.strip()


class Loop:
    """A loop device of our own, on a file."""

    def __init__(self, backing: Path, *, read_only: bool = False, parts: bool = False) -> None:
        """Attach it."""
        self.backing = backing
        flags = ["--read-only"] if read_only else []
        self.path = run("losetup", "--find", "--show", *flags, backing)
        if parts:
            self.show_parts()

    @classmethod
    @contextmanager
    def plugged(cls, backing: Path, size: int) -> Iterator[Self]:
        """Have a card that holds something; skip the test where there can be no loop devices."""
        if reason := missing():
            pytest.skip(f"there can be no card: {reason}")
        backing.write_bytes(b"\xa5" * size)
        loop = cls(backing)
        try:
            yield loop
        finally:
            loop.detach()

    def show_parts(self) -> None:
        """Tell the kernel of the partitions: this one may have been built to know no tables."""
        run("partx", "--update", self.path)

    def detach(self) -> None:
        """Detach it; while somebody holds it, the kernel waits."""
        subprocess.run(["partx", "--delete", self.path], check=False, capture_output=True)  # noqa: S603, S607 - the system's own
        subprocess.run(["losetup", "--detach", self.path], check=False, capture_output=True)  # noqa: S603, S607 - the system's own

    @property
    def content(self) -> bytes:
        """What the medium holds."""
        os.sync()
        return self.backing.read_bytes()


@contextmanager
def mounted(device: str, point: Path, *, elsewhere: bool = False) -> Iterator[None]:
    """Mount a device here, or in a mount namespace that this process does not see into."""
    point.mkdir(exist_ok=True)
    if not elsewhere:
        run("mount", device, point)
        try:
            yield
        finally:
            run("umount", point)
        return
    holder = subprocess.Popen(  # noqa: S603 - a namespace of its own, as a container has
        [
            *("unshare", "--mount", "--propagation", "private", "sh", "-c"),
            f"mount {device} {point} && echo mounted && exec sleep 60",
        ],
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"mounted\n"
        yield
    finally:
        holder.kill()
        holder.wait()


def disk_image(path: Path, size: int, *, seed: int = 1, start: int = 2048) -> Path:
    """Make an image of a whole disk: an MBR by sfdisk, and sectors of which no two are alike."""
    sectors = (struct.pack("<QQ", seed, number) * 32 for number in range(-(-size // 512)))
    path.write_bytes(b"".join(sectors)[:size])
    with path.open("r+b") as file:
        file.write(bytes(512))
    run("sfdisk", "--quiet", path, given=f"label: dos\nlabel-id: 0x1\nstart={start}, type=c\n")
    return path


def packed(path: Path, how: str) -> Path:
    """Pack a file as it is published."""
    target = path.with_name(f"{path.name}.{how}")
    match how:
        case "gz":
            target.write_bytes(gzip.compress(path.read_bytes(), 1, mtime=0))
        case "xz":
            target.write_bytes(lzma.compress(path.read_bytes(), preset=0))
        case "zst":
            run("zstd", "-q", "-1", "-f", path, "-o", target)
    return target


def missing() -> str | None:
    """Return why there can be no loop devices here; None where there can."""
    if os.geteuid() != 0:
        return "loop devices need root"
    if not Path("/dev/loop-control").exists():
        return "this host has no loop devices"
    lacking = [tool for tool in ("losetup", "partx", "sfdisk", "unshare") if not shutil.which(tool)]
    return f"not installed: {', '.join(lacking)}" if lacking else None
