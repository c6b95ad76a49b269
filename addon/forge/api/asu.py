"""ASU's addresses: what its clients ask of OpenWrt's own build server."""

from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import BaseModel, Field

from forge.api.routes import Asked, Call, Other, Routes
from forge.errors import Invalid, Precondition, Upstream, UpstreamTimeout
from forge.jobs.files import checked
from forge.openwrt.asu import Answer, BuildRequest
from forge.openwrt.place import Place

ROUTES: Final = Routes("asu")
STORE: Final = Routes("asu", prefix="")
_STATUSES: Final = (200, 400, 500)
_ASKS: Final = (Precondition, Upstream, UpstreamTimeout)


class HashPath(Asked):
    """A request's address."""

    request_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class StorePath(Asked):
    """The address of an image."""

    bin_dir: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}$")]


class RevisionPath(Asked, Place):
    """A target's address."""


class Revision(BaseModel):
    """A target's revision."""

    revision: str


@ROUTES.route("POST", "/build", status=202, also=_STATUSES, errors=(Invalid, *_ASKS))
def ask_for_build(call: Call, body: BuildRequest) -> Other[Answer]:
    """Build an image, as ASU's clients ask for it."""
    return _other(call.forge.asu.ask(body, by=call.by, key=call.idempotency_key))


@ROUTES.route("GET", "/build/{request_hash}", status=202, also=_STATUSES)
def show_request(call: Call, path: HashPath) -> Other[Answer]:
    """Tell how far a request of ASU's kind is."""
    return _other(call.forge.asu.show(path.request_hash))


@ROUTES.route("GET", "/revision/{release}/{target}/{subtarget}", errors=_ASKS)
def show_revision(call: Call, path: RevisionPath) -> Revision:
    """Tell the revision that a target is at."""
    return Revision(revision=call.forge.asu.revision(Place(**path.model_dump())))


@STORE.route("GET", "/store/{bin_dir}/{name}", media="application/octet-stream")
async def download_image(call: Call, path: StorePath) -> web.StreamResponse:
    """Download an image that ASU's client was told of."""
    found = call.forge.files.find(path.bin_dir, checked(path.name))
    headers: dict[str, Any] = {
        "Content-Type": "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
    }
    return web.FileResponse(found, headers=headers)


def _other(answer: Answer) -> Other[Answer]:
    headers = {}
    if answer.imagebuilder_status is not None:
        headers["X-Imagebuilder-Status"] = answer.imagebuilder_status
    if answer.queue_position is not None:
        headers["X-Queue-Position"] = str(answer.queue_position)
    return Other(answer, answer.status, headers)
