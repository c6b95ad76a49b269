"""Selects of a prop: its settings that choose among a few."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, override

from homeassistant.components.select import SelectEntity

from ...entity import PropEntity
from ...wire.values import ValueSpec, ValueType
from .setting import SettingEntity

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop


def selects(workshop: Workshop, prop: Prop) -> Iterable[PropEntity]:
    """Return a prop's selects."""
    for spec in prop.info.capabilities.settings.values():
        if spec.type is ValueType.CHOICE:
            yield SettingSelect(workshop, prop, spec)


class SettingSelect(SettingEntity, SelectEntity):
    """Choose one setting of a prop."""

    def __init__(self, workshop: Workshop, prop: Prop, spec: ValueSpec) -> None:
        """Offer what the prop describes."""
        super().__init__(workshop, prop, spec)
        self._attr_options = list(spec.options)

    @override
    def take(self) -> None:
        self._attr_current_option = self.setting if isinstance(self.setting, str) else None

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose."""
        await self.keep(option)
