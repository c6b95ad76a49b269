"""Atelier: Home Assistant for the things people build themselves."""

from homeassistant.components.mqtt import async_wait_for_mqtt_client
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady, HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import AnyDeviceEntry
from homeassistant.helpers.typing import ConfigType

from .const import DOMAIN, MACHINE_PLATFORMS, PLATFORMS
from .data import AtelierConfigEntry, Workshop, forget_store
from .forge.coordinator import ForgeConfigEntry
from .forge.devices import is_gone
from .forge.entry import async_setup_forge, async_unload_forge
from .forge.kind import is_forge
from .issues import Issues
from .ledger.errors import LedgerError
from .panel.door import open_forge_panel, open_panel
from .services import async_setup_services
from .signed_lists import forget_keys
from .websocket_api import async_setup_commands

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which exist whether or not a workshop is loaded."""
    async_setup_services(hass)
    async_setup_commands(hass)
    return True


async def async_setup_entry(
    hass: HomeAssistant, entry: AtelierConfigEntry | ForgeConfigEntry
) -> bool:
    """Set up a workshop: first all that is known, then the ear to the bus. Or a Forge."""
    if is_forge(entry):
        entry.async_on_unload(await open_forge_panel(hass, entry))
        await async_setup_forge(hass, entry)
        return True
    if not await async_wait_for_mqtt_client(hass):
        raise ConfigEntryNotReady(translation_domain=DOMAIN, translation_key="mqtt_not_set_up")
    workshop = entry.runtime_data = Workshop(hass, entry)
    try:
        await workshop.restore()
    except LedgerError as error:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN, translation_key="ledger_unavailable"
        ) from error
    try:
        entry.async_on_unload(await open_panel(hass, entry))
        await _furnish(hass, entry)
    except BaseException:
        # Home Assistant unloads nothing of what failed: a ledger would stay open for ever.
        await workshop.close()
        raise
    return True


async def _furnish(hass: HomeAssistant, entry: AtelierConfigEntry) -> None:
    """Make the entities, then hear and speak."""
    workshop = entry.runtime_data
    await hass.config_entries.async_forward_entry_setups(entry, _platforms(workshop))
    try:
        issues = Issues(hass, workshop)
        entry.async_on_unload(issues.close)
        await workshop.open()
    except BaseException:
        await hass.config_entries.async_unload_platforms(entry, _platforms(workshop))
        raise


def _platforms(workshop: Workshop) -> tuple[Platform, ...]:
    return PLATFORMS if workshop.makerspace is None else (*PLATFORMS, *MACHINE_PLATFORMS)


async def async_unload_entry(
    hass: HomeAssistant, entry: AtelierConfigEntry | ForgeConfigEntry
) -> bool:
    """Unload a workshop, or a Forge."""
    if is_forge(entry):
        return await async_unload_forge(hass, entry)
    platforms = _platforms(entry.runtime_data)
    unloaded = await hass.config_entries.async_unload_platforms(entry, platforms)
    if unloaded:
        await entry.runtime_data.close()
    return unloaded


async def async_remove_entry(
    hass: HomeAssistant, entry: AtelierConfigEntry | ForgeConfigEntry
) -> None:
    """Forget what a workshop knew of its props, and the keys of its gates."""
    if is_forge(entry):
        return
    await forget_store(hass, entry)
    await forget_keys(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: AtelierConfigEntry | ForgeConfigEntry, device: AnyDeviceEntry
) -> bool:
    """Let a person remove a prop that is gone; it comes back clean if it returns."""
    if is_forge(entry):
        return entry.state is ConfigEntryState.LOADED and is_gone(entry.runtime_data, device)
    if entry.state is not ConfigEntryState.LOADED:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="no_workshop")
    workshop = entry.runtime_data
    keys = {key for domain, key in device.identifiers if domain == DOMAIN}
    if entry.entry_id in keys:
        return False
    if workshop.makerspace is not None and keys & {
        workshop.makerspace.device_key(number) for number in workshop.makerspace.devices
    }:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="machine_in_ledger",
            translation_placeholders={"machine": device.name_by_user or device.name or ""},
        )
    for key in keys & workshop.roster.props.keys():
        if workshop.roster.props[key].available:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="prop_still_online",
                translation_placeholders={"prop": device.name_by_user or device.name or key},
            )
        try:
            await workshop.remove(key)
        except ConnectionError:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="broker_disconnected",
                translation_placeholders={
                    "prop": device.name_by_user or device.name or key,
                    "action": "remove",
                },
            ) from None
    return True
