"""Binary sensors of a prop: what it senses, its link, and whether something is wrong."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, override

from homeassistant.components.binary_sensor import BinarySensorDeviceClass, BinarySensorEntity
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, callback

from ...entity import PropEntity, category, naming
from ...wire.values import ValueSpec, ValueType

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop

#: Ids whose names stand in the translations.
NAMED: Final = frozenset({"solenoid"})


def binary_sensors(workshop: Workshop, prop: Prop) -> Iterable[PropEntity]:
    """Return a prop's binary sensors."""
    yield ConnectivitySensor(workshop, prop)
    yield ProblemSensor(workshop, prop)
    for spec in prop.info.capabilities.telemetry.values():
        if spec.type is ValueType.BOOL and spec.device_class != BinarySensorDeviceClass.PROBLEM:
            yield ValueBinarySensor(workshop, prop, spec)


class ValueBinarySensor(PropEntity, BinarySensorEntity):
    """Show one yes-or-no value of a prop's telemetry."""

    def __init__(self, workshop: Workshop, prop: Prop, spec: ValueSpec) -> None:
        """Take the class as the prop describes it, if Home Assistant has it."""
        name = spec.device_class or ""
        known = name in tuple(BinarySensorDeviceClass)
        device_class = BinarySensorDeviceClass(name) if known else None
        super().__init__(
            workshop,
            prop,
            f"telemetry/{spec.key}",
            subject=spec,
            **naming(spec.key, spec.names, NAMED, device_class),
        )
        self._key = spec.key
        self._attr_entity_category = category(spec.category)
        self._attr_entity_registry_enabled_default = spec.enabled
        self._attr_icon = spec.icon
        self._attr_device_class = device_class

    @override
    def take(self) -> None:
        value = self.prop.telemetry.current.get(self._key)
        self._attr_is_on = value if isinstance(value, bool) else None

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        return [self.prop.telemetry.watch((self._key,), self.changed)]


class ConnectivitySensor(PropEntity, BinarySensorEntity):
    """Show whether a prop is on the bus; known as long as the broker is."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, workshop: Workshop, prop: Prop) -> None:
        """Be there even when the prop is not."""
        super().__init__(workshop, prop, "connectivity")
        self._attr_available = workshop.connected

    @override
    def take(self) -> None:
        self._attr_available = self.workshop.connected
        self._attr_is_on = self.prop.online is True

    @override
    @callback
    def _online_changed(self) -> None:
        self.changed()


class ProblemSensor(PropEntity, BinarySensorEntity):
    """Show whether a prop reports that something is wrong with it."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, workshop: Workshop, prop: Prop) -> None:
        """Watch every value that the prop classes as a problem."""
        self._keys = tuple(
            spec.key
            for spec in prop.info.capabilities.telemetry.values()
            if spec.type is ValueType.BOOL and spec.device_class == BinarySensorDeviceClass.PROBLEM
        )
        super().__init__(workshop, prop, "problem", subject=self._keys)

    @override
    def take(self) -> None:
        self._attr_is_on = self.prop.error is not None or any(
            self.prop.telemetry.current.get(key) is True for key in self._keys
        )

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        return [
            self.prop.on_problem.listen(self.changed),
            self.prop.telemetry.watch(self._keys, self.changed),
        ]
