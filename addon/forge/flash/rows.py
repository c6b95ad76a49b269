"""The tables of the cards' room."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from forge.store.base import Base, now

_BIG: Any = sa.BigInteger()


class PlanRow(Base):
    """What was shown to a person, to be confirmed once: this image to this device."""

    __tablename__ = "flash_plans"

    #: The token: who has it has seen the plan.
    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    #: The same moment by the clock that counts since the boot, and never jumps.
    expires_s: Mapped[float]
    used: Mapped[bool] = mapped_column(default=False)
    #: The newest record of this device when it was planned.
    after: Mapped[int | None]
    device: Mapped[dict[str, Any]]
    identity: Mapped[dict[str, Any]]
    image: Mapped[dict[str, Any]]
    wipe: Mapped[bool]
    eject: Mapped[bool]
    verification: Mapped[str] = mapped_column(sa.String(16))


class RecordRow(Base):
    """One confirmed writing, and what is known of it. Its job tells where it stands."""

    __tablename__ = "flash_records"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("jobs.id", ondelete="SET NULL"), index=True
    )
    by: Mapped[str] = mapped_column(sa.String(255))
    confirmed_at: Mapped[datetime] = mapped_column(default=now)
    device_path: Mapped[str] = mapped_column(sa.String(255), index=True)
    device_number: Mapped[str] = mapped_column(sa.String(32))
    device_model: Mapped[str | None] = mapped_column(sa.String(255))
    device_serial: Mapped[str | None] = mapped_column(sa.String(255), index=True)
    device_size: Mapped[int] = mapped_column(_BIG)
    device_sequence: Mapped[int | None] = mapped_column(_BIG)
    boot: Mapped[str] = mapped_column(sa.String(36))
    image_job_id: Mapped[str | None] = mapped_column(sa.String(32), index=True)
    image_name: Mapped[str] = mapped_column(sa.String(255))
    file_sha256: Mapped[str] = mapped_column(sa.String(64))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int] = mapped_column(_BIG)
    wipe: Mapped[bool]
    verification: Mapped[str] = mapped_column(sa.String(16))
    #: Set before the first byte is written.
    began_at: Mapped[datetime | None]
    #: Set when all is on the medium, and before it is read back.
    written_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: match, mismatch or skipped.
    result: Mapped[str | None] = mapped_column(sa.String(16))
    ejected: Mapped[bool | None]
    #: Why it failed; the job's own error is forgotten with the job.
    error: Mapped[dict[str, Any] | None]
