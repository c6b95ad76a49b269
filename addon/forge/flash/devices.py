"""Which device may be written, and why another may not. Nothing is ever chosen here."""

from collections.abc import Collection
from dataclasses import dataclass
import errno
import os
from pathlib import Path
import stat

from pydantic import Field

from forge.boot import boot_id
from forge.errors import ForgeError, NotFound, Precondition
from forge.flash.disks import Disk, disk_of, disks
from forge.flash.filesystems import with_contents
from forge.flash.mounts import mounts


class Device(Disk):
    """A disk, and whether it could be written."""

    in_use: bool | None = Field(
        description="somebody on this host uses it, also where that is not seen here;"
        " null where it could not be asked"
    )
    refusal: str | None = Field(description="the code that writing it is refused with")


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a device the one that a person confirmed."""

    number: str
    size: int
    serial: str | None
    sequence: int | None
    #: The kernel begins its numbers anew with each boot.
    boot: str


def identity_of(disk: Disk) -> Identity:
    """Return a disk's identity."""
    return Identity(disk.number, disk.size, disk.serial, disk.sequence, boot_id())


def devices(data_dir: Path, *, only: Collection[Path] = ()) -> list[Device]:
    """Return the facts of all disks; where some are named, only those may be written."""
    return [_described(disk, only) for disk in disks(mounts(data_dir))]


def writable(path: str, data_dir: Path, *, only: Collection[Path] = ()) -> Disk:
    """Return the whole disk that a path leads to. Raise NotFound or Precondition."""
    disk = find(path, data_dir)
    _refuse(disk, only)
    return disk


def find(path: str, data_dir: Path) -> Disk:
    """Return the block device that a path leads to, through links. Raise NotFound, Precondition."""
    try:
        found = Path(path).resolve(strict=True).stat()
    except (OSError, ValueError):
        raise NotFound(f"There is no device {path}", about="device", device=path) from None
    if not stat.S_ISBLK(found.st_mode):
        raise Precondition(
            f"{path} is no block device: name a disk", about="not_block_device", device=path
        )
    number = _number(found)
    disk = disk_of(number, mounts(data_dir))
    if disk is None:
        raise NotFound(
            f"The kernel knows no device behind {path}", about="device", device=path, number=number
        )
    return disk


def _described(disk: Disk, only: Collection[Path]) -> Device:
    refusal, in_use = None, None
    try:
        _refuse(disk, only)
        in_use = False
    except ForgeError as error:
        refusal = error.code
        in_use = True if error.code == "precondition.device_busy" or disk.mounts else None
    # The running system's own disks are nobody's card: they are left alone.
    told = with_contents(disk) if refusal is None else disk
    return Device(**told.model_dump(), in_use=in_use, refusal=refusal)


def _refuse(disk: Disk, only: Collection[Path]) -> None:
    """Raise Precondition where a disk must not be written."""
    facts = {"device": disk.path}
    if disk.part_of is not None:
        raise Precondition(
            f"{disk.path} is a part of {disk.part_of}: only whole disks are written",
            about="partition",
            disk=disk.part_of,
            **facts,
        )
    if disk.made_of:
        raise Precondition(
            f"{disk.path} is made of {', '.join(disk.made_of)}: only whole disks are written",
            about="partition",
            made_of=disk.made_of,
            **facts,
        )
    if disk.system:
        raise Precondition(
            f"{disk.path} is the system's own disk: it is never written",
            about="system_device",
            mounts=disk.mounts,
            **facts,
        )
    if disk.mounts:
        raise Precondition(
            f"{disk.path} is mounted at {', '.join(disk.mounts)}: unmount it first",
            about="device_mounted",
            mounts=disk.mounts,
            **facts,
        )
    if only and not any(_leads_to(path, disk) for path in only):
        raise Precondition(
            f"{disk.path} is none of the devices that may be written: add it to the option"
            " `flash_devices`",
            about="device_not_listed",
            **facts,
        )
    if not disk.size:
        raise Precondition(f"There is no medium in {disk.path}", about="no_medium", **facts)
    if disk.read_only:
        raise Precondition(
            f"{disk.path} is read-only: look for a switch on the card", about="read_only", **facts
        )
    # The kernel's own answer: also of mounts that other namespaces, and so other containers, have.
    try:
        os.close(os.open(disk.path, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC))
    except OSError as error:
        raise refused(disk.path, error) from None


def _leads_to(path: Path, disk: Disk) -> bool:
    """Tell whether a path, which may be a link, is this disk's now."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISBLK(found.st_mode) and _number(found) == disk.number


def _number(found: os.stat_result) -> str:
    return f"{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"


def refused(path: str, error: OSError) -> ForgeError:
    """Return why a device could not be opened for oneself."""
    match error.errno:
        case errno.EBUSY:
            return Precondition(
                f"{path} is in use on this host, perhaps mounted where it is not seen here:"
                " unmount it, or wait for who writes it",
                about="device_busy",
                device=path,
            )
        case errno.EROFS:
            return Precondition(f"{path} is read-only", about="read_only", device=path)
        case errno.EACCES | errno.EPERM:
            return Precondition(
                f"The Forge may not open {path}: give it the host's block devices",
                about="device_permission",
                device=path,
            )
        case errno.ENOMEDIUM:
            return Precondition(f"There is no medium in {path}", about="no_medium", device=path)
        case _:
            return NotFound(
                f"{path} cannot be opened: {error.strerror}", about="device", device=path
            )
