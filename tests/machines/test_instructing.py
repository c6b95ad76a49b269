"""What an instructor may do for others, and why not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pytest

from custom_components.atelier.machines.facts import (
    Access,
    Facts,
    Machine,
    MachineType,
    Member,
    Role,
    Trained,
    Training,
)
from custom_components.atelier.machines.instructing import (
    Domain,
    Refusal,
    domain_of,
    instructs,
    may_grant,
    may_train,
)
from custom_components.atelier.machines.roll import Roll

NOW: Final = 1_700_000_000.0
DAY: Final = 86_400.0

INA: Final = Member(id=1, name="Ina", role_id=1)
UMA: Final = Member(id=2, name="Uma", role_id=1)
IVO: Final = Member(id=3, name="Ivo", role_id=1)
LASERS, LATHES = 5, 6
TEACHES: Final = Trained(id=1, member_id=1, training_id=LASERS, at=NOW - 10 * DAY, instructor=True)
IVO_TOO: Final = replace(TEACHES, id=2, member_id=3)
LEARNT: Final = Trained(id=3, member_id=2, training_id=LASERS, at=NOW - DAY)


def roll(*facts: object) -> Roll:
    """Return a roll of three members, two trainings, three types and a machine of each."""
    known = Roll(Facts(roles={1: Role(id=1, name="user")}))
    for fact in (
        *(INA, UMA, IVO),
        *(Training(id=LASERS, name="lasers"), Training(id=LATHES, name="lathes")),
        *(
            MachineType(id=1, name="cutter", training_id=LASERS),
            MachineType(id=2, name="lathe", training_id=LATHES),
            MachineType(id=3, name="drill", access=Access.ANYBODY),
        ),
        *(Machine(id=number, name=f"M{number}", type_id=number - 10) for number in (11, 12, 13)),
        *facts,
    ):
        known.put(fact)  # type: ignore[arg-type] # any fact of a roll
    return known


@pytest.mark.parametrize(
    ("facts", "trainings"),
    [
        ((), set()),
        ((TEACHES,), {LASERS}),
        ((replace(TEACHES, instructor=False),), set()),
        ((replace(TEACHES, until=NOW + 1),), {LASERS}),
        ((replace(TEACHES, until=NOW),), set()),
        ((TEACHES, Training(id=LASERS, name="lasers", valid_days=11)), {LASERS}),
        ((TEACHES, Training(id=LASERS, name="lasers", valid_days=10)), set()),
        ((TEACHES, replace(INA, disabled=True)), set()),
        ((IVO_TOO,), set()),
        ((TEACHES, replace(TEACHES, id=4, training_id=LATHES)), {LASERS, LATHES}),
    ],
    ids=[
        *("nobody", "instructor", "only learnt it", "until later", "until now", "not faded"),
        *("faded", "disabled", "somebody else", "two trainings"),
    ],
)
def test_who_instructs_what(facts: tuple[object, ...], trainings: set[int]) -> None:
    assert instructs(roll(*facts), 1, NOW) == trainings


def test_who_is_not_there_instructs_nothing() -> None:
    known = roll(TEACHES)
    known.drop(Member, 1)
    assert instructs(known, 1, NOW) == frozenset()


def test_a_training_that_is_gone_is_instructed_by_nobody() -> None:
    known = roll(TEACHES)
    known.drop(Training, LASERS)
    assert domain_of(known, 1, NOW) == Domain(frozenset(), frozenset(), frozenset())


def test_what_is_taught_says_what_may_be_allowed() -> None:
    assert domain_of(roll(TEACHES), 1, NOW) == Domain(
        frozenset({LASERS}), frozenset({1}), frozenset({11})
    )


@pytest.mark.parametrize(
    ("member_id", "target", "refusal"),
    [
        (2, {"machine_id": 11}, None),
        (2, {"type_id": 1}, None),
        (3, {"type_id": 1}, None),
        (2, {"machine_id": 12}, Refusal.NOT_TAUGHT),
        (2, {"type_id": 2}, Refusal.NOT_TAUGHT),
        (2, {"machine_id": 13}, Refusal.NOT_TAUGHT),
        (2, {"type_id": 3}, Refusal.NOT_TAUGHT),
        (1, {"machine_id": 11}, Refusal.ONESELF),
        (1, {"type_id": 1}, Refusal.ONESELF),
        (99, {"machine_id": 11}, Refusal.NO_MEMBER),
        (2, {"machine_id": 99}, Refusal.NO_TARGET),
        (2, {"type_id": 99}, Refusal.NO_TARGET),
        (2, {"machine_id": 12, "type_id": 1}, Refusal.NO_TARGET),
        (2, {}, Refusal.NO_TARGET),
    ],
)
def test_what_an_instructor_may_allow(
    member_id: int, target: Mapping[str, int], refusal: Refusal | None
) -> None:
    known = roll(TEACHES, IVO_TOO)
    assert may_grant(known, 1, member_id, **target, now=NOW) is refusal


def test_who_instructs_nothing_allows_nothing() -> None:
    known = roll(replace(TEACHES, until=NOW))
    assert may_grant(known, 1, 2, machine_id=11, now=NOW) is Refusal.NOT_TAUGHT
    assert may_grant(known, 1, 2, machine_id=13, now=NOW) is Refusal.NOT_TAUGHT


@pytest.mark.parametrize(
    ("member_id", "training_id", "as_instructor", "refusal"),
    [
        (2, LASERS, None, None),
        (2, LASERS, False, None),
        (3, LASERS, None, None),
        (3, LASERS, True, None),
        (2, LASERS, True, Refusal.NAMES_INSTRUCTOR),
        (3, LASERS, False, Refusal.NAMES_INSTRUCTOR),
        (2, LATHES, None, Refusal.NOT_TAUGHT),
        (1, LASERS, None, Refusal.ONESELF),
        (99, LASERS, None, Refusal.NO_MEMBER),
        (2, 99, None, Refusal.NO_TARGET),
    ],
)
def test_what_an_instructor_may_record(
    member_id: int,
    training_id: int,
    as_instructor: bool | None,
    refusal: Refusal | None,
) -> None:
    known = roll(TEACHES, IVO_TOO, LEARNT)
    given = may_train(known, 1, member_id, training_id, as_instructor=as_instructor, now=NOW)
    assert given is refusal
