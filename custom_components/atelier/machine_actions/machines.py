"""The actions on machines, their types and their care."""

from typing import Any, Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType, JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..ledger.errors import Duplicate, Unknown
from ..machines.facts import Access, Machine, MachineType, Plan, ServerDown
from .request import (
    ATTR_MACHINE_ID,
    ATTR_MEMBER_ID,
    ATTR_TRAINING,
    ATTR_TYPE,
    ID,
    MACHINE,
    MEMBER,
    MOMENT,
    TEXT,
    VERSION,
    WORDS,
    Action,
    Request,
    described,
    said,
)

_MINUTES: Final = vol.All(vol.Coerce(int), vol.Range(min=0, max=65535))
_ABOUT: Final = {
    vol.Optional("blocked"): cv.boolean,
    vol.Optional("server_down"): vol.All(vol.In([str(rule) for rule in ServerDown]), ServerDown),
}
_PLANS: Final = vol.All(cv.ensure_list, [ID], vol.Length(min=1, max=100))


async def _add_machine(request: Request) -> JsonObjectType:
    """Add a machine under the number in its topic."""
    number = request.data[ATTR_MACHINE_ID]
    if number in request.facts.machines:
        raise Duplicate("id", number)
    type_id = request.machine_type().id or 0
    values = request.given("name", "blocked", "server_down")
    return {"machine": await request.keep(Machine(id=number, type_id=type_id, **values))}


async def _change_machine(request: Request) -> JsonObjectType:
    """Change what is given of a machine."""
    values: dict[str, Any] = request.given("name", "blocked", "server_down")
    if ATTR_TYPE in request.data:
        values["type_id"] = request.machine_type().id
    return {"machine": await request.keep(request.changed(request.machine(), **values))}


async def _set_blocked(request: Request) -> JsonObjectType:
    """Block a machine for everybody, or free it."""
    changed = request.changed(request.machine(), blocked=request.data["blocked"])
    return {"machine": await request.keep(changed)}


async def _remove_machine(request: Request) -> JsonObjectType:
    """Remove a machine, with its uses and its care."""
    return await request.remove(Machine, request.machine().id)


async def _list_machines(request: Request) -> JsonObjectType:
    """Return all machines as they are now, and their types and plans."""
    facts, desk = request.facts, request.makerspace.desk
    machines: list[JsonValueType] = []
    for machine in sorted(facts.machines.values(), key=lambda machine: machine.id):
        status = desk.status(machine.id)
        kind = facts.types.get(machine.type_id)
        machines.append(
            described(machine)
            | {
                "type": kind.name if kind else None,
                "state": status.state,
                "online": status.online,
                "last_seen": said(status.last_seen),
                "since": said(status.since),
                "member_id": status.member_id,
                "hours": round(status.hours, 3),
                "hours_to_care": _rounded(status.hours_to_care),
                "plans": [described(plan) for plan in desk.roll.plans_of(machine.id)],
                "due": list(status.due),
            }
        )
    return {
        "machines": machines,
        "types": [described(kind) for kind in facts.types.values()],
        "unknown_boards": [described(board) for board in desk.strangers.values()],
    }


def _rounded(hours: float | None) -> float | None:
    return None if hours is None else round(hours, 3)


async def _add_machine_type(request: Request) -> JsonObjectType:
    """Add a type of machine."""
    values: dict[str, Any] = request.given("name", "access", "logoff_min", "grace_min")
    if ATTR_TRAINING in request.data:
        values["training_id"] = request.training().id
    return {"type": await request.keep(MachineType(**values))}


async def _start_machine(request: Request) -> JsonObjectType:
    """Log a member in at a machine, and wait until its board did."""
    machine_id, member_id = request.machine().id, request.member().id or 0
    await request.makerspace.start(machine_id, member_id)
    return _now(request, machine_id)


async def _stop_machine(request: Request) -> JsonObjectType:
    """Log out whoever is on, and wait until the board did."""
    machine_id = request.machine().id
    await request.makerspace.stop(machine_id)
    return _now(request, machine_id)


def _now(request: Request, machine_id: int) -> JsonObjectType:
    status = request.makerspace.desk.status(machine_id)
    return {
        "state": status.state,
        "since": said(status.since),
        "member_id": status.member_id,
    }


async def _add_care_plan(request: Request) -> JsonObjectType:
    """Plan care for a machine, after hours of use."""
    values = request.given("description", "every_h", "lcd_text", "url")
    return {"plan": await request.keep(Plan(machine_id=request.machine().id, **values))}


async def _remove_care_plan(request: Request) -> JsonObjectType:
    """Remove a plan, and the interventions it had."""
    return await request.remove(Plan, request.data["plan_id"])


async def _record_intervention(request: Request) -> JsonObjectType:
    """Keep that plans of a machine were carried out: those named, or all that it has."""
    machine_id = request.machine().id
    plans = {plan.id or 0 for plan in request.makerspace.desk.roll.plans_of(machine_id)}
    wanted = request.data.get("plan_id", sorted(plans))
    if not wanted or not plans.issuperset(wanted):
        raise Unknown("plan")
    member_id = request.member().id if ATTR_MEMBER_ID in request.data else None
    desk, at = request.makerspace.desk, request.data.get("at")
    if at is not None and at > request.makerspace.ledger.clock():
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="in_future")
    await desk.care_for(machine_id, list(wanted), member_id, at)
    return {
        "plans": list(wanted),
        "hours_to_care": _rounded(desk.status(machine_id).hours_to_care),
    }


ACTIONS: Final = (
    Action(
        name="add_machine",
        act=_add_machine,
        fields=MACHINE | {vol.Required("name"): WORDS, vol.Required(ATTR_TYPE): WORDS} | _ABOUT,
    ),
    Action(
        name="change_machine",
        act=_change_machine,
        fields=MACHINE
        | VERSION
        | {vol.Optional("name"): WORDS, vol.Optional(ATTR_TYPE): WORDS}
        | _ABOUT,
    ),
    Action(
        name="set_blocked",
        act=_set_blocked,
        fields=MACHINE | {vol.Optional("blocked", default=True): cv.boolean},
    ),
    Action(name="remove_machine", act=_remove_machine, fields=MACHINE),
    Action(name="list_machines", act=_list_machines, fields={}, asks=True),
    Action(
        name="add_machine_type",
        act=_add_machine_type,
        fields={
            vol.Required("name"): WORDS,
            vol.Optional("access"): vol.All(vol.In([str(rule) for rule in Access]), Access),
            vol.Optional("logoff_min"): _MINUTES,
            vol.Optional("grace_min"): _MINUTES,
            vol.Optional(ATTR_TRAINING): WORDS,
        },
    ),
    Action(name="start_machine", act=_start_machine, fields=MACHINE | MEMBER),
    Action(name="stop_machine", act=_stop_machine, fields=MACHINE),
    Action(
        name="add_care_plan",
        act=_add_care_plan,
        fields=MACHINE
        | {
            vol.Required("description"): TEXT,
            vol.Required("every_h"): vol.All(vol.Coerce(float), vol.Range(min=0.01, max=1e6)),
            vol.Optional("lcd_text"): cv.string,
            vol.Optional("url"): TEXT,
        },
    ),
    Action(name="remove_care_plan", act=_remove_care_plan, fields={vol.Required("plan_id"): ID}),
    Action(
        name="record_intervention",
        act=_record_intervention,
        fields=MACHINE
        | {
            vol.Optional("plan_id"): _PLANS,
            vol.Optional(ATTR_MEMBER_ID): ID,
            vol.Optional("at"): MOMENT,
        },
    ),
)
