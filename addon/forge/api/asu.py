"""ASU's addresses: what its clients ask of OpenWrt's own build server."""

from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import BaseModel, Field, JsonValue

from forge.api.clients import address
from forge.api.routes import ASU, PREFIX, Asked, Call, Other, Routes
from forge.errors import Busy, Invalid, Precondition, Unsupported, Upstream, UpstreamTimeout
from forge.jobs.files import checked
from forge.openwrt.asu.answers import Answer
from forge.openwrt.asu.catalog import Branch, Index, Latest, Overview
from forge.openwrt.asu.changes import SNAPSHOT
from forge.openwrt.asu.requests import BuildRequest
from forge.openwrt.asu.stats import Curves, Queue, Summary, TopPackages
from forge.openwrt.place import Place
from forge.openwrt.profiles.schema import Release, Target
from forge.shapes import Shape
from forge.tokens import token

ROUTES: Final = Routes(ASU)
JSON: Final = Routes(ASU, prefix="/json/v1")
STORE: Final = Routes(ASU, prefix="")
#: What tells people of it, in the Forge's own words.
OWN: Final = Routes("clients")
_STATUSES: Final = (200, 500)
_ASKS: Final = (Precondition, Upstream, UpstreamTimeout)
_BoardName = Annotated[str, Field(max_length=255), Shape(r"[\w.,-]+", "a board")]
_Architecture = Annotated[
    str, Field(max_length=100), Shape(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", "an architecture")
]


class HashPath(Asked):
    """A request's address."""

    request_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class StorePath(Asked):
    """The address of an image."""

    bin_dir: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}$")]


class ReleasePath(Asked):
    """A release's address."""

    release: Release


class TargetPath(Asked, Place):
    """A target's address."""


class BoardPath(TargetPath):
    """A board's address."""

    board: _BoardName


class FeedsPath(ReleasePath):
    """The address of what an architecture's targets share."""

    architecture: _Architecture


class DevelopmentTargetPath(Asked):
    """A target's address, in development."""

    target: Target
    subtarget: Target


class DevelopmentBoardPath(DevelopmentTargetPath):
    """A board's address, in development."""

    board: _BoardName


class DevelopmentFeedsPath(Asked):
    """The address of what an architecture's targets share, in development."""

    architecture: _Architecture


class BranchQuery(Asked):
    """Which branch."""

    branch: Annotated[str, Shape(r"[0-9]{1,3}\.[0-9]{2}|SNAPSHOT", "a branch")] | None = None


class TopQuery(BranchQuery):
    """Of what, and how many."""

    n: int = Field(20, ge=1, le=100)


class ErrorsQuery(Asked):
    """How many."""

    n_entries: int = Field(100, ge=1, le=500)


class Revision(BaseModel):
    """A target's revision."""

    revision: str


class ClientAddress(BaseModel):
    """Where OpenWrt's own clients ask this Forge."""

    path: str = Field(description="below the Forge's address; it holds a key, keep it to yourself")


@OWN.route("GET", "/asu-address")
def show_client_address(call: Call) -> ClientAddress:
    """Tell the address that owut, auc and the firmware selector are given."""
    return ClientAddress(path=address(token(call.forge.settings)))


@ROUTES.route(
    "POST", "/build", status=202, also=_STATUSES, errors=(Invalid, Unsupported, Busy, *_ASKS)
)
def ask_for_build(call: Call, body: BuildRequest) -> Other[Answer]:
    """Build an image, as ASU's clients ask for it."""
    return _other(call.forge.asu.ask(body, by=call.by, key=call.idempotency_key))


@ROUTES.route("GET", "/build/{request_hash}", status=202, also=_STATUSES, head=True)
def show_request(call: Call, path: HashPath) -> Other[Answer]:
    """Tell how far a request of ASU's kind is."""
    return _other(call.forge.asu.show(path.request_hash))


@ROUTES.route("GET", "/revision/{release}/{target}/{subtarget}", errors=_ASKS)
def show_revision(call: Call, path: TargetPath) -> Revision:
    """Tell the revision that a target is at."""
    return Revision(revision=call.forge.asu.revision(Place(**path.model_dump())))


@ROUTES.route("GET", "/overview", status=301, media="text/plain")
async def old_overview(call: Call) -> web.StreamResponse:
    """Tell where the overview is now."""
    return _moved(call, "/overview")


@ROUTES.route("GET", "/latest", status=301, media="text/plain")
async def old_latest(call: Call) -> web.StreamResponse:
    """Tell where the newest releases are told of now."""
    return _moved(call, "/latest")


@ROUTES.route("GET", "/stats")
def show_queue(call: Call) -> Queue:
    """Tell how many builds wait."""
    return call.forge.stats.queue()


@ROUTES.route("GET", "/stats/summary")
def show_stats(call: Call) -> Summary:
    """Tell of the builds of the last day."""
    return call.forge.stats.summary()


@ROUTES.route("GET", "/builds-per-day")
def count_builds_per_day(call: Call) -> Curves:
    """Count the builds of thirty days: asked for, found built before, failed."""
    return call.forge.stats.per_day()


@ROUTES.route("GET", "/builds-by-version")
def count_builds_by_version(call: Call, query: BranchQuery) -> Curves:
    """Count finished builds by week, for branches or the releases of one."""
    return call.forge.stats.by_version(query.branch)


@ROUTES.route("GET", "/top-packages")
def count_packages(call: Call, query: TopQuery) -> TopPackages:
    """Count the packages that images of thirty days were to hold."""
    return call.forge.stats.top_packages(query.branch, query.n)


@ROUTES.route("GET", "/build-errors", media="text/plain")
def list_build_errors(call: Call, query: ErrorsQuery) -> web.StreamResponse:
    """List the newest failures, a line each."""
    return web.Response(text=call.forge.stats.errors(query.n_entries))


@JSON.route("GET", "/latest.json", head=True, errors=_ASKS)
def show_latest(call: Call) -> Latest:
    """Tell the releases that are up to date."""
    return call.forge.catalog.latest()


@JSON.route("GET", "/branches.json", head=True, errors=_ASKS)
def show_branches(call: Call) -> list[Branch]:
    """Tell the branches, with their releases and targets."""
    return call.forge.catalog.branches()


@JSON.route("GET", "/overview.json", head=True, errors=_ASKS)
def show_overview(call: Call) -> Overview:
    """Tell all that a client begins with."""
    return call.forge.catalog.overview()


@JSON.route("GET", "/releases/{release}/.targets.json", head=True, errors=_ASKS)
def show_release_targets(call: Call, path: ReleasePath) -> dict[str, str]:
    """Tell the architecture of every target of a release."""
    return call.forge.catalog.targets(path.release)


@JSON.route(
    "GET", "/releases/{release}/packages/{architecture}-index.json", head=True, errors=_ASKS
)
def show_release_feeds(call: Call, path: FeedsPath) -> dict[str, str]:
    """Tell the packages that all targets of an architecture share."""
    return call.forge.catalog.shared_index(path.release, path.architecture)


@JSON.route(
    "GET", "/releases/{release}/targets/{target}/{subtarget}/index.json", head=True, errors=_ASKS
)
def show_release_index(call: Call, path: TargetPath) -> Index:
    """Tell the packages of a target's own feeds."""
    return call.forge.catalog.index(Place(**path.model_dump()))


@JSON.route(
    "GET", "/releases/{release}/targets/{target}/{subtarget}/profiles.json", head=True, errors=_ASKS
)
def show_release_profiles(call: Call, path: TargetPath) -> dict[str, JsonValue]:
    """Tell a target as it was published."""
    return call.forge.catalog.profiles(Place(**path.model_dump()))


@JSON.route(
    "GET", "/releases/{release}/targets/{target}/{subtarget}/{board}.json", head=True, errors=_ASKS
)
def show_release_board(call: Call, path: BoardPath) -> dict[str, JsonValue]:
    """Tell a board as it was published."""
    place = Place(**path.model_dump(exclude={"board"}))
    return call.forge.catalog.board(place, path.board)


@JSON.route("GET", "/snapshots/.targets.json", head=True, errors=_ASKS)
def show_development_targets(call: Call) -> dict[str, str]:
    """Tell the architecture of every target that is developed."""
    return call.forge.catalog.targets(SNAPSHOT)


@JSON.route("GET", "/snapshots/packages/{architecture}-index.json", head=True, errors=_ASKS)
def show_development_feeds(call: Call, path: DevelopmentFeedsPath) -> dict[str, str]:
    """Tell the packages that all targets of an architecture share, in development."""
    return call.forge.catalog.shared_index(SNAPSHOT, path.architecture)


@JSON.route("GET", "/snapshots/targets/{target}/{subtarget}/index.json", head=True, errors=_ASKS)
def show_development_index(call: Call, path: DevelopmentTargetPath) -> Index:
    """Tell the packages of a target's own feeds, in development."""
    return call.forge.catalog.index(Place(release=SNAPSHOT, **path.model_dump()))


@JSON.route("GET", "/snapshots/targets/{target}/{subtarget}/profiles.json", head=True, errors=_ASKS)
def show_development_profiles(call: Call, path: DevelopmentTargetPath) -> dict[str, JsonValue]:
    """Tell a target as it was published, in development."""
    return call.forge.catalog.profiles(Place(release=SNAPSHOT, **path.model_dump()))


@JSON.route("GET", "/snapshots/targets/{target}/{subtarget}/{board}.json", head=True, errors=_ASKS)
def show_development_board(call: Call, path: DevelopmentBoardPath) -> dict[str, JsonValue]:
    """Tell a board as it was published, in development."""
    place = Place(release=SNAPSHOT, target=path.target, subtarget=path.subtarget)
    return call.forge.catalog.board(place, path.board)


@STORE.route("GET", "/store/{bin_dir}/{name}", head=True, media="application/octet-stream")
async def download_image(call: Call, path: StorePath) -> web.StreamResponse:
    """Download an image that ASU's client was told of."""
    found = call.forge.files.find(path.bin_dir, checked(path.name))
    headers: dict[str, Any] = {
        "Content-Type": "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
    }
    return web.FileResponse(found, headers=headers)


def _moved(call: Call, name: str) -> web.Response:
    """Send on to what replaced an address, at the same Forge and with the same key."""
    before, _, _ = call.request.path.rpartition(f"{PREFIX}{name}")
    where = f"{before}/json/v1{name}.json"
    return web.Response(status=301, text=f"{where}\n", headers={"Location": where})


def _other(answer: Answer) -> Other[Answer]:
    headers = {"X-Queue-Position": str(answer.queue_position or 0)}
    if answer.imagebuilder_status is not None:
        headers["X-Imagebuilder-Status"] = answer.imagebuilder_status
    return Other(answer, answer.status, headers)
