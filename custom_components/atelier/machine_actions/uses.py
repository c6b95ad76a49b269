"""The actions on uses, and the one that takes back what was removed: no time counts twice."""

from dataclasses import replace
from typing import Any, Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..const import DOMAIN
from ..ledger.errors import Conflict, Unknown
from ..ledger.finding import find, find_removed
from ..ledger.kinds import KINDS
from ..ledger.pages import UseQuery
from ..ledger.removing import Removal
from ..machines.facts import Ending, Use
from .request import (
    ATTR_MACHINE_ID,
    ATTR_MEMBER_ID,
    ATTR_TYPE,
    ATTR_VERSION,
    ID,
    MACHINE,
    MOMENT,
    NUMBER,
    PAGE,
    PERIOD,
    VERSION,
    WORDS,
    Action,
    Request,
    described,
    undo,
)

_UNDO: Final = {
    vol.Required("id"): ID,
    vol.Required("kind"): cv.slug,
    vol.Required("fact_id"): vol.All(vol.Coerce(int), vol.Range(min=0)),
    vol.Required("at"): vol.Coerce(float),
}
_USE: Final = {vol.Required("use_id"): ID}
#: Two uses may touch by as much as a board's whole seconds are off.
_TOUCH_S: Final = 1.0


async def _list_uses(request: Request) -> JsonObjectType:
    """Return a page of the uses, the latest first."""
    query: dict[str, Any] = request.given(
        *("search", "member_id", "machine_id", "since", "until", "lasting", "oldest_first"),
        *("offset", "limit"),
    )
    if ATTR_TYPE in request.data:
        query["type_id"] = request.machine_type().id
    page = await request.makerspace.ledger.page(UseQuery(**query))
    return {"total": page.total, "uses": [_told(request, use) for use in page.items]}


def _told(request: Request, use: Use) -> JsonObjectType:
    """Return a use with the names of who and what it was."""
    member = request.facts.members.get(use.member_id or 0)
    machine = request.facts.machines.get(use.machine_id)
    return described(use) | {
        "seconds": use.duration_s,
        "member": f"{member.name} {member.surname}".strip() if member else None,
        "machine": machine.name if machine else None,
    }


async def _record_use(request: Request) -> JsonObjectType:
    """Keep a use that no board told of."""
    end = request.data["end"]
    use = Use(
        machine_id=request.machine().id,
        member_id=request.member().id if ATTR_MEMBER_ID in request.data else None,
        start=request.data["start"],
        last_seen=end,
        end=end,
        ending=Ending.MANUAL,
    )
    return await _keep(request, use)


async def _correct_use(request: Request) -> JsonObjectType:
    """Change when a use that has ended was, or whose it was."""
    use = await _ended(request)
    if request.data.get(ATTR_VERSION, use.version) != use.version:
        raise Conflict("use", use.version)
    values = request.given("start", "end")
    if ATTR_MEMBER_ID in request.data:
        values["member_id"] = request.member().id
    changed = replace(use, **values)
    return await _keep(request, replace(changed, last_seen=changed.end or changed.last_seen), use)


async def _delete_use(request: Request) -> JsonObjectType:
    """Delete a use that has ended; the machine's hours follow."""
    use = await _ended(request)
    removal = await request.makerspace.ledger.remove(Use, use.id or 0, by=request.by)
    await request.makerspace.refresh()
    return undo(removal)


async def _ended(request: Request) -> Use:
    """Return the use that is meant. Raise Unknown, or where it lasts."""
    use_id = request.data["use_id"]
    use: Use | None = await request.makerspace.ledger.read(
        lambda connection: find(connection, KINDS[Use], use_id)
    )
    if use is None:
        raise Unknown("use")
    if use.end is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="use_lasts")
    return use


async def _keep(request: Request, use: Use, before: Use | None = None) -> JsonObjectType:
    """Keep a use that has ended, unless time would be counted twice."""
    if not use.start < (use.end or use.start) <= request.makerspace.ledger.clock():
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="bad_period")
    await _refuse_overlap(request, use, before)
    kept = await request.makerspace.ledger.save(use, by=request.by)
    await request.makerspace.refresh()
    return {"use": _told(request, kept)}


async def _refuse_overlap(request: Request, use: Use, before: Use | None = None) -> None:
    """Raise where a machine was used in the same time; as it was `before` does not count."""
    start, end = use.start, use.end or use.last_seen
    taken_s = await request.makerspace.ledger.used_between(use.machine_id, start, end)
    if before is not None:
        taken_s -= max(0.0, min(end, before.end or 0.0) - max(start, before.start))
    opened = request.facts.open_uses.get(use.machine_id)
    if opened is not None:
        # The ledger hears only now and then until when it lasted.
        taken_s = max(taken_s, end - max(start, opened.start))
    if taken_s > _TOUCH_S:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="uses_overlap")


async def _restore(request: Request) -> JsonObjectType:
    """Take a removal back, be it of a use or of anything else."""
    removal = Removal(**request.data["undo"])
    if removal.kind == KINDS[Use].name:
        removed = await request.makerspace.ledger.read(
            lambda connection: find_removed(connection, KINDS[Use], removal.id)
        )
        if not removed:
            raise Unknown("removal")
        for use in removed.values():
            await _refuse_overlap(request, use)
    facts = await request.makerspace.restore(removal, by=request.by)
    return {"kind": removal.kind, "restored": [described(fact) for fact in facts]}


ACTIONS: Final = (
    Action(
        name="list_uses",
        act=_list_uses,
        fields={
            vol.Optional("search"): WORDS,
            vol.Optional(ATTR_MEMBER_ID): ID,
            vol.Optional(ATTR_MACHINE_ID): NUMBER,
            vol.Optional(ATTR_TYPE): WORDS,
            vol.Optional("lasting"): cv.boolean,
            vol.Optional("oldest_first"): cv.boolean,
        }
        | PERIOD
        | PAGE,
        asks=True,
    ),
    Action(
        name="record_use",
        act=_record_use,
        fields=MACHINE
        | {
            vol.Optional(ATTR_MEMBER_ID): ID,
            vol.Required("start"): MOMENT,
            vol.Required("end"): MOMENT,
        },
    ),
    Action(
        name="correct_use",
        act=_correct_use,
        fields=_USE
        | VERSION
        | {
            vol.Optional(ATTR_MEMBER_ID): ID,
            vol.Optional("start"): MOMENT,
            vol.Optional("end"): MOMENT,
        },
    ),
    Action(name="delete_use", act=_delete_use, fields=_USE),
    Action(name="restore", act=_restore, fields={vol.Required("undo"): vol.Schema(_UNDO)}),
)
