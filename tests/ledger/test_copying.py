"""A ledger is carried to another database: nothing is left behind, no id is given twice."""

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from custom_components.atelier.ledger.copying import copy, held
from custom_components.atelier.ledger.errors import InUse, LedgerUnavailable
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.ledger.schema import METADATA
from custom_components.atelier.machines.facts import (
    Board,
    Ending,
    Intervention,
    Machine,
    Member,
    Permission,
    Trained,
    Training,
    Use,
)

from .conftest import Clock, Space
from .postgres import Cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of another empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('elsewhere')}/ledger.db"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.new_database()


async def live_through(space: Space) -> None:
    """Write into every table."""
    ledger, laser, uma = space.ledger, space.laser, space.uma
    assert uma.id is not None
    training = await ledger.save(Training(name="Laser", valid_days=365), by="test")
    assert training.id is not None
    await ledger.save(Trained(member_id=uma.id, training_id=training.id, at=1.0), by="test")
    await ledger.save(Permission(member_id=uma.id, machine_id=laser.id, until=9e9), by="test")
    over = Use(machine_id=1, member_id=uma.id, start=1.5, last_seen=9.5, origin="a")
    await ledger.save_uses([replace(over, end=9.5, ending=Ending.CARD)])
    many = [
        Use(machine_id=2, member_id=None, start=at, last_seen=at + 1, end=at + 1)
        for at in range(1200)
    ]
    await ledger.save_uses(many)
    await ledger.save_uses([Use(machine_id=1, member_id=uma.id, start=20, last_seen=21)])
    assert space.lens.id is not None
    care = Intervention(plan_id=space.lens.id, machine_id=1, member_id=None, at=12)
    await ledger.add_interventions([care])
    await ledger.saw_unknown_card("99999999", 1, 13)
    await ledger.saw_board(Board(machine_id=1, firmware="1.0", address="10.0.0.7", heap=7))


async def rows(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    """Return all that a ledger holds, by table."""
    held: dict[str, list[tuple[object, ...]]] = {}
    for table in METADATA.sorted_tables:
        query = sa.select(table).order_by(*table.primary_key)
        found = await ledger.read(lambda connection, query=query: connection.execute(query))
        held[table.name] = [tuple(row) for row in found]
    return held


async def test_everything_is_carried_over(space: Space, elsewhere: str, clock: Clock) -> None:
    await live_through(space)
    removal = await space.ledger.remove(Machine, 2, by="test")
    target = await Ledger.open(elsewhere, clock=clock)
    told: list[float] = []
    count = await copy(space.ledger, target, told.append)
    before, after = await rows(space.ledger), await rows(target)
    assert after == before
    assert count == sum(map(len, before.values())) > 1200
    assert told == sorted(told)
    assert told[-1] == 1
    assert {name for name, some in before.items() if not some} == {"brought"}
    assert await target.load() == await space.ledger.load()
    await target.restore(removal, by="test")
    assert 2 in (await target.load()).machines
    await target.close()


async def test_no_id_is_given_twice(space: Space, elsewhere: str) -> None:
    gone = await space.ledger.save(Member(name="Gone", role_id=space.uma.role_id), by="test")
    assert gone.id is not None
    await space.ledger.writer.do(
        lambda connection: connection.execute(sa.text("DELETE FROM members WHERE name = 'Gone'"))
    )
    target = await Ledger.open(elsewhere)
    await copy(space.ledger, target, lambda _: None)
    next_one = await target.save(Member(name="Next", role_id=space.uma.role_id), by="test")
    assert next_one.id == gone.id + 1
    await target.close()


async def test_nobody_writes_meanwhile(space: Space, url: str, elsewhere: str) -> None:
    other, target = await Ledger.open(url), await Ledger.open(elsewhere)
    late = Machine(id=9, name="Late", type_id=1)
    outcomes: list[asyncio.Task[Machine]] = []

    def write(_part: float) -> None:
        if not outcomes:
            outcomes.append(asyncio.create_task(other.save(late, by="test")))

    await live_through(space)
    copying = asyncio.create_task(copy(space.ledger, target, write))
    await asyncio.wait([copying])
    (outcome,) = await asyncio.gather(*outcomes, return_exceptions=True)
    # Either it was refused, or it was kept after the copy was whole.
    assert isinstance(outcome, LedgerUnavailable | Machine)
    assert 9 not in (await target.load()).machines
    assert copying.result() == sum(map(len, (await rows(target)).values()))
    await other.close()
    await target.close()


async def test_what_is_there_is_not_mixed(space: Space, elsewhere: str) -> None:
    target = await Ledger.open(elsewhere)
    assert (await held(target)).nothing
    await target.save(Machine(id=9, name="Saw", type_id=1), by="test")
    assert (await held(target)).machines == 1
    with pytest.raises(InUse):
        await copy(space.ledger, target, lambda _: None)
    assert (await target.load()).machines.keys() == {9}
    await target.close()


async def test_a_copy_that_breaks_leaves_the_place_empty(space: Space, elsewhere: str) -> None:
    await live_through(space)
    target = await Ledger.open(elsewhere)
    before = await rows(target)

    def fail(part: float) -> None:
        if part > 0.5:
            raise OSError(28, "No space left on device")

    with pytest.raises(LedgerUnavailable):
        await copy(space.ledger, target, fail)
    assert await rows(target) == before
    await target.close()
