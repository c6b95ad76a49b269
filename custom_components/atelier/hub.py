"""The workshop's own entities: all props at once."""

from typing import TYPE_CHECKING, Final, override

from homeassistant.components.button import ButtonEntity
from homeassistant.components.sensor import SensorEntity, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.event import async_call_later

from .props.prop import Prop
from .wire.info import Role

if TYPE_CHECKING:
    from .data import Workshop

#: A broker that comes back brings all props within moments: count them once.
_COUNT_DELAY_S: Final = 0.5


class WorkshopEntity(Entity):
    """Stand for something of the workshop as a whole."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, workshop: Workshop, key: str) -> None:
        """Belong to the workshop's device."""
        self.workshop = workshop
        self.device_entry = workshop.hub
        self._attr_translation_key = key
        self._attr_unique_id = f"{workshop.entry.entry_id}/{key}"


class RoleButton(WorkshopEntity, ButtonEntity):
    """Tell every prop the same."""

    def __init__(self, workshop: Workshop, key: str, *roles: Role) -> None:
        """Send the first of the roles that a prop has."""
        super().__init__(workshop, key)
        self._roles = roles

    @override
    async def async_press(self) -> None:
        """Tell all props that are there; the others cannot do anything anyway."""
        await self.workshop.tell_all(*self._roles)


class OnlineSensor(WorkshopEntity, SensorEntity):
    """Count the props that are there."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_state_class = SensorStateClass.MEASUREMENT

    _pending: CALLBACK_TYPE | None = None

    def __init__(self, workshop: Workshop) -> None:
        """Count from the start."""
        super().__init__(workshop, "online")
        self._attr_native_value = 0

    @override
    async def async_added_to_hass(self) -> None:
        """Count anew whenever a prop comes or goes."""
        self.async_on_remove(self.workshop.on_presence.listen(self._soon))
        self.async_on_remove(self._cancel)
        self._soon()

    @callback
    def _soon(self) -> None:
        if self._pending is None:
            self._pending = async_call_later(self.hass, _COUNT_DELAY_S, self._count)

    @callback
    def _count(self, _now: object) -> None:
        self._pending = None
        count = sum(prop.available for prop in self.workshop.roster.props.values())
        if count != self._attr_native_value:
            self._attr_native_value = count
            self.async_write_ha_state()

    @callback
    def _cancel(self) -> None:
        if self._pending is not None:
            self._pending()


def hub_buttons(workshop: Workshop) -> list[RoleButton]:
    """Return the buttons for all props at once."""
    return [
        RoleButton(workshop, "stop_all", *STOP_ROLES),
        RoleButton(workshop, "disarm_all", Role.DISARM),
        RoleButton(workshop, "arm_all", Role.ARM),
    ]


#: What stops a prop: its own way to stop, else being disarmed.
STOP_ROLES: Final = (Role.STOP, Role.DISARM)


def action_of(prop: Prop, roles: tuple[Role, ...]) -> Role | None:
    """Return the first of the roles for which a prop has an action."""
    return next((role for role in roles if prop.info.capabilities.action_with(role)), None)
