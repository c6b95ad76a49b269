"""What the kernel knows of block devices: facts from sysfs, and nothing concluded from names."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Final

from pydantic import BaseModel, Field

from forge.flash.mounts import Mount

_ALL: Final = Path("/sys/block")
_BY_NUMBER: Final = Path("/sys/dev/block")
#: sysfs counts in these, whatever a device's own sectors are.
_UNIT: Final = 512
_TRANSPORTS: Final = (
    ("usb", re.compile(r"/usb\d+/")),
    ("mmc", re.compile(r"/mmc_host/")),
    ("nvme", re.compile(r"/nvme/")),
    ("sata", re.compile(r"/ata\d+/")),
    ("virtio", re.compile(r"/virtio\d+/")),
    ("scsi", re.compile(r"/target\d+:")),
    ("loop", re.compile(r"/virtual/block/loop\d+")),
)


class Partition(BaseModel):
    """A part of a disk."""

    name: str
    start: int = Field(description="bytes from the disk's beginning")
    size: int = Field(description="bytes")
    mounts: list[str]
    filesystem: str | None = Field(default=None, description="its kind, where it is known")
    label: str | None = Field(default=None, description="what its owner called it")


class Disk(BaseModel):
    """A block device."""

    path: str = Field(description="its node in /dev")
    name: str
    number: str = Field(description="major:minor")
    size: int = Field(description="bytes; 0 where no medium is in")
    sequence: int | None = Field(description="what the kernel counts up with each medium")
    model: str | None
    serial: str | None
    transport: str | None = Field(description="usb, mmc, nvme, sata, virtio, scsi, loop")
    backing: str | None = Field(description="a loop device's file")
    removable: bool
    read_only: bool
    part_of: str | None = Field(description="the disk that it is a part of")
    made_of: list[str] = Field(description="the devices that it is made of: volumes, arrays")
    partitions: list[Partition]
    holders: list[str] = Field(description="the devices that are made of it or its partitions")
    mounts: list[str] = Field(description="where it or its partitions are mounted, as seen here")
    system: bool = Field(description="the running system, or the Forge's data, is on it")
    filesystem: str | None = Field(default=None, description="of a disk without partitions")
    label: str | None = Field(default=None, description="of a disk without partitions")


def disks(mounted: list[Mount]) -> list[Disk]:
    """Return all disks that have a medium, or could have one."""
    found = [_disk(path.resolve(), mounted) for path in sorted(_ALL.iterdir())]
    return [disk for disk in found if disk.size or disk.removable]


def disk_of(number: str, mounted: list[Mount]) -> Disk | None:
    """Return the device with a number, also a partition; None where there is none."""
    place = _BY_NUMBER / number
    return _disk(place.resolve(), mounted) if place.exists() else None


def _disk(place: Path, mounted: list[Mount]) -> Disk:
    """Read a device's facts."""
    parts = [part for part in sorted(place.iterdir()) if (part / "partition").is_file()]
    tree = list(dict.fromkeys(_tree(place)))
    mine = _mounts(tree, mounted)
    return Disk(
        path=_node(place),
        name=place.name,
        number=_text(place / "dev") or "",
        size=_integer(place / "size") * _UNIT,
        sequence=_integer(place / "diskseq") or None,
        model=_model(place),
        serial=_serial(place),
        transport=next((name for name, seen in _TRANSPORTS if seen.search(f"{place}/")), None),
        backing=_text(place / "loop" / "backing_file"),
        removable=_integer(place / "removable") == 1,
        read_only=_integer(place / "ro") == 1,
        part_of=_part_of(place),
        made_of=_names(place / "slaves"),
        partitions=[
            Partition(
                name=part.name,
                start=_integer(part / "start") * _UNIT,
                size=_integer(part / "size") * _UNIT,
                mounts=sorted({mount.point for mount in _mounts(list(_tree(part)), mounted)}),
            )
            for part in parts
        ],
        holders=sorted({name for part in (place, *parts) for name in _names(part / "holders")}),
        mounts=sorted({mount.point for mount in mine}),
        system=any(mount.system for mount in mine),
    )


def _tree(place: Path) -> Iterator[Path]:
    """Return a device, its partitions, and all that is made of them."""
    yield place
    for child in place.iterdir():
        if (child / "dev").is_file() and not child.is_symlink():
            yield from _tree(child)
    for name in _names(place / "holders"):
        yield from _tree((place / "holders" / name).resolve())


def _mounts(tree: list[Path], mounted: list[Mount]) -> list[Mount]:
    numbers = {_text(place / "dev") for place in tree}
    return [mount for mount in mounted if mount.number in numbers]


def _part_of(place: Path) -> str | None:
    """Return the disk of a partition, also of one in hardware, such as `mmcblk0boot0`."""
    parent = place.parent
    if (place / "partition").is_file() or (parent / "queue").is_dir():
        return _node(parent)
    return None


def _model(place: Path) -> str | None:
    device = place / "device"
    vendor, model = (_text(device / name) for name in ("vendor", "model"))
    if model is None:
        return _text(device / "name")  # of a card in a slot of its own
    return f"{vendor} {model}" if vendor and not vendor.startswith("0x") else model


def _serial(place: Path) -> str | None:
    """Return what tells a device from its like; of a USB reader that is not the card's."""
    for path in (place / "serial", place / "device" / "cid", place / "device" / "serial"):
        if serial := _text(path):
            return serial
    if (place / "device").exists():
        for parent in (place / "device").resolve().parents:
            if (parent / "idVendor").is_file():
                return _text(parent / "serial")
    return None


def _node(place: Path) -> str:
    return "/dev/" + place.name.replace("!", "/")


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _text(path: Path) -> str | None:
    """Return what a file of sysfs says; None where it is not there, or its device went."""
    try:
        return path.read_text("utf-8", "replace").strip() or None
    except OSError:
        return None


def _integer(path: Path) -> int:
    text = _text(path) or ""
    return int(text) if text.isdecimal() else 0
