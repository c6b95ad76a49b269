"""The job that forgets: old jobs with their files, events beyond the bound, what the dead left."""

from collections.abc import Iterator
from pathlib import Path
import re
import shutil
from typing import Any, Final

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

#: What the folder of a job's work is called; whatever else lies beside them is somebody's.
_JOB: Final = re.compile(r"[0-9a-f]{32}")


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
    for job_id in clear(ctx.store, ctx.settings):
        ctx.checkpoint()
        ctx.log(f"deleted what {job_id} left in the middle of its work")
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
    beyond = newest - oldest >= events.KEPT
    return not asked and bool(old or beyond or _left(store, settings))


def clear(store: Store, settings: Settings) -> Iterator[str]:
    """Delete what jobs left on this host that were killed and ended otherwise; tell their ids."""
    for folder in _left(store, settings):
        shutil.rmtree(folder, ignore_errors=True)
        yield folder.name


def _left(store: Store, settings: Settings) -> list[Path]:
    """Return the folders of jobs that were killed and are not begun again."""
    work = settings.data_dir / "work"
    folders = {path.name: path for path in work.glob("*") if _JOB.fullmatch(path.name)}
    with store.read() as session:
        going_on = set(session.scalars(sa.select(JobRow.id).where(JobRow.state.not_in(FINISHED))))
    return [path for name, path in folders.items() if name not in going_on]
