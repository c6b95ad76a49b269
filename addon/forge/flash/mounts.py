"""What is mounted, as far as this mount namespace shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
import os
from pathlib import Path
import re
from typing import Final

_MOUNTINFO: Final = Path("/proc/self/mountinfo")
_SWAPS: Final = Path("/proc/swaps")
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")
#: What the running system stands on. In a container its files of names come from the host's disk.
_SYSTEM: Final = frozenset(
    {"/", "/boot", "/boot/efi", "/boot/firmware", "/usr", "/var", "/home", "/etc"}
    | {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"}
)


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system, or swap."""

    #: major:minor of what is mounted.
    number: str
    point: str
    #: The running system, or the Forge's own data, stands on it.
    system: bool


def mounts(data_dir: Path) -> list[Mount]:
    """Return all mounts and swaps of block devices."""
    lines = _MOUNTINFO.read_text("utf-8", "surrogateescape").splitlines()
    fields = [line.split(" ") for line in lines]
    points = [_plain(found[4]) for found in fields]
    own = max(
        (point for point in points if _holds(point, os.path.realpath(data_dir))),
        key=len,
        default="/",
    )
    found = [
        Mount(number, point, system=point == own or point in _SYSTEM)
        for field, point in zip(fields, points, strict=True)
        for number in {field[2], _number(_plain(field[field.index("-") + 2]))}
        if number and not number.startswith("0:")
    ]
    return [*found, *_swaps()]


def _swaps() -> Iterator[Mount]:
    """Return where the system swaps to."""
    try:
        lines = _SWAPS.read_text("utf-8", "surrogateescape").splitlines()[1:]
    except FileNotFoundError:  # a kernel without swap
        return
    for line in lines:
        if number := _number(_plain(line.split()[0])):
            yield Mount(number, "[swap]", system=True)


def _number(source: str) -> str | None:
    """Return the number of a mount's source: btrfs shows a number of its own instead."""
    try:
        stat = Path(source).stat()
    except (OSError, ValueError):
        return None
    return f"{os.major(stat.st_rdev)}:{os.minor(stat.st_rdev)}" if stat.st_rdev else None


def _holds(point: str, path: str) -> bool:
    return path == point or path.startswith(f"{point.rstrip('/')}/")


def _plain(escaped: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), escaped)
