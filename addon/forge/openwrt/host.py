"""What a host must be to build: OpenWrt publishes its Image Builder for one kind only."""

import platform
import shutil
from typing import Final

from forge.errors import Precondition
from forge.settings import Settings

_BUILDS: Final = frozenset({"x86_64", "amd64"})
#: What unpacking and every Image Builder need of the system.
_PROGRAMS: Final = ("make", "tar", "xz", "zstd", "cp", "python3", "gpgv")


def check() -> None:
    """Raise Precondition where this host cannot build."""
    machine = platform.machine().lower()
    if machine not in _BUILDS:
        raise Precondition(
            f"OpenWrt's Image Builder runs on x86_64 only, and this host is {machine}: run"
            " `forge worker` on an x86_64 host, and set build_jobs to 0 here",
            about="unsupported_host",
            machine=machine,
        )
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        raise Precondition(
            f"These programs are not installed on this host: {', '.join(missing)}",
            about="missing_programs",
            missing=missing,
        )


def check_for(settings: Settings) -> None:
    """Raise Precondition before anything is queued, where only this host could build it."""
    if settings.build_jobs:
        check()


def hindrance(settings: Settings) -> Precondition | None:
    """Return why nothing that is asked of this Forge can be built; None where it can."""
    try:
        check_for(settings)
    except Precondition as error:
        return error
    return None
