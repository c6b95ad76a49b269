"""What OpenWrt's server offers, over HTTP."""

from typing import Annotated, Final

from pydantic import BaseModel, Field

from forge.api.routes import Asked, Call, Routes
from forge.errors import Precondition, Upstream, UpstreamTimeout
from forge.openwrt.packages import PackageFacts
from forge.openwrt.place import Place
from forge.openwrt.profiles.schema import Package, Release
from forge.openwrt.releases import BoardFacts, ReleaseList, Target, TargetDetail
from forge.shapes import Shape

ROUTES: Final = Routes("releases")
_ASKS: Final = (Precondition, Upstream, UpstreamTimeout)


class ReleasePath(Asked):
    """A release's address."""

    release: Release


class PlacePath(Asked, Place):
    """A target's address."""


class SearchQuery(Asked):
    """What to look for."""

    search: Annotated[str, Field(max_length=100), Shape(r"[^\x00-\x1f\x7f]*", "printable text")] = (
        ""
    )
    limit: int = Field(200, ge=1, le=2000)


class PackageQuery(SearchQuery):
    """Which packages."""

    name: list[Package] = Field(
        [], max_length=200, description="these very ones, as far as there are any, and no search"
    )


class TargetList(BaseModel):
    """The targets of a release."""

    targets: list[Target]


class BoardList(BaseModel):
    """Boards, by their names."""

    boards: list[BoardFacts]
    total: int = Field(description="how many match")


class PackageList(BaseModel):
    """Packages: those whose names match best first."""

    packages: list[PackageFacts]
    total: int = Field(description="how many match")


@ROUTES.route("GET", "/releases", errors=_ASKS)
def list_releases(call: Call) -> ReleaseList:
    """List OpenWrt's releases."""
    return call.forge.releases.all()


@ROUTES.route("GET", "/releases/{release}/targets", errors=_ASKS)
def list_targets(call: Call, path: ReleasePath) -> TargetList:
    """List the targets of a release."""
    return TargetList(targets=call.forge.releases.targets(path.release))


@ROUTES.route("GET", "/releases/{release}/boards", errors=_ASKS)
def list_boards(call: Call, path: ReleasePath, query: SearchQuery) -> BoardList:
    """Look for boards of a release: each word must be in its name."""
    found = call.forge.releases.boards(path.release, query.search)
    return BoardList(boards=found[: query.limit], total=len(found))


@ROUTES.route("GET", "/releases/{release}/targets/{target}/{subtarget}", errors=_ASKS)
def show_target(call: Call, path: PlacePath) -> TargetDetail:
    """Show a target with its boards."""
    return call.forge.releases.target(Place(**path.model_dump()))


@ROUTES.route("GET", "/releases/{release}/targets/{target}/{subtarget}/packages", errors=_ASKS)
def list_packages(call: Call, path: PlacePath, query: PackageQuery) -> PackageList:
    """Look for packages that a target's images may hold: each word in the name or description."""
    place = Place(**path.model_dump())
    if query.name:
        named = call.forge.packages.named(place, query.name)
        return PackageList(packages=named, total=len(named))
    found, total = call.forge.packages.search(place, query.search, query.limit)
    return PackageList(packages=found, total=total)
