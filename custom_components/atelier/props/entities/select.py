"""Selects of a prop: its settings that choose among a few."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, override

from homeassistant.components.select import SelectEntity
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE

from ...entity import PropEntity, category, naming
from ...errors import translated_errors
from ...wire.values import ValueSpec, ValueType

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop


def selects(workshop: Workshop, prop: Prop) -> Iterable[PropEntity]:
    """Return a prop's selects."""
    for spec in prop.info.capabilities.settings.values():
        if spec.type is ValueType.CHOICE:
            yield SettingSelect(workshop, prop, spec)


class SettingSelect(PropEntity, SelectEntity):
    """Choose one setting of a prop."""

    def __init__(self, workshop: Workshop, prop: Prop, spec: ValueSpec) -> None:
        """Offer what the prop describes."""
        super().__init__(
            workshop,
            prop,
            f"setting/{spec.key}",
            subject=spec,
            **naming(spec.key, spec.names),
        )
        self._key = spec.key
        self._attr_entity_category = category(spec.category) or EntityCategory.CONFIG
        self._attr_icon = spec.icon
        self._attr_options = list(spec.options)

    @override
    def take(self) -> None:
        value = self.prop.settings.current.get(self._key)
        self._attr_current_option = value if isinstance(value, str) else None

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        return [self.prop.settings.watch((self._key,), self.changed)]

    @override
    async def async_select_option(self, option: str) -> None:
        """Send the choice and wait until the prop keeps it."""
        with translated_errors(self.hass):
            await self.prop.set(self._key, option)
