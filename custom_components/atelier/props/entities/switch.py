"""Switches of a prop: whether it may act, and its yes-or-no settings."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE

from ...entity import PropEntity, category, naming
from ...errors import translated_errors
from ...wire.info import Role
from ...wire.values import ValueSpec, ValueType

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop


def switches(workshop: Workshop, prop: Prop) -> Iterable[PropEntity]:
    """Return a prop's switches."""
    capabilities = prop.info.capabilities
    if capabilities.action_with(Role.ARM) and capabilities.action_with(Role.DISARM):
        yield ArmedSwitch(workshop, prop)
    for spec in capabilities.settings.values():
        if spec.type is ValueType.BOOL:
            yield SettingSwitch(workshop, prop, spec)


class ArmedSwitch(PropEntity, SwitchEntity):
    """Let a prop act, or stop it and keep it still. The prop's main entity."""

    _attr_name = None

    def __init__(self, workshop: Workshop, prop: Prop) -> None:
        """Be off in the states in which the prop refuses to act."""
        self._states = prop.info.capabilities.states
        super().__init__(
            workshop, prop, "armed", translation_key="armed", subject=tuple(self._states.values())
        )

    @override
    def take(self) -> None:
        state = self._states.get(self.prop.state or "")
        self._attr_is_on = None if state is None else state.armed

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        return [self.prop.on_state.listen(self.changed)]

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let the prop act."""
        with translated_errors(self.hass):
            await self.prop.act(Role.ARM)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Stop the prop and keep it still."""
        with translated_errors(self.hass):
            await self.prop.act(Role.DISARM)


class SettingSwitch(PropEntity, SwitchEntity):
    """Change one yes-or-no setting of a prop."""

    def __init__(self, workshop: Workshop, prop: Prop, spec: ValueSpec) -> None:
        """Stand among the configuration unless the prop says otherwise."""
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

    @override
    def take(self) -> None:
        value = self.prop.settings.current.get(self._key)
        self._attr_is_on = value if isinstance(value, bool) else None

    @override
    def watch(self) -> list[CALLBACK_TYPE]:
        return [self.prop.settings.watch((self._key,), self.changed)]

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch the setting on."""
        with translated_errors(self.hass):
            await self.prop.set(self._key, value=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch the setting off."""
        with translated_errors(self.hass):
            await self.prop.set(self._key, value=False)
