"""Events: numbered without gaps in time, so that a reader can go on where it stopped."""

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.jobs.rows import EventRow, JobRow
from forge.store.engine import Store

#: How many are kept for readers that come back; older ones are told to read anew.
KEPT: Final = 20_000
#: Numbers must rise in the order of commits, or a reader would pass over a late one.
_LOCK: Final = 7_046_029_255


class Event(BaseModel):
    """Something that happened."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    type: str
    job_id: str | None = None
    data: dict[str, Any]


def record(
    session: Session, type_: str, data: dict[str, Any], *, job_id: str | None = None
) -> None:
    """Note an event in a transaction; call it last, others wait for its commit."""
    session.flush()
    if session.connection().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    session.add(EventRow(type=type_, job_id=job_id, data=data))
    session.flush()


def record_job(session: Session, row: JobRow, type_: str | None = None) -> None:
    """Note what became of a job: `job.<state>`, or `job.progress` within a state."""
    data: dict[str, Any] = {
        "kind": row.kind,
        "state": row.state,
        "step": row.step,
        "percent": row.percent,
        "cancel_requested": row.cancel_requested,
    }
    # What a job is for, where that is one profile: those who watch it need not ask for the job.
    if (profile_id := row.params.get("profile_id")) is not None:
        data["profile_id"] = profile_id
    if row.error is not None:
        data["error"] = row.error
    if row.result is not None:
        data["result"] = row.result
    record(session, type_ or f"job.{row.state}", data, job_id=row.id)


def since(store: Store, last: int, *, limit: int = 500) -> list[Event]:
    """Return the events after one, oldest first."""
    with store.read() as session:
        rows = session.scalars(
            sa.select(EventRow).where(EventRow.id > last).order_by(EventRow.id).limit(limit)
        )
        return [Event.model_validate(row) for row in rows]


def bounds(store: Store) -> tuple[int, int]:
    """Return the number of the oldest event that is kept, and of the newest; 0 where none is."""
    with store.read() as session:
        oldest, newest = session.execute(
            sa.select(sa.func.min(EventRow.id), sa.func.max(EventRow.id))
        ).one()
        return oldest or 0, newest or 0


def forget(session: Session) -> None:
    """Drop the events beyond those that are kept."""
    newest = session.scalar(sa.select(sa.func.max(EventRow.id))) or 0
    session.execute(sa.delete(EventRow).where(EventRow.id <= newest - KEPT))
