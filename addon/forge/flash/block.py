"""A disk that is held for oneself, from before its first byte is written until it is read back."""

from contextlib import AbstractContextManager, suppress
import errno
import fcntl
import os
import struct
from typing import Final

from forge.boot import boot_id
from forge.flash.devices import Identity, refused
from forge.flash.disks import Disk

#: Requests of linux/fs.h and linux/cdrom.h.
_READ_TABLE: Final = 0x125F  # BLKRRPART
_FORGET: Final = 0x1261  # BLKFLSBUF
_SECTOR: Final = 0x1268  # BLKSSZGET
_SEQUENCE: Final = 0x80081280  # BLKGETDISKSEQ
_EJECT: Final = 0x5309  # CDROMEJECT: any SCSI disk knows it, and so do USB's

_INTEGER: Final = struct.Struct("i")
_LONG: Final = struct.Struct("Q")


class BlockTarget(AbstractContextManager["BlockTarget"]):
    """A whole disk, written and read without the kernel's cache between.

    While it is held, nobody on the host can mount it or its partitions.
    """

    def __init__(self, disk: Disk) -> None:
        """Take the disk. Raise Precondition or NotFound."""
        self._disk = disk
        try:
            flags = os.O_RDWR | os.O_EXCL | os.O_DIRECT | os.O_CLOEXEC
            self._descriptor = os.open(disk.path, flags)
            self.size = os.lseek(self._descriptor, 0, os.SEEK_END)
            self.sector = self._ask(_SECTOR, _INTEGER)
        except OSError as error:
            raise refused(disk.path, error) from None

    def __exit__(self, *_raised: object) -> None:
        """Let go of it."""
        os.close(self._descriptor)

    @property
    def identity(self) -> Identity:
        """What is really held, whatever the name leads to by now."""
        number = os.fstat(self._descriptor).st_rdev
        try:
            sequence = self._ask(_SEQUENCE, _LONG)
        except OSError:  # a kernel before 5.15
            sequence = self._disk.sequence or 0
        return Identity(
            number=f"{os.major(number)}:{os.minor(number)}",
            size=self.size,
            serial=self._disk.serial,
            sequence=sequence or None,
            boot=boot_id(),
        )

    def write(self, offset: int, data: memoryview) -> None:
        """Write whole sectors. Raise OSError."""
        while data:
            count = os.pwrite(self._descriptor, data, offset)
            if not count:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            offset, data = offset + count, data[count:]

    def settle(self) -> None:
        """Return once all is on the medium, and nothing is read from memory any more."""
        os.fsync(self._descriptor)
        # Others may have the disk open: their pages would hide what the medium holds. Without
        # the right to do so, reading past the cache is left, and what is read is the medium's.
        with suppress(PermissionError):
            fcntl.ioctl(self._descriptor, _FORGET)

    def read_into(self, offset: int, room: memoryview) -> int:
        """Read from the medium. Raise OSError."""
        return os.preadv(self._descriptor, [room], offset)

    def announce(self) -> bool:
        """Have the kernel read the new partition table; tell whether it did."""
        try:
            fcntl.ioctl(self._descriptor, _READ_TABLE)
        except OSError:  # a device without partitions, or no right to it
            return False
        return True

    def eject(self) -> bool:
        """Have the device let go of its medium; tell whether it can do such a thing."""
        try:
            fcntl.ioctl(self._descriptor, _EJECT, 0)
        except OSError:
            return False
        return True

    def _ask(self, request: int, form: struct.Struct) -> int:
        answer = fcntl.ioctl(self._descriptor, request, bytes(form.size))
        (value,) = form.unpack(answer)
        return int(value)
