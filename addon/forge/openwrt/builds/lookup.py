"""Builds in the store: found by their key, and told."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.errors import NotFound
from forge.jobs.facts import job_of
from forge.jobs.rows import JobRow
from forge.jobs.states import FINISHED
from forge.openwrt.builds.facts import Artifact, Build
from forge.openwrt.builds.kept import Checked
from forge.openwrt.builds.recipe import Recipe
from forge.openwrt.rows import ArtifactRow, BuildRow


def find_hit(session: Session, checked: Checked, key: str) -> BuildRow | None:
    """Return the newest build with a key whose files are all there."""
    rows = session.scalars(
        sa.select(BuildRow)
        .where(BuildRow.key == key, BuildRow.built_at.is_not(None), BuildRow.same_as.is_(None))
        .order_by(BuildRow.built_at.desc())
        .limit(3)
    ).all()
    for row in rows:
        if checked.all_there(row.id, artifacts(session, row.id)):
            return row
    return None


def find_running(session: Session, key: str) -> BuildRow | None:
    """Return a build with a key that waits or runs."""
    return session.scalar(
        sa.select(BuildRow)
        .join(JobRow, JobRow.id == BuildRow.id)
        .where(
            BuildRow.key == key,
            JobRow.state.not_in(FINISHED),
            JobRow.cancel_requested.is_(False),
        )
        .order_by(BuildRow.created_at)
        .limit(1)
    )


def artifacts(session: Session, build_id: str) -> Sequence[ArtifactRow]:
    """Return the files of the build that made them."""
    return session.scalars(
        sa.select(ArtifactRow).where(ArtifactRow.build_id == build_id).order_by(ArtifactRow.name)
    ).all()


def row_of(session: Session, build_id: str, *, lock: bool = False) -> BuildRow:
    """Return a build's row. Raise NotFound."""
    row = session.get(BuildRow, build_id, with_for_update=lock or None)
    if row is None:
        raise NotFound("There is no such build", about="build", build=build_id)
    return row


def build_of(session: Session, row: BuildRow, *, brief: bool = False) -> Build:
    """Return what is told of a build; briefly without files and packages."""
    job_row = session.get(JobRow, row.id)
    assert job_row is not None  # noqa: S101 - the row refers to it
    job = job_of(job_row)
    maker = row.same_as or row.id
    facts = row.facts
    if brief and facts is not None:
        facts = {name: what for name, what in facts.items() if name != "manifest"}
    return Build(
        id=row.id,
        state=job.state,
        step=job.step,
        percent=job.percent,
        profile_id=row.profile_id,
        version_id=row.version_id,
        recipe=Recipe.model_validate(job.params["recipe"]),
        key=row.key,
        hit=row.same_as is not None,
        same_as=row.same_as,
        facts=facts,
        error=job.error,
        artifacts=[] if brief else [artifact_of(one) for one in artifacts(session, maker)],
        by=job.by,
        created_at=row.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        built_at=row.built_at,
    )


def artifact_of(row: ArtifactRow) -> Artifact:
    """Return what is told of a file."""
    return Artifact(
        id=row.id,
        job_id=row.build_id,
        name=row.name,
        type=row.type,
        filesystem=row.filesystem,
        size=row.size,
        sha256=row.sha256,
        card=row.card,
    )
