"""Read .targetinfo: the target's packages, and its boards."""

from dataclasses import dataclass, field
import json
from typing import Any

from .places import TOPDIR


@dataclass
class Board:
    """One profile that images can be built for."""

    id: str
    title: str = ""
    packages: list[str] = field(default_factory=list)
    has_metadata: bool = False
    supported_devices: list[str] = field(default_factory=list)

    def device(self) -> dict[str, Any]:
        """Return how its images are made."""
        (devices,) = TOPDIR.glob("target/linux/*/image/devices.json")
        found: dict[str, Any] = json.loads(devices.read_text("utf-8"))[self.id]
        return found


@dataclass
class Target:
    """What the tree builds for."""

    id: str = ""
    arch: str = ""
    default_packages: list[str] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)

    def board(self, name: str) -> Board:
        """Return a board, the first one without a name; raise LookupError."""
        if not name:
            return self.boards[0]
        name = name.removeprefix("DEVICE_")
        for board in self.boards:
            if board.id == name:
                return board
        raise LookupError(name)


def read() -> Target:
    """Read the tree's own .targetinfo."""
    target = Target()
    for line in (TOPDIR / ".targetinfo").read_text("utf-8").splitlines():
        key, _, value = line.partition(": ")
        value = value.strip()
        if key == "Target":
            target.id = value
        elif key == "Target-Arch-Packages":
            target.arch = value
        elif key == "Default-Packages":
            target.default_packages = value.split()
        elif key == "Target-Profile":
            target.boards.append(Board(value.removeprefix("DEVICE_")))
        elif key == "Target-Profile-Name":
            target.boards[-1].title = value
        elif key == "Target-Profile-Packages":
            target.boards[-1].packages = value.split()
        elif key == "Target-Profile-hasImageMetadata":
            target.boards[-1].has_metadata = value == "1"
        elif key == "Target-Profile-SupportedDevices":
            target.boards[-1].supported_devices = value.split()
    return target
