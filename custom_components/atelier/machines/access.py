"""Decide who may use a machine now, and why somebody may not."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from .facts import Access, Machine, MachineType, Member, Permission
from .roll import Roll

DAY_S: Final = 86_400


class Denial(StrEnum):
    """Name why a card is refused."""

    UNKNOWN_CARD = "unknown_card"
    DISABLED = "disabled"
    BLOCKED = "blocked"
    NO_PERMISSION = "no_permission"
    PERMISSION_EXPIRED = "permission_expired"
    NOT_TRAINED = "not_trained"
    TRAINING_EXPIRED = "training_expired"


class Level(IntEnum):
    """Say how far a board trusts a card."""

    NOBODY = 0
    MEMBER = 1
    #: Is let in while care is due, to record that it was given.
    STAFF = 2


@dataclass(frozen=True, slots=True)
class Decision:
    """Tell whether a member may use a machine: no denial is a yes."""

    denial: Denial | None
    level: Level

    @property
    def granted(self) -> bool:
        """Tell whether the member may use the machine."""
        return self.denial is None


def decide(roll: Roll, member: Member, machine: Machine, now: float) -> Decision:
    """Decide about a member at a machine at a time; the first reason against is named."""
    role = roll.role_of(member)
    level = Level.STAFF if role.every_machine or role.care else Level.MEMBER
    type_ = roll.facts.types.get(machine.type_id)
    denial: Denial | None = None
    if member.disabled:
        denial = Denial.DISABLED
    elif machine.blocked:
        denial = Denial.BLOCKED
    elif not role.every_machine and (type_ is None or type_.access is not Access.ANYBODY):
        denial = _permission(roll, member, machine, now)
    if denial is None and type_ is not None:
        denial = _training(roll, member, type_, now)
    return Decision(denial, level if denial is None else Level.NOBODY)


def passes_card(roll: Roll, member: Member, machine: Machine, now: float) -> Decision:
    """Decide what `checkuser` is told, where a blocked machine is no concern of the card.

    Boards refuse everybody at a blocked machine by themselves, as `checkmachine` told
    them to. Those who may use every machine are told apart from those who may not.
    """
    decision = decide(roll, member, machine, now)
    if decision.denial is Denial.BLOCKED and roll.role_of(member).every_machine:
        return Decision(None, Level.STAFF)
    return decision


def right_ends(roll: Roll, member: Member, machine: Machine) -> float:
    """Return until when somebody who may use a machine now may do so (inf: for good)."""
    ends = float("inf")
    type_ = roll.facts.types.get(machine.type_id)
    every = roll.role_of(member).every_machine
    if not every and (type_ is None or type_.access is not Access.ANYBODY):
        held = [one for one in roll.permissions_of(member.id or 0) if _is_for(one, machine)]
        ends = max((_end(one.until) for one in held), default=ends)
    if type_ is not None and type_.training_id is not None:
        ends = min(ends, _end(training_ends(roll, member.id or 0, type_.training_id)))
    return ends


def training_ends(roll: Roll, member_id: int, training_id: int) -> float | None:
    """Return until when a training counts (inf: for good), None where there is none."""
    trained = roll.trained_in(member_id, training_id)
    if trained is None:
        return None
    training = roll.facts.trainings.get(training_id)
    ends = [] if trained.until is None else [trained.until]
    if training is not None and training.valid_days is not None:
        ends.append(trained.at + training.valid_days * DAY_S)
    return min(ends, default=float("inf"))


def _permission(roll: Roll, member: Member, machine: Machine, now: float) -> Denial | None:
    held = [one for one in roll.permissions_of(member.id or 0) if _is_for(one, machine)]
    if any(one.until is None or now < one.until for one in held):
        return None
    return Denial.PERMISSION_EXPIRED if held else Denial.NO_PERMISSION


def _end(until: float | None) -> float:
    return float("inf") if until is None else until


def _is_for(permission: Permission, machine: Machine) -> bool:
    return permission.machine_id == machine.id or permission.type_id == machine.type_id


def _training(roll: Roll, member: Member, type_: MachineType, now: float) -> Denial | None:
    if type_.training_id is None:
        return None
    ends = training_ends(roll, member.id or 0, type_.training_id)
    if ends is None:
        return Denial.NOT_TRAINED
    return None if now < ends else Denial.TRAINING_EXPIRED
