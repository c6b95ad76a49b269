"""The command that makes a list a file, and the address where its browser fetches it, once."""

from functools import partial
from pathlib import Path
from typing import IO, Any, Final

from aiohttp import web
from homeassistant.components.http import KEY_HASS, KEY_HASS_USER, HomeAssistantView
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..machine_actions.exports import EXPORTED, FILTERS, export_to
from ..machine_actions.request import Request
from .command import Call, Command, who, workshops
from .downloads import ADDRESS
from .room import room_of

_NAME: Final = "atelier/export"
_PART: Final = 64 * 1024
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def _export(call: Call) -> dict[str, Any]:
    """Write a list to a file that waits for the user; return where, and what it is called."""
    list_, format_ = call.data["list"], call.data["format"]
    request = Request(
        hass=call.hass,
        entry=call.entry,
        makerspace=call.makerspace,
        by=call.asker.user_id,
        data={"list": list_} | call.data["filters"],
    )
    name = f"atelier-{list_}-{dt_util.now():%Y-%m-%d}.{format_}"

    async def write(path: Path) -> None:
        await export_to(request, str(path))

    downloads = room_of(call.hass, call.entry).downloads
    return {"path": await downloads.offer(name, call.asker.user_id, write), "name": name}


class DownloadView(HomeAssistantView):
    """Send a file to the browser that it waits for, and to no other."""

    url = f"{ADDRESS}/{{key}}"
    name = f"api:{DOMAIN}:download"

    async def get(self, request: web.Request, key: str) -> web.StreamResponse:
        """Send it once."""
        hass = request.app[KEY_HASS]
        found = _take(hass, request, key)
        if found is None:
            raise web.HTTPNotFound
        file, name = found
        try:
            response = web.StreamResponse(
                headers={
                    "Content-Type": _TYPES[name.rpartition(".")[2]],
                    "Content-Disposition": f'attachment; filename="{name}"',
                    "Cache-Control": "no-store",
                    "X-Content-Type-Options": "nosniff",
                }
            )
            await response.prepare(request)
            while part := await hass.async_add_executor_job(partial(file.read, _PART)):
                await response.write(part)
            await response.write_eof()
        finally:
            file.close()
        return response


def _take(hass: HomeAssistant, request: web.Request, key: str) -> tuple[IO[bytes], str] | None:
    """Return what waits under a key for who asks, if they may still have it."""
    user = request[KEY_HASS_USER]
    for entry, makerspace in workshops(hass):
        if who(makerspace, user).may(_NAME):
            found = room_of(hass, entry).downloads.take(key, user.id)
            if found is not None:
                return found
    return None


COMMANDS: Final = (
    Command(
        name=_NAME,
        act=_export,
        fields=EXPORTED | {vol.Optional("filters", default=dict): vol.Schema(FILTERS)},
    ),
)
