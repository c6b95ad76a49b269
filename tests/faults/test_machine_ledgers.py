"""The database of a makerspace fails in the middle of a use, and comes back: nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
import os
from pathlib import Path
import sqlite3
import subprocess
import sys

import pytest
import pytest_asyncio

from tests.ledger.conftest import cluster  # noqa: F401 - a fixture
from tests.ledger.postgres import Cluster

from .shop import ANNA, LATHE, Shop, open_shop, removed, talks
from .storm import Storm

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

_LOCK = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def locked(ledger: Path) -> AsyncIterator[None]:
    """Have another process hold the ledger's lock."""
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _LOCK, str(ledger)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdin is not None
    assert other.stdout is not None
    try:
        assert (await asyncio.wait_for(other.stdout.readline(), 10)).strip() == b"locked"
        yield
    finally:
        other.stdin.close()
        await other.wait()


async def test_a_locked_database(shop: Shop, ledger: Path) -> None:
    uses = len(await shop.uses())
    async with shop.board() as board:
        await talks(board)
        assert await board.tap(ANNA)
        await shop.shows("in_use")
        async with locked(ledger):
            assert not await board.tap(ANNA)
            assert len(board.memory.waiting) == 1  # nobody confirmed it
            await shop.raised("ledger_unreachable", there=True)
            await shop.shows("in_use")
        await talks(board)
        await shop.shows("free")
        await shop.raised("ledger_unreachable", there=False)
    assert len(await shop.uses()) == uses + 1
    assert shop.complaints() == []


@pytest_asyncio.fixture(loop_scope="session")
async def served(
    shop: Shop,
    cluster: Cluster,  # noqa: F811 - the fixture
) -> AsyncIterator[Shop]:
    """Return a workshop of the same house whose ledger is on a server, and remove it again."""
    served = await open_shop(shop, "Served", "served", cluster.new_database())
    yield served
    await removed(served)


async def test_a_server_that_is_restarted(
    served: Shop,
    cluster: Cluster,  # noqa: F811 - the fixture
) -> None:
    async with served.board() as laser, served.board(LATHE) as lathe:
        await talks(laser)
        await talks(lathe)
        assert await laser.tap(ANNA)
        await served.shows("in_use")
        await asyncio.sleep(1)  # ten seconds of the board's
        await asyncio.to_thread(cluster.stop, how="immediate")
        try:
            assert not await laser.tap(ANNA)
            assert len(laser.memory.waiting) == 1
            # Who may use what is in memory; that it began is not confirmed.
            assert await lathe.tap(ANNA)
            await served.raised("ledger_unreachable", there=True)
            problem = await served.entity_id("problem")
            await served.hass.wait_state(problem, "on")
        finally:
            await asyncio.to_thread(cluster.start)
        await talks(laser)
        await served.shows("free")
        await served.shows("in_use", LATHE)
        await served.raised("ledger_unreachable", there=False)
        await served.hass.wait_state(problem, "off")
        assert not await lathe.tap(ANNA)
        await served.shows("free", LATHE)
    (first,), (second,) = await served.uses(), await served.uses(LATHE)
    assert (first["ending"], second["ending"]) == ("card", "card")
    assert first["hours"] > 0
    assert second["hours"] > 0
    assert served.complaints() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Lend a small disk of our own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:  # noqa: S603 - our own arguments
        pytest.skip("only who may mount a small disk can fill it")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607 - as above


def fill(filler: Path) -> None:
    """Write a file until the disk is full."""
    with filler.open("wb", buffering=0) as rest, suppress(OSError):
        while True:
            rest.write(bytes(4096))


async def test_a_full_disk(shop: Shop, small_disk: Path) -> None:
    database = small_disk / "ledger.db"
    full = await open_shop(shop, "Full", "full", f"sqlite+aiosqlite:///{database}")
    async with Storm(full.broker.port, "full", (7, 8), "full") as storm:
        await storm.confirms(20)
        filler = small_disk / "filler"
        fill(filler)
        refused = storm.refused
        async with asyncio.timeout(40):
            while storm.refused <= refused + 2:
                await asyncio.sleep(0.05)
        await full.raised("ledger_unreachable", there=True)
        filler.unlink()
        await storm.confirms(20)
        await full.raised("ledger_unreachable", there=False)
    with sqlite3.connect(database) as reader:
        kept = dict(
            reader.execute('SELECT origin, "end" IS NOT NULL FROM uses WHERE origin IS NOT NULL')
        )
    assert storm.started <= kept.keys()
    assert [origin for origin in storm.stopped if not kept[origin]] == []
    await removed(full)
    assert full.complaints() == []
