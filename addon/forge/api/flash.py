"""Cards over HTTP: list, plan, confirm, eject, records."""

from typing import Annotated, Final

from pydantic import BaseModel, Field

from forge.api.routes import Asked, Call, Routes
from forge.errors import Conflict, FlashError, NotFound, Overloaded, Precondition
from forge.flash.cards import Card
from forge.flash.facts import Plan, Record, Wish
from forge.jobs.facts import Job

ROUTES: Final = Routes("flash")

type DevicePath = Annotated[str, Field(pattern=r"^/[^\x00]{1,400}$")]


class PlanPath(Asked):
    """A plan's address."""

    token: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class RecordPath(Asked):
    """A record's address."""

    record_id: Annotated[int, Field(ge=1, le=2**31 - 1)]


class RecordQuery(Asked):
    """Which records."""

    device: DevicePath | None = None
    before: int | None = Field(
        None, ge=1, le=2**31 - 1, description="the last id of the page before"
    )
    limit: int = Field(50, ge=1, le=500)


class Confirmation(Asked):
    """A plan that somebody has looked at, to be done now."""

    token: str | None = Field(None, pattern=r"^[0-9a-f]{32}$", description="the plan's")
    force: bool = Field(default=False, description="true: overwrite all that is on the card")


class Ejection(Asked):
    """A device to let go of."""

    device: DevicePath


class Ejected(BaseModel):
    """A device that holds nothing back any more."""

    ejected: bool = Field(description="false where the device cannot; it may be taken out too")


class CardList(BaseModel):
    """All disks of the Forge's host, as facts."""

    devices: list[Card]


class RecordList(BaseModel):
    """A page of records, newest first."""

    records: list[Record]


@ROUTES.route("GET", "/flash/devices", errors=(Precondition,))
def list_devices(call: Call) -> CardList:
    """List all disks, with the reason why one would be refused."""
    return CardList(devices=call.forge.cards.cards())


@ROUTES.route(
    "POST", "/flash/plans", status=202, errors=(NotFound, Conflict, Precondition, Overloaded)
)
def plan_card(call: Call, body: Wish) -> Job:
    """Plan to write an image to a card; the job's result is the plan. Writes nothing."""
    return call.forge.cards.plan(body, by=call.by, key=call.idempotency_key)


@ROUTES.route("GET", "/flash/plans/{token}")
def show_plan(call: Call, path: PlanPath) -> Plan:
    """Show a plan."""
    return call.forge.cards.show_plan(path.token)


@ROUTES.route(
    "POST", "/flash/writes", status=202, errors=(NotFound, Conflict, Precondition, Overloaded)
)
def write_card(call: Call, body: Confirmation) -> Job:
    """Confirm a plan: overwrite the card, read it back."""
    return call.forge.cards.write(
        body.token, force=body.force, by=call.by, key=call.idempotency_key
    )


@ROUTES.route("POST", "/flash/eject", errors=(NotFound, Precondition, FlashError))
def eject_card(call: Call, body: Ejection) -> Ejected:
    """Flush a card that nobody uses, and eject it where the device can."""
    return Ejected(ejected=call.forge.cards.eject(body.device))


@ROUTES.route("GET", "/flash/records")
def list_records(call: Call, query: RecordQuery) -> RecordList:
    """List what was written to cards, newest first."""
    found = call.forge.cards.records(device=query.device, before=query.before, limit=query.limit)
    return RecordList(records=found)


@ROUTES.route("GET", "/flash/records/{record_id}")
def show_record(call: Call, path: RecordPath) -> Record:
    """Show what was written once."""
    return call.forge.cards.record(path.record_id)
