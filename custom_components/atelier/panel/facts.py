"""The command that tells what forms choose from: roles, types, trainings, machines, users."""

from typing import Any, Final

from ..machine_actions.request import described
from ..machines.instructing import domain_of
from .command import Call, Command
from .rights import Right


async def _facts(call: Call) -> dict[str, Any]:
    """Return all of it to those who manage, and to instructors what they instruct."""
    facts = call.makerspace.desk.facts
    trainings, types, machines = facts.trainings, facts.types, facts.machines
    roles = facts.roles
    if call.asker.rights.isdisjoint({Right.ADMIN, Right.MANAGER}) and call.asker.member:
        now = call.makerspace.ledger.clock()
        taught = domain_of(call.makerspace.desk.roll, call.asker.member.id or 0, now)
        trainings = {id_: one for id_, one in trainings.items() if id_ in taught.trainings}
        types = {id_: one for id_, one in types.items() if id_ in taught.types}
        machines = {id_: one for id_, one in machines.items() if id_ in taught.machines}
        roles = {}
    told: dict[str, Any] = {
        "roles": [described(one) for one in roles.values()],
        "types": [described(one) for one in types.values()],
        "trainings": [described(one) for one in trainings.values()],
        "machines": [
            {"id": one.id, "name": one.name, "type_id": one.type_id}
            for one in sorted(machines.values(), key=lambda one: one.id)
        ],
    }
    if Right.ADMIN in call.asker.rights:
        told["users"] = await _users(call)
    return told


async def _users(call: Call) -> list[dict[str, Any]]:
    """Return the people whom a member can be linked to."""
    return [
        {"id": user.id, "name": user.name or ""}
        for user in await call.hass.auth.async_get_users()
        if user.is_active and not user.system_generated
    ]


COMMANDS: Final = (Command(name="atelier/facts", act=_facts, fields={}),)
