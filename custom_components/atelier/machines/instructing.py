"""Decide what an instructor may do for others: only what they teach, and never for themselves.

Who instructs a training may record it of others, and may allow them the machines whose type
requires it. Making somebody an instructor, or no longer, is for those who manage members.
"""

from dataclasses import dataclass
from enum import StrEnum

from .access import training_ends
from .roll import Roll


class Refusal(StrEnum):
    """Name why an instructor may not do something for a member."""

    ONESELF = "oneself"
    NO_MEMBER = "no_member"
    NO_TARGET = "no_target"
    NOT_TAUGHT = "not_taught"
    NAMES_INSTRUCTOR = "names_instructor"


@dataclass(frozen=True, slots=True)
class Domain:
    """Hold what somebody instructs now, and what they may allow others."""

    trainings: frozenset[int]
    types: frozenset[int]
    machines: frozenset[int]


def instructs(roll: Roll, member_id: int, now: float) -> frozenset[int]:
    """Return the trainings that a member instructs, while their own still counts."""
    member = roll.facts.members.get(member_id)
    if member is None or member.disabled:
        return frozenset()
    return frozenset(
        training_id
        for training_id in roll.facts.trainings
        if _is_instructor(roll, member_id, training_id)
        and now < (training_ends(roll, member_id, training_id) or 0.0)
    )


def domain_of(roll: Roll, member_id: int, now: float) -> Domain:
    """Return what a member instructs now, and the types and machines that require it."""
    trainings, facts = instructs(roll, member_id, now), roll.facts
    types = frozenset(id_ for id_, type_ in facts.types.items() if type_.training_id in trainings)
    machines = frozenset(id_ for id_, one in facts.machines.items() if one.type_id in types)
    return Domain(trainings, types, machines)


def may_grant(
    roll: Roll,
    instructor_id: int,
    member_id: int,
    *,
    machine_id: int | None = None,
    type_id: int | None = None,
    now: float,
) -> Refusal | None:
    """Tell why an instructor may not allow a member a machine or a type, or take that away."""
    if (refusal := _about(roll, instructor_id, member_id)) is not None:
        return refusal
    if machine_id is not None:
        machine = roll.facts.machines.get(machine_id)
        if machine is None or type_id not in {None, machine.type_id}:
            return Refusal.NO_TARGET
        type_id = machine.type_id
    type_ = None if type_id is None else roll.facts.types.get(type_id)
    if type_ is None:
        return Refusal.NO_TARGET
    taught = type_.training_id in instructs(roll, instructor_id, now)
    return None if taught else Refusal.NOT_TAUGHT


def may_train(
    roll: Roll,
    instructor_id: int,
    member_id: int,
    training_id: int,
    *,
    as_instructor: bool | None = None,
    now: float,
) -> Refusal | None:
    """Tell why an instructor may not record that a member learnt something.

    `as_instructor` is what is to be said of the member; None leaves that as it is.
    """
    if (refusal := _about(roll, instructor_id, member_id)) is not None:
        return refusal
    if training_id not in roll.facts.trainings:
        return Refusal.NO_TARGET
    if training_id not in instructs(roll, instructor_id, now):
        return Refusal.NOT_TAUGHT
    if as_instructor not in {None, _is_instructor(roll, member_id, training_id)}:
        return Refusal.NAMES_INSTRUCTOR
    return None


def _about(roll: Roll, instructor_id: int, member_id: int) -> Refusal | None:
    """Tell why nothing may be done for a member at all."""
    if instructor_id == member_id:
        return Refusal.ONESELF
    return None if member_id in roll.facts.members else Refusal.NO_MEMBER


def _is_instructor(roll: Roll, member_id: int, training_id: int) -> bool:
    trained = roll.trained_in(member_id, training_id)
    return trained is not None and trained.instructor
