"""Ledgers on both databases, and people to write into them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.machines.facts import Machine, Member, Plan
from tests.tables import sqlite_with_tables

from .postgres import Cluster

ADA = "aaaaaaa1"
UMA = "aaaaaaa3"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Run a PostgreSQL server of our own."""
    try:
        cluster = Cluster()
    except LookupError as missing:
        pytest.skip(str(missing))
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of a file with the newest tables, and nothing in them."""
    return sqlite_with_tables(tmp_path / "ledger.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Return the URL of such a database of each kind."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.new_database_with_tables()


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a database of each kind in which there is nothing at all."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/bare.db"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.new_database()


class Clock:
    """Tell the time that a test sets."""

    now = 1_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
async def ledger(url: str, clock: Clock) -> AsyncIterator[Ledger]:
    """Open a ledger."""
    ledger = await Ledger.open(url, clock=clock)
    yield ledger
    with suppress(Exception):
        await ledger.close()


@dataclass
class Space:
    """Hold a ledger in which there are people and machines."""

    ledger: Ledger
    ada: Member
    uma: Member
    laser: Machine
    drill: Machine
    lens: Plan


@pytest.fixture
async def space(ledger: Ledger) -> Space:
    """Fill a ledger."""
    return await fill(ledger)


async def fill(ledger: Ledger) -> Space:
    """Keep two members, two machines and a plan."""
    roles = {role.name: role.id or 0 for role in (await ledger.load()).roles.values()}
    return Space(
        ledger,
        await ledger.save(Member(name="Ada", role_id=roles["Managers"], cards=(ADA,)), by="test"),
        await ledger.save(
            Member(name="Uma", surname="Çelik", role_id=roles["Members"], cards=(UMA,)), by="test"
        ),
        laser := await ledger.save(Machine(id=1, name="Laser", type_id=1), by="test"),
        await ledger.save(Machine(id=2, name="Drill", type_id=1), by="test"),
        await ledger.save(
            Plan(machine_id=laser.id, description="Clean the lens", every_h=1), by="test"
        ),
    )
