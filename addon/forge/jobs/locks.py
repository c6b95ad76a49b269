"""Locks on things that one job at a time may work on: across processes and hosts.

A lock belongs to a job's claim and ends with it, however it ends. Nothing here measures time,
so a clock that jumps frees nothing.
"""

import sqlalchemy as sa

from forge.jobs.claim import Claim
from forge.jobs.rows import LockRow
from forge.store.base import now


def try_lock(claim: Claim, name: str) -> str | None:
    """Take a lock for a job; return None, or the id of the job that holds it."""
    own = {"name": name, "job_id": claim.job_id, "attempt": claim.attempt, "taken_at": now()}
    while True:
        with claim.store.write() as session:
            session.execute(claim.store.insert(LockRow).values(own))
            holder = session.scalar(sa.select(LockRow.job_id).where(LockRow.name == name))
        # On a server, whoever held it may have let go between the two statements.
        if holder is not None:
            return None if holder == claim.job_id else holder


def unlock(claim: Claim, name: str) -> None:
    """Free a lock that this job holds."""
    with claim.store.write() as session:
        session.execute(
            sa.delete(LockRow).where(LockRow.name == name, LockRow.job_id == claim.job_id)
        )
