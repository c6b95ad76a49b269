"""Downloads by browsers, which know addresses only: one with a ticket, never with the token."""

import asyncio
from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, Field

from forge.api.jobs import FilePath, sent
from forge.api.overlays import send_archive
from forge.api.profiles import ProfilePath, VersionQuery
from forge.api.routes import Asked, Call, Routes
from forge.api.tickets import GOOD_FOR_S, JobFile, OverlayArchive, Tickets, Wanted
from forge.errors import Invalid, NotFound, Precondition

ROUTES: Final = Routes("downloads")
TICKETS: Final = web.AppKey("tickets", Tickets)


class DownloadBody(FilePath):
    """Which file."""


class OverlayBody(VersionQuery):
    """Which version's."""


class TicketPath(Asked):
    """The address of a download."""

    ticket: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class Download(BaseModel):
    """Where a file can be downloaded once."""

    ticket: str = Field(description="`GET /api/v1/downloads/{ticket}`, which needs no token")
    expires_in_s: int


@ROUTES.route("POST", "/downloads", status=201, errors=(NotFound,))
async def create_download(call: Call, body: DownloadBody) -> Download:
    """Have an address at which a file that a job keeps can be downloaded once, and soon."""
    call.forge.files.find(body.job_id, body.name)
    return _ticket(call, JobFile(body.job_id, body.name))


@ROUTES.route("POST", "/profiles/{profile_id}/overlay/download", status=201)
async def create_overlay_download(call: Call, path: ProfilePath, body: OverlayBody) -> Download:
    """Have an address for all that a profile lays over its image, as a tar file."""
    kept = await asyncio.to_thread(call.forge.profiles.show, path.profile_id, body.version)
    return _ticket(call, OverlayArchive(path.profile_id, kept.version))


@ROUTES.route(
    "GET",
    "/downloads/{ticket}",
    public=True,
    media="application/octet-stream",
    errors=(NotFound, Invalid, Precondition),
)
async def use_download(call: Call, path: TicketPath) -> web.StreamResponse:
    """Download the file that a ticket is for."""
    match call.request.app[TICKETS].take(path.ticket):
        case JobFile(job_id, name):
            return sent(call.forge.files.find(job_id, name))
        case OverlayArchive(profile_id, version):
            return await send_archive(call, profile_id, version)


def _ticket(call: Call, wanted: Wanted) -> Download:
    return Download(ticket=call.request.app[TICKETS].give(wanted), expires_in_s=GOOD_FOR_S)
