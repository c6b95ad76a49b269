"""What every entity of a machine has in common."""

from typing import TYPE_CHECKING, override

from homeassistant.core import callback
from homeassistant.helpers.entity import Entity

from ..news import Status

if TYPE_CHECKING:
    from ...makerspace import Makerspace


class MachineEntity(Entity):
    """Show one thing of a machine, whenever its status may be another."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self,
        makerspace: Makerspace,
        machine_id: int,
        key: str,
        *,
        translation_key: str | None = None,
    ) -> None:
        """Stand for `key` of a machine."""
        self.makerspace = makerspace
        self.machine_id = machine_id
        self.device_entry = makerspace.devices[machine_id]
        self._attr_unique_id = f"{makerspace.device_key(machine_id)}/{key}"
        self._attr_translation_key = translation_key
        self._shown: object = None

    def take(self, status: Status) -> object:
        """Take over how the machine is; return what tells it from how it was."""
        raise NotImplementedError

    @override
    async def async_added_to_hass(self) -> None:
        """Show how the machine is, now and from now on."""
        self.async_on_remove(self.makerspace.watch(self.machine_id, self.changed))
        if self.machine_id in self.makerspace.devices:
            self._shown = self.take(self.makerspace.status(self.machine_id))

    @callback
    def changed(self, status: Status) -> None:
        """Write a state where there is another to show."""
        shown = self.take(status)
        if shown != self._shown:
            self._shown = shown
            self.async_write_ha_state()
