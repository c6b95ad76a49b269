"""Locks on things that one job at a time may work on: across processes and hosts.

A lock belongs to a job's claim and ends with it, however it ends. Nothing here measures time,
so a clock that jumps frees nothing.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from forge.jobs.claim import Claim
from forge.jobs.rows import LockRow
from forge.store.base import now


def try_lock(claim: Claim, name: str) -> str | None:
    """Take a lock for a job; return None, or the id of the job that holds it."""
    if claim.store.is_file:
        insert: Any = sqlite.insert
    else:
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - 2 MB that files do not need

        insert = postgresql.insert
    while True:
        with claim.store.write() as session:
            session.execute(
                insert(LockRow)
                .values(name=name, job_id=claim.job_id, attempt=claim.attempt, taken_at=now())
                .on_conflict_do_nothing()
            )
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
