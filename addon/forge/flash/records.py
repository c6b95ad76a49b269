"""What was written: kept, found, and asked whether a card is to be trusted."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.errors import ForgeError, NotFound
from forge.flash.devices import Identity
from forge.flash.disks import Disk
from forge.flash.facts import Outcome, Record, record_of
from forge.flash.rows import PlanRow, RecordRow
from forge.jobs.rows import JobRow
from forge.store.base import now
from forge.store.engine import Store

MOST: Final = 500


def begin(session: Session, plan: PlanRow, *, job_id: str, by: str) -> None:
    """Note that a plan was confirmed."""
    device, identity, image = plan.device, plan.identity, plan.image
    session.add(
        RecordRow(
            job_id=job_id,
            by=by,
            device_path=device["path"],
            device_number=identity["number"],
            device_model=device["model"],
            device_serial=identity["serial"],
            device_size=identity["size"],
            device_sequence=identity["sequence"],
            boot=identity["boot"],
            image_job_id=image["job_id"],
            image_name=image["name"],
            file_sha256=image["file_sha256"],
            sha256=image["sha256"],
            size=image["size"],
            wipe=plan.wipe,
            verification=plan.verification,
        )
    )


def change(store: Store, job_id: str, **values: Any) -> None:
    """Note what became of a job's writing."""
    with store.write() as session:
        session.execute(sa.update(RecordRow).where(RecordRow.job_id == job_id).values(**values))


def failed(store: Store, job_id: str, error: ForgeError) -> None:
    """Note why a job's writing failed."""
    change(store, job_id, error=error.as_dict(), ended_at=now())


def listed(store: Store, *, device: str | None, before: int | None, limit: int) -> list[Record]:
    """Return records, newest first."""
    query = _query().order_by(RecordRow.id.desc()).limit(min(limit, MOST))
    if device is not None:
        query = query.where(RecordRow.device_path == device)
    if before is not None:
        query = query.where(RecordRow.id < before)
    with store.read() as session:
        return [record_of(*found) for found in session.execute(query).tuples()]


def show(store: Store, record_id: int) -> Record:
    """Return a record. Raise NotFound."""
    with store.read() as session:
        found = session.execute(_query().where(RecordRow.id == record_id)).tuples().first()
    if found is None:
        raise NotFound("There is no such record", about="record", record=record_id)
    return record_of(*found)


def newest(session: Session, identity: Identity) -> int | None:
    """Return the newest record that changed a device."""
    return session.scalar(
        sa.select(sa.func.max(RecordRow.id)).where(
            RecordRow.device_number == identity.number,
            RecordRow.boot == identity.boot,
            RecordRow.began_at.is_not(None),
        )
    )


def suspect(session: Session, disk: Disk, boot: str) -> bool:
    """Tell whether the last that is known of a card is that it gave other bytes back.

    A card is known again by its serial number; one without (in a USB reader) until it is
    taken out.
    """
    same = (
        RecordRow.device_serial == disk.serial
        if disk.serial is not None and disk.transport != "usb"
        else sa.and_(
            RecordRow.device_number == disk.number,
            RecordRow.device_sequence == disk.sequence,
            RecordRow.boot == boot,
        )
    )
    last = session.scalar(
        sa.select(RecordRow.result)
        .where(same, RecordRow.result.in_((Outcome.MATCH, Outcome.MISMATCH)))
        .order_by(RecordRow.id.desc())
        .limit(1)
    )
    return last == Outcome.MISMATCH


def _query() -> sa.Select[tuple[RecordRow, str | None, dict[str, Any] | None]]:
    return sa.select(RecordRow, JobRow.state, JobRow.error).outerjoin(
        JobRow, RecordRow.job_id == JobRow.id
    )
