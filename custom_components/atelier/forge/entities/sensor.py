"""How a Forge stands, in figures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfInformation
from homeassistant.helpers.typing import StateType

from ..coordinator import Forge
from ..facts import FINISHED, State
from .entity import ForgeEntity


@dataclass(frozen=True, kw_only=True)
class ForgeSensorDescription(SensorEntityDescription):
    """Describe a figure, and where it comes from."""

    value_fn: Callable[[State], StateType]


_SENSORS: Final = (
    ForgeSensorDescription(
        key="queue",
        translation_key="forge_queue",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda state: state.waiting,
    ),
    ForgeSensorDescription(
        key="running",
        translation_key="forge_running",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda state: len(state.jobs) - state.waiting,
    ),
    ForgeSensorDescription(
        key="last_result",
        translation_key="forge_last_result",
        device_class=SensorDeviceClass.ENUM,
        options=list(FINISHED),
        value_fn=lambda state: state.last.state if state.last else None,
    ),
    ForgeSensorDescription(
        key="cache",
        translation_key="forge_cache",
        device_class=SensorDeviceClass.DATA_SIZE,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIBIBYTES,
        suggested_display_precision=1,
        value_fn=lambda state: state.cache,
    ),
    ForgeSensorDescription(
        key="disk_free",
        translation_key="forge_disk_free",
        device_class=SensorDeviceClass.DATA_SIZE,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIBIBYTES,
        suggested_display_precision=1,
        value_fn=lambda state: state.disk_free,
    ),
)


def forge_sensors(forge: Forge) -> list[ForgeSensor]:
    """Return a Forge's figures."""
    return [ForgeSensor(forge, description) for description in _SENSORS]


class ForgeSensor(ForgeEntity, SensorEntity):
    """Show one figure."""

    entity_description: ForgeSensorDescription

    @property
    @override
    def native_value(self) -> StateType:
        return self.entity_description.value_fn(self.coordinator.data)
