"""Uses are kept once, whole, and counted from nothing else."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from custom_components.atelier.ledger.errors import (
    Conflict,
    Duplicate,
    InUse,
    Invalid,
    LedgerError,
    LedgerUnavailable,
    Overlap,
    Unknown,
)
from custom_components.atelier.ledger.pages import Page, UseQuery
from custom_components.atelier.machines.facts import Board, Ending, Intervention, Tally, Use

from .conftest import Space


def use(space: Space, start: float, end: float | None = None, **more: object) -> Use:
    """Return a use of the laser by Uma."""
    values: dict[str, Any] = {
        "machine_id": space.laser.id,
        "member_id": space.uma.id,
        "start": start,
        "last_seen": start if end is None else end,
        "end": end,
    }
    return Use(**(values | more))


async def test_a_start_gets_an_id_and_is_there_after_a_restart(space: Space) -> None:
    kept = await space.ledger.start_use(use(space, 100))
    assert kept.id is not None
    assert (await space.ledger.load()).open_uses == {space.laser.id: kept}


async def test_a_start_closes_the_use_whose_stop_was_lost(space: Space) -> None:
    first = await space.ledger.start_use(use(space, 100))
    closed = replace(first, last_seen=130, end=130, ending=Ending.NEXT_START)
    second = await space.ledger.start_use(use(space, 200), closing=[closed])
    facts = await space.ledger.load()
    assert facts.open_uses == {space.laser.id: second}
    assert facts.used_s == {space.laser.id: 30}
    assert facts.recent == {space.laser.id: [replace(closed, version=2)]}


async def test_two_uses_of_a_machine_cannot_last_at_once(space: Space) -> None:
    await space.ledger.start_use(use(space, 100))
    with pytest.raises(InUse):
        await space.ledger.start_use(use(space, 200))


async def test_a_start_that_fails_closes_nothing(space: Space) -> None:
    first = await space.ledger.start_use(use(space, 100))
    closing = [replace(first, end=150, last_seen=150)]
    with pytest.raises(Unknown):
        await space.ledger.start_use(use(space, 200, machine_id=99), closing=closing)
    assert (await space.ledger.load()).open_uses == {space.laser.id: first}


async def test_what_a_board_tells_twice_is_kept_once(space: Space) -> None:
    kept = await space.ledger.start_use(use(space, 100, 160, origin="b-7"))
    with pytest.raises(Duplicate) as caught:
        await space.ledger.start_use(use(space, 100, 160, origin="b-7"))
    assert (caught.value.what, caught.value.id) == ("origin", kept.id)
    other = await space.ledger.start_use(
        use(space, 100, 160, origin="b-7", machine_id=space.drill.id)
    )
    assert other.id != kept.id


async def test_the_end_of_one_and_the_start_of_the_next_may_come_in_any_order(space: Space) -> None:
    first = await space.ledger.start_use(use(space, 100))
    second, ended = await space.ledger.save_uses(
        [use(space, 200), replace(first, end=150, last_seen=150)]
    )
    assert (second.start, ended.end) == (200, 150)


async def test_a_use_closed_for_silence_can_be_reopened(space: Space) -> None:
    first = await space.ledger.start_use(use(space, 100))
    [closed] = await space.ledger.save_uses([replace(first, end=120, ending=Ending.SILENCE)])
    [reopened] = await space.ledger.save_uses([replace(closed, end=None, ending=None)])
    assert (await space.ledger.load()).open_uses[space.laser.id] == reopened
    assert reopened.version == 3


async def test_a_use_corrected_meanwhile_is_not_overwritten(space: Space) -> None:
    first = await space.ledger.start_use(use(space, 100))
    await space.ledger.save(replace(first, start=90), by="manager")
    with pytest.raises(Conflict) as caught:
        await space.ledger.save_uses([replace(first, end=150)])
    assert caught.value.version == 2
    with pytest.raises(Unknown):
        await space.ledger.save_uses([replace(first, id=12345)])


async def test_seeing_a_use_moves_it_forward_only(space: Space) -> None:
    first = await space.ledger.start_use(use(space, 100))
    assert first.id is not None
    await space.ledger.see_uses({first.id: 160})
    await space.ledger.see_uses({first.id: 130, 999: 5})
    await space.ledger.see_uses({})
    assert (await space.ledger.load()).open_uses[space.laser.id] == replace(first, last_seen=160)


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [
        (100, 200, True),
        (99.5, 200.5, True),
        (99, 200.5, False),
        (50, 150, False),
        (150, 250, False),
        (10, 20, False),
        (-50, 350, False),
        (-50, 0.5, True),
        (300, 400, True),
        (300, 402, False),
        (500, 600, False),
    ],
)
async def test_time_is_not_given_twice(space: Space, start: float, end: float, fits: bool) -> None:
    await space.ledger.save_uses([use(space, 0, 100), use(space, 200, 300), use(space, 400)])
    before = await space.ledger.load()
    if fits:
        kept = await space.ledger.save(use(space, start, end), by="boss")
        assert (await space.ledger.save(replace(kept, end=end - 0.1), by="boss")).version == 2
        return
    with pytest.raises(Overlap):
        await space.ledger.save(use(space, start, end), by="boss")
    assert await space.ledger.load() == before
    elsewhere = replace(use(space, start, end), machine_id=space.drill.id)
    await space.ledger.save(elsewhere, by="boss")


async def test_of_two_who_give_the_same_time_at_once_one_is_refused(space: Space) -> None:
    results = await asyncio.gather(
        *(space.ledger.save(use(space, at, at + 100), by="boss") for at in (0, 50)),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [Use, Overlap]
    with pytest.raises(Overlap):
        await space.ledger.save_all([use(space, 200, 300), use(space, 250, 350)], by="boss")
    assert (await space.ledger.load()).used_s == {space.laser.id: 100}


async def test_a_removed_use_does_not_come_back_over_another(space: Space) -> None:
    [first] = await space.ledger.save_uses([use(space, 0, 100)])
    removal = await space.ledger.remove(Use, first.id or 0, by="boss")
    second = await space.ledger.save(use(space, 50, 150), by="boss")
    with pytest.raises(Overlap):
        await space.ledger.restore(removal, by="boss")
    await space.ledger.remove(Use, second.id or 0, by="boss")
    assert (await space.ledger.restore(removal, by="boss"))[0] == [first]


async def test_one_machine_is_counted_as_all_are(space: Space) -> None:
    drill, plan = space.drill.id or 0, space.lens.id or 0
    await space.ledger.save_uses(
        [use(space, at, at + 50) for at in range(0, 5000, 100)]
        + [use(space, 9000), use(space, 0, 70, machine_id=drill)]
    )
    care = Intervention(plan_id=plan, machine_id=space.laser.id, member_id=None, at=420)
    await space.ledger.add_interventions([care])
    facts, laser = await space.ledger.load(), await space.ledger.tally(space.laser.id)
    assert laser == Tally(
        opened=facts.open_uses[space.laser.id],
        recent=facts.recent[space.laser.id],
        used_s=2500,
        since_care_s={plan: 30 + 45 * 50},
        last_care={plan: 420},
    )
    assert facts.since_care_s[plan] == laser.since_care_s[plan]
    other = await space.ledger.tally(drill)
    assert (other.opened, other.used_s, len(other.recent)) == (None, 70, 1)


async def test_use_since_care_counts_what_came_after_it(space: Space) -> None:
    plan = space.lens.id or 0
    await space.ledger.save_uses([use(space, 0, 100), use(space, 200, 300)])
    assert (await space.ledger.load()).since_care_s == {plan: 200}
    done = Intervention(plan_id=plan, machine_id=space.laser.id, member_id=space.ada.id, at=250)
    [kept] = await space.ledger.add_interventions([done])
    assert kept.id is not None
    facts = await space.ledger.load()
    assert (facts.since_care_s, facts.last_care) == ({plan: 50}, {plan: 250})
    with pytest.raises(Unknown):
        await space.ledger.add_interventions([replace(done, plan_id=77)])


async def test_an_unknown_card_is_counted_once_a_machine(space: Space) -> None:
    await space.ledger.saw_unknown_card("DEADBEEF", 1, 100)
    seen = await space.ledger.saw_unknown_card("deadbeef", 1, 200)
    assert (seen.first, seen.last, seen.count) == (100, 200, 2)
    await space.ledger.saw_unknown_card("deadbeef", 7, 300)
    assert [card.machine_id for card in await space.ledger.unknown_cards()] == [7, 1]
    with pytest.raises(Invalid):
        await space.ledger.saw_unknown_card("no card", 1, 1)


async def test_a_card_that_is_given_to_a_member_is_unknown_no_more(space: Space) -> None:
    await space.ledger.saw_unknown_card("deadbeef", 1, 100)
    await space.ledger.save(replace(space.uma, cards=("DEADBEEF",)), by="test")
    assert await space.ledger.unknown_cards() == []


async def test_a_board_is_kept_once_also_without_a_machine(space: Space) -> None:
    board = Board(machine_id=99, firmware="1.0.1", address="10.0.0.7", last_seen=5)
    await space.ledger.saw_board(board)
    await space.ledger.saw_board(newer := replace(board, serial="dcda0c419794", heap=212345))
    assert (await space.ledger.load()).boards == {99: newer}


async def test_only_the_latest_uses_are_loaded(space: Space) -> None:
    await space.ledger.save_uses([use(space, at, at + 1) for at in range(50)])
    recent = (await space.ledger.load()).recent[space.laser.id]
    assert [one.start for one in recent] == list(range(10, 50))


async def test_what_a_board_says_at_too_great_length_is_cut(space: Space) -> None:
    loud = Board(machine_id=9, firmware="x" * 1000, address="\0" * 9, serial="s", heap=10**12)
    await space.ledger.saw_board(loud)
    kept = (await space.ledger.load()).boards[9]
    assert (kept.firmware, kept.address, kept.heap) == ("x" * 128, "", 2**31 - 1)
    with pytest.raises(Invalid):
        await space.ledger.saw_board(replace(loud, machine_id=10**12))


@pytest.mark.parametrize("huge", [2**40, 2**70])
async def test_numbers_that_no_database_holds_are_refused(space: Space, huge: int) -> None:
    results = await asyncio.gather(
        space.ledger.remove(Use, huge, by="x"),
        space.ledger.page(UseQuery(member_id=huge)),
        space.ledger.save(use(space, 0, 1, member_id=huge), by="x"),
        return_exceptions=True,
    )
    for result in results:
        assert isinstance(result, LedgerError | Page)
        assert not isinstance(result, LedgerUnavailable)
    assert (await space.ledger.load()).used_s == {}
