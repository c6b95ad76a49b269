"""When a machine wants care: what counts of its uses, and what does not."""

import pytest

from custom_components.atelier.machines import care
from custom_components.atelier.machines.facts import Facts, Machine, Plan, Use
from custom_components.atelier.machines.roll import Roll

HOUR = 3600.0


def use(start: float, end: float | None, seen: float = 0.0) -> Use:
    """Return a use of machine 1."""
    return Use(
        id=1, machine_id=1, member_id=1, start=start, last_seen=seen or end or start, end=end
    )


@pytest.mark.parametrize(
    ("one", "since", "seconds"),
    [
        (use(100, 200), None, 100),
        (use(100, 200), 50, 100),
        (use(100, 200), 150, 50),
        (use(100, 200), 200, 0),
        (use(100, 200), 900, 0),
        (use(100, None, 180), 150, 30),
        (use(100, None, 180), None, 80),
    ],
)
def test_what_counts_of_a_use(one: Use, since: float | None, seconds: float) -> None:
    assert care.overlap_s(one, since) == seconds


def known(closed: float, opened: Use | None, last: float | None) -> Roll:
    """Return a machine with a plan of one hour and one of ten."""
    facts = Facts(
        machines={1: Machine(id=1, name="M", type_id=1, earlier_s=HOUR)},
        plans={
            2: Plan(id=2, machine_id=1, description="b", every_h=10),
            1: Plan(id=1, machine_id=1, description="a", every_h=1),
        },
        open_uses={1: opened} if opened else {},
        used_s={1: closed},
        since_care_s={1: closed, 2: closed},
        last_care={} if last is None else {1: last},
    )
    return Roll(facts)


CASES = {
    "not used": (known(0, None, None), [], [], 1.0),
    "exactly as long": (known(HOUR, None, None), [], [], 0.0),
    "a second longer": (known(HOUR + 1, None, None), [1], [1], -1 / HOUR),
    "longer with the open use": (known(HOUR, use(5, None, 10), None), [], [1], -5 / HOUR),
    "cared for during it": (known(HOUR - 1, use(5, None, 10), 9.0), [], [], 0.0),
    "both": (known(11 * HOUR, None, None), [1, 2], [1, 2], -10.0),
}


@pytest.mark.parametrize(("roll", "closed", "with_open", "left"), CASES.values(), ids=CASES)
def test_what_is_due(roll: Roll, closed: list[int], with_open: list[int], left: float) -> None:
    assert [plan.id for plan in care.due(roll, 1, with_open=False)] == closed
    assert [plan.id for plan in care.due(roll, 1, with_open=True)] == with_open
    assert care.hours_left(roll, 1) == pytest.approx(left)


def test_hours_are_all_uses_and_those_from_before() -> None:
    assert care.used_s(known(100, use(5, None, 10), None).facts, 1) == HOUR + 105


def test_a_use_is_added_and_taken_out() -> None:
    roll = known(0, None, 50.0)
    care.count(roll, use(0, 100), 1)
    assert roll.facts.used_s == {1: 100}
    assert roll.facts.since_care_s == {1: 50, 2: 100}
    care.count(roll, use(0, 100), -1)
    assert roll.facts.since_care_s == {1: 0, 2: 0}


def test_without_a_plan_nothing_is_due() -> None:
    assert care.hours_left(Roll(Facts()), 1) is None
    assert care.due(Roll(Facts()), 1, with_open=True) == []
