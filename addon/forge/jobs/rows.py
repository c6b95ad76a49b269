"""The tables of the jobs' room."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forge.jobs.states import State
from forge.store.base import Base, now


class WorkerRow(Base):
    """A process that runs jobs. `beat` counts up while it lives."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    host: Mapped[str] = mapped_column(sa.String(255))
    place: Mapped[str] = mapped_column(sa.String(32))
    pid: Mapped[int]
    version: Mapped[str] = mapped_column(sa.String(32))
    beat: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)


class JobRow(Base):
    """One job. `attempt` counts its claims: a claim that was lost may not write any more."""

    __tablename__ = "jobs"
    __table_args__ = (
        sa.Index("ix_jobs_state_slot_priority", "state", "slot", "priority", "queued_at"),
    )

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(64), index=True)
    slot: Mapped[str] = mapped_column(sa.String(16))
    state: Mapped[str] = mapped_column(sa.String(16), default=State.QUEUED)
    step: Mapped[str | None] = mapped_column(sa.String(200))
    percent: Mapped[float | None]
    priority: Mapped[int] = mapped_column(default=0)
    params: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    by: Mapped[str] = mapped_column(sa.String(255), default="")
    idempotency_key: Mapped[str | None] = mapped_column(sa.String(200), unique=True)
    worker_id: Mapped[str | None] = mapped_column(sa.ForeignKey("workers.id"), index=True)
    host: Mapped[str | None] = mapped_column(sa.String(255))
    attempt: Mapped[int] = mapped_column(default=0)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    queued_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    #: When it was first seen to be finished, in the time that is known to have passed.
    old_from_s: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)


class EventRow(Base):
    """Something that happened to a job; ids rise in the order of commits."""

    __tablename__ = "events"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own way to say it

    id: Mapped[int] = mapped_column(
        sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(default=now)
    type: Mapped[str] = mapped_column(sa.String(64))
    job_id: Mapped[str | None] = mapped_column(sa.String(32), index=True)
    data: Mapped[dict[str, Any]]


class TimeRow(Base):
    """How much time is known to have passed since the database was made: one row."""

    __tablename__ = "time"

    id: Mapped[int] = mapped_column(primary_key=True)
    passed_s: Mapped[int] = mapped_column(sa.BigInteger)
    #: When that was counted last: by the clock of a boot, and by the one that may jump.
    boot: Mapped[str] = mapped_column(sa.String(36))
    since_boot_s: Mapped[float]
    counted_at: Mapped[datetime]


class LockRow(Base):
    """A thing that one job at a time may work on, on any host."""

    __tablename__ = "locks"

    name: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    job_id: Mapped[str] = mapped_column(sa.ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    attempt: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(default=now)
