"""What lies on a card now, for people to know it by: kinds and labels of file systems.

Only superblocks are read, and only enough of them to name what is there: the offsets are those
of the formats' own descriptions (the kernel's documentation of ext4, Microsoft's specifications of
FAT, exFAT and NTFS, squashfs's and swap's headers).
"""

from collections.abc import Callable
from dataclasses import dataclass
import os
from typing import Final

from forge.flash.disks import Disk

#: As far as superblocks reach: swap's header fills a page.
_HEAD: Final = 4096
_PRINTABLE: Final = 64


@dataclass(frozen=True, slots=True)
class _Format:
    name: str
    magic: bytes
    at: int
    label: slice | None = None


_FORMATS: Final = (
    _Format("ext4", b"\x53\xef", 0x438, slice(0x478, 0x488)),
    _Format("vfat", b"FAT32   ", 0x52, slice(0x47, 0x52)),
    _Format("vfat", b"FAT16   ", 0x36, slice(0x2B, 0x36)),
    _Format("vfat", b"FAT12   ", 0x36, slice(0x2B, 0x36)),
    _Format("exfat", b"EXFAT   ", 0x03),
    _Format("ntfs", b"NTFS    ", 0x03),
    _Format("squashfs", b"hsqs", 0),
    _Format("swap", b"SWAPSPACE2", 0xFF6, slice(0x41C, 0x42C)),
)
_NO_NAME: Final = "NO NAME"


def seen(head: bytes) -> tuple[str | None, str | None]:
    """Return the kind and the label of a file system by its first bytes; None for what is none."""
    for one in _FORMATS:
        if head[one.at : one.at + len(one.magic)] != one.magic:
            continue
        if one.label is None:
            return one.name, None
        text = head[one.label].decode("utf-8", "replace").partition("\0")[0].strip()
        label = "".join(letter for letter in text if letter.isprintable())[:_PRINTABLE]
        return one.name, label if label not in ("", _NO_NAME) else None
    return None, None


def with_contents(disk: Disk) -> Disk:
    """Return a disk with what lies on it; of one that cannot be read, nothing more is known."""
    try:
        number = os.open(disk.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return disk
    try:
        return _with_contents(disk, lambda start: os.pread(number, _HEAD, start))
    except OSError:
        return disk
    finally:
        os.close(number)


def _with_contents(disk: Disk, read: Callable[[int], bytes]) -> Disk:
    if not disk.partitions:
        filesystem, label = seen(read(0))
        return disk.model_copy(update={"filesystem": filesystem, "label": label})
    partitions = []
    for part in disk.partitions:
        filesystem, label = seen(read(part.start))
        partitions.append(part.model_copy(update={"filesystem": filesystem, "label": label}))
    return disk.model_copy(update={"partitions": partitions})
