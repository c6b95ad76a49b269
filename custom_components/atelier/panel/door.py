"""Open the panel for a workshop with machines, and close it again."""

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..data import AtelierConfigEntry
from .pages import hide_pages, show_pages
from .room import ROOMS, open_room


async def open_panel(hass: HomeAssistant, entry: AtelierConfigEntry) -> CALLBACK_TYPE:
    """Let people see a workshop in the panel, where it has machines; return what ends that."""
    if (makerspace := entry.runtime_data.makerspace) is None:
        return lambda: None
    rooms = hass.data.setdefault(ROOMS, {})
    room = rooms[entry.entry_id] = open_room(hass, makerspace)
    await show_pages(hass)

    @callback
    def close() -> None:
        room.close()
        if rooms.get(entry.entry_id) is room:
            del rooms[entry.entry_id]
        if not rooms:
            hide_pages(hass)

    return close
