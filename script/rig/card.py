"""A card that is a file: a loop device, for as long as somebody holds it."""

import os
from pathlib import Path
import shutil
import subprocess
from typing import Final

from rig.errors import RigError

_SIZE: Final = 64 << 20
_CONTROL: Final = Path("/dev/loop-control")


def why_no_card() -> str | None:
    """Return why there can be no such card on this computer, None where there can."""
    if os.geteuid() != 0:
        return "loop devices need root"
    if not _CONTROL.exists():
        return "this host has no loop devices"
    if shutil.which("losetup") is None:
        return "losetup is not installed"
    try:
        # Containers may have the door to loop devices, but none behind it.
        os.close(os.open(_run("losetup", "--find"), os.O_RDWR | os.O_CLOEXEC))
    except (RigError, OSError) as error:
        return str(error)
    return None


class Card:
    """A card of 64 MiB; the kernel takes it out when its process is gone, however that ends."""

    def __init__(self, file: Path) -> None:
        """Plan it; raise RigError where there can be none."""
        if reason := why_no_card():
            raise RigError(f"No card can be simulated here: {reason}")
        self.file = file
        #: Leads to the device, whichever one the kernel gives.
        self.link = file.with_suffix("")
        self.path = ""
        self._held: int | None = None

    @property
    def settings(self) -> dict[str, object]:
        """Return what lets a Forge write this card, and no other."""
        return {"flashing": "true", "flash_devices": self.link.absolute()}

    def insert(self) -> None:
        """Put it in; what it holds stays from one time to the next."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("ab") as file:
            file.truncate(_SIZE)
        self.path = _run("losetup", "--find", "--show", str(self.file))
        self._held = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        # It is in use, so it goes when nobody has it open any more.
        _run("losetup", "--detach", self.path)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(self.path)

    def close(self) -> None:
        """Take it out."""
        if self._held is not None:
            self.link.unlink(missing_ok=True)
            os.close(self._held)
            self._held = None


def _run(*command: str) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except subprocess.CalledProcessError as error:
        raise RigError(f"{' '.join(command)}: {error.stderr.strip()}") from None
