"""The ledger fails for real while boards speak: nothing unconfirmed counts, nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
import resource
import sqlite3
import time

import pytest

from custom_components.atelier.ledger.errors import LedgerError
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.machines.facts import Role
from tests.ledger.conftest import cluster  # noqa: F401 - a fixture
from tests.ledger.postgres import Cluster

from .workshop import UMA, Clock, Workshop, furnish

CARD = "aaaaaaa3"

type Trouble = Callable[[], None]


@pytest.fixture(params=["locked", "full", "stopped"])
def trouble(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[str, Trouble, Trouble]]:
    """Return a ledger's URL, what makes it fail, and what mends it."""
    if request.param == "stopped":
        cluster: Cluster = request.getfixturevalue("cluster")
        yield cluster.new_database(), cluster.stop, cluster.start
        return
    file = tmp_path / "ledger.db"
    begin, end = _locking(file) if request.param == "locked" else _filling(file)
    yield f"sqlite+aiosqlite:///{file}", begin, end
    end()


def _locking(file: Path) -> tuple[Trouble, Trouble]:
    """Return what holds a database's lock, as another program might, and what lets go."""
    held: list[sqlite3.Connection] = []

    def begin() -> None:
        other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        held.append(other)

    def end() -> None:
        while held:
            held.pop().close()

    return begin, end


def _filling(file: Path) -> tuple[Trouble, Trouble]:
    """Return what lets no file of ours grow, as a full disk does, and what makes room."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def begin() -> None:
        file.with_name("ledger.db-wal").touch()
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))

    def end() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    return begin, end


@pytest.fixture
async def shop(trouble: tuple[str, Trouble, Trouble]) -> AsyncIterator[Workshop]:
    """Open a workshop on the ledger that will fail."""
    clock, steady = Clock(), Clock()
    ledger = await Ledger.open(trouble[0], clock=clock)
    await furnish(ledger)
    yield await Workshop.on(ledger, clock, steady)
    await ledger.close()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail where something takes longer than a board waits."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds


async def test_a_use_goes_on_through_a_failure(
    shop: Workshop, trouble: tuple[str, Trouble, Trouble]
) -> None:
    _, fail, mend = trouble
    up: list[bool] = []
    shop.desk.ledger_up.listen(up.append)
    assert (await shop.tell("startuse", 0, uid=CARD))["request_ok"] is True
    await asyncio.to_thread(fail)
    with within(1.9):
        assert (await shop.tell("checkuser", 5, uid=CARD))["is_valid"] is True
    with within(1.9):
        assert await shop.tell("stopuse", 100, uid=CARD, duration=100) is None
    assert up == [False]
    assert shop.desk.status(1).member_id == UMA  # what was not kept did not happen
    await asyncio.to_thread(mend)
    said = {"uid": CARD, "duration": 100, "replay": True}
    assert (await shop.tell("stopuse", 200, **said))["request_ok"] is True
    assert up == [False, True]
    (use,) = await shop.uses()
    assert use.duration_s == 100
    assert await shop.tell("stopuse", 210, **said) is not None
    assert len(await shop.uses()) == 1


async def test_a_use_that_began_during_a_failure_is_made_good(
    shop: Workshop, trouble: tuple[str, Trouble, Trouble]
) -> None:
    _, fail, mend = trouble
    await asyncio.to_thread(fail)
    with within(1.9):
        assert (await shop.tell("startuse", 0, uid=CARD))["request_ok"] is False
    with within(1.9):
        assert (await shop.tell("inuse", 30, uid=CARD, duration=30))["request_ok"] is False
    assert shop.desk.facts.open_uses == {}
    await shop.desk.tick()
    await asyncio.to_thread(mend)
    assert (await shop.tell("inuse", 60, uid=CARD, duration=60))["request_ok"] is True
    assert (await shop.tell("stopuse", 90, uid=CARD, duration=90))["request_ok"] is True
    (use,) = await shop.uses()
    assert (use.member_id, use.duration_s) == (UMA, 90)


async def test_strange_cards_wait_for_the_ledger(
    shop: Workshop, trouble: tuple[str, Trouble, Trouble]
) -> None:
    _, fail, mend = trouble
    await asyncio.to_thread(fail)
    assert (await shop.tell("checkuser", 0, uid="99999999"))["is_valid"] is False
    with pytest.raises(LedgerError):
        await shop.ledger.save(Role(name="Guests"), by="test")
    await asyncio.to_thread(mend)
    await shop.desk.tick()
    await shop.desk.close()
    assert [one.card for one in await shop.ledger.unknown_cards()] == ["99999999"]
