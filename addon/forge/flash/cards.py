"""The cards' service: list, plan, confirm, eject, and what was written."""

from typing import Final

from forge.boot import boot_id
from forge.errors import Precondition
from forge.flash import plans, records
from forge.flash.block import BlockTarget
from forge.flash.devices import Device, devices, writable
from forge.flash.facts import Plan, Record, Wish
from forge.flash.images import Images
from forge.flash.jobs import Confirmed, check_allowed
from forge.flash.writer import failing
from forge.jobs.desk import Jobs
from forge.jobs.facts import Job
from forge.settings import Settings
from forge.store.engine import Store


class Card(Device):
    """A device, and what is remembered of it."""

    suspect: bool


class Cards:
    """Cards and what is written to them."""

    def __init__(self, settings: Settings, store: Store, jobs: Jobs) -> None:
        """Stand on the Forge's parts."""
        self._settings: Final = settings
        self._store: Final = store
        self._jobs: Final = jobs

    def cards(self) -> list[Card]:
        """Return facts of all devices; which one is meant, a person says. Raise Precondition."""
        check_allowed(self._settings)
        found, boot = devices(self._settings.data_dir, only=self._settings.flash_devices), boot_id()
        with self._store.read() as session:
            return [
                Card(**device.model_dump(), suspect=records.suspect(session, device, boot))
                for device in found
            ]

    def plan(self, wish: Wish, *, by: str, key: str | None) -> Job:
        """Have a plan made; what can be refused at once is."""
        check_allowed(self._settings)
        Images(self._settings).find(wish.image)
        writable(wish.device, self._settings.data_dir, only=self._settings.flash_devices)
        return self._jobs.submit("flash.plan", wish, by=by, key=key)

    def show_plan(self, token: str) -> Plan:
        """Return a plan. Raise NotFound."""
        return plans.show(self._store, token)

    def write(self, token: str | None, *, force: bool, by: str, key: str | None) -> Job:
        """Confirm a plan: its image is written to its card. Raise Precondition or Conflict."""
        check_allowed(self._settings)
        if token is None or not force:
            raise Precondition(
                "This overwrites a card: make a plan, look at it, and send its token with"
                " `force` true",
                about="force_required",
            )
        with self._store.write() as session:
            row = plans.found(session, token, lock=True)
            job, new = self._jobs.add(session, "flash.write", Confirmed(plan=token), by=by, key=key)
            if new:
                plans.use(session, row)
                records.begin(session, row, job_id=job.id, by=by)
        if new:
            self._jobs.send(job)
        return self._jobs.show(job.id)

    def eject(self, path: str) -> bool:
        """Flush a device that nobody uses, and eject it where it can. Raise Precondition."""
        check_allowed(self._settings)
        disk = writable(path, self._settings.data_dir, only=self._settings.flash_devices)
        with BlockTarget(disk) as target, failing("flushed", 0):
            target.settle()
            return target.eject()

    def records(self, *, device: str | None, before: int | None, limit: int) -> list[Record]:
        """Return what was written, newest first."""
        return records.listed(self._store, device=device, before=before, limit=limit)

    def record(self, record_id: int) -> Record:
        """Return what was written once. Raise NotFound."""
        return records.show(self._store, record_id)
