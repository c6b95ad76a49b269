"""Numbers of a prop: its settings that count or measure."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, override

from homeassistant.components.number import NumberDeviceClass, NumberEntity
from homeassistant.components.number.const import DEVICE_CLASS_UNITS
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE

from ...entity import PropEntity, category, naming
from ...errors import translated_errors
from ...wire.values import ValueSpec, ValueType

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


class SettingNumber(PropEntity, NumberEntity):
    """Change one number among a prop's settings."""

    def __init__(self, workshop: Workshop, prop: Prop, spec: ValueSpec) -> None:
        """Take range and unit as the prop describes them."""
        super().__init__(
            workshop,
            prop,
            f"setting/{spec.key}",
            subject=spec,
            **naming(spec.key, spec.names, NAMED),
        )
        self._spec = spec
        self._attr_entity_category = category(spec.category) or EntityCategory.CONFIG
        self._attr_icon = spec.icon
        self._attr_native_min_value = spec.minimum or 0.0
        self._attr_native_max_value = spec.maximum or 0.0
        whole = spec.type is ValueType.INT
        self._attr_native_step = spec.step or (1.0 if whole else 0.01)
        self._attr_native_unit_of_measurement = spec.unit
        self._attr_device_class = _device_class(spec)

    @override
    def take(self) -> None:
        value = self.prop.settings.current.get(self._spec.key)
        self._attr_native_value = value if isinstance(value, int | float) else None

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        return [self.prop.settings.watch((self._spec.key,), self.changed)]

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Send the value and wait until the prop keeps it."""
        whole = self._spec.type is ValueType.INT
        with translated_errors(self.hass):
            await self.prop.set(self._spec.key, round(value) if whole else value)


def _device_class(spec: ValueSpec) -> NumberDeviceClass | None:
    """Return the class the prop names, or the one its unit implies, if they go together."""
    name = spec.device_class or ("duration" if spec.unit in ("s", "ms") else "")
    try:
        device_class = NumberDeviceClass(name)
    except ValueError:
        return None
    units = DEVICE_CLASS_UNITS.get(device_class)
    return device_class if units is None or spec.unit in units else None
