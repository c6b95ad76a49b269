"""Buttons of a workshop."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .data import AtelierConfigEntry
from .hub import hub_buttons
from .machines.entities.button import machine_buttons
from .props.entities.button import buttons

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AtelierConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Show every prop's and machine's, and those for all at once."""
    async_add_entities(hub_buttons(entry.runtime_data))
    entry.runtime_data.provide(Platform.BUTTON, async_add_entities, buttons)
    if (makerspace := entry.runtime_data.makerspace) is not None:
        makerspace.provide(async_add_entities, machine_buttons)
