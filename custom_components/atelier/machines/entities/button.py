"""The button of a machine: whoever is logged in is logged out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, override

from homeassistant.components.button import ButtonEntity

from ..news import Status
from .machine import MachineEntity

if TYPE_CHECKING:
    from ...makerspace import Makerspace


def machine_buttons(makerspace: Makerspace, machine_id: int) -> Iterable[MachineEntity]:
    """Return a machine's button."""
    yield LogOutButton(makerspace, machine_id, "log_out", translation_key="machine_log_out")


class LogOutButton(MachineEntity, ButtonEntity):
    """Ask a machine's board to log out; it is there while its board is."""

    @override
    def take(self, status: Status) -> object:
        self._attr_available = status.online
        return self._attr_available

    @override
    async def async_press(self) -> None:
        """Ask, and wait until nobody is logged in."""
        await self.makerspace.stop(self.machine_id)
