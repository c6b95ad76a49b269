"""The jobs that fetch and delete Image Builders."""

from typing import Any

import sqlalchemy as sa

from forge.jobs import events
from forge.jobs.context import Context
from forge.jobs.kinds import job
from forge.jobs.states import Slot, State
from forge.openwrt.builders.disk import Shelf
from forge.openwrt.builders.ensure import ensured
from forge.openwrt.builders.pruning import Prune, plan
from forge.openwrt.builders.ready import find, lock_name
from forge.openwrt.place import Place
from forge.openwrt.rows import BuilderRow, BuildRow


class Ensure(Place):
    """Which Image Builder to have, and whether to fetch it anew."""

    force: bool = False


@job("builder.ensure", slot=Slot.LIGHT, resumable=True)
def ensure(ctx: Context, params: Ensure) -> dict[str, Any]:
    """Have an Image Builder ready on the host that runs this."""
    place = Place(**params.model_dump(exclude={"force"}))
    with ensured(ctx, place, force=params.force) as ready:
        return {
            **place.model_dump(),
            "sha256": ready.sha256,
            "revision": ready.info.revision,
            "boards": len(ready.info.boards),
        }


@job("builder.prune", slot=Slot.HERE, resumable=True)
def prune(ctx: Context, params: Prune) -> dict[str, Any]:
    """Delete Image Builders that are not needed: what is told of them first, then their files."""
    ctx.state(State.COLLECTING)
    shelf = Shelf(ctx.settings)
    told = plan(ctx.store, shelf, params)
    pruned = []
    for builder in told.pruned:
        place = Place(release=builder.release, target=builder.target, subtarget=builder.subtarget)
        with ctx.lock(lock_name(ctx, place)):
            if not _forget(ctx, place, force=params.force):
                continue
            shelf.remove(place)
        ctx.log(f"deleted {place}")
        pruned.append(builder)
    return {
        "pruned": [builder.model_dump(mode="json") for builder in pruned],
        "kept": [builder.model_dump(mode="json") for builder in told.kept],
        "freed": sum(builder.size or 0 for builder in pruned),
    }


def _forget(ctx: Context, place: Place, *, force: bool) -> bool:
    """Delete a builder's row, unless a build came to need it meanwhile."""
    with ctx.store.write() as session:
        row = find(session, place)
        if row is None:
            return True
        needed = session.scalar(sa.select(sa.func.count()).where(BuildRow.builder_id == row.id))
        if needed and not force:
            return False
        session.execute(sa.delete(BuilderRow).where(BuilderRow.id == row.id))
        events.record(session, "builder.deleted", place.model_dump(), job_id=ctx.job_id)
        return True
