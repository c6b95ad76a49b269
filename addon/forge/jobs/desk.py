"""Where jobs are asked for, looked at and ended."""

from collections.abc import Sequence
import logging
from typing import Any, Final
from uuid import uuid4

from pydantic import BaseModel
import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.errors import Conflict, NotFound, Overloaded, Unavailable
from forge.jobs.events import record_job
from forge.jobs.facts import Job, job_of
from forge.jobs.kinds import OWN, kind_of
from forge.jobs.queue import Queue
from forge.jobs.rows import JobRow
from forge.jobs.states import FINISHED, State
from forge.settings import Settings
from forge.store.base import now
from forge.store.engine import Store

_LOGGER: Final = logging.getLogger(__name__)
MOST: Final = 500


class Jobs:
    """All jobs of this Forge."""

    def __init__(self, store: Store, queue: Queue, settings: Settings) -> None:
        """Work on a store and a queue."""
        self._store = store
        self._queue = queue
        self._limit = settings.queue_limit

    def submit(
        self,
        kind: str,
        params: BaseModel | dict[str, Any],
        *,
        by: str = "",
        priority: int = 0,
        key: str | None = None,
    ) -> Job:
        """Queue a job; the same idempotency key returns the job that has it.

        Raise NotFound for the kind, Invalid for the parameters, Conflict where the key was
        used for something else, Overloaded when too many wait.
        """
        with self._store.write() as session:
            job, new = self.add(session, kind, params, by=by, priority=priority, key=key)
        if new:
            self.send(job)
        return self.show(job.id)

    def add(
        self,
        session: Session,
        kind: str,
        params: BaseModel | dict[str, Any],
        *,
        by: str = "",
        priority: int = 0,
        key: str | None = None,
    ) -> tuple[Job, bool]:
        """Write a job in a room's own transaction; return it, and whether it is new.

        Call `send` once that is committed. A job that was never sent is sent by the next sweep.
        """
        raw = params.model_dump(mode="json") if isinstance(params, BaseModel) else params
        of_kind = kind_of(kind)
        held = of_kind.read(raw).model_dump(mode="json")
        if key is not None and (row := self._by_key(session, key)) is not None:
            if (row.kind, row.params) != (kind, held):
                raise Conflict(
                    "This idempotency key was used for something else: use a new one",
                    about="idempotency",
                    job=row.id,
                )
            return job_of(row), False
        waiting = session.scalar(sa.select(sa.func.count()).where(JobRow.state == State.QUEUED))
        if (waiting or 0) >= self._limit:
            raise Overloaded(
                f"{waiting} jobs wait already: try again when some are done", about="queue"
            )
        row = JobRow(
            id=uuid4().hex,
            kind=kind,
            slot=of_kind.slot,
            state=State.QUEUED,
            priority=priority,
            params=held,
            by=by,
            idempotency_key=key,
            attempt=0,
            cancel_requested=False,
        )
        session.add(row)
        record_job(session, row)
        return job_of(row), True

    def send(self, job: Job) -> None:
        """Hand a committed job to the workers; where that fails, the next sweep does it."""
        try:
            self._queue.put(job.slot, job.id, job.priority)
        except Unavailable as error:
            _LOGGER.warning("Job %s is sent later: %s", job.id, error)

    def show(self, job_id: str) -> Job:
        """Return a job. Raise NotFound."""
        with self._store.read() as session:
            row = _found(session, job_id)
            return job_of(row, _position(session, row))

    def list(
        self,
        *,
        states: Sequence[State] = (),
        kind: str | None = None,
        own: bool = True,
        before: str | None = None,
        limit: int = 50,
    ) -> list[Job]:
        """Return jobs, newest first; `before` is the last id of the page that came before.

        Without `own` those that the Forge has for itself are left out.
        """
        query = sa.select(JobRow).order_by(JobRow.created_at.desc(), JobRow.id.desc())
        if states:
            query = query.where(JobRow.state.in_(states))
        if kind is not None:
            query = query.where(JobRow.kind == kind)
        if not own:
            query = query.where(sa.not_(JobRow.kind.startswith(OWN)))
        with self._store.read() as session:
            if before is not None:
                last = _found(session, before)
                query = query.where(
                    sa.tuple_(JobRow.created_at, JobRow.id)
                    < sa.tuple_(
                        sa.literal(last.created_at, JobRow.created_at.type), sa.literal(last.id)
                    )
                )
            rows = session.scalars(query.limit(min(limit, MOST))).all()
            return [job_of(row, _position(session, row)) for row in rows]

    def cancel(self, job_id: str) -> Job:
        """End a job: at once while it waits, otherwise its worker ends it. Raise Conflict."""
        with self._store.write() as session:
            row = _found(session, job_id, lock=True)
            if row.state in FINISHED:
                raise Conflict(f"The job is {row.state} already", about="job_finished", job=job_id)
            if row.state == State.QUEUED:
                row.state = State.CANCELLED
                row.finished_at = now()
                record_job(session, row)
            elif not row.cancel_requested:
                row.cancel_requested = True
                record_job(session, row, "job.cancelling")
        return self.show(job_id)

    def counts(self) -> dict[str, int]:
        """Return how many jobs are in each state."""
        with self._store.read() as session:
            counted = session.execute(
                sa.select(JobRow.state, sa.func.count()).group_by(JobRow.state)
            )
            found = {state: count for state, count in counted.tuples()}  # noqa: C416 - a result is no mapping for dict()
        return {state: found.get(state, 0) for state in State}

    def _by_key(self, session: Session, key: str) -> JobRow | None:
        if not self._store.is_file:
            # Two who come with the same key at once: the second waits for the first.
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(key))))
        return session.scalar(sa.select(JobRow).where(JobRow.idempotency_key == key))


def _found(session: Session, job_id: str, *, lock: bool = False) -> JobRow:
    query = sa.select(JobRow).where(JobRow.id == job_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound("There is no such job", about="job", job=job_id)
    return row


def _position(session: Session, row: JobRow) -> int | None:
    """Return a job's place among those that wait for the same slot."""
    if row.state != State.QUEUED:
        return None
    ahead = sa.or_(
        JobRow.priority > row.priority,
        sa.and_(
            JobRow.priority == row.priority,
            sa.tuple_(JobRow.queued_at, JobRow.id)
            < sa.tuple_(sa.literal(row.queued_at, JobRow.queued_at.type), sa.literal(row.id)),
        ),
    )
    count = session.scalar(
        sa.select(sa.func.count()).where(
            JobRow.state == State.QUEUED, JobRow.slot == row.slot, ahead
        )
    )
    return 1 + (count or 0)
