"""What a board tells of a use, and what that makes of the uses."""

from dataclasses import dataclass
from enum import StrEnum

from .facts import Use


class Outcome(StrEnum):
    """Tell what a message meant."""

    STARTED = "started"
    STOPPED = "stopped"
    SEEN = "seen"
    REOPENED = "reopened"
    DUPLICATE = "duplicate"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Hold what a board told of a member at its machine."""

    member_id: int
    #: When it happened: when it arrived, or `exact`, by the board's own clock.
    moment: float
    #: When it arrived, by a clock that nobody sets.
    steady: float
    duration: int = 0
    replay: bool = False
    exact: bool = False
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Tell what becomes of the uses."""

    outcome: Outcome
    #: Uses to keep, new ones without an id; at most one of them is open.
    uses: tuple[Use, ...] = ()
    #: The open use as it is now, where only the time changed at which it was last seen.
    seen: Use | None = None
    #: A start of the same card came again: it may have been another one.
    doubted: bool = False
