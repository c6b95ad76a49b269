"""The jobs with cards: look at an image and plan, write and read back."""

from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from forge.errors import FlashError, ForgeError, Precondition
from forge.flash import images, plans, records
from forge.flash.block import BlockTarget
from forge.flash.content import Content
from forge.flash.devices import writable
from forge.flash.facts import Outcome, Wish
from forge.flash.filesystems import with_contents
from forge.flash.images import Images, Seen
from forge.flash.rows import PlanRow
from forge.flash.writer import read_back, wipe, write
from forge.jobs.context import Context
from forge.jobs.kinds import job
from forge.jobs.limits import MIB
from forge.jobs.states import Slot, State
from forge.settings import Settings, Verification
from forge.store.base import now

#: A large image on a slow card takes hours, not the time that builds may take.
_LONGEST_S: Final = 12 * 3600
_PREFIXES: Final = {Verification.PREFIX_64: 64 * MIB, Verification.PREFIX_16: 16 * MIB}


class Confirmed(BaseModel):
    """A plan that was confirmed."""

    model_config = ConfigDict(extra="forbid")

    plan: str = Field(pattern=r"^[0-9a-f]{32}$")


def check_allowed(settings: Settings) -> None:
    """Raise Precondition where cards are not to be written."""
    if not settings.flashing:
        raise Precondition(
            "Writing cards is switched off: set the option `flashing` to allow it",
            about="flashing_disabled",
        )


@job("flash.plan", slot=Slot.HERE, resumable=True)
def plan(ctx: Context, params: Wish) -> dict[str, Any]:
    """Read an image from its beginning to its end, and plan to write it. Writes nothing."""
    check_allowed(ctx.settings)
    disk = writable(params.device, ctx.settings.data_dir, only=ctx.settings.flash_devices)
    ctx.state(State.VERIFYING, f"reading {params.image.name}")
    seen = images.look(Images(ctx.settings), params.image, room=disk.size, tell=ctx.progress)
    ctx.log(f"{seen.name}: {seen.size} bytes, {seen.table} table, sha256 {seen.sha256}")
    if seen.trailer is not None:
        ctx.log(f"left out: {seen.trailer.size} bytes that OpenWrt appended")
    # Looked at again: reading took a while.
    disk = writable(params.device, ctx.settings.data_dir, only=ctx.settings.flash_devices)
    images.check_room(seen.name, seen.size, disk.size)
    made = plans.make(ctx.store, ctx.settings, params, with_contents(disk), seen)
    return made.model_dump(mode="json")


@job("flash.write", slot=Slot.HERE, timeout_s=_LONGEST_S)
def write_card(ctx: Context, params: Confirmed) -> dict[str, Any]:
    """Write a confirmed plan's image to its card, and read it back."""
    with ctx.store.read() as session:
        row = plans.found(session, params.plan)
    try:
        check_allowed(ctx.settings)
        with ctx.lock(f"card:{row.identity['number']}"):
            return _written(ctx, row)
    except ForgeError as error:
        if not error.code.startswith(("cancelled", "conflict.claim")):
            records.failed(ctx.store, ctx.job_id, error)
        raise


def _written(ctx: Context, row: PlanRow) -> dict[str, Any]:
    """Do it, with the card for oneself from here to the end."""
    ctx.state(State.VERIFYING, "looking at the card and the image again")
    seen = Seen.model_validate(row.image)
    disk = writable(row.device["path"], ctx.settings.data_dir, only=ctx.settings.flash_devices)
    path = images.check_unchanged(Images(ctx.settings), seen, ctx.checkpoint)
    with BlockTarget(disk) as target:
        plans.check_same(ctx.store, row, target.identity)
        images.check_room(seen.name, seen.size, target.size)
        ctx.log(f"{disk.path}: {disk.model or 'no model'}, {disk.serial or 'no serial number'}")
        outcome = _copied(ctx, row, seen, path, target)
        if not target.announce():
            ctx.log("the kernel did not read the new partition table; plug the card in again")
        ejected = target.eject() if row.eject else None
        if ejected is False:
            ctx.log("this device cannot eject; everything is on the card, so take it out")
    records.change(ctx.store, ctx.job_id, result=outcome, ejected=ejected, ended_at=now())
    return {
        "device": disk.path,
        "size": seen.size,
        "sha256": seen.sha256,
        "verification": row.verification,
        "result": outcome,
        "ejected": ejected,
    }


def _copied(ctx: Context, row: PlanRow, seen: Seen, path: Path, target: BlockTarget) -> Outcome:
    """Write and read back. Raise FlashError."""
    verification = Verification(row.verification)
    prefix = _PREFIXES.get(verification)
    checked = 0 if verification is Verification.SKIPPED else min(prefix or seen.size, seen.size)
    all_bytes = seen.size + checked

    # Where all is read back, that proves the image and the card at once: on small hosts a hash
    # takes longer than the card.
    full = verification is Verification.FULL
    stamp = images.stamp_of(path)

    def tell(done: int) -> None:
        ctx.progress(100 * done / all_bytes)

    ctx.state(State.BUILDING, "writing")
    records.change(ctx.store, ctx.job_id, began_at=now())
    if row.wipe:
        wipe(target)
    with Content(path, prefix=prefix, hashed=not full) as content:

        def check() -> None:
            same = images.stamp_of(path) == stamp and content.size == seen.size
            if not same or not (full or content.digest == seen.sha256):
                raise images.changed(seen.name, seen.sha256, None if full else content.digest)

        write(content, target, tell=tell, check=check)
        expected = seen.sha256 if full else content.prefix_digest
    records.change(ctx.store, ctx.job_id, written_at=now())
    if not checked:
        return Outcome.SKIPPED
    ctx.state(State.VERIFYING, "reading back")
    found = read_back(target, checked, tell=lambda done: tell(seen.size + done))
    if found == expected:
        ctx.log(f"the card holds what was written: {checked} bytes, sha256 {found}")
        return Outcome.MATCH
    records.change(ctx.store, ctx.job_id, result=Outcome.MISMATCH)
    raise FlashError(
        "The card gives other bytes back than were written: it is not to be trusted, use another",
        about="hash_mismatch",
        device=row.device["path"],
        expected=expected,
        found=found,
        bytes=checked,
    )
