"""What happens at a machine; a member is a number, which only who runs the place can resolve."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.components.event import EventEntity
from homeassistant.core import callback

from ..news import Happening, Kind, Status
from .machine import MachineEntity

if TYPE_CHECKING:
    from ...makerspace import Makerspace

#: What happens at a machine; unknown boards have none.
TYPES: Final = tuple(kind for kind in Kind if kind is not Kind.UNKNOWN_BOARD)


def machine_events(makerspace: Makerspace, machine_id: int) -> Iterable[MachineEntity]:
    """Return a machine's event entity."""
    yield ActivityEvent(makerspace, machine_id, "activity", translation_key="machine_activity")


class ActivityEvent(MachineEntity, EventEntity):
    """Tell who was let in or not and why, and what began and ended."""

    # Who used what for how long is the ledger's to keep, and in time to forget. To the
    # recorder each would be attributes of its own, looked for and kept beside the state.
    _unrecorded_attributes = frozenset({"member", "duration"})

    def __init__(
        self, makerspace: Makerspace, machine_id: int, key: str, *, translation_key: str
    ) -> None:
        """Offer all that can happen."""
        super().__init__(makerspace, machine_id, key, translation_key=translation_key)
        self._attr_event_types = list(TYPES)

    @override
    def take(self, status: Status) -> object:
        return None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.makerspace.witness(self.machine_id, self._happened))

    @callback
    def _happened(self, happening: Happening) -> None:
        attributes: dict[str, Any] = {
            "member": happening.member_id,
            "reason": happening.denial or happening.ending,
            "duration": None if happening.duration_s is None else round(happening.duration_s),
        }
        known = {key: value for key, value in attributes.items() if value is not None}
        self._trigger_event(happening.kind, known)
        self.async_write_ha_state()
