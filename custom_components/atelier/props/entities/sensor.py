"""Sensors of a prop: its state and what it measures."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, override

from homeassistant.components.sensor import (
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.components.sensor.const import STATE_CLASS_UNITS
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from ...entity import PropEntity, category, naming
from ...wire.info import TRACK
from ...wire.values import AtelierClass, ValueSpec, ValueType

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop

#: Ids whose names stand in the translations.
NAMED: Final = frozenset({"error", "fires", "rssi", "tick", "triggers", "uptime", "uptime_s"})

#: A boot moment is told anew only beyond this: networks delay, and clocks are set.
_BOOT_TOLERANCE: Final = timedelta(seconds=30)

#: A century. Before the calendar begins there is no moment to show.
_LONGEST_UPTIME_S: Final = 100 * 365.25 * 24 * 60 * 60

#: Device classes that say something else than a number with a unit.
_NOT_NUMERIC: Final = frozenset(
    {SensorDeviceClass.DATE, SensorDeviceClass.ENUM, SensorDeviceClass.TIMESTAMP}
)


def sensors(workshop: Workshop, prop: Prop) -> Iterable[PropEntity]:
    """Return a prop's sensors."""
    yield StateSensor(workshop, prop)
    player = prop.info.capabilities.player
    for spec in prop.info.capabilities.telemetry.values():
        if spec.type is ValueType.BOOL or (player and spec.key in (player.status, TRACK)):
            continue  # the binary sensors and the player show these
        if spec.device_class == AtelierClass.UPTIME:
            yield BootSensor(workshop, prop, spec)
        elif spec.state_class == SensorStateClass.TOTAL_INCREASING:
            yield CounterSensor(workshop, prop, spec)
        elif spec.type in (ValueType.INT, ValueType.FLOAT):
            yield MeasureSensor(workshop, prop, spec)
        else:
            yield ValueSensor(workshop, prop, spec)


class StateSensor(PropEntity, SensorEntity):
    """Show the state a prop is in."""

    def __init__(self, workshop: Workshop, prop: Prop) -> None:
        """Offer the states the prop described; text where it described none."""
        states = list(prop.info.capabilities.states)
        super().__init__(workshop, prop, "state", translation_key="state", subject=states)
        if states:
            self._attr_device_class = SensorDeviceClass.ENUM
            self._attr_options = states

    @override
    def take(self) -> None:
        self._attr_native_value = self.prop.state

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        return [self.prop.on_state.listen(self.changed)]


class ValueSensor(PropEntity, SensorEntity):
    """Show one value of a prop's telemetry."""

    def __init__(self, workshop: Workshop, prop: Prop, spec: ValueSpec) -> None:
        """Take class and unit as the prop describes them, where Home Assistant allows both."""
        super().__init__(
            workshop,
            prop,
            f"telemetry/{spec.key}",
            subject=spec,
            **naming(spec.key, spec.names, NAMED, _device_class(spec)),
        )
        self._spec = spec
        self._attr_entity_category = category(spec.category)
        self._attr_entity_registry_enabled_default = spec.enabled
        self._attr_icon = spec.icon
        if spec.device_class == AtelierClass.FAULT:
            self._attr_entity_category = EntityCategory.DIAGNOSTIC
        elif spec.type is ValueType.CHOICE:
            self._attr_device_class = SensorDeviceClass.ENUM
            self._attr_options = list(spec.options)
        elif spec.type in (ValueType.INT, ValueType.FLOAT):
            self._attr_native_unit_of_measurement = spec.unit
            self._attr_device_class = _device_class(spec)
            self._attr_state_class = _state_class(spec, self._attr_device_class)
            if spec.step is not None and spec.step < 1:
                self._attr_suggested_display_precision = len(f"{spec.step:.6f}".rstrip("0")) - 2

    @override
    def take(self) -> None:
        self._attr_native_value = self.prop.telemetry.current.get(self._spec.key)

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        return [self.prop.telemetry.watch((self._spec.key,), self.changed)]


class MeasureSensor(ValueSensor):
    """Show a number that may change many times a second: the hot path of a workshop.

    It reads the prop's value where it is kept, and shares a context with the other
    numbers of its message. Only numbers do: the logbook leaves them out, and would
    otherwise name the first of a message as the cause of the others.
    """

    @property
    @override
    def native_value(self) -> StateType:
        return self.prop.telemetry.current.get(self._spec.key)

    @override
    def take(self) -> None:
        """Read nothing in advance."""

    @override
    @callback
    def changed(self) -> None:
        self.async_set_context(self.workshop.cause(self.prop.telemetry))
        self.async_write_ha_state()


class CounterSensor(ValueSensor, RestoreSensor):
    """Show a count, which is known again at once after a restart of Home Assistant."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        if self._attr_native_value is None and (last := await self.async_get_last_sensor_data()):
            self._attr_native_value = last.native_value


class BootSensor(ValueSensor):
    """Show since when a prop runs, from its uptime in seconds."""

    _booted: datetime | None = None

    def __init__(self, workshop: Workshop, prop: Prop, spec: ValueSpec) -> None:
        """Be a moment, not a number."""
        super().__init__(workshop, prop, spec)
        self._attr_native_unit_of_measurement = None
        self._attr_state_class = None
        self._attr_device_class = SensorDeviceClass.TIMESTAMP
        self._attr_entity_category = EntityCategory.DIAGNOSTIC

    @override
    def take(self) -> None:
        uptime = self.prop.telemetry.current.get(self._spec.key)
        if not isinstance(uptime, int | float) or not 0 <= uptime <= _LONGEST_UPTIME_S:
            return
        booted = dt_util.utcnow() - timedelta(seconds=uptime)
        if self._booted is None or abs(booted - self._booted) > _BOOT_TOLERANCE:
            self._booted = self._attr_native_value = booted.replace(microsecond=0)

    @override
    @callback
    def changed(self) -> None:
        before = self._booted
        self.take()
        if self._booted is not before:
            self.async_write_ha_state()


def _device_class(spec: ValueSpec) -> SensorDeviceClass | None:
    """Return the class the prop names, if there is one and it goes with the unit."""
    try:
        device_class = SensorDeviceClass(spec.device_class or "")
    except ValueError:
        return None
    units = DEVICE_CLASS_UNITS.get(device_class)
    if spec.type not in (ValueType.INT, ValueType.FLOAT):
        return None
    if device_class in _NOT_NUMERIC or (units is not None and spec.unit not in units):
        return None
    return device_class


def _state_class(
    spec: ValueSpec, device_class: SensorDeviceClass | None
) -> SensorStateClass | None:
    try:
        state_class = SensorStateClass(spec.state_class or "")
    except ValueError:
        return None
    allowed = None if device_class is None else DEVICE_CLASS_STATE_CLASSES.get(device_class)
    units = STATE_CLASS_UNITS.get(state_class)
    if units is not None and spec.unit not in units:
        return None
    return state_class if allowed is None or state_class in allowed else None
