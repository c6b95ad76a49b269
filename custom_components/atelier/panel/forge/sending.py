"""The address where an administrator's browser sends what is to be laid over an image."""

from http import HTTPStatus
import re
from typing import Final

from aiohttp import web
from homeassistant.components.http import KEY_HASS, KEY_HASS_USER, HomeAssistantView

from ...const import DOMAIN
from ...forge.errors import Away, ForgeError, NoForge, TokenRefused
from .allowed import may_send
from .command import forge_of, told_of

_NAME: Final = re.compile(r"[a-z_]{1,40}")


class ForgeUploadView(HomeAssistantView):
    """Pass a file on to a Forge as it comes; how large it may be is decided there."""

    url = f"/api/{DOMAIN}/forge/{{entry_id}}/{{path:profiles/.+}}"
    name = f"api:{DOMAIN}:forge:upload"

    async def put(self, request: web.Request, entry_id: str, path: str) -> web.Response:
        """Send it on for administrators; for others there is nothing here."""
        entry = forge_of(request.app[KEY_HASS], entry_id)
        named = all(map(_NAME.fullmatch, request.query))
        if entry is None or not request[KEY_HASS_USER].is_admin or not (may_send(path) and named):
            raise web.HTTPNotFound
        try:
            client = entry.runtime_data.client.asked_by(request[KEY_HASS_USER].name)
            answer = await client.send(
                "PUT", path, query=dict(request.query), content=request.content
            )
        except ForgeError as error:
            away = isinstance(error, Away | NoForge | TokenRefused)
            status = HTTPStatus.BAD_GATEWAY if away else HTTPStatus.UNPROCESSABLE_ENTITY
            return self.json({"error": told_of(error)}, status)
        return self.json(answer)
