"""The addresses where an administrator's browser fetches files of a Forge."""

from typing import Final

from aiohttp import web
from homeassistant.components.http import KEY_HASS, KEY_HASS_USER, HomeAssistantView

from ...const import DOMAIN
from ...forge.errors import ForgeError, Refused
from .allowed import may_fetch
from .command import forge_of

_PART: Final = 64 * 1024
#: As it is: a length that is told must be that of what is sent.
_UNPACKED: Final = {"Accept-Encoding": "identity"}


class ForgeFileView(HomeAssistantView):
    """Send what a job of a Forge keeps."""

    url = f"/api/{DOMAIN}/forge/{{entry_id}}/jobs/{{job_id}}/files/{{name}}"
    name = f"api:{DOMAIN}:forge:file"

    async def get(
        self, request: web.Request, entry_id: str, job_id: str, name: str
    ) -> web.StreamResponse:
        """Send it to administrators; to others there is nothing here."""
        return await _passed_on(request, entry_id, f"jobs/{job_id}/files/{name}", name)


class ForgeOverlayView(HomeAssistantView):
    """Send what a version of a profile lays over its image."""

    url = f"/api/{DOMAIN}/forge/{{entry_id}}/profiles/{{profile_id}}/overlay/archive"
    name = f"api:{DOMAIN}:forge:overlay"

    async def get(self, request: web.Request, entry_id: str, profile_id: str) -> web.StreamResponse:
        """Send it to administrators; to others there is nothing here."""
        version = request.query.get("version", "")
        path = f"profiles/{profile_id}/overlay/archive?version={version}"
        return await _passed_on(request, entry_id, path, f"{profile_id}.tar")


async def _passed_on(
    request: web.Request, entry_id: str, path: str, name: str
) -> web.StreamResponse:
    """Send a file of a Forge at the browser's pace; none of it is kept here."""
    entry = forge_of(request.app[KEY_HASS], entry_id)
    if entry is None or not request[KEY_HASS_USER].is_admin or not may_fetch(path):
        raise web.HTTPNotFound
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
    )
    try:
        async with entry.runtime_data.client.fetch(path, _UNPACKED) as source:
            response.content_length = source.content_length
            await response.prepare(request)
            async for part in source.content.iter_chunked(_PART):
                await response.write(part)
    except Refused as error:
        gone = error.code.startswith("not_found.")
        raise (web.HTTPNotFound if gone else web.HTTPBadGateway) from error
    except ForgeError as error:
        if not response.prepared:
            raise web.HTTPBadGateway from error
        # What is there of it must not pass for all of it.
        if request.transport is not None:
            request.transport.abort()
    else:
        await response.write_eof()
    return response
