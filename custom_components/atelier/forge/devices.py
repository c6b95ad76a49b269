"""The devices of a Forge: itself, and one for each profile."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import AnyDeviceEntry, DeviceEntryType

from ..const import DOMAIN
from .coordinator import Forge, ForgeConfigEntry
from .facts import Profile

#: Between an entry's key and a profile's id, which may hold anything else.
_PROFILE: Final = "/profile/"


def hub_key(entry: ForgeConfigEntry) -> str:
    """Return by what a Forge's device is known."""
    return f"forge/{entry.entry_id}"


def profile_key(entry: ForgeConfigEntry, profile_id: str) -> str:
    """Return by what a profile's device is known."""
    return f"{hub_key(entry)}{_PROFILE}{profile_id}"


def is_gone(forge: Forge, device: AnyDeviceEntry) -> bool:
    """Tell whether a device is of a profile that the Forge no longer has."""
    kept = {profile_key(forge.config_entry, profile_id) for profile_id in forge.data.profiles}
    keys = {key for domain, key in device.identifiers if domain == DOMAIN}
    return forge.up and any(_PROFILE in key for key in keys) and not keys & kept


class Devices:
    """Keep the devices like what the Forge has."""

    def __init__(self, hass: HomeAssistant, forge: Forge) -> None:
        """Make the Forge's own."""
        self._registry = dr.async_get(hass)
        self._forge = forge
        self._entry = forge.config_entry
        self.hub = self._registry.async_get_or_create(
            config_entry_id=self._entry.entry_id,
            identifiers={(DOMAIN, hub_key(self._entry))},
            entry_type=DeviceEntryType.SERVICE,
            manufacturer="Atelier",
            model="Forge",
            name=self._entry.title,
            configuration_url=forge.url,
        )

    @callback
    def follow(self) -> None:
        """Make devices of new profiles, and remove those of profiles that are gone."""
        if not self._forge.up:
            return
        state = self._forge.data
        self._registry.async_update_device(self.hub.id, sw_version=state.version)
        for profile in state.profiles.values():
            self._keep(profile)
        for device in dr.async_entries_for_config_entry(self._registry, self._entry.entry_id):
            if is_gone(self._forge, device):
                self._registry.async_remove_device(device.id)

    def _keep(self, profile: Profile) -> None:
        self._registry.async_get_or_create(
            config_entry_id=self._entry.entry_id,
            identifiers={(DOMAIN, profile_key(self._entry, profile.id))},
            manufacturer="OpenWrt",
            model=profile.board,
            name=profile.name,
            via_device_id=self.hub.id,
        )
