"""What a makerspace knows: members, machines, rights, uses and care, as plain facts.

Times are seconds since the epoch (UTC) as float; durations are in seconds unless a name
says otherwise. Ids are whole numbers given by the ledger, None before it kept the fact.
"""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Describe what a group of members may do anywhere."""

    id: int | None = None
    name: str
    #: May use every machine, also without a permission of their own.
    every_machine: bool = False
    #: May record that a machine was cared for.
    care: bool = False
    #: May manage members and machines in Home Assistant's panel.
    manage: bool = False
    #: Cannot be changed or removed.
    reserved: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Describe a person, by whom uses are counted."""

    id: int | None = None
    name: str
    surname: str = ""
    role_id: int
    #: Card ids: 8 lower-case hex digits each.
    cards: tuple[str, ...] = ()
    email: str | None = None
    weekly_summary: bool = False
    disabled: bool = False
    #: Home Assistant user who may see this member's own rights and uses.
    user_id: str | None = None
    #: Grows with every change: two people who edit at once are told.
    version: int = 1


class Access(StrEnum):
    """Tell who may use machines of a type."""

    PERMITTED = "permitted"
    ANYBODY = "anybody"


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineType:
    """Describe a kind of machine."""

    id: int | None = None
    name: str
    access: Access = Access.PERMITTED
    #: Minutes after which a board logs out by itself; 0 is never.
    logoff_min: int = 1440
    #: Minutes for which power stays on after a log-out; 0 is not at all.
    grace_min: int = 2
    #: Training without which nobody gets in, if any.
    training_id: int | None = None
    version: int = 1


class ServerDown(StrEnum):
    """Tell what a board of ours does when it cannot ask."""

    DENY = "deny"
    SIGNED_LIST = "signed_list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Describe a machine; its id is the number in its topic."""

    id: int
    name: str
    type_id: int
    blocked: bool = False
    #: Seconds of use from before the ledger, brought along from elsewhere.
    earlier_s: float = 0.0
    server_down: ServerDown = ServerDown.SIGNED_LIST
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Allow a member one machine, or all of a type; until a moment, or for good."""

    id: int | None = None
    member_id: int
    machine_id: int | None = None
    type_id: int | None = None
    until: float | None = None
    granted_by: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Describe something to be learnt, which may fade."""

    id: int | None = None
    name: str
    #: Days for which it counts; None is for good.
    valid_days: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """Tell that a member learnt something; an instructor may pass it on."""

    id: int | None = None
    member_id: int
    training_id: int
    at: float
    until: float | None = None
    instructor: bool = False
    version: int = 1


class Ending(StrEnum):
    """Tell how a use ended."""

    CARD = "card"
    #: The next start showed that the stop was lost.
    NEXT_START = "next_start"
    #: The board was silent for too long.
    SILENCE = "silence"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Tell who used a machine from when to when; `end` is None while it lasts."""

    id: int | None = None
    machine_id: int
    member_id: int | None
    start: float
    last_seen: float
    end: float | None = None
    ending: Ending | None = None
    #: Told later from a board's memory.
    replay: bool = False
    #: The board's own id of the message that started it, where it has one.
    origin: str | None = None
    version: int = 1

    @property
    def duration_s(self) -> float:
        """Return how long it lasted, or has been seen to last so far."""
        return max(0.0, (self.last_seen if self.end is None else self.end) - self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Tell after how many hours of use a machine wants care."""

    id: int | None = None
    machine_id: int
    description: str
    every_h: float
    #: What a board's display shows, ASCII, at most 16 characters.
    lcd_text: str = ""
    url: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """Tell that a plan was carried out."""

    id: int | None = None
    plan_id: int
    machine_id: int
    member_id: int | None
    at: float
    replay: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCard:
    """Tell that a card nobody knows was shown at a machine."""

    card: str
    machine_id: int
    first: float
    last: float
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Tell what a board says of itself; `machine_id` is the number in its topic."""

    machine_id: int
    firmware: str
    address: str
    serial: str = ""
    heap: int = 0
    last_seen: float = 0.0

    @property
    def is_gate(self) -> bool:
        """Tell whether it is one of ours, which takes more than the reference's boards do."""
        return self.firmware.startswith("machine_gate,")


@dataclass(slots=True, kw_only=True)
class Tally:
    """Hold all that decisions need of one machine's uses and care, as in `Facts`."""

    opened: Use | None
    recent: list[Use]
    used_s: float
    #: By plan of this machine.
    since_care_s: dict[int, float]
    last_care: dict[int, float]


@dataclass(slots=True)
class Facts:
    """Hold all that decisions need, in memory. Uses: the open ones and the latest."""

    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    types: dict[int, MachineType] = field(default_factory=dict)
    machines: dict[int, Machine] = field(default_factory=dict)
    permissions: dict[int, Permission] = field(default_factory=dict)
    trainings: dict[int, Training] = field(default_factory=dict)
    trained: dict[int, Trained] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    #: By machine: the use that lasts.
    open_uses: dict[int, Use] = field(default_factory=dict)
    #: By machine: its latest closed uses, oldest first, at most 40: as many messages as a
    #: board of the reference holds back. Doubled and late messages are told by them.
    recent: dict[int, list[Use]] = field(default_factory=dict)
    #: By machine: seconds of all closed uses.
    used_s: dict[int, float] = field(default_factory=dict)
    #: By plan: seconds of use since its last intervention, closed uses only, and that moment.
    since_care_s: dict[int, float] = field(default_factory=dict)
    last_care: dict[int, float] = field(default_factory=dict)
    boards: dict[int, Board] = field(default_factory=dict)
