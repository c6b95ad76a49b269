"""Figures of a period count each second of use once."""

from dataclasses import replace

from custom_components.atelier.machines.facts import Use

from .conftest import Space

WEEK = 7 * 86400


def use(machine: int, member: int | None, start: float, end: float) -> Use:
    """Return a use that is over."""
    return Use(machine_id=machine, member_id=member, start=start, last_seen=end, end=end)


async def test_statistics_count_what_lies_in_the_period(space: Space) -> None:
    await space.ledger.save_uses(
        [use(1, 1, 0, 100), use(1, 2, 150, 250), use(2, 2, 150, 160), use(2, None, 190, 200)]
    )
    figures = await space.ledger.statistics(50, 200)
    assert (figures.seconds, figures.uses, figures.members) == (50 + 50 + 20, 4, 2)
    laser, drill = figures.by_machine
    assert (laser.machine_id, laser.seconds, laser.uses, laser.members) == (1, 100, 2, 2)
    assert (drill.machine_id, drill.seconds, drill.uses, drill.members) == (2, 20, 2, 1)
    assert [(one.member_id, one.seconds) for one in figures.by_member] == [
        (2, 60),
        (1, 50),
        (None, 10),
    ]
    assert (await space.ledger.statistics(1000, 2000)).by_machine == []


async def test_weeks_follow_each_other_and_count_nothing_twice(space: Space) -> None:
    sunday = 10 * WEEK
    await space.ledger.save_uses([use(1, 1, sunday - 3600, sunday + 1800)])
    first = await space.ledger.weekly_summary(sunday)
    second = await space.ledger.weekly_summary(sunday + WEEK)
    assert (first.start, first.end) == (sunday - WEEK, sunday)
    assert [one.seconds for one in first.machines] == [3600]
    assert [one.seconds for one in second.machines] == [1800]
    longer = await space.ledger.weekly_summary(sunday, since=sunday - WEEK - 3600)
    assert longer.start == sunday - WEEK - 3600


async def test_the_week_tells_what_is_due_who_is_unknown_and_whom_to_tell(space: Space) -> None:
    await space.ledger.save_uses([use(1, 1, 0, 3600)])
    assert (await space.ledger.weekly_summary(WEEK)).overdue == []
    await space.ledger.save_uses([use(1, 1, 4000, 4100)])
    await space.ledger.saw_unknown_card("deadbeef", 1, 100)
    await space.ledger.saw_unknown_card("deadbeef", 1, 200)
    await space.ledger.saw_unknown_card("deadbee0", 1, 2 * WEEK)
    wants = {"weekly_summary": True, "email": "x@x.it"}
    await space.ledger.save(replace(space.uma, **wants), by="x")
    await space.ledger.save(replace(space.ada, disabled=True, **wants), by="x")
    summary = await space.ledger.weekly_summary(WEEK)
    assert [(due.plan_id, due.machine_id, due.seconds) for due in summary.overdue] == [(1, 1, 100)]
    assert [(card.card, card.count) for card in summary.unknown_cards] == [("deadbeef", 2)]
    assert summary.recipients == [space.uma.id]
