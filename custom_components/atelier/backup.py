"""Let Home Assistant's backups hold ledgers as they were at one moment."""

import sqlite3

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .data import loaded_workshops
from .errors import translated_ledger
from .ledger.errors import LedgerError

_HELD: HassKey[list[sqlite3.Connection]] = HassKey(f"{DOMAIN}_held_still")


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Hold the files of ledgers still; boards are answered, and uses kept, all the while."""
    await async_post_backup(hass)
    held = hass.data[_HELD] = []
    refused: HomeAssistantError | None = None
    for entry in loaded_workshops(hass):
        makerspace = entry.runtime_data.makerspace
        if makerspace is None or makerspace.ledger_kind == "server":
            continue
        try:
            held.append(await makerspace.ledger.hold_still())
        except LedgerError as error:
            refused = translated_ledger(error)
    if refused is not None:
        await async_post_backup(hass)
        raise refused


async def async_post_backup(hass: HomeAssistant) -> None:
    """Let the files change again."""
    for reader in hass.data.pop(_HELD, []):
        await hass.async_add_executor_job(reader.close)
