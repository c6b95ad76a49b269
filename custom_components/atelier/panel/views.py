"""A machine, and what happened at it, as those see it who manage a workshop."""

from typing import Any

from homeassistant.util.json import JsonObjectType, JsonValueType

from ..machine_actions.request import described, said
from ..machines.care import HOUR_S, is_due, since_care_s
from ..machines.facts import Plan
from ..machines.news import Happening
from ..makerspace import Makerspace


def machine_view(makerspace: Makerspace, machine_id: int) -> JsonObjectType:
    """Return a machine as it is now; who is on by name."""
    desk = makerspace.desk
    facts, status = desk.facts, desk.status(machine_id)
    machine = facts.machines[machine_id]
    kind, board = facts.types.get(machine.type_id), facts.boards.get(machine_id)
    device = makerspace.devices.get(machine_id)
    plans: list[JsonValueType] = [
        plan_view(makerspace, plan) for plan in desk.roll.plans_of(machine_id)
    ]
    return {
        "id": machine_id,
        "name": machine.name,
        "type_id": machine.type_id,
        "type": kind.name if kind else None,
        "version": machine.version,
        "blocked": machine.blocked,
        "server_down": machine.server_down,
        "state": status.state,
        "online": status.online,
        "last_seen": said(status.last_seen),
        "since": said(status.since),
        "member_id": status.member_id,
        "member_name": name_of(makerspace, status.member_id),
        "hours": round(status.hours, 3),
        "hours_to_care": None if status.hours_to_care is None else round(status.hours_to_care, 3),
        "plans": plans,
        "board": None if board is None else described(board),
        "silent": machine_id in makerspace.silent,
        "device_id": None if device is None else device.id,
    }


def plan_view(makerspace: Makerspace, plan: Plan) -> JsonObjectType:
    """Return a plan with whether it is due, and the hours of use that are left."""
    facts = makerspace.desk.facts
    left = plan.every_h - since_care_s(facts, plan, with_open=True) / HOUR_S
    return described(plan) | {
        "due": is_due(facts, plan, with_open=True),
        "hours_left": round(left, 3),
    }


def happening_view(makerspace: Makerspace, happening: Happening) -> dict[str, Any]:
    """Return what happened at a machine, with the name of who did it."""
    return {
        "kind": happening.kind,
        "machine_id": happening.machine_id,
        "at": said(happening.at),
        "member_id": happening.member_id,
        "member_name": name_of(makerspace, happening.member_id),
        "reason": happening.denial,
        "ending": happening.ending,
        "duration_s": happening.duration_s,
        "replay": happening.replay,
    }


def name_of(makerspace: Makerspace, member_id: int | None) -> str | None:
    """Return what a member is called."""
    member = makerspace.desk.facts.members.get(member_id or 0)
    return None if member is None else f"{member.name} {member.surname}".strip()
