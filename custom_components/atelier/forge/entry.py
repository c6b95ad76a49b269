"""The life of a Forge's config entry."""

from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant

from .coordinator import Forge, ForgeConfigEntry
from .devices import Devices
from .issues import ForgeIssues

FORGE_PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.UPDATE,
)


async def async_setup_forge(hass: HomeAssistant, entry: ForgeConfigEntry) -> None:
    """Set a Forge up, whether it is there or not; it is known once it answers."""
    forge = entry.runtime_data = Forge(hass, entry)
    devices = Devices(hass, forge)
    issues = ForgeIssues(hass, forge)
    # Before the platforms' listeners: entities of a profile need its device.
    entry.async_on_unload(forge.async_add_listener(devices.follow))
    await hass.config_entries.async_forward_entry_setups(entry, FORGE_PLATFORMS)
    entry.async_on_unload(forge.async_add_listener(issues.look))
    entry.async_on_unload(issues.close)
    forge.start()


async def async_unload_forge(hass: HomeAssistant, entry: ForgeConfigEntry) -> bool:
    """Unload a Forge."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, FORGE_PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_shutdown()
    return unloaded
