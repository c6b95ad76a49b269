"""The switch of a machine: nobody gets in while it is blocked."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.switch import SwitchEntity

from ...const import AUTOMATION
from ..news import Status
from .machine import MachineEntity

if TYPE_CHECKING:
    from ...makerspace import Makerspace


def machine_switches(makerspace: Makerspace, machine_id: int) -> Iterable[MachineEntity]:
    """Return a machine's switch."""
    yield BlockedSwitch(makerspace, machine_id, "blocked", translation_key="machine_blocked")


class BlockedSwitch(MachineEntity, SwitchEntity):
    """Keep members out of a machine; who is logged in stays so."""

    @override
    def take(self, status: Status) -> object:
        self._attr_is_on = self.makerspace.desk.facts.machines[self.machine_id].blocked
        return self._attr_is_on

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Block the machine."""
        await self._block(blocked=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Let members in again."""
        await self._block(blocked=False)

    async def _block(self, *, blocked: bool) -> None:
        machine = self.makerspace.desk.facts.machines[self.machine_id]
        if machine.blocked is not blocked:
            by = (self._context.user_id if self._context else None) or AUTOMATION
            await self.makerspace.save(replace(machine, blocked=blocked), by=by)
