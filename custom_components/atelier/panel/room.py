"""What the panel keeps for one workshop while it is loaded: its streams and downloads."""

from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..data import AtelierConfigEntry
from ..makerspace import Makerspace
from .downloads import Downloads
from .learning import Learning
from .live import Live


@dataclass(frozen=True, slots=True)
class Room:
    """Hold a workshop's streams and downloads."""

    live: Live
    learning: Learning
    downloads: Downloads

    def close(self) -> None:
        """End them."""
        self.live.close()
        self.learning.close()
        self.downloads.close()


#: By config entry.
ROOMS: Final[HassKey[dict[str, Room]]] = HassKey(f"{DOMAIN}_panel")


def open_room(hass: HomeAssistant, makerspace: Makerspace) -> Room:
    """Return the room of a workshop that begins."""
    return Room(
        live=Live(hass, makerspace),
        learning=Learning(hass, makerspace),
        downloads=Downloads(hass),
    )


def room_of(hass: HomeAssistant, entry: AtelierConfigEntry) -> Room:
    """Return the room of a workshop that is loaded."""
    return hass.data[ROOMS][entry.entry_id]
