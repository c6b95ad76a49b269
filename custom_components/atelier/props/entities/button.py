"""Buttons of a prop: what it can be told without further words."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, override

from homeassistant.components.button import ButtonDeviceClass, ButtonEntity
from homeassistant.const import EntityCategory

from ...entity import PropEntity, category, naming
from ...errors import translated_errors
from ...wire.info import ActionSpec, Role

if TYPE_CHECKING:
    from ...data import Workshop
    from ..prop import Prop

#: Ids whose names stand in the translations.
NAMED: Final = frozenset(
    {
        "disco",
        "fade",
        "play",
        "reset",
        "stop",
        "stop_action",
        "trigger",
        "volume_down",
        "volume_up",
    }
)

_CLASSES: Final = {
    Role.RESTART: (ButtonDeviceClass.RESTART, EntityCategory.CONFIG),
    Role.IDENTIFY: (ButtonDeviceClass.IDENTIFY, EntityCategory.DIAGNOSTIC),
}


def buttons(workshop: Workshop, prop: Prop) -> Iterable[PropEntity]:
    """Return a prop's buttons."""
    for action in prop.info.capabilities.actions.values():
        if action.button:
            yield ActionButton(workshop, prop, action)


class ActionButton(PropEntity, ButtonEntity):
    """Tell a prop to do one of the things it can."""

    def __init__(self, workshop: Workshop, prop: Prop, action: ActionSpec) -> None:
        """Be the standard button where the action has a standard meaning."""
        device_class, usual_category = _CLASSES.get(action.role, (None, None))  # type: ignore[arg-type]  # None is no key
        super().__init__(
            workshop,
            prop,
            f"action/{action.key}",
            subject=action,
            **naming(action.key, action.names, NAMED, device_class),
        )
        self._action = action.key
        self._attr_icon = action.icon
        self._attr_device_class = device_class
        self._attr_entity_category = category(action.category) or usual_category

    @override
    async def async_press(self) -> None:
        """Send the action and wait for its answer."""
        with translated_errors(self.hass):
            await self.prop.command(self._action)
