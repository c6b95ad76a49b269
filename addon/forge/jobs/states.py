"""The states of a job, and which may follow which."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a job stands; within these a kind names its steps as it likes."""

    QUEUED = "queued"
    PREPARING = "preparing"
    DOWNLOADING = "downloading"
    VERIFYING = "verifying"
    BUILDING = "building"
    COLLECTING = "collecting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: A worker has it.
ACTIVE: Final = (
    State.PREPARING,
    State.DOWNLOADING,
    State.VERIFYING,
    State.BUILDING,
    State.COLLECTING,
)
#: It will not change any more.
FINISHED: Final = (State.DONE, State.FAILED, State.CANCELLED)


class Slot(StrEnum):
    """What a job takes of a worker; each has a queue of its own."""

    BUILD = "build"  # a processor core or more, for minutes
    LIGHT = "light"  # mostly waits: network, disk
    HERE = "here"  # only where the Forge itself runs: its devices, its disk
