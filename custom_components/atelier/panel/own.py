"""The commands that tell members what is kept of themselves, and of nobody else."""

from math import isfinite
from typing import Any, Final

from ..ledger.pages import UseQuery
from ..machine_actions.request import ATTR_LIMIT, ATTR_OFFSET, PAGE, said
from ..machines.access import decide, right_ends, training_ends
from ..machines.facts import Machine, Member, Trained
from .answer import unauthorized
from .command import Call, Command


async def _me(call: Call) -> dict[str, Any]:
    """Return who the user is here, what they may use and have learnt, and how much they did."""
    member, desk = _member(call), call.makerspace.desk
    now = call.makerspace.ledger.clock()
    machines = sorted(desk.facts.machines.values(), key=lambda machine: machine.id)
    trained = [one for one in desk.facts.trained.values() if one.member_id == member.id]
    figures = await call.makerspace.ledger.member_figures(member.id or 0)
    return {
        "member": {
            "id": member.id,
            "name": member.name,
            "surname": member.surname,
            "role": desk.roll.role_of(member).name,
            "cards": len(member.cards),
        },
        "machines": [_machine(call, member, machine, now) for machine in machines],
        "trainings": [
            _training(call, one, now) for one in trained if one.training_id in desk.facts.trainings
        ],
        "hours": _hours(figures.seconds),
        "uses": figures.uses,
    }


def _machine(call: Call, member: Member, machine: Machine, now: float) -> dict[str, Any]:
    roll = call.makerspace.desk.roll
    kind = roll.facts.types.get(machine.type_id)
    decision = decide(roll, member, machine, now)
    return {
        "id": machine.id,
        "name": machine.name,
        "type": kind.name if kind else None,
        "allowed": decision.granted,
        "reason": decision.denial,
        "until": _end(right_ends(roll, member, machine)) if decision.granted else None,
    }


def _training(call: Call, trained: Trained, now: float) -> dict[str, Any]:
    roll = call.makerspace.desk.roll
    ends = training_ends(roll, trained.member_id, trained.training_id)
    return {
        "id": trained.training_id,
        "name": roll.facts.trainings[trained.training_id].name,
        "at": said(trained.at),
        "until": _end(ends),
        "instructor": trained.instructor,
        "valid": ends is not None and now < ends,
    }


async def _uses(call: Call) -> dict[str, Any]:
    """Return a page of the user's own uses, the latest first."""
    page = await call.makerspace.ledger.page(
        UseQuery(
            member_id=_member(call).id,
            offset=call.data[ATTR_OFFSET],
            limit=call.data[ATTR_LIMIT],
        )
    )
    return {
        "total": page.total,
        "uses": [
            {
                "id": use.id,
                "machine_id": use.machine_id,
                "machine": call.makerspace.name_of(use.machine_id),
                "start": said(use.start),
                "end": said(use.end),
                "hours": _hours(use.duration_s),
                "ending": use.ending,
            }
            for use in page.items
        ],
    }


def _member(call: Call) -> Member:
    if call.asker.member is None:
        unauthorized()
    return call.asker.member


def _end(moment: float | None) -> str | None:
    return said(moment) if moment is not None and isfinite(moment) else None


def _hours(seconds: float) -> float:
    return round(seconds / 3600, 3)


COMMANDS: Final = (
    Command(name="atelier/me", act=_me, fields={}),
    Command(name="atelier/me/uses", act=_uses, fields=PAGE),
)
