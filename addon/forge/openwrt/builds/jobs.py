"""The jobs that build images, and that tell beforehand what an image would hold."""

from typing import Any

from pydantic import BaseModel, ConfigDict
import sqlalchemy as sa

from forge.jobs import holds
from forge.jobs.context import Context
from forge.jobs.kinds import job
from forge.jobs.states import Slot, State
from forge.openwrt.builders.ensure import ensured
from forge.openwrt.builds import feeds
from forge.openwrt.builds.attempt import Attempt, BuildParams, settled
from forge.openwrt.builds.making import Making, check_board, check_versions
from forge.openwrt.builds.recipe import Recipe
from forge.openwrt.builds.resolving import Resolving
from forge.openwrt.builds.tree import Tree
from forge.openwrt.rows import BuildRow

holds.hold(lambda: sa.select(BuildRow.id))


class PlanParams(BaseModel):
    """Whose packages are to be told."""

    model_config = ConfigDict(extra="forbid")

    recipe: Recipe


@job("build.image", slot=Slot.BUILD, resumable=True)
def build(ctx: Context, params: BuildParams) -> dict[str, Any]:
    """Build an image, or find that it was built before."""
    return Attempt(ctx, params).run()


@job("build.plan", slot=Slot.BUILD, resumable=True)
def plan(ctx: Context, params: PlanParams) -> dict[str, Any]:
    """Tell which packages an image would hold, and how that differs from the board's own."""
    ctx.state(State.PREPARING)
    with ensured(ctx, params.recipe.place) as ready:
        recipe = settled(params.recipe, ready)
        check_board(recipe, ready)
        # A build that follows need not resolve the same again: it is known of which feeds this is.
        feeds.identity(ctx.settings, ready.info, say=ctx.log, checkpoint=ctx.checkpoint)
        ctx.state(State.PREPARING, "a tree of its own")
        tree = Tree.copy(ctx, ready)
    resolving = Resolving(ctx.settings, recipe, ready, Making(ctx, recipe, ready, tree))
    ctx.state(State.BUILDING, "the board's own packages")
    own = resolving.resolve([])
    ctx.state(State.BUILDING, "packages")
    resolved = resolving.resolve()
    check_versions(recipe, resolved)
    sizes = tree.sizes()
    names = resolved.manifest.keys() | own.manifest.keys()
    differences = resolved.differences(own)
    return {
        "revision": ready.info.revision,
        "manifest": resolved.manifest,
        **differences,
        "sizes": {name: sizes[name] for name in sorted(names) if name in sizes},
        "growth": sum(sizes.get(name, 0) for name in differences["added"])
        - sum(sizes.get(name, 0) for name in differences["removed"]),
    }
