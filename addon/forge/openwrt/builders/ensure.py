"""Has an Image Builder ready on this host: published, downloaded, verified, unpacked, asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
import shutil
import time
from typing import Final
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.errors import ForgeError, Integrity, Precondition, Upstream
from forge.jobs import events
from forge.jobs.context import Context
from forge.jobs.limits import MIB
from forge.jobs.processes import check_free
from forge.jobs.states import State
from forge.openwrt import host, makeinfo
from forge.openwrt.builders.disk import Shelf
from forge.openwrt.builders.published import Published, published
from forge.openwrt.builders.states import BuilderState
from forge.openwrt.fetch import Mirrors
from forge.openwrt.makeinfo import Info
from forge.openwrt.place import Place
from forge.openwrt.rows import BuilderRow
from forge.openwrt.unpack import Unpacker
from forge.openwrt.upstream import Listings
from forge.settings import Settings
from forge.store.base import now
from forge.store.engine import Store

#: Archives are packed about so much; what is really needed is watched while unpacking.
_GROWS: Final = 4
_LOOK_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Ready:
    """An Image Builder that can be built with, on this host."""

    id: str
    place: Place
    tree: Path
    keys: Path
    sha256: str
    epoch: int | None
    info: Info


def lock_name(ctx: Context, place: Place) -> str:
    """Return the name of the lock on a place's tree: each disk has its own."""
    return f"builder:{_disk(ctx)}:{place}"


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
        self._looked_at = 0.0

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
            self._ctx.settings.offline or not _is_old(row, self._place, self._ctx.settings)
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
        folder = self._shelf.coming
        archive = folder / f"{found.sha256[:16]}-{found.archive}"
        try:
            self._download(found, archive)
            tree, size = self._unpack(archive, found.sha256)
        except Integrity as error:
            self._note(problem=error.as_dict())
            raise
        finally:
            archive.unlink(missing_ok=True)
        try:
            info = self._ask(tree)
        except Precondition as error:
            self._note(state=BuilderState.BROKEN, problem=error.as_dict())
            raise
        self._shelf.finish(self._place, found.sha256)
        row = self._note(
            state=BuilderState.READY,
            archive=found.archive,
            sha256=found.sha256,
            signature=found.signature,
            revision=info.revision,
            epoch=self._epoch(info),
            info=info.model_dump(),
            size=size,
            problem=None,
            checked_at=now(),
        )
        return self._use(row)

    def _download(self, found: Published, archive: Path) -> None:
        ctx = self._ctx
        ctx.state(State.DOWNLOADING, found.archive)
        check_free(archive.parent, self._reserve)

        def progress(done: int, size: int | None) -> None:
            if size is not None and done < size:
                self._look(size - done)
            ctx.progress(100 * done / size if size else None)

        self._mirrors.save(f"{self._place.folder}/{found.archive}", archive, found.sha256, progress)
        ctx.state(State.VERIFYING, f"sha256 {found.sha256}: as published")

    def _unpack(self, archive: Path, sha256: str) -> tuple[Path, int]:
        ctx = self._ctx
        check_free(archive.parent, self._reserve + _GROWS * archive.stat().st_size)
        folder = archive.parent / f"tree-{ctx.job_id}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        ctx.state(State.VERIFYING, "unpacking")

        def checkpoint() -> None:
            ctx.checkpoint()
            self._look(0)

        try:
            unpacked = Unpacker(
                archive,
                folder,
                most=ctx.settings.builder_limit_mb * MIB,
                checkpoint=checkpoint,
            ).run()
            for link in unpacked.dropped:
                ctx.log(f"left out a link that leads outside: {link}")
            ctx.log(f"unpacked {unpacked.members} members, {unpacked.size // MIB} MiB")
            return self._shelf.put(unpacked.root, self._place, sha256), unpacked.size
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _ask(self, tree: Path) -> Info:
        """Have the tree tell what it builds. Raise Precondition where it cannot."""
        told = bytearray()
        ended = self._ctx.run_process(["make", "-s", "info"], cwd=tree, on_output=told.extend)
        if ended.code:
            raise Precondition(
                f"The Image Builder of {self._place} does not run: `make info` failed",
                about="builder_broken",
                told=told.decode("utf-8", "replace")[-1000:],
            )
        info = makeinfo.parse(told.decode("utf-8", "replace"))
        if info.target != f"{self._place.target}/{self._place.subtarget}":
            raise Precondition(
                f"The Image Builder of {self._place} is for {info.target}", about="builder_broken"
            )
        manager, feeds = makeinfo.feeds(tree)
        return info.model_copy(update={"manager": manager, "feeds": feeds})

    def _epoch(self, info: Info) -> int | None:
        """Return the moment that its images are dated with, where it is told for this revision."""
        listings = Listings(self._ctx.settings, self._mirrors)
        try:
            told = listings.json(f"{self._place.folder}/profiles.json", fresh=True)
        except ForgeError as error:
            self._ctx.log(f"! {error.message}")
            return None
        epoch = told.get("source_date_epoch")
        if told.get("version_code") != info.revision or not isinstance(epoch, int):
            return None
        return epoch

    @property
    def _reserve(self) -> int:
        return self._ctx.settings.disk_reserve_mb * MIB

    def _look(self, more: int) -> None:
        """Now and then, see whether there is room."""
        if time.monotonic() - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = time.monotonic()
            check_free(self._shelf.coming, self._reserve + more)

    def _row(self) -> BuilderRow:
        with self._ctx.store.write() as session:
            row = find(session, self._place)
            if row is None:
                row = BuilderRow(
                    id=uuid4().hex, state=BuilderState.PENDING, **self._place.model_dump()
                )
                session.add(row)
            return row

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
        return _ready(row, self._place, self._shelf)


def here(store: Store, settings: Settings, place: Place) -> Ready | None:
    """Return an Image Builder that is on this disk and need not be looked after."""
    shelf = Shelf(settings)
    with store.read() as session:
        row = find(session, place)
    if row is None or row.state != BuilderState.READY or not shelf.ready(place, row.sha256):
        return None
    if not settings.offline and _is_old(row, place, settings):
        return None
    return _ready(row, place, shelf)


def _ready(row: BuilderRow, place: Place, shelf: Shelf) -> Ready:
    assert row.sha256 is not None  # noqa: S101 - it is ready
    return Ready(
        id=row.id,
        place=place,
        tree=shelf.tree(place, row.sha256),
        keys=shelf.keys(place, row.sha256),
        sha256=row.sha256,
        epoch=row.epoch,
        info=Info.model_validate(row.info),
    )


def _is_old(row: BuilderRow, place: Place, settings: Settings) -> bool:
    """Tell whether what moves was looked at too long ago."""
    fresh = timedelta(seconds=settings.openwrt_refresh_s)
    age = now() - row.checked_at if row.checked_at else None
    return place.moves and (age is None or not timedelta() <= age < fresh)


def find(session: Session, place: Place) -> BuilderRow | None:
    """Return the row of a place."""
    return session.scalar(
        sa.select(BuilderRow).where(
            BuilderRow.release == place.release,
            BuilderRow.target == place.target,
            BuilderRow.subtarget == place.subtarget,
        )
    )


def _disk(ctx: Context) -> str:
    """Return the name of this host's data folder, which workers on it share."""
    return (ctx.settings.data_dir / "workers" / "place").read_text("ascii").strip()
