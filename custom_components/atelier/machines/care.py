"""Count the use since a machine was last cared for, and tell what is due."""

from .facts import Facts, Plan, Use
from .roll import Roll

HOUR_S = 3600.0


def overlap_s(use: Use, since: float | None) -> float:
    """Return the seconds of a use after a moment; of an open one, those seen so far."""
    end = use.last_seen if use.end is None else use.end
    start = use.start if since is None else max(use.start, since)
    return max(0.0, end - start)


def since_care_s(facts: Facts, plan: Plan, *, with_open: bool) -> float:
    """Return the seconds of use since a plan was last carried out."""
    closed = facts.since_care_s.get(plan.id or 0, 0.0)
    use = facts.open_uses.get(plan.machine_id) if with_open else None
    return closed if use is None else closed + overlap_s(use, facts.last_care.get(plan.id or 0))


def is_due(facts: Facts, plan: Plan, *, with_open: bool) -> bool:
    """Tell whether a machine was used for longer than a plan allows."""
    return since_care_s(facts, plan, with_open=with_open) > plan.every_h * HOUR_S


def due(roll: Roll, machine_id: int, *, with_open: bool) -> list[Plan]:
    """Return the plans of a machine that are due, in the order of their ids."""
    plans = roll.plans_of(machine_id)
    return [plan for plan in plans if is_due(roll.facts, plan, with_open=with_open)]


def hours_left(roll: Roll, machine_id: int) -> float | None:
    """Return the hours of use until the next care, below 0 when overdue; None: no plan."""
    facts = roll.facts
    left = (
        plan.every_h - since_care_s(facts, plan, with_open=True) / HOUR_S
        for plan in roll.plans_of(machine_id)
    )
    return min(left, default=None)


def used_s(facts: Facts, machine_id: int) -> float:
    """Return the seconds for which a machine was ever used."""
    machine = facts.machines.get(machine_id)
    use = facts.open_uses.get(machine_id)
    return (
        (machine.earlier_s if machine else 0.0)
        + facts.used_s.get(machine_id, 0.0)
        + (use.duration_s if use else 0.0)
    )


def count(roll: Roll, use: Use, sign: int) -> None:
    """Add a closed use to the sums (`sign` 1), or take it out of them (-1)."""
    facts = roll.facts
    facts.used_s[use.machine_id] = facts.used_s.get(use.machine_id, 0.0) + sign * use.duration_s
    for plan in roll.plans_of(use.machine_id):
        if plan.id is not None:
            part = overlap_s(use, facts.last_care.get(plan.id))
            facts.since_care_s[plan.id] = facts.since_care_s.get(plan.id, 0.0) + sign * part
