"""Who may use a machine, and why somebody may not."""

from dataclasses import replace

import pytest

from custom_components.atelier.machines.access import Decision, Denial, Level, decide, passes_card
from custom_components.atelier.machines.facts import (
    Access,
    Facts,
    Machine,
    MachineType,
    Member,
    Permission,
    Role,
    Trained,
    Training,
)
from custom_components.atelier.machines.roll import Roll

NOW = 1_700_000_000.0
DAY = 86_400.0

MEMBER = Member(id=1, name="Uma", role_id=1, cards=("aaaaaaa3",))
ROLES = {
    "user": Role(id=1, name="user"),
    "care": Role(id=1, name="care", care=True),
    "all": Role(id=1, name="all", every_machine=True),
}
MACHINE = Machine(id=7, name="LASER", type_id=3)
TYPE = MachineType(id=3, name="laser")
ANYBODY = replace(TYPE, access=Access.ANYBODY)
TRAINED_TYPE = replace(TYPE, training_id=5)
HERE = Permission(id=1, member_id=1, machine_id=7)
BY_TYPE = Permission(id=2, member_id=1, type_id=3)
ELSEWHERE = Permission(id=3, member_id=1, machine_id=8)
OTHERS = Permission(id=4, member_id=2, machine_id=7)
TRAINED = Trained(id=1, member_id=1, training_id=5, at=NOW - 10 * DAY)

MEMBER_IN = Decision(None, Level.MEMBER)
STAFF_IN = Decision(None, Level.STAFF)


def out(denial: Denial) -> Decision:
    """Return a refusal."""
    return Decision(denial, Level.NOBODY)


def roll(*facts: object, role: str = "user", valid_days: int | None = None) -> Roll:
    """Return a roll of a few facts."""
    known = Roll(Facts(roles={1: ROLES[role]}))
    for fact in (MEMBER, TYPE, MACHINE, Training(id=5, name="t", valid_days=valid_days), *facts):
        known.put(fact)  # type: ignore[arg-type]  # any of them, as the table says
    return known


CASES = {
    "no permission": (roll(), out(Denial.NO_PERMISSION)),
    "for the machine": (roll(HERE), MEMBER_IN),
    "for the type": (roll(BY_TYPE), MEMBER_IN),
    "for another machine": (roll(ELSEWHERE), out(Denial.NO_PERMISSION)),
    "somebody else's": (roll(OTHERS), out(Denial.NO_PERMISSION)),
    "until later": (roll(replace(HERE, until=NOW + 1)), MEMBER_IN),
    "until now": (roll(replace(HERE, until=NOW)), out(Denial.PERMISSION_EXPIRED)),
    "one expired, one not": (roll(replace(HERE, until=NOW - 1), BY_TYPE), MEMBER_IN),
    "open to anybody": (roll(ANYBODY), MEMBER_IN),
    "staff with permission": (roll(HERE, role="care"), STAFF_IN),
    "staff without": (roll(role="care"), out(Denial.NO_PERMISSION)),
    "every machine": (roll(role="all"), STAFF_IN),
    "disabled": (roll(HERE, replace(MEMBER, disabled=True)), out(Denial.DISABLED)),
    "disabled manager": (roll(replace(MEMBER, disabled=True), role="all"), out(Denial.DISABLED)),
    "blocked": (roll(HERE, replace(MACHINE, blocked=True)), out(Denial.BLOCKED)),
    "blocked to managers": (roll(replace(MACHINE, blocked=True), role="all"), out(Denial.BLOCKED)),
    "not trained": (roll(HERE, TRAINED_TYPE), out(Denial.NOT_TRAINED)),
    "nobody goes untrained": (roll(TRAINED_TYPE, role="all"), out(Denial.NOT_TRAINED)),
    "anybody, but trained": (
        roll(replace(ANYBODY, training_id=5)),
        out(Denial.NOT_TRAINED),
    ),
    "trained": (roll(HERE, TRAINED_TYPE, TRAINED), MEMBER_IN),
    "trained, not permitted": (roll(TRAINED_TYPE, TRAINED), out(Denial.NO_PERMISSION)),
    "trained until now": (
        roll(HERE, TRAINED_TYPE, replace(TRAINED, until=NOW)),
        out(Denial.TRAINING_EXPIRED),
    ),
    "trained for long enough": (roll(HERE, TRAINED_TYPE, TRAINED, valid_days=11), MEMBER_IN),
    "trained too long ago": (
        roll(HERE, TRAINED_TYPE, TRAINED, valid_days=10),
        out(Denial.TRAINING_EXPIRED),
    ),
}


@pytest.mark.parametrize(("known", "decision"), CASES.values(), ids=CASES)
def test_the_first_reason_against_is_named(known: Roll, decision: Decision) -> None:
    facts = known.facts
    assert decide(known, facts.members[1], facts.machines[7], NOW) == decision


def test_a_blocked_machine_tells_managers_cards_from_others() -> None:
    for role, granted in (("all", True), ("user", False), ("care", False)):
        known = roll(HERE, replace(MACHINE, blocked=True), role=role)
        passed = passes_card(known, known.facts.members[1], known.facts.machines[7], NOW)
        assert passed.granted is granted


def test_what_is_taken_away_is_not_found() -> None:
    known = roll(HERE)
    known.drop(Permission, 1)
    assert decide(known, MEMBER, MACHINE, NOW).denial is Denial.NO_PERMISSION
    known.put(replace(MEMBER, cards=("bbbbbbbb",)))
    assert known.member_with("aaaaaaa3") is None
    assert known.member_with("bbbbbbbb") is not None
