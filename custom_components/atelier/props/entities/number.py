"""Numbers of a prop: its settings that count or measure."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, override

from homeassistant.components.number import NumberDeviceClass, NumberEntity
from homeassistant.components.number.const import DEVICE_CLASS_UNITS

from ...entity import PropEntity
from ...wire.values import ValueSpec, ValueType
from .setting import SettingEntity

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop

#: Ids whose names stand in the translations.
NAMED: Final = frozenset({"volume"})


def numbers(workshop: Workshop, prop: Prop) -> Iterable[PropEntity]:
    """Return a prop's numbers."""
    for spec in prop.info.capabilities.settings.values():
        if spec.type in (ValueType.INT, ValueType.FLOAT):
            yield SettingNumber(workshop, prop, spec)


class SettingNumber(SettingEntity, NumberEntity):
    """Change one number among a prop's settings."""

    def __init__(self, workshop: Workshop, prop: Prop, spec: ValueSpec) -> None:
        """Take range and unit as the prop describes them."""
        super().__init__(workshop, prop, spec, NAMED)
        self._whole = spec.type is ValueType.INT
        self._attr_native_min_value = spec.minimum or 0.0
        self._attr_native_max_value = spec.maximum or 0.0
        self._attr_native_step = spec.step or (1.0 if self._whole else 0.01)
        self._attr_native_unit_of_measurement = spec.unit
        self._attr_device_class = _device_class(spec)

    @override
    def take(self) -> None:
        self._attr_native_value = self.setting if isinstance(self.setting, int | float) else None

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the number."""
        await self.keep(round(value) if self._whole else value)


def _device_class(spec: ValueSpec) -> NumberDeviceClass | None:
    """Return the class the prop names, or the one its unit implies, if they go together."""
    name = spec.device_class or ("duration" if spec.unit in ("s", "ms") else "")
    try:
        device_class = NumberDeviceClass(name)
    except ValueError:
        return None
    units = DEVICE_CLASS_UNITS.get(device_class)
    return device_class if units is None or spec.unit in units else None
