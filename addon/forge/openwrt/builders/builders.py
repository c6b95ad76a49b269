"""Image Builders kept: looked at, asked for, pruned."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.errors import Conflict, NotFound
from forge.jobs.desk import Jobs
from forge.jobs.facts import Job
from forge.openwrt import host
from forge.openwrt.builders.disk import Shelf
from forge.openwrt.builders.facts import Builder, Pruned
from forge.openwrt.builders.pruning import Prune, facts, plan
from forge.openwrt.builders.ready import find
from forge.openwrt.builders.states import BuilderState
from forge.openwrt.place import Place
from forge.openwrt.rows import BuilderRow
from forge.settings import Settings
from forge.store.engine import Store


class Builders:
    """All Image Builders of this Forge."""

    def __init__(self, store: Store, jobs: Jobs, settings: Settings) -> None:
        """Keep them in a store and on the disk."""
        self._store = store
        self._jobs = jobs
        self._settings = settings
        self._shelf = Shelf(settings)

    def list(self, state: BuilderState | None = None) -> list[Builder]:
        """Return all of them, by release and target."""
        query = sa.select(BuilderRow).order_by(
            BuilderRow.release, BuilderRow.target, BuilderRow.subtarget
        )
        if state is not None:
            query = query.where(BuilderRow.state == state)
        with self._store.read() as session:
            return [facts(session, self._shelf, row) for row in session.scalars(query)]

    def show(self, place: Place) -> Builder:
        """Return one. Raise NotFound."""
        with self._store.read() as session:
            return facts(session, self._shelf, _row(session, place))

    def ensure(
        self, place: Place, *, force: bool = False, by: str = "", key: str | None = None
    ) -> Job:
        """Have one downloaded, or looked after. Raise Precondition where no host here can."""
        host.check_for(self._settings)
        params = {**place.model_dump(), "force": force}
        return self._jobs.submit("builder.ensure", params, by=by, key=key)

    def plan(self, prune: Prune) -> Pruned:
        """Return what would be pruned; nothing is."""
        return plan(self._store, self._shelf, prune)

    def prune(self, prune: Prune, *, by: str = "", key: str | None = None) -> Job:
        """Have them pruned. Raise Conflict where all is wanted, and builds need every one."""
        if prune.all and not prune.force:
            planned = self.plan(prune)
            if planned.kept and not planned.pruned:
                raise in_use("any", sum(one.builds for one in planned.kept))
        return self._jobs.submit("builder.prune", prune, by=by, key=key)

    def delete(self, place: Place, *, force: bool = False, by: str = "") -> Job:
        """Have one deleted. Raise NotFound, Conflict while builds need it."""
        builder = self.show(place)
        if builder.builds and not force:
            raise in_use(str(place), builder.builds)
        return self.prune(Prune(**place.model_dump(), force=force), by=by)


def in_use(which: str, builds: int) -> Conflict:
    """Return what is told of one that builds need."""
    return Conflict(
        f"{builds} builds need the Image Builder of {which}: delete them first, or use force",
        about="in_use",
        builds=builds,
    )


def _row(session: Session, place: Place) -> BuilderRow:
    row = find(session, place)
    if row is None:
        raise NotFound(f"There is no Image Builder of {place}", about="builder")
    return row
