"""Switches of a prop: whether it may act, and its yes-or-no settings."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.core import CALLBACK_TYPE

from ...entity import PropEntity
from ...errors import translated_errors
from ...wire.info import Role
from ...wire.values import ValueType
from .setting import SettingEntity

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


class SettingSwitch(SettingEntity, SwitchEntity):
    """Change one yes-or-no setting of a prop."""

    @override
    def take(self) -> None:
        self._attr_is_on = self.setting if isinstance(self.setting, bool) else None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch the setting on."""
        await self.keep(True)  # noqa: FBT003 - the setting's own value

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch the setting off."""
        await self.keep(False)  # noqa: FBT003 - the setting's own value
