"""What the entities of a Forge have in common."""

from typing import override

from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from ...const import DOMAIN
from ..coordinator import Forge
from ..devices import hub_key


class ForgeEntity(CoordinatorEntity[Forge]):
    """Stand for something of a Forge as a whole."""

    _attr_has_entity_name = True

    def __init__(self, forge: Forge, description: EntityDescription) -> None:
        """Belong to the Forge's device."""
        super().__init__(forge)
        self.entity_description = description
        self._attr_unique_id = f"{hub_key(forge.config_entry)}/{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, hub_key(forge.config_entry))})

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.up
