"""Events of a workshop, or of a Forge."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .data import AtelierConfigEntry
from .forge.coordinator import ForgeConfigEntry
from .forge.entities.event import forge_events
from .forge.kind import is_forge
from .machines.entities.event import machine_events
from .props.entities.event import events

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AtelierConfigEntry | ForgeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Show every prop's and machine's."""
    if is_forge(entry):
        async_add_entities(forge_events(entry.runtime_data))
        return
    entry.runtime_data.provide(Platform.EVENT, async_add_entities, events)
    if (makerspace := entry.runtime_data.makerspace) is not None:
        makerspace.provide(async_add_entities, machine_events)
