"""The actions on machines."""

from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType, JsonValueType
import voluptuous as vol

from ..ledger.errors import Duplicate
from ..machines.facts import Machine, MachineType, ServerDown
from .request import (
    ATTR_MACHINE_ID,
    ATTR_TYPE,
    MACHINE,
    MEMBER,
    VERSION,
    WORDS,
    Action,
    Request,
    described,
    rounded,
    said,
)

_ABOUT: Final = {
    vol.Optional("blocked"): cv.boolean,
    vol.Optional("server_down"): vol.All(vol.In([str(rule) for rule in ServerDown]), ServerDown),
}


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
                "hours": rounded(status.hours),
                "hours_to_care": rounded(status.hours_to_care),
                "plans": [described(plan) for plan in desk.roll.plans_of(machine.id)],
                "due": list(status.due),
            }
        )
    return {
        "machines": machines,
        "types": [_type(request, kind) for kind in facts.types.values()],
        "unknown_boards": [described(board) for board in desk.strangers.values()],
    }


def _type(request: Request, kind: MachineType) -> JsonObjectType:
    training = request.facts.trainings.get(kind.training_id or 0)
    return described(kind) | {"training": training.name if training else None}


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
    Action(name="start_machine", act=_start_machine, fields=MACHINE | MEMBER),
    Action(name="stop_machine", act=_stop_machine, fields=MACHINE),
)
