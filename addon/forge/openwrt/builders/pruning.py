"""Which Image Builders may go: never one that a build needs, unless force says so."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.openwrt.builders.disk import Shelf
from forge.openwrt.builders.facts import Builder, Pruned, builder_of
from forge.openwrt.place import Place
from forge.openwrt.profiles.schema import Release, Target
from forge.openwrt.rows import BuilderRow, BuildRow
from forge.store.base import now
from forge.store.engine import Store


def _one_of_them() -> Iterator[dict[str, Any]]:
    """Say in the description, too, that something must be said (JSON Schema)."""
    yield {"properties": {"all": {"const": True}}, "required": ["all"]}
    for name in ("release", "target", "subtarget", "unused_days", "most_mb"):
        yield {"properties": {name: {"not": {"type": "null"}}}, "required": [name]}


class Prune(BaseModel):
    """Which Image Builders to delete: all that match, the longest unused first."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"anyOf": [*_one_of_them()]}
    )

    release: Release | None = None
    target: Target | None = None
    subtarget: Target | None = None
    unused_days: int | None = Field(None, ge=0, le=3650, description="not used for so long")
    most_mb: int | None = Field(
        None, ge=0, description="delete only as many as it takes to come below this, in MiB"
    )
    all: bool = Field(default=False, description="every one: say so, where nothing else is said")
    force: bool = Field(default=False, description="also those that finished builds were made with")

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        said = (self.release, self.target, self.subtarget, self.unused_days, self.most_mb)
        if not self.all and all(one is None for one in said):
            raise ValueError("say which, or `all`")
        return self


def plan(store: Store, shelf: Shelf, prune: Prune) -> Pruned:
    """Return what would be pruned; nothing is."""
    with store.read() as session:
        rows = session.scalars(
            sa.select(BuilderRow)
            .where(*_matching(prune))
            .order_by(BuilderRow.used_at.asc().nulls_first(), BuilderRow.id)
        ).all()
        found = [facts(session, shelf, row) for row in rows]
        total = session.scalar(sa.select(sa.func.sum(BuilderRow.size))) or 0
    told = Pruned(pruned=[], kept=[], freed=0)
    for builder in found:
        if prune.most_mb is not None and total - told.freed <= prune.most_mb << 20:
            break
        if builder.builds and not prune.force:
            told.kept.append(builder)
        else:
            told.pruned.append(builder)
            told.freed += builder.size or 0
    return told


def facts(session: Session, shelf: Shelf, row: BuilderRow) -> Builder:
    """Return what is told of an Image Builder."""
    place = Place(release=row.release, target=row.target, subtarget=row.subtarget)
    builds = session.scalar(sa.select(sa.func.count()).where(BuildRow.builder_id == row.id))
    return builder_of(row, here=shelf.ready(place, row.sha256), builds=builds or 0)


def _matching(prune: Prune) -> list[sa.ColumnElement[bool]]:
    same = {
        BuilderRow.release: prune.release,
        BuilderRow.target: prune.target,
        BuilderRow.subtarget: prune.subtarget,
    }
    conditions = [column == value for column, value in same.items() if value is not None]
    if prune.unused_days is not None:
        limit = now() - timedelta(days=prune.unused_days)
        used = sa.func.coalesce(BuilderRow.used_at, BuilderRow.created_at)
        conditions.append(used < sa.literal(limit, BuilderRow.created_at.type))
    return conditions
