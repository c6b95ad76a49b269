"""Move a workshop's ledger to another place while nobody writes into it."""

from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant

from .ledger.copying import Held, copy, held
from .ledger.errors import LedgerError
from .ledger.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def counted(address: str) -> Held | None:
    """Return how much the ledger at an address holds, None where it cannot be opened."""
    try:
        async with _opened(address) as ledger:
            return await held(ledger)
    except LedgerError:
        return None


async def move(
    hass: HomeAssistant,
    entry: ConfigEntry,
    *,
    old: str,
    new: str,
    options: Mapping[str, Any],
    tell: Callable[[float], None],
) -> None:
    """Copy a workshop's ledger to an empty place, and let the workshop go by it from then on.

    The workshop is not loaded meanwhile: boards keep what they have to tell, and tell it
    afterwards. Raise LedgerError where the copy fails; then everything is as it was.
    """
    if entry.state is ConfigEntryState.LOADED and not await hass.config_entries.async_unload(
        entry.entry_id
    ):
        raise LedgerError("The workshop does not let go of its ledger")
    try:
        async with _opened(old) as source, _opened(new) as target:
            await copy(source, target, tell)
            hass.config_entries.async_update_entry(entry, options=options)
    finally:
        await hass.config_entries.async_reload(entry.entry_id)


@asynccontextmanager
async def _opened(address: str) -> AsyncIterator[Ledger]:
    """Lend a ledger."""
    ledger = await Ledger.open(address)
    try:
        yield ledger
    finally:
        await ledger.close()
