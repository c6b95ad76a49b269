"""Buttons of a workshop, or of a Forge."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .data import AtelierConfigEntry
from .forge.coordinator import ForgeConfigEntry
from .forge.entities.button import forge_buttons
from .forge.kind import is_forge
from .hub import hub_buttons
from .machines.entities.button import machine_buttons
from .props.entities.button import buttons

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AtelierConfigEntry | ForgeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Show every prop's and machine's, and those for all at once."""
    if is_forge(entry):
        forge_buttons(entry.runtime_data, async_add_entities)
        return
    async_add_entities(hub_buttons(entry.runtime_data))
    entry.runtime_data.provide(Platform.BUTTON, async_add_entities, buttons)
    if (makerspace := entry.runtime_data.makerspace) is not None:
        makerspace.provide(async_add_entities, machine_buttons)
