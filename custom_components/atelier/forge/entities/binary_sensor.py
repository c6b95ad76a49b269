"""Whether a Forge is there."""

from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory

from ..coordinator import Forge
from .entity import ForgeEntity

_CONNECTED: Final = BinarySensorEntityDescription(
    key="connected",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


def forge_binary_sensors(forge: Forge) -> list[Connected]:
    """Return whether a Forge is there."""
    return [Connected(forge, _CONNECTED)]


class Connected(ForgeEntity, BinarySensorEntity):
    """Tell whether the Forge answers."""

    @property
    @override
    def available(self) -> bool:
        return True

    @property
    @override
    def is_on(self) -> bool:
        return self.coordinator.up
