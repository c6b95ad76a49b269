"""What the panel keeps for one workshop while it is loaded: its streams."""

from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..makerspace import Makerspace
from .live import Live


@dataclass(frozen=True, slots=True)
class Room:
    """Hold a workshop's streams."""

    live: Live

    def close(self) -> None:
        """End them."""
        self.live.close()


#: By config entry.
ROOMS: Final[HassKey[dict[str, Room]]] = HassKey(f"{DOMAIN}_panel")


def open_room(hass: HomeAssistant, makerspace: Makerspace) -> Room:
    """Return the room of a workshop that begins."""
    return Room(live=Live(hass, makerspace))
