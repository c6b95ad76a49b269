"""What all entities have in common that change a prop's setting."""

from collections.abc import Collection
from typing import TYPE_CHECKING, override

from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE

from ...entity import PropEntity, category, naming
from ...errors import translated_errors
from ...wire.values import Value, ValueSpec

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop


class SettingEntity(PropEntity):
    """Show a setting that the prop keeps, and change it there."""

    def __init__(
        self, workshop: Workshop, prop: Prop, spec: ValueSpec, translated: Collection[str] = ()
    ) -> None:
        """Stand among the configuration unless the prop says otherwise."""
        super().__init__(
            workshop,
            prop,
            f"setting/{spec.key}",
            subject=spec,
            **naming(spec.key, spec.names, translated),
        )
        self.spec = spec
        self._attr_entity_category = category(spec.category) or EntityCategory.CONFIG
        self._attr_icon = spec.icon

    @property
    def setting(self) -> Value:
        """Return what the prop last said it keeps."""
        return self.prop.settings.current.get(self.spec.key)

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        return [self.prop.settings.watch((self.spec.key,), self.changed)]

    async def keep(self, value: Value) -> None:
        """Send a value and wait until the prop keeps it."""
        with translated_errors(self.hass):
            await self.prop.set(self.spec.key, value)
