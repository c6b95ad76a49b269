"""Sensors of a workshop, or of a Forge."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .data import AtelierConfigEntry
from .forge.coordinator import ForgeConfigEntry
from .forge.entities.sensor import forge_sensors
from .forge.kind import is_forge
from .hub import OnlineSensor
from .machines.entities.sensor import machine_sensors
from .props.entities.sensor import sensors

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AtelierConfigEntry | ForgeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Show every prop's and machine's, and how many are there."""
    if is_forge(entry):
        async_add_entities(forge_sensors(entry.runtime_data))
        return
    async_add_entities([OnlineSensor(entry.runtime_data)])
    entry.runtime_data.provide(Platform.SENSOR, async_add_entities, sensors)
    if (makerspace := entry.runtime_data.makerspace) is not None:
        makerspace.provide(async_add_entities, machine_sensors)
