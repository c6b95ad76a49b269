"""Downloads by browsers, which know addresses only: one with a ticket, never with the token."""

from typing import Annotated, Final

from aiohttp import web
from pydantic import BaseModel, Field

from forge.api.jobs import FilePath, sent
from forge.api.routes import Asked, Call, Routes
from forge.api.tickets import GOOD_FOR_S, Tickets
from forge.errors import NotFound

ROUTES: Final = Routes("downloads")
TICKETS: Final = web.AppKey("tickets", Tickets)


class DownloadBody(FilePath):
    """Which file."""


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
    ticket = call.request.app[TICKETS].give(body.job_id, body.name)
    return Download(ticket=ticket, expires_in_s=GOOD_FOR_S)


@ROUTES.route(
    "GET", "/downloads/{ticket}", public=True, media="application/octet-stream", errors=(NotFound,)
)
async def use_download(call: Call, path: TicketPath) -> web.StreamResponse:
    """Download the file that a ticket is for."""
    held = call.request.app[TICKETS].take(path.ticket)
    return sent(call.forge.files.find(held.job_id, held.name))
