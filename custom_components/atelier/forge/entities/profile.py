"""What the entities of a profile have in common."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...const import DOMAIN
from ..coordinator import Forge
from ..devices import profile_key
from ..facts import Profile
from .entity import ForgeEntity


class ProfileEntity(ForgeEntity):
    """Stand for something of one profile."""

    def __init__(self, forge: Forge, description: EntityDescription, profile_id: str) -> None:
        """Belong to the profile's device."""
        super().__init__(forge, description)
        key = profile_key(forge.config_entry, profile_id)
        self.profile_id = profile_id
        self._attr_unique_id = f"{key}/{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, key)})

    @property
    def profile(self) -> Profile | None:
        """Return the profile, as long as it is there."""
        return self.coordinator.data.profiles.get(self.profile_id)

    @property
    @override
    def available(self) -> bool:
        return super().available and self.profile is not None


def provide(
    forge: Forge,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[str], Iterable[ProfileEntity]],
) -> None:
    """Make the entities of profiles as they come; they go with the profile's device."""
    made: set[str] = set()

    @callback
    def follow() -> None:
        there = forge.data.profiles.keys()
        async_add_entities(
            entity for profile_id in sorted(there - made) for entity in make(profile_id)
        )
        made.intersection_update(there)
        made.update(there)

    forge.config_entry.async_on_unload(forge.async_add_listener(follow))
