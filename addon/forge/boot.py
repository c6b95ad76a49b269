"""This boot of the host, and the clock that counts since then and never jumps."""

from pathlib import Path
import time
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> str:
    """Return what tells this boot of the host from others."""
    return _BOOT.read_text("ascii").strip()


def since_boot_s() -> float:
    """Return the seconds since this boot, also those that the host slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
