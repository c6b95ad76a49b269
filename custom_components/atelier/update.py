"""Updates of a workshop, or of a Forge."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .data import AtelierConfigEntry
from .forge.coordinator import ForgeConfigEntry
from .forge.entities.update import forge_updates
from .forge.kind import is_forge
from .props.entities.update import updates

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AtelierConfigEntry | ForgeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Show every prop's."""
    if is_forge(entry):
        forge_updates(entry.runtime_data, async_add_entities)
        return
    entry.runtime_data.provide(Platform.UPDATE, async_add_entities, updates)
