"""What a job's processes may use."""

from dataclasses import dataclass, replace
from pathlib import Path

from forge.settings import Settings

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one process and all that it starts, together; None: no bound."""

    #: Seconds of time that may pass.
    time_s: float | None = None
    #: Bytes of memory that all of them hold.
    memory: int | None = None
    #: A folder, and how many bytes may be in it.
    folder: Path | None = None
    folder_size: int | None = None
    #: Bytes that must stay free on the disk of `folder` (or of the working directory).
    disk_free: int | None = None

    def within(self, other: "Limits") -> "Limits":
        """Return these limits, and the other's where these have none."""
        return replace(
            self,
            time_s=self.time_s if self.time_s is not None else other.time_s,
            memory=self.memory if self.memory is not None else other.memory,
            disk_free=self.disk_free if self.disk_free is not None else other.disk_free,
        )


def usual(settings: Settings) -> Limits:
    """Return the limits that were set for all."""
    return Limits(
        time_s=settings.job_timeout_s,
        memory=settings.memory_limit_mb * MIB,
        disk_free=settings.disk_reserve_mb * MIB,
    )
