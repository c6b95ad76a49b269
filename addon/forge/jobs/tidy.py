"""The job that forgets: old jobs with their logs and files, and events beyond the bound."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field
import sqlalchemy as sa

from forge.jobs import events, holds
from forge.jobs.context import Context
from forge.jobs.files import LocalFiles
from forge.jobs.kinds import job
from forge.jobs.places import log_of
from forge.jobs.rows import JobRow
from forge.jobs.states import FINISHED, Slot, State
from forge.store.base import now


class Tidy(BaseModel):
    """What to forget."""

    model_config = {"extra": "forbid"}

    older_than_days: int | None = Field(
        None, ge=0, le=3650, description="days since a job finished; what is set for all otherwise"
    )


@job("forge.tidy", slot=Slot.HERE, resumable=True)
def tidy(ctx: Context, params: Tidy) -> dict[str, Any]:
    """Delete old finished jobs with what they left behind."""
    days = params.older_than_days
    limit = now() - timedelta(days=ctx.settings.keep_days if days is None else days)
    ctx.state(State.COLLECTING, f"jobs that finished before {limit:%Y-%m-%d %H:%M} UTC")
    with ctx.store.read() as session:
        old = session.scalars(
            sa.select(JobRow.id).where(
                JobRow.state.in_(FINISHED), JobRow.finished_at < limit, *holds.free()
            )
        ).all()
    files = LocalFiles(ctx.settings.data_dir)
    for done, job_id in enumerate(old):
        ctx.progress(100 * done / len(old))
        files.remove(job_id)
        log_of(ctx.settings, job_id).remove()
        with ctx.store.write() as session:
            session.execute(sa.delete(JobRow).where(JobRow.id == job_id))
        ctx.log(f"forgot {job_id}")
    with ctx.store.write() as session:
        events.forget(session)
    return {"forgotten": len(old)}
