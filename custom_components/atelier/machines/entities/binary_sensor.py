"""Binary sensors of a machine: is somebody at it, is its board there, is something wrong."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass, BinarySensorEntity
from homeassistant.const import EntityCategory

from ..news import Status
from .machine import MachineEntity

if TYPE_CHECKING:
    from ...makerspace import Makerspace


def machine_binary_sensors(makerspace: Makerspace, machine_id: int) -> Iterable[MachineEntity]:
    """Return a machine's binary sensors."""
    yield OccupancySensor(makerspace, machine_id, "occupancy")
    yield ConnectivitySensor(makerspace, machine_id, "connectivity")
    yield ProblemSensor(makerspace, machine_id, "problem")


class OccupancySensor(MachineEntity, BinarySensorEntity):
    """Show whether somebody is logged in."""

    _attr_device_class = BinarySensorDeviceClass.OCCUPANCY

    @override
    def take(self, status: Status) -> object:
        self._attr_is_on = status.since is not None
        return self._attr_is_on


class ConnectivitySensor(MachineEntity, BinarySensorEntity):
    """Show whether a machine's board was heard within the last 90 seconds."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @override
    def take(self, status: Status) -> object:
        self._attr_is_on = status.online
        return self._attr_is_on


class ProblemSensor(MachineEntity, BinarySensorEntity):
    """Show whether a use lasts of which nothing is heard, or nothing can be kept."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @override
    def take(self, status: Status) -> object:
        silent = self.machine_id in self.makerspace.silent
        self._attr_is_on = silent or not self.makerspace.ledger_up
        return self._attr_is_on
