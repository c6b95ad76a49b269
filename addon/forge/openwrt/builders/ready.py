"""What an Image Builder is that can be built with, and how old what is known of it may be."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.jobs.context import Context
from forge.openwrt.builders.disk import Shelf
from forge.openwrt.makeinfo import Info
from forge.openwrt.place import Place
from forge.openwrt.rows import BuilderRow
from forge.settings import Settings
from forge.store.base import now


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


def find(session: Session, place: Place) -> BuilderRow | None:
    """Return the row of a place."""
    return session.scalar(
        sa.select(BuilderRow).where(
            BuilderRow.release == place.release,
            BuilderRow.target == place.target,
            BuilderRow.subtarget == place.subtarget,
        )
    )


def ready_of(row: BuilderRow, place: Place, shelf: Shelf) -> Ready:
    """Return what a row tells, which says that it is ready."""
    if row.sha256 is None:
        raise ValueError(f"The Image Builder of {place} is not ready")
    return Ready(
        id=row.id,
        place=place,
        tree=shelf.tree(place, row.sha256),
        keys=shelf.keys(row.sha256),
        sha256=row.sha256,
        epoch=row.epoch,
        info=Info.model_validate(row.info),
    )


def is_old(row: BuilderRow, place: Place, settings: Settings) -> bool:
    """Tell whether what moves was looked at too long ago."""
    fresh = timedelta(seconds=settings.openwrt_refresh_s)
    age = now() - row.checked_at if row.checked_at else None
    return place.moves and (age is None or not timedelta() <= age < fresh)


def _disk(ctx: Context) -> str:
    """Return the name of this host's data folder, which workers on it share."""
    return (ctx.settings.data_dir / "workers" / "place").read_text("ascii").strip()
