"""To-do lists of a workshop."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .data import AtelierConfigEntry
from .machines.entities.todo import CareList

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AtelierConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Show the care that machines are due."""
    if (makerspace := entry.runtime_data.makerspace) is not None:
        async_add_entities([CareList(makerspace)])
