"""The actions on uses: no time counts twice."""

from dataclasses import replace
from typing import Any, Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..const import DOMAIN
from ..ledger.pages import UseQuery
from ..machines.facts import Ending, Use
from .request import (
    ATTR_MACHINE_ID,
    ATTR_MEMBER_ID,
    ATTR_TYPE,
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
    hours,
)

_USE: Final = {vol.Required("use_id"): ID}


async def _list_uses(request: Request) -> JsonObjectType:
    """Return a page of the uses, the latest first."""
    query: dict[str, Any] = request.given(
        *("search", "member_id", "machine_id", "since", "until", "lasting", "replay"),
        *("oldest_first", "offset", "limit"),
    )
    if ATTR_TYPE in request.data:
        query["type_id"] = request.machine_type().id
    page = await request.makerspace.ledger.page(UseQuery(**query))
    return {"total": page.total, "uses": [_told(request, use) for use in page.items]}


def _told(request: Request, use: Use) -> JsonObjectType:
    """Return a use with the names of who and what it was."""
    opened = request.facts.open_uses.get(use.machine_id)
    if opened is not None and opened.id == use.id:
        use = opened  # the ledger hears only now and then until when it lasted
    return described(use) | {
        "hours": hours(use.duration_s),
        "member_name": request.member_name(use.member_id),
        "machine": request.machine_name(use.machine_id),
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
    use = await request.found(Use, request.data["use_id"])
    if use.end is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="use_lasts")
    values = request.given("start", "end")
    if ATTR_MEMBER_ID in request.data:
        values["member_id"] = request.member().id
    changed = request.changed(use, **values)
    return await _keep(request, replace(changed, last_seen=changed.end or changed.last_seen))


async def _end_use(request: Request) -> JsonObjectType:
    """End the use that lasts at a machine, whatever its board says."""
    machine_id = request.machine().id
    use = request.facts.open_uses.get(machine_id)
    if use is None or use.id is None or request.data.get("use_id", use.id) != use.id:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="use_over")
    at = request.past("at")
    if at < use.start:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="bad_period")
    await request.makerspace.desk.end_use(machine_id, at, by=request.by)
    return {"use": _told(request, await request.found(Use, use.id))}


async def _delete_use(request: Request) -> JsonObjectType:
    """Delete a use, one that lasts after it was ended; the machine's hours follow."""
    use = await request.found(Use, request.data["use_id"])
    if use.end is None:
        await request.makerspace.desk.end_use(use.machine_id, by=request.by)
    return await request.remove(Use, use.id or 0)


async def _keep(request: Request, use: Use) -> JsonObjectType:
    """Keep a use that has ended, unless time would be counted twice."""
    if not use.start < (use.end or use.start) <= request.makerspace.ledger.clock():
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="bad_period")
    return {"use": _told(request, await request.makerspace.save(use, by=request.by))}


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
            vol.Optional("replay"): cv.boolean,
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
    Action(
        name="end_use",
        act=_end_use,
        fields=MACHINE | {vol.Optional("use_id"): ID, vol.Optional("at"): MOMENT},
    ),
    Action(name="delete_use", act=_delete_use, fields=_USE),
)
