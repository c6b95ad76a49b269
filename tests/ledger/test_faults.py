"""The database fails, and comes back: nothing confirmed is lost, and nobody has to restart."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
import resource
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from custom_components.atelier.ledger.errors import LedgerUnavailable
from custom_components.atelier.ledger.ledger import Ledger
from custom_components.atelier.machines.facts import Machine, Use

from .conftest import fill
from .postgres import Cluster

ROOT = Path(__file__).parents[2]


def use(start: float) -> Use:
    """Return a use of the first machine that is over."""
    return Use(machine_id=1, member_id=None, start=start, last_seen=start + 1, end=start + 1)


def largest(folder: Path) -> int:
    """Return the size of the largest file of a ledger, in bytes."""
    return max(path.stat().st_size for path in folder.glob("ledger.db*"))


@pytest.fixture
def small_files() -> Iterator[None]:
    """Give the limit on the size of files back after a test."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
async def test_a_full_disk_is_told_and_the_next_call_works_once_there_is_room(
    sqlite_url: str, tmp_path: Path
) -> None:
    ledger = await Ledger.open(sqlite_url)
    await fill(ledger)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest(tmp_path), hard))
    kept = 0
    with suppress(LedgerUnavailable):
        while kept < 10_000:
            await ledger.save_uses([use(kept)])
            kept += 1
    assert kept < 10_000
    with pytest.raises(LedgerUnavailable):
        await ledger.save_uses([use(20_000 + at) for at in range(1000)])
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await ledger.save_uses([use(90_000)])
    assert (await ledger.load()).used_s == {1: kept + 1}
    await ledger.close()


async def test_a_locked_database_is_told_before_a_board_gives_up(
    sqlite_url: str, tmp_path: Path
) -> None:
    ledger = await Ledger.open(sqlite_url)
    await fill(ledger)
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    with pytest.raises(LedgerUnavailable):
        await ledger.save_uses([use(0)])
    assert time.monotonic() - begun < 1.9
    assert (await ledger.load()).used_s == {}
    other.execute("ROLLBACK")
    other.close()
    await ledger.save_uses([use(0)])
    assert (await ledger.load()).used_s == {1: 1}
    await ledger.close()


@pytest.mark.parametrize("how", ["fast", "immediate"])
async def test_a_restarted_server_is_told_and_used_again(cluster: Cluster, how: str) -> None:
    ledger = await Ledger.open(cluster.new_database())
    await fill(ledger)
    await ledger.save_uses([use(0)])
    await asyncio.to_thread(cluster.stop, how=how)
    try:
        with pytest.raises(LedgerUnavailable):
            await ledger.save_uses([use(10)])
        with pytest.raises(LedgerUnavailable):
            await ledger.load()
    finally:
        await asyncio.to_thread(cluster.start)
    await ledger.save_uses([use(20)])
    assert (await ledger.load()).used_s == {1: 2}
    await ledger.close()


async def test_a_server_that_is_restarted_between_two_calls_is_not_noticed(
    cluster: Cluster,
) -> None:
    ledger = await Ledger.open(cluster.new_database())
    await fill(ledger)
    await asyncio.to_thread(cluster.stop)
    await asyncio.to_thread(cluster.start)
    await ledger.save_uses([use(20)])
    assert (await ledger.load()).used_s == {1: 1}
    await ledger.close()


async def test_a_server_that_falls_silent_is_told_before_a_board_gives_up(
    cluster: Cluster,
) -> None:
    ledger = await Ledger.open(cluster.new_database())
    await fill(ledger)
    cluster.signal(signal.SIGSTOP)
    begun = time.monotonic()
    try:
        with pytest.raises(LedgerUnavailable):
            await ledger.save_uses([use(0)])
        took = time.monotonic() - begun
    finally:
        cluster.signal(signal.SIGCONT)
    assert took < 1.9
    await ledger.save_uses([use(20)])
    assert 20 in [one.start for one in (await ledger.load()).recent[1]]
    await ledger.close()


@pytest.mark.parametrize("tries", [5])
def test_every_confirmed_use_survives_a_kill(tmp_path: Path, tries: int) -> None:
    database = tmp_path / "ledger.db"
    confirmed: dict[str, bool] = {}
    for attempt in range(tries):
        child = subprocess.Popen(  # noqa: S603 - our own arguments
            [sys.executable, "-m", "tests.ledger.stream", str(database), str(attempt)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(120 + 45 * attempt)]
        child.kill()
        lines += child.stdout.readlines()
        child.wait()
        for line in lines:
            word, _, origin = line.strip().partition(" ")
            if word in {"started", "stopped"} and line.endswith("\n"):
                confirmed[origin] = word == "stopped" or confirmed.get(origin, False)
    kept = dict(sqlite3.connect(database).execute('SELECT origin, "end" IS NOT NULL FROM uses'))
    assert len(confirmed) > 200
    assert [origin for origin in confirmed if origin not in kept] == []
    assert [origin for origin, ended in confirmed.items() if ended and not kept[origin]] == []


async def test_a_commit_is_on_the_disk_before_it_is_confirmed(sqlite_url: str) -> None:
    ledger = await Ledger.open(sqlite_url)
    settings = {}
    for name in ("journal_mode", "synchronous", "foreign_keys"):
        settings[name] = await ledger.writer.do(
            lambda connection, name=name: connection.scalar(sa.text(f"PRAGMA {name}"))
        )
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    await ledger.close()


async def test_a_database_of_a_newer_atelier_is_left_alone(sqlite_url: str, tmp_path: Path) -> None:
    await (await Ledger.open(sqlite_url)).close()
    with sqlite3.connect(tmp_path / "ledger.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerUnavailable, match="newer"):
        await Ledger.open(sqlite_url)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://localhost/x",
        "not a url",
        "sqlite+aiosqlite:////nowhere/at/all.db",
        "postgresql+asyncpg://atelier@127.0.0.1:1/x",
    ],
)
async def test_a_database_that_cannot_be_opened_is_told(url: str) -> None:
    with pytest.raises(LedgerUnavailable):
        await Ledger.open(url)


async def test_a_file_that_is_no_database_is_told_and_left_alone(
    sqlite_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.db"
    file.write_bytes(b"what is this? " * 1000)
    with pytest.raises(LedgerUnavailable):
        await Ledger.open(sqlite_url)
    assert file.read_bytes() == b"what is this? " * 1000


async def test_no_error_names_a_card(sqlite_url: str, tmp_path: Path) -> None:
    ledger = await Ledger.open(sqlite_url)
    await fill(ledger)
    with sqlite3.connect(tmp_path / "ledger.db") as database:
        database.execute("DROP TABLE unknown_cards")
    with pytest.raises(LedgerUnavailable) as caught:
        await ledger.saw_unknown_card("deadbeef", 1, 0)
    error: BaseException | None = caught.value
    while error is not None:
        assert "deadbeef" not in f"{error!r} {error}"
        error = error.__cause__ or error.__context__
    assert await ledger.save(Machine(id=5, name="Saw", type_id=1), by="x")
    await ledger.close()
