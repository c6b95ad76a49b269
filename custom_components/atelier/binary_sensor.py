"""Binary sensors of a workshop, or of a Forge."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .data import AtelierConfigEntry
from .forge.coordinator import ForgeConfigEntry
from .forge.entities.binary_sensor import forge_binary_sensors
from .forge.kind import is_forge
from .machines.entities.binary_sensor import machine_binary_sensors
from .props.entities.binary_sensor import binary_sensors

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AtelierConfigEntry | ForgeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Show every prop's and machine's."""
    if is_forge(entry):
        async_add_entities(forge_binary_sensors(entry.runtime_data))
        return
    entry.runtime_data.provide(Platform.BINARY_SENSOR, async_add_entities, binary_sensors)
    if (makerspace := entry.runtime_data.makerspace) is not None:
        makerspace.provide(async_add_entities, machine_binary_sensors)
