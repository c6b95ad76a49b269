"""Plans: bound to one device, one image and a few minutes; confirmed once."""

from dataclasses import asdict
from datetime import timedelta
import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from forge.boot import boot_id, since_boot_s
from forge.errors import Conflict, NotFound, Precondition
from forge.flash import records
from forge.flash.devices import Identity, identity_of
from forge.flash.disks import Disk
from forge.flash.facts import Plan, Wish, plan_of
from forge.flash.images import Seen
from forge.flash.rows import PlanRow
from forge.settings import Settings
from forge.store.base import now
from forge.store.engine import Store


def make(store: Store, settings: Settings, wish: Wish, disk: Disk, seen: Seen) -> Plan:
    """Keep a plan for a person to confirm; forget those that are past."""
    identity = identity_of(disk)
    moment, lives_s = now(), settings.flash_plan_s
    with store.write() as session:
        session.execute(sa.delete(PlanRow).where(PlanRow.expires_at < moment - timedelta(days=1)))
        row = PlanRow(
            id=secrets.token_hex(16),
            created_at=moment,
            expires_at=moment + timedelta(seconds=lives_s),
            expires_s=since_boot_s() + lives_s,
            after=records.newest(session, identity),
            device=disk.model_dump(mode="json"),
            identity=asdict(identity),
            image=seen.model_dump(mode="json"),
            wipe=wish.wipe,
            eject=wish.eject,
            verification=wish.verification or settings.flash_verification,
            used=False,
        )
        session.add(row)
        session.flush()
        return plan_of(row, suspect=records.suspect(session, disk, identity.boot))


def show(store: Store, token: str) -> Plan:
    """Return a plan. Raise NotFound."""
    with store.read() as session:
        row = found(session, token)
        disk = Disk.model_validate(row.device)
        return plan_of(row, suspect=records.suspect(session, disk, row.identity["boot"]))


def use(session: Session, row: PlanRow) -> None:
    """Confirm a plan. Raise Conflict when it was, Precondition when it is too late."""
    if row.used:
        raise Conflict("This plan was confirmed before: make a new one", about="plan_used")
    if row.identity["boot"] != boot_id() or since_boot_s() > row.expires_s:
        raise Precondition(
            "This plan is too old: make a new one, and look at it again",
            about="plan_expired",
            expired_at=row.expires_at.isoformat(),
        )
    row.used = True


def found(session: Session, token: str, *, lock: bool = False) -> PlanRow:
    """Return a plan's row. Raise NotFound."""
    query = sa.select(PlanRow).where(PlanRow.id == token)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound("There is no such plan: make a new one", about="plan")
    return row


def check_same(store: Store, row: PlanRow, identity: Identity) -> None:
    """Raise Precondition where a device is not what was confirmed, or was written since."""
    with store.read() as session:
        written = records.newest(session, identity)
    planned = Identity(**row.identity)
    if identity != planned or written != row.after:
        raise Precondition(
            f"{row.device['path']} is not what it was when this was planned: another card, another"
            " size, or written meanwhile; make a new plan",
            about="device_changed",
            device=row.device["path"],
            planned=row.identity,
            found=asdict(identity),
            written=written != row.after,
        )
