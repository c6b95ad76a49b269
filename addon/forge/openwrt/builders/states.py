"""The states of an Image Builder."""

from enum import StrEnum


class BuilderState(StrEnum):
    """Whether it can be built with."""

    PENDING = "pending"
    READY = "ready"
    BROKEN = "broken"
