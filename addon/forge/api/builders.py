"""Image Builders over HTTP."""

from typing import Final

from pydantic import BaseModel, Field

from forge.api.routes import Asked, Call, Routes
from forge.errors import Conflict, Precondition
from forge.jobs.facts import Job
from forge.openwrt.builders.facts import Builder, Pruned
from forge.openwrt.builders.pruning import Prune
from forge.openwrt.builders.states import BuilderState
from forge.openwrt.place import Place

ROUTES: Final = Routes("builders")


class BuilderPath(Asked, Place):
    """An Image Builder's address."""


class BuilderQuery(Asked):
    """Which Image Builders."""

    state: BuilderState | None = None


class DeleteQuery(Asked):
    """Whether to delete what builds need."""

    force: bool = False


class EnsureBody(Asked, Place):
    """Which Image Builder to have."""

    force: bool = Field(default=False, description="fetch it anew, also where it is here")


class PruneBody(Asked, Prune):
    """What to prune."""


class BuilderList(BaseModel):
    """All Image Builders."""

    builders: list[Builder]
    size: int = Field(description="bytes that they take, unpacked")


@ROUTES.route("GET", "/builders")
def list_builders(call: Call, query: BuilderQuery) -> BuilderList:
    """List Image Builders."""
    builders = call.forge.builders.list(query.state)
    return BuilderList(builders=builders, size=sum(one.size or 0 for one in builders))


@ROUTES.route("POST", "/builders/ensure", status=202, errors=(Conflict, Precondition))
def ensure_builder(call: Call, body: EnsureBody) -> Job:
    """Have an Image Builder downloaded, verified and unpacked."""
    place = Place(**body.model_dump(exclude={"force"}))
    return call.forge.builders.ensure(place, force=body.force, by=call.by, key=call.idempotency_key)


@ROUTES.route("POST", "/builders/prune/plan")
def plan_prune(call: Call, body: PruneBody) -> Pruned:
    """Tell what pruning would delete; nothing is deleted."""
    return call.forge.builders.plan(Prune.model_validate(body.model_dump()))


@ROUTES.route("POST", "/builders/prune", status=202, errors=(Conflict,))
def prune_builders(call: Call, body: PruneBody) -> Job:
    """Delete Image Builders that no build needs."""
    prune = Prune.model_validate(body.model_dump())
    return call.forge.builders.prune(prune, by=call.by, key=call.idempotency_key)


@ROUTES.route("GET", "/builders/{release}/{target}/{subtarget}")
def show_builder(call: Call, path: BuilderPath) -> Builder:
    """Show an Image Builder."""
    return call.forge.builders.show(Place(**path.model_dump()))


@ROUTES.route("DELETE", "/builders/{release}/{target}/{subtarget}", status=202, errors=(Conflict,))
def delete_builder(call: Call, path: BuilderPath, query: DeleteQuery) -> Job:
    """Delete an Image Builder."""
    return call.forge.builders.delete(Place(**path.model_dump()), force=query.force, by=call.by)
