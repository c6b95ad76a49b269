"""A claim: the right of one attempt to run a job and to write what becomes of it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.errors import ForgeError
from forge.jobs.events import record_job
from forge.jobs.rows import JobRow, LockRow
from forge.jobs.states import ACTIVE, FINISHED, Slot, State
from forge.store.base import now
from forge.store.engine import Store


class LostClaim(ForgeError):
    """Another attempt, or nobody, has the job now: stop at once, and write nothing more."""

    family = "conflict"
    status = 409


class Claim:
    """One attempt at one job."""

    def __init__(self, store: Store, job_id: str, kind: str, attempt: int) -> None:
        """Hold what proves the claim."""
        self.store = store
        self.job_id = job_id
        self.kind = kind
        self.attempt = attempt

    def change(self, event: str | None, **values: Any) -> None:
        """Write something of the job, and an event of it. Raise LostClaim."""
        with self.store.write() as session:
            row = self._row(session)
            for name, value in values.items():
                setattr(row, name, value)
            record_job(session, row, event)

    def cancel_requested(self) -> bool:
        """Tell whether somebody wants it ended. Raise LostClaim."""
        with self.store.read() as session:
            return self._row(session).cancel_requested

    def finish(
        self,
        state: State,
        *,
        result: dict[str, Any] | None = None,
        error: ForgeError | None = None,
    ) -> None:
        """Write how it ended, and let go of its locks. Raise LostClaim."""
        with self.store.write() as session:
            row = self._row(session)
            row.state = state
            row.finished_at = now()
            row.result = result
            row.error = error.as_dict() if error is not None else None
            if state is State.DONE:
                row.percent = 100.0
            _let_go(session, row)

    def give_back(self) -> tuple[Slot, int]:
        """Have it wait again, from its beginning; return its slot and priority. Raise LostClaim."""
        with self.store.write() as session:
            row = self._row(session)
            row.state = State.QUEUED
            row.queued_at = now()
            row.started_at = row.step = row.percent = row.worker_id = row.host = None
            _let_go(session, row)
            return Slot(row.slot), row.priority

    def _row(self, session: Session) -> JobRow:
        row = session.scalar(
            sa.select(JobRow)
            .where(
                JobRow.id == self.job_id,
                JobRow.attempt == self.attempt,
                JobRow.state.in_(ACTIVE),
            )
            .with_for_update()
        )
        if row is None:
            raise LostClaim("The job was given to another worker", about="claim")
        return row


def take(store: Store, job_id: str, *, worker_id: str, host: str) -> Claim | None:
    """Claim a job that waits; None where it does not wait any more."""
    with store.write() as session:
        row = session.scalar(
            sa.select(JobRow)
            .where(JobRow.id == job_id, JobRow.state == State.QUEUED)
            .with_for_update()
        )
        if row is None:
            return None
        row.state = State.PREPARING
        row.worker_id = worker_id
        row.host = host
        row.attempt += 1
        row.started_at = now()
        row.step = row.percent = None
        record_job(session, row)
        return Claim(store, job_id, row.kind, row.attempt)


def _let_go(session: Session, row: JobRow) -> None:
    """Free a job's locks, and tell of its new state."""
    session.execute(sa.delete(LockRow).where(LockRow.job_id == row.id))
    if row.state in FINISHED:
        row.worker_id = None
    record_job(session, row)
