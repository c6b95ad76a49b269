"""The job that forgets: old jobs with their logs and files, and events beyond the bound."""

from typing import Any

from pydantic import BaseModel, Field
import sqlalchemy as sa

from forge.jobs import ages, events
from forge.jobs.context import Context
from forge.jobs.files import LocalFiles
from forge.jobs.kinds import job
from forge.jobs.places import log_of
from forge.jobs.rows import JobRow
from forge.jobs.states import FINISHED, Slot, State
from forge.settings import Settings
from forge.store.engine import Store


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
    days = ctx.settings.keep_days if days is None else days
    ctx.state(State.COLLECTING, f"jobs that finished {days} days ago")
    with ctx.store.write() as session:
        ages.count(session)
        old = ages.older(session, days)
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


def is_due(store: Store, settings: Settings) -> bool:
    """Tell whether there is something to forget, and nobody about to. Call it every day."""
    with store.write() as session:
        ages.count(session)
        old = ages.older(session, settings.keep_days)
        asked = session.scalar(
            sa.select(sa.func.count()).where(
                JobRow.kind == "forge.tidy", JobRow.state.not_in(FINISHED)
            )
        )
    oldest, newest = events.bounds(store)
    return not asked and (bool(old) or newest - oldest >= events.KEPT)
