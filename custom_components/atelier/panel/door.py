"""Open the panel for a workshop with machines, or a Forge, and close it again."""

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..data import AtelierConfigEntry
from ..forge.coordinator import ForgeConfigEntry
from .pages import hide_pages, show_pages
from .room import ROOMS, open_room


async def open_panel(hass: HomeAssistant, entry: AtelierConfigEntry) -> CALLBACK_TYPE:
    """Let people see a workshop in the panel, where it has machines; return what ends that."""
    if (makerspace := entry.runtime_data.makerspace) is None:
        return lambda: None
    rooms = hass.data.setdefault(ROOMS, {})
    room = rooms[entry.entry_id] = open_room(hass, makerspace)
    await show_pages(hass, entry.entry_id, admin_only=False)

    @callback
    def close() -> None:
        room.close()
        if rooms.get(entry.entry_id) is room:
            del rooms[entry.entry_id]
            hide_pages(hass, entry.entry_id)

    return close


async def open_forge_panel(hass: HomeAssistant, entry: ForgeConfigEntry) -> CALLBACK_TYPE:
    """Let administrators see a Forge in the panel; return what ends that."""
    await show_pages(hass, entry.entry_id, admin_only=True)

    @callback
    def close() -> None:
        hide_pages(hass, entry.entry_id)

    return close
