"""What a backup copies of a ledger, file by file, is a state that there was."""

import asyncio
from contextlib import closing
from pathlib import Path
import shutil
import sqlite3

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
import pytest_socket

from custom_components.atelier.backup import async_post_backup, async_pre_backup
from custom_components.atelier.ledger_place import ledger_path
from custom_components.atelier.machines.facts import Machine
from tests.ledger.conftest import cluster  # noqa: F401 - a fixture
from tests.ledger.postgres import Cluster

from .conftest import SetUp
from .machine import ANNA, Laser


async def test_a_copy_made_while_uses_are_kept_is_whole(
    hass: HomeAssistant, laser: Laser, tmp_path: Path
) -> None:
    await laser.asks("startuse", uid=ANNA)
    await laser.asks("stopuse", uid=ANNA, duration=60)
    await async_pre_backup(hass)
    ledger = tmp_path / "ledger.db"
    before = ledger.read_bytes()
    await laser.asks("startuse", uid=ANNA)
    await laser.asks("stopuse", uid=ANNA, duration=30)
    assert ledger.read_bytes() == before
    away = tmp_path / "restored"
    away.mkdir()
    await asyncio.to_thread(shutil.copy, ledger, away)
    await asyncio.to_thread(shutil.copy, f"{ledger}-wal", away)
    await async_post_backup(hass)
    database = sqlite3.connect(away / "ledger.db")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("SELECT count(*) FROM uses").fetchone() == (2,)
    database.close()


async def test_the_main_file_alone_holds_all_from_before_the_backup(
    hass: HomeAssistant, laser: Laser, tmp_path: Path
) -> None:
    await laser.asks("startuse", uid=ANNA)
    await async_pre_backup(hass)
    await asyncio.to_thread(shutil.copy, tmp_path / "ledger.db", tmp_path / "alone.db")
    await async_post_backup(hass)
    database = sqlite3.connect(tmp_path / "alone.db")
    assert database.execute("SELECT count(*) FROM uses").fetchone() == (1,)
    database.close()


async def test_a_ledger_that_does_not_hold_still_is_told_and_let_go(
    hass: HomeAssistant, laser: Laser, set_up: SetUp, tmp_path: Path
) -> None:
    other = await set_up("attic", title="Attic", machines=True, machine_prefix="upstairs")
    reader = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM uses").fetchone()
    await laser.asks("startuse", uid=ANNA)  # what it reads is old now
    with pytest.raises(HomeAssistantError) as refused:
        await async_pre_backup(hass)
    assert refused.value.translation_key == "ledger_unavailable"
    # The ledger that did hold still is free again: all of its log can be moved.
    await other.runtime_data.makerspace.save(Machine(id=1, name="Saw", type_id=1), by="test")
    with closing(sqlite3.connect(ledger_path(hass, other.entry_id))) as database:
        _, log, moved = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    assert log == moved
    reader.close()
    await async_pre_backup(hass)
    await async_post_backup(hass)


async def test_only_files_are_held_still(
    hass: HomeAssistant,
    set_up: SetUp,
    cluster: Cluster,  # noqa: F811 - the fixture
) -> None:
    pytest_socket.enable_socket()
    await set_up("attic", title="Attic")
    url = cluster.new_database()
    entry = await set_up("props", machines=True, ledger_url=url)
    await async_pre_backup(hass)
    kept = await entry.runtime_data.makerspace.save(Machine(id=1, name="Saw", type_id=1), by="test")
    assert kept.name == "Saw"
    await async_post_backup(hass)
