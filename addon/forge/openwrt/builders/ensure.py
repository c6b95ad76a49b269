"""Has an Image Builder ready on this host: looked after, and fetched where it must be."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import sqlalchemy as sa

from forge.errors import Integrity, Precondition, Upstream
from forge.jobs import events
from forge.jobs.context import Context
from forge.jobs.states import State
from forge.openwrt import host
from forge.openwrt.builders.disk import Shelf
from forge.openwrt.builders.fetching import Fetching
from forge.openwrt.builders.published import Published, published
from forge.openwrt.builders.ready import Ready, find, is_old, lock_name, ready_of
from forge.openwrt.builders.states import BuilderState
from forge.openwrt.fetch import Mirrors
from forge.openwrt.place import Place
from forge.openwrt.rows import BuilderRow
from forge.settings import Settings
from forge.store.base import now
from forge.store.engine import Store


@contextmanager
def ensured(ctx: Context, place: Place, *, force: bool = False) -> Iterator[Ready]:
    """Have an Image Builder, and nobody else at it meanwhile.

    Raise Precondition (`unsupported_host`, `offline`, `builder_broken`), Integrity, Upstream,
    JobError (`job.disk`).
    """
    host.check()
    with ctx.lock(lock_name(ctx, place)):
        yield _Ensuring(ctx, place).run(force=force)


class _Ensuring:
    """One attempt at one place."""

    def __init__(self, ctx: Context, place: Place) -> None:
        self._ctx = ctx
        self._place = place
        self._shelf = Shelf(ctx.settings)
        self._mirrors = Mirrors.of(ctx.settings, say=ctx.log, checkpoint=ctx.checkpoint)

    def run(self, *, force: bool) -> Ready:
        row = self._row()
        here = not force and self._shelf.ready(self._place, row.sha256)
        if row.state == BuilderState.BROKEN and not force:
            raise Precondition(
                f"The Image Builder of {self._place} is broken: ensure it anew with force",
                about="builder_broken",
                problem=row.problem,
            )
        if here and (
            self._ctx.settings.offline or not is_old(row, self._place, self._ctx.settings)
        ):
            return self._use(row)
        if self._ctx.settings.offline:
            raise Precondition(
                f"The Image Builder of {self._place} is not here, and the Forge is offline",
                about="offline",
            )
        self._ctx.state(State.DOWNLOADING, f"what is published for {self._place}")
        try:
            found = published(self._ctx, self._mirrors, self._place)
        except Upstream as error:
            if not here:
                raise
            self._ctx.log(f"! {error.message}; the Image Builder that is here serves")
            return self._use(row)
        if here and found.sha256 == row.sha256:
            return self._use(self._note(checked_at=now()))
        return self._fetch(found)

    def _fetch(self, found: Published) -> Ready:
        """Download, verify, unpack and ask it; what fails leaves nothing that counts."""
        self._note(state=BuilderState.PENDING, problem=None)
        self._shelf.sweep()
        fetching = Fetching(self._ctx, self._place, self._shelf, self._mirrors)
        try:
            tree, size = fetching.unpacked(found)
        except Integrity as error:
            self._note(problem=error.as_dict())
            raise
        try:
            info = fetching.ask(tree)
        except Precondition as error:
            if error.code == "precondition.builder_broken":
                self._note(state=BuilderState.BROKEN, problem=error.as_dict())
            raise
        self._shelf.finish(self._place, found.sha256)
        row = self._note(
            state=BuilderState.READY,
            archive=found.archive,
            sha256=found.sha256,
            signature=found.signature,
            revision=info.revision,
            epoch=fetching.epoch(info),
            info=info.model_dump(),
            size=size,
            problem=None,
            checked_at=now(),
        )
        return self._use(row)

    def _row(self) -> BuilderRow:
        store = self._ctx.store
        new = {"id": uuid4().hex, "state": BuilderState.PENDING, **self._place.model_dump()}
        while True:
            with store.write() as session:
                if row := find(session, self._place):
                    return row
                # Workers on other hosts have locks of their own for this place.
                session.execute(store.insert(BuilderRow).values(new))

    def _note(self, **values: object) -> BuilderRow:
        """Write what became of it, and tell it."""
        with self._ctx.store.write() as session:
            row = find(session, self._place)
            assert row is not None  # noqa: S101 - made above, and kept by our lock
            before = row.state
            for name, value in values.items():
                setattr(row, name, value)
            if row.state != before or "sha256" in values:
                events.record(
                    session,
                    f"builder.{row.state}",
                    {**self._place.model_dump(), "revision": row.revision, "problem": row.problem},
                    job_id=self._ctx.job_id,
                )
            return row

    def _use(self, row: BuilderRow) -> Ready:
        with self._ctx.store.write() as session:
            session.execute(
                sa.update(BuilderRow).where(BuilderRow.id == row.id).values(used_at=now())
            )
        return ready_of(row, self._place, self._shelf)


def here(store: Store, settings: Settings, place: Place) -> Ready | None:
    """Return an Image Builder that is on this disk and need not be looked after."""
    shelf = Shelf(settings)
    with store.read() as session:
        row = find(session, place)
    if row is None or row.state != BuilderState.READY or not shelf.ready(place, row.sha256):
        return None
    if not settings.offline and is_old(row, place, settings):
        return None
    return ready_of(row, place, shelf)
