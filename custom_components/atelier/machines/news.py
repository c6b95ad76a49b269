"""What a machine tells those who watch it. No name is in any of it.

No card either, but in a `Tap`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from .access import Denial
from .facts import Ending


class Kind(StrEnum):
    """Name what can happen at a machine."""

    GRANTED = "granted"
    DENIED = "denied"
    UNKNOWN_CARD = "unknown_card"
    STARTED = "started"
    STOPPED = "stopped"
    AUTO_LOGOFF = "auto_logoff"
    INTERVENTION = "intervention"
    UNKNOWN_BOARD = "unknown_board"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Tell what happened at a machine, when, and by which member."""

    kind: Kind
    machine_id: int
    at: float
    member_id: int | None = None
    #: Why a card was refused; of a start: why it should have been.
    denial: Denial | None = None
    #: How a use ended, and after how many seconds.
    ending: Ending | None = None
    duration_s: float | None = None
    #: Told later from a board's memory.
    replay: bool = False


@dataclass(frozen=True, slots=True)
class Tap:
    """Tell that a card was shown: only to who learns cards, never to states, events or logs."""

    card: str = field(repr=False)
    machine_id: int
    at: float
    #: Whose card it is, if anybody's.
    member_id: int | None


class State(StrEnum):
    """Name what a machine does, the most important first."""

    IN_USE = "in_use"
    BLOCKED = "blocked"
    MAINTENANCE = "maintenance"
    OFFLINE = "offline"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Tell how a machine is now."""

    state: State
    online: bool
    #: When its board was last heard, None if never.
    last_seen: float | None
    #: Since when, and by which member, it is used.
    since: float | None
    member_id: int | None
    #: Hours of use in all, and until the next care: below 0 when overdue, None without a plan.
    hours: float
    hours_to_care: float | None
    #: Plans that are due.
    due: tuple[int, ...]
