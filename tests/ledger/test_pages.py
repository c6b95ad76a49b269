"""Lists are paged, searched and filtered where they are kept."""

from collections.abc import AsyncIterator
from dataclasses import replace
import time
from typing import Final

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from custom_components.atelier.ledger.errors import Invalid
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger.pages import (
    AuditQuery,
    InterventionQuery,
    MemberOrder,
    MemberQuery,
    UnknownCardQuery,
    UseQuery,
)
from custom_components.atelier.ledger.people import MEMBERS
from custom_components.atelier.ledger.uses import USES
from custom_components.atelier.machines.facts import (
    Intervention,
    Machine,
    Member,
    Permission,
    Trained,
    Training,
    Use,
)

from .conftest import ADA, UMA, Space


@pytest.fixture
async def busy(space: Space) -> Space:
    """Let Uma and Ada use both machines by turns, every hundred seconds for fifty."""
    people, machines = (space.uma.id, space.ada.id), (space.laser.id, space.drill.id)
    await space.ledger.save_uses(
        [
            Use(
                machine_id=machines[at // 2 % 2],
                member_id=people[at % 2],
                start=at * 100,
                last_seen=at * 100 + 50,
                end=at * 100 + 50,
                replay=at % 10 == 0,
            )
            for at in range(40)
        ]
    )
    await space.ledger.start_use(
        Use(machine_id=1, member_id=space.uma.id, start=4000, last_seen=4000)
    )
    return space


#: What is asked of uses, and how many there are.
USES_FOUND: Final[list[tuple[UseQuery, int]]] = [
    (UseQuery(), 41),
    (UseQuery(member_id=2), 21),
    (UseQuery(machine_id=1), 21),
    (UseQuery(member_id=2, machine_id=2), 10),
    (UseQuery(type_id=1), 41),
    (UseQuery(type_id=9), 0),
    (UseQuery(since=1000, until=2000), 10),
    (UseQuery(lasting=True), 1),
    (UseQuery(lasting=False, replay=True), 4),
    (UseQuery(search="celik"), 21),
    (UseQuery(search="ÇEL uma"), 21),
    (UseQuery(search="drill"), 20),
    (UseQuery(search="nobody"), 0),
    (UseQuery(search="%"), 0),
]


async def test_uses_are_found(busy: Space, subtests: pytest.Subtests) -> None:
    for query, total in USES_FOUND:
        with subtests.test(repr(query)):
            assert (await busy.ledger.page(query)).total == total


async def test_pages_follow_each_other_without_gap_or_repetition(busy: Space) -> None:
    pages = [await busy.ledger.page(UseQuery(offset=at, limit=10)) for at in range(0, 60, 10)]
    starts = [use.start for page in pages for use in page.items]
    assert starts == sorted(starts, reverse=True)
    assert len(set(starts)) == 41
    first = await busy.ledger.page(UseQuery(oldest_first=True, limit=1))
    assert first.items[0].start == 0


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 501}, {"offset": -1}])
def test_no_page_is_endless_or_negative(wrong: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        UseQuery(**wrong)  # type: ignore[arg-type]  # wrong on purpose


@pytest.fixture
async def known(space: Space) -> Space:
    """Give members trainings, permissions and addresses."""
    save, uma = space.ledger.save, space.uma.id or 0
    training = await save(Training(name="Laser"), by="x")
    await save(Trained(member_id=uma, training_id=training.id or 0, at=0), by="x")
    await save(Permission(member_id=uma, machine_id=2), by="x")
    await save(Permission(member_id=space.ada.id or 0, type_id=1), by="x")
    await save(Member(name="Zoe", surname="Abe", role_id=2, email="zoe@x.it"), by="x")
    await save(Member(name="Dis", surname="Zen", role_id=2, disabled=True), by="x")
    return space


#: What is asked of members, and who is found.
MEMBERS_FOUND: Final[list[tuple[MemberQuery, list[str]]]] = [
    (MemberQuery(order=MemberOrder.NEWEST), ["Dis", "Zoe", "Uma", "Ada"]),
    (MemberQuery(order=MemberOrder.NEWEST, descending=True), ["Ada", "Uma", "Zoe", "Dis"]),
    (MemberQuery(order=MemberOrder.NAME), ["Ada", "Dis", "Uma", "Zoe"]),
    (MemberQuery(order=MemberOrder.NAME, descending=True), ["Zoe", "Uma", "Dis", "Ada"]),
    (MemberQuery(search="x.it"), ["Zoe"]),
    (MemberQuery(search="celik UMA"), ["Uma"]),
    (MemberQuery(search=UMA[:7].upper() + "3"), ["Uma"]),
    (MemberQuery(search=ADA), ["Ada"]),
    (MemberQuery(search="_"), []),
    (MemberQuery(role_id=2, disabled=False), ["Zoe"]),
    (MemberQuery(disabled=True), ["Dis"]),
    (MemberQuery(has_card=True, order=MemberOrder.NAME), ["Ada", "Uma"]),
    (MemberQuery(has_card=False, order=MemberOrder.NAME), ["Dis", "Zoe"]),
    (MemberQuery(training_id=1), ["Uma"]),
    (MemberQuery(machine_id=2, order=MemberOrder.NAME), ["Ada", "Uma"]),
    (MemberQuery(machine_id=1), ["Ada"]),
    (MemberQuery(order=MemberOrder.NAME, offset=1, limit=2), ["Dis", "Uma"]),
]


async def test_members_are_found(known: Space, subtests: pytest.Subtests) -> None:
    for query, names in MEMBERS_FOUND:
        with subtests.test(repr(query)):
            page = await known.ledger.page(query)
            assert [member.name for member in page.items] == names
            if query.offset == 0:
                assert page.total == len(names)


async def test_members_on_a_page_have_their_cards(known: Space) -> None:
    [uma] = (await known.ledger.page(MemberQuery(search="uma"))).items
    assert uma == known.uma


async def test_removed_members_are_not_listed(known: Space) -> None:
    await known.ledger.remove(Member, known.uma.id or 0, by="x")
    assert (await known.ledger.page(MemberQuery(search="uma"))).total == 0


async def test_interventions_unknown_cards_and_changes_are_found(space: Space) -> None:
    done = Intervention(plan_id=1, machine_id=1, member_id=space.ada.id, at=10)
    await space.ledger.add_interventions([done, replace(done, at=20, member_id=None)])
    for query, times in (
        (InterventionQuery(), [20, 10]),
        (InterventionQuery(oldest_first=True), [10, 20]),
        (InterventionQuery(search="LENS"), [20, 10]),
        (InterventionQuery(search="ada"), [10]),
        (InterventionQuery(since=15, machine_id=1, plan_id=1), [20]),
        (InterventionQuery(machine_id=2), []),
    ):
        assert [one.at for one in (await space.ledger.page(query)).items] == times
    await space.ledger.saw_unknown_card("deadbeef", 1, 10)
    await space.ledger.saw_unknown_card("deadbee0", 2, 20)
    assert (await space.ledger.page(UnknownCardQuery())).total == 2
    assert (await space.ledger.page(UnknownCardQuery(search="DEADBEE0"))).total == 1
    assert (await space.ledger.page(UnknownCardQuery(machine_id=1, since=11))).total == 0
    assert (await space.ledger.page(AuditQuery(by="atelier"))).total == 4
    assert (await space.ledger.page(AuditQuery(kind="machine", until=1_000_001))).total == 2


@pytest.fixture
async def crowded(sqlite_url: str) -> AsyncIterator[Ledger]:
    """Keep 2,000 members and 50,000 uses of 20 machines."""
    ledger = await Ledger.open(sqlite_url)
    for number in range(1, 21):
        await ledger.save(Machine(id=number, name=f"Machine {number}", type_id=1), by="x")
    member = {"surname": "", "role_id": 3, "weekly_summary": False, "disabled": False, "version": 1}
    use = {"replay": False, "version": 1, "ending": "card"}

    async def work(connection: AsyncConnection) -> None:
        names = [member | {"name": f"M{n}", "search": f"m{n}"} for n in range(2000)]
        await connection.execute(sa.insert(MEMBERS), names)
        uses = [
            use
            | {"machine_id": n % 20 + 1, "member_id": n % 2000 + 1}
            | {"start": n * 10.0, "last_seen": n * 10.0 + 9, "end": n * 10.0 + 9}
            for n in range(50_000)
        ]
        await connection.execute(sa.insert(USES), uses)

    await ledger.writer.do(work)
    yield ledger
    await ledger.close()


async def test_pages_of_many_uses_come_at_once(crowded: Ledger) -> None:
    for query in (
        UseQuery(),
        UseQuery(offset=49_900),
        UseQuery(search="m1999"),
        UseQuery(machine_id=7, since=100_000),
        UseQuery(search="machine 7"),
    ):
        begun = time.perf_counter()
        page = await crowded.page(query)
        assert page.items
        assert time.perf_counter() - begun < 0.1
