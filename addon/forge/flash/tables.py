"""Partition tables at the beginning of an image: what tells a whole disk from anything else."""

from enum import StrEnum
import struct
from typing import Final, NamedTuple

#: Enough of an image to see its table, also on disks with large sectors.
HEAD: Final = 8192
_SECTOR: Final = 512
_ENTRIES: Final = 446
_ENTRY: Final = struct.Struct("<B3xB3xII")
_SIGNATURE: Final = b"\x55\xaa"
_GPT: Final = b"EFI PART"
_STATUS: Final = (0x00, 0x80)
#: Stands for a GPT, and covers as much as can be said.
_PROTECTIVE: Final = 0xEE


class Kind(StrEnum):
    """How a disk is divided."""

    MBR = "mbr"
    GPT = "gpt"


class Table(NamedTuple):
    """A disk's table: its kind, and where its last partition ends, in bytes, as far as it says."""

    kind: Kind
    end: int


def table_of(head: bytes) -> Table | None:
    """Read the table of an image; None where it is none of a whole disk.

    The signature alone proves nothing: the first sector of a FAT or NTFS partition has it too.
    """
    if head[510:512] != _SIGNATURE:
        return None
    head = head.ljust(HEAD, b"\0")
    for sector in (512, 4096):
        if head[sector : sector + 8] == _GPT:
            (last,) = struct.unpack_from("<Q", head, sector + 48)
            return Table(Kind.GPT, (last + 1) * sector)
    entries = [_ENTRY.unpack_from(head, _ENTRIES + _ENTRY.size * number) for number in range(4)]
    if any(status not in _STATUS for status, *_rest in entries):
        return None
    used = [entry[1:] for entry in entries if all(entry[1:])]
    if not used:
        return None
    ends = [start + length for kind, start, length in used if kind != _PROTECTIVE]
    return Table(Kind.MBR, max(ends, default=0) * _SECTOR)
