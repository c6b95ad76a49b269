"""What is told of plans and records."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from forge.flash.disks import Disk
from forge.flash.images import Image, Seen
from forge.flash.rows import PlanRow, RecordRow
from forge.jobs.facts import Problem
from forge.jobs.states import ACTIVE, State
from forge.settings import Verification


class Outcome(StrEnum):
    """What reading back showed."""

    MATCH = "match"
    MISMATCH = "mismatch"
    SKIPPED = "skipped"


class Wish(BaseModel):
    """What shall be written to which device."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    image: Image
    device: str = Field(
        pattern=r"^/[^\x00]{1,400}$", description="the path of a whole disk; links are followed"
    )
    wipe: bool = Field(default=False, description="clear both ends of the card before")
    eject: bool = Field(default=False, description="let go of the card afterwards")
    verification: Verification | None = Field(
        default=None, description="what is set for all otherwise"
    )


class Plan(BaseModel):
    """What would be written where. Nothing is written before it is confirmed."""

    token: str
    device: Disk
    image: Seen
    wipe: bool
    eject: bool
    verification: Verification
    past_end: bool = Field(
        description="the image's partitions end behind the card's end: parts of it will not work"
    )
    suspect: bool = Field(description="this card gave other bytes back before than were written")
    used: bool
    created_at: datetime
    expires_at: datetime


class Progress(StrEnum):
    """Where a writing stands."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Record(BaseModel):
    """One writing."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    job_id: str | None = Field(description="null when the job was forgotten")
    status: Progress = Progress.PENDING
    by: str
    confirmed_at: datetime
    began_at: datetime | None = Field(description="the card was changed from here on")
    written_at: datetime | None = Field(description="all was written, and not read back yet")
    ended_at: datetime | None
    device_path: str
    device_model: str | None
    device_serial: str | None
    device_size: int
    image_job_id: str | None
    image_name: str
    file_sha256: str
    sha256: str
    size: int
    wipe: bool
    verification: Verification
    result: Outcome | None
    ejected: bool | None
    incomplete: bool = Field(
        default=False, description="it ended before all was written: the card holds no whole image"
    )
    unproved: bool = Field(
        default=False, description="it ended before all that was written was read back"
    )
    suspect: bool = Field(default=False, description="the card gave other bytes back")
    error: Problem | None = None


def plan_of(row: PlanRow, *, suspect: bool) -> Plan:
    """Return what is told of a plan."""
    device, image = Disk.model_validate(row.device), Seen.model_validate(row.image)
    return Plan(
        token=row.id,
        device=device,
        image=image,
        wipe=row.wipe,
        eject=row.eject,
        verification=Verification(row.verification),
        past_end=image.table_end > device.size,
        suspect=suspect,
        used=row.used,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def record_of(row: RecordRow, job_state: str | None, job_error: dict[str, Any] | None) -> Record:
    """Return what is told of a record; how far it is, its job knows."""
    record = Record.model_validate(row)
    record.status = _status(row, job_state)
    # A job that died when all was done and noted has failed; the writing has not.
    if record.error is None and job_error is not None and record.status is Progress.FAILED:
        record.error = Problem.model_validate(job_error)
    record.suspect = row.result == Outcome.MISMATCH
    if record.status in (Progress.FAILED, Progress.CANCELLED) and not record.suspect:
        record.incomplete = row.began_at is not None and row.written_at is None
        record.unproved = row.written_at is not None
    return record


def _status(row: RecordRow, job_state: str | None) -> Progress:
    if row.result is not None or row.error is not None:
        good = row.error is None and row.result != Outcome.MISMATCH
        return Progress.SUCCEEDED if good else Progress.FAILED
    if job_state == State.QUEUED:
        return Progress.PENDING
    if job_state in ACTIVE:
        return Progress.RUNNING
    return Progress.CANCELLED if job_state == State.CANCELLED else Progress.FAILED
