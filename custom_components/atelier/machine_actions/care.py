"""The actions on care: plans after hours of use, and interventions that carried them out."""

from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..bounds import number, several
from ..ledger.errors import Unknown
from ..ledger.pages import InterventionQuery
from ..machines.facts import Intervention, Plan
from .request import (
    ATTR_MACHINE_ID,
    ATTR_MEMBER_ID,
    ATTR_PLAN_ID,
    ID,
    MACHINE,
    MOMENT,
    NUMBER,
    PAGE,
    PERIOD,
    TEXT,
    VERSION,
    WORDS,
    Action,
    Request,
    described,
    rounded,
)

_PLANS: Final = several(ID, 100, least=1)
_PLAN: Final = {vol.Required(ATTR_PLAN_ID): ID}
_INTERVENTION: Final = {vol.Required("intervention_id"): ID}
_HOURS: Final = number(float, 0.01, 1e6)
_PLANNED: Final = ("description", "every_h", "lcd_text", "url")


async def _add_care_plan(request: Request) -> JsonObjectType:
    """Plan care for a machine, after hours of use."""
    values = request.given(*_PLANNED)
    return {"plan": await request.keep(Plan(machine_id=request.machine().id, **values))}


async def _change_care_plan(request: Request) -> JsonObjectType:
    """Change what is given of a plan."""
    changed = request.changed(request.plan(), **request.given(*_PLANNED))
    return {"plan": await request.keep(changed)}


async def _remove_care_plan(request: Request) -> JsonObjectType:
    """Remove a plan, and the interventions it had."""
    return await request.remove(Plan, request.plan().id or 0)


async def _record_intervention(request: Request) -> JsonObjectType:
    """Keep that plans of a machine were carried out: those named, or all that it has."""
    machine_id, desk = request.machine().id, request.makerspace.desk
    plans = {plan.id or 0 for plan in desk.roll.plans_of(machine_id)}
    wanted = request.data.get(ATTR_PLAN_ID, sorted(plans))
    if not wanted or not plans.issuperset(wanted):
        raise Unknown("plan")
    member_id = request.member().id if ATTR_MEMBER_ID in request.data else None
    at = request.past("at")
    await desk.care_for(machine_id, list(wanted), member_id, at, by=request.by)
    return {"plans": list(wanted)} | _left(request, machine_id)


async def _list_interventions(request: Request) -> JsonObjectType:
    """Return a page of the interventions, the latest first."""
    query: dict[str, Any] = request.given(
        *("search", "machine_id", "plan_id", "member_id", "since", "until", "oldest_first"),
        *("offset", "limit"),
    )
    page = await request.makerspace.ledger.page(InterventionQuery(**query))
    return {"total": page.total, "interventions": [_told(request, one) for one in page.items]}


async def _change_intervention(request: Request) -> JsonObjectType:
    """Change when an intervention was, or who made it; the hours to the next follow."""
    known = await request.found(Intervention, request.data["intervention_id"])
    values: dict[str, Any] = {}
    if "at" in request.data:
        values["at"] = request.past("at")
    if ATTR_MEMBER_ID in request.data:
        nobody = request.data[ATTR_MEMBER_ID] is None
        values["member_id"] = None if nobody else request.member().id
    kept = await request.makerspace.save(request.changed(known, **values), by=request.by)
    return {"intervention": _told(request, kept)} | _left(request, kept.machine_id)


async def _delete_intervention(request: Request) -> JsonObjectType:
    """Delete an intervention; the hours to the next follow."""
    known = await request.found(Intervention, request.data["intervention_id"])
    return await request.remove(Intervention, known.id or 0)


def _told(request: Request, intervention: Intervention) -> JsonObjectType:
    """Return an intervention with the names of what, where and who it was."""
    plan = request.facts.plans.get(intervention.plan_id)
    return described(intervention) | {
        "plan": plan.description if plan else None,
        "machine": request.machine_name(intervention.machine_id),
        "member_name": request.member_name(intervention.member_id),
    }


def _left(request: Request, machine_id: int) -> JsonObjectType:
    return {"hours_to_care": rounded(request.makerspace.status(machine_id).hours_to_care)}


ACTIONS: Final = (
    Action(
        name="add_care_plan",
        act=_add_care_plan,
        fields=MACHINE
        | {
            vol.Required("description"): TEXT,
            vol.Required("every_h"): _HOURS,
            vol.Optional("lcd_text"): cv.string,
            vol.Optional("url"): TEXT,
        },
    ),
    Action(
        name="change_care_plan",
        act=_change_care_plan,
        fields=_PLAN
        | VERSION
        | {
            vol.Optional("description"): TEXT,
            vol.Optional("every_h"): _HOURS,
            vol.Optional("lcd_text"): cv.string,
            vol.Optional("url"): vol.Any(TEXT, None),
        },
    ),
    Action(name="remove_care_plan", act=_remove_care_plan, fields=_PLAN),
    Action(
        name="record_intervention",
        act=_record_intervention,
        fields=MACHINE
        | {
            vol.Optional(ATTR_PLAN_ID): _PLANS,
            vol.Optional(ATTR_MEMBER_ID): ID,
            vol.Optional("at"): MOMENT,
        },
    ),
    Action(
        name="list_interventions",
        act=_list_interventions,
        fields={
            vol.Optional("search"): WORDS,
            vol.Optional(ATTR_MACHINE_ID): NUMBER,
            vol.Optional(ATTR_PLAN_ID): ID,
            vol.Optional(ATTR_MEMBER_ID): ID,
            vol.Optional("oldest_first"): cv.boolean,
        }
        | PERIOD
        | PAGE,
        asks=True,
    ),
    Action(
        name="change_intervention",
        act=_change_intervention,
        fields=_INTERVENTION
        | VERSION
        | {vol.Optional(ATTR_MEMBER_ID): vol.Any(ID, None), vol.Optional("at"): MOMENT},
    ),
    Action(name="delete_intervention", act=_delete_intervention, fields=_INTERVENTION),
)
