"""How long ago jobs finished, by time that is known to have passed. No clock that jumps counts.

What a job's end is called by the wall clock of a host without one of its own may be years off,
before or behind. So a job's age is counted from when it was first seen to be finished, in time
that passed by the clock of the boot. Across boots the wall clock is asked, and believed for one
day at most.
"""

from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.boot import boot_id, since_boot_s
from forge.jobs import holds
from forge.jobs.rows import JobRow, TimeRow
from forge.jobs.states import FINISHED
from forge.store.base import now

DAY_S: Final = int(timedelta(days=1).total_seconds())


def count(session: Session) -> int:
    """Count the time that passed since it was last counted; return the seconds of all times.

    Jobs that have finished since then are as old as this moment from now on.
    """
    row = session.scalars(sa.select(TimeRow).with_for_update()).one()
    boot, since_boot, moment = boot_id(), since_boot_s(), now()
    if row.boot == boot:
        passed = since_boot - row.since_boot_s
    else:
        passed = min((moment - row.counted_at).total_seconds(), DAY_S)
    row.passed_s += max(0, round(passed))
    row.boot, row.since_boot_s, row.counted_at = boot, since_boot, moment
    session.execute(
        sa.update(JobRow)
        .where(JobRow.state.in_(FINISHED), JobRow.old_from_s.is_(None))
        .values(old_from_s=row.passed_s)
    )
    return row.passed_s


def older(session: Session, days: int) -> list[str]:
    """Return the jobs that finished so many days ago and that nobody needs; count before."""
    passed_s = sa.select(TimeRow.passed_s).scalar_subquery()
    return list(
        session.scalars(
            sa.select(JobRow.id).where(JobRow.old_from_s <= passed_s - days * DAY_S, *holds.free())
        )
    )
