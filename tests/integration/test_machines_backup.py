"""What a backup copies of a ledger, file by file, is a state that there was."""

import asyncio
from pathlib import Path
import shutil
import sqlite3

from homeassistant.core import HomeAssistant

from custom_components.atelier.backup import async_post_backup, async_pre_backup

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
