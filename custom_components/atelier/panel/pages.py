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

    #: Where its pages come from.
    address: str | None = None
    #: Addresses that are served: Home Assistant cannot take one back.
    served: set[str] = field(default_factory=set)
    #: What keeps it from being taken away.
    keep: CALLBACK_TYPE | None = None


_SHOWN: Final[HassKey[_Shown]] = HassKey(f"{DOMAIN}_pages")


async def show_pages(hass: HomeAssistant) -> None:
    """Show the panel in the side bar, unless it is shown or was never built.

    Members see pages of their own, so it is there for everybody: what each may know and do
    is decided by the commands.
    """
    shown = hass.data.setdefault(_SHOWN, _Shown())
    if shown.keep is not None:
        shown.keep()
        shown.keep = None
    fingerprint = await hass.async_add_executor_job(_fingerprint)
    if fingerprint is None:
        _LOGGER.warning(
            "The panel is not in the side bar: its pages were not built (%s is not there)."
            " Run script/setup in a copy of the repository, or install a release",
            BUILT / _ENTRY,
        )
        return
    address = f"/{DOMAIN}_static/{fingerprint}"
    if shown.address == address:
        return
    _take_away(hass)
    shown.address = address
    if address not in shown.served:
        shown.served.add(address)
        await hass.http.async_register_static_paths([StaticPathConfig(address, str(BUILT))])
    await async_register_panel(
        hass,
        frontend_url_path=DOMAIN,
        webcomponent_name=_ELEMENT,
        sidebar_title="Atelier",
        sidebar_icon="mdi:hammer-wrench",
        module_url=f"{address}/{_ENTRY}",
    )


@callback
def hide_pages(hass: HomeAssistant) -> None:
    """Take the panel out of the side bar, unless a workshop is back in a moment."""
    shown = hass.data[_SHOWN]

    @callback
    def take_away(_now: datetime) -> None:
        shown.keep = None
        _take_away(hass)

    shown.keep = async_call_later(hass, LINGERS_S, HassJob(take_away, cancel_on_shutdown=True))


@callback
def _take_away(hass: HomeAssistant) -> None:
    async_remove_panel(hass, DOMAIN, warn_if_unknown=False)
    hass.data[_SHOWN].address = None


def _fingerprint() -> str | None:
    """Return what changes with the pages: browsers keep a file for ever. Blocks."""
    if not (BUILT / _ENTRY).is_file():
        return None
    seen = sha256((BUILT / _ENTRY).read_bytes())
    for name in sorted(path.name for path in BUILT.iterdir()):
        seen.update(name.encode())
    return seen.hexdigest()[:16]
