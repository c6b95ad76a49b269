"""The panel's pages: built files that browsers load, and their entry in the side bar."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
import logging
from pathlib import Path
from typing import Final

from homeassistant.components.frontend import async_remove_panel
from homeassistant.components.http import StaticPathConfig
from homeassistant.components.panel_custom import async_register_panel
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

_LOGGER = logging.getLogger(__name__)

#: Made from /frontend by script/setup; releases hold it.
BUILT: Final = Path(__file__).parent.parent / "frontend"
_ENTRY: Final = "entrypoint.js"
_ELEMENT: Final = "atelier-panel"
#: Whoever looks at a panel that goes is led elsewhere: it outlasts a reload of its workshop.
LINGERS_S: Final = 30.0


@dataclass(slots=True)
class _Shown:
    """Remember what is in the side bar."""

    #: For which entries, and whether each is for administrators only.
    entries: dict[str, bool] = field(default_factory=dict)
    #: Where its pages come from, and whether it is for administrators only.
    now: tuple[str, bool] | None = None
    #: Addresses that are served: Home Assistant cannot take one back.
    served: set[str] = field(default_factory=set)
    #: What ends the wait before it is shown to fewer.
    wait: CALLBACK_TYPE | None = None


_SHOWN: Final[HassKey[_Shown]] = HassKey(f"{DOMAIN}_pages")


async def show_pages(hass: HomeAssistant, entry_id: str, *, admin_only: bool) -> None:
    """Show the panel in the side bar for an entry, unless it is shown or was never built.

    Members of a workshop see pages of their own, so with one it is there for everybody: what
    each may know and do is decided by the commands. A Forge is for administrators.
    """
    shown = hass.data.setdefault(_SHOWN, _Shown())
    fingerprint = await hass.async_add_executor_job(_fingerprint)
    if fingerprint is None:
        _LOGGER.warning(
            "The panel is not in the side bar: its pages were not built (%s is not there)."
            " Run script/setup in a copy of the repository, or install a release",
            BUILT / _ENTRY,
        )
        return
    shown.entries[entry_id] = admin_only
    address = f"/{DOMAIN}_static/{fingerprint}"
    if address not in shown.served:
        shown.served.add(address)
        await hass.http.async_register_static_paths([StaticPathConfig(address, str(BUILT))])
    if shown.now is None or shown.now[0] != address or (shown.now[1] and not admin_only):
        await _show(hass, address, admin_only=all(shown.entries.values()))


@callback
def hide_pages(hass: HomeAssistant, entry_id: str) -> None:
    """Take the panel from those who see it by an entry, unless it is back in a moment."""
    shown = hass.data.setdefault(_SHOWN, _Shown())
    shown.entries.pop(entry_id, None)
    if shown.wait is not None:
        shown.wait()

    async def narrow(_now: datetime) -> None:
        shown.wait = None
        if shown.now is None:
            return
        address, admin_only = shown.now
        if not shown.entries:
            _take_away(hass)
        elif not admin_only and all(shown.entries.values()):
            await _show(hass, address, admin_only=True)

    shown.wait = async_call_later(hass, LINGERS_S, HassJob(narrow, cancel_on_shutdown=True))


async def _show(hass: HomeAssistant, address: str, *, admin_only: bool) -> None:
    """Put it into the side bar in the place of what is there."""
    _take_away(hass)
    hass.data[_SHOWN].now = (address, admin_only)
    await async_register_panel(
        hass,
        frontend_url_path=DOMAIN,
        webcomponent_name=_ELEMENT,
        sidebar_title="Atelier",
        sidebar_icon="mdi:hammer-wrench",
        module_url=f"{address}/{_ENTRY}",
        require_admin=admin_only,
    )


@callback
def _take_away(hass: HomeAssistant) -> None:
    async_remove_panel(hass, DOMAIN, warn_if_unknown=False)
    hass.data[_SHOWN].now = None


def _fingerprint() -> str | None:
    """Return what changes with the pages: browsers keep a file for ever. Blocks."""
    if not (BUILT / _ENTRY).is_file():
        return None
    seen = sha256((BUILT / _ENTRY).read_bytes())
    for name in sorted(path.name for path in BUILT.iterdir()):
        seen.update(name.encode())
    return seen.hexdigest()[:16]
