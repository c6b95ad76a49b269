"""Nothing stays "running" that nobody runs, and nothing waits that nobody knows of."""

from collections.abc import Set as AbstractSet
from datetime import timedelta
import logging
from typing import Final

import sqlalchemy as sa

from forge.errors import NotFound
from forge.jobs.claim import Claim, LostClaim
from forge.jobs.kinds import kind_of
from forge.jobs.queue import Queue
from forge.jobs.rows import JobRow
from forge.jobs.running import Settler
from forge.jobs.states import ACTIVE, Slot, State
from forge.jobs.workers import Worker
from forge.store.base import now
from forge.store.engine import Store

_LOGGER: Final = logging.getLogger(__name__)
#: A job that was just written is about to be sent by whoever wrote it.
_FRESH: Final = timedelta(seconds=5)


def recover(store: Store, worker: Worker, running: AbstractSet[str], settler: Settler) -> None:
    """Settle the jobs of dead workers: again from the beginning, or failed.

    `running` are the worker's own: what it claimed besides could not be started.
    """
    for name in (worker.id, *worker.dead()):
        how = "its worker died" if name != worker.id else "it could not be started"
        with store.read() as session:
            rows = session.scalars(
                sa.select(JobRow).where(JobRow.worker_id == name, JobRow.state.in_(ACTIVE))
            ).all()
        for row in rows:
            if row.id in running:
                continue
            try:
                resumable = kind_of(row.kind).resumable
            except NotFound:
                resumable = False
            try:
                state = settler.settle(
                    Claim(store, row.id, row.kind, row.attempt),
                    resumable=resumable,
                    why=None,
                    how=how,
                )
            except LostClaim:
                continue  # another worker was faster
            _LOGGER.warning("Job %s is %s: %s", row.id, state, how)
        if name != worker.id:
            worker.bury(name)


def resend(store: Store, queue: Queue) -> None:
    """Send the jobs that wait and that no queue holds: their sender died in between."""
    for slot in Slot:
        with store.read() as session:
            rows = session.execute(
                sa.select(JobRow.id, JobRow.priority)
                .where(
                    JobRow.state == State.QUEUED,
                    JobRow.slot == slot,
                    # Also where a clock jumped back since: nothing waits for it to come again.
                    sa.not_(JobRow.queued_at.between(now() - _FRESH, now() + _FRESH)),
                )
                .order_by(JobRow.queued_at)
            ).all()
        if not rows:
            continue
        known = queue.waiting(slot)
        for job_id, priority in rows:
            if job_id not in known:
                _LOGGER.info("Job %s was in no queue; sent again", job_id)
                queue.put(slot, job_id, priority)
