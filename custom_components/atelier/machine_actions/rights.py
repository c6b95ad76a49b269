"""The actions on permissions and trainings."""

from dataclasses import replace
from typing import Final

from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..ledger.errors import Invalid, Unknown
from ..machines.facts import Permission, Trained, Training
from .request import (
    ATTR_MACHINE_ID,
    ATTR_TRAINING,
    ATTR_TYPE,
    ATTR_UNTIL,
    MEMBER,
    MOMENT,
    NUMBER,
    WORDS,
    Action,
    Request,
)

_TARGET: Final = {vol.Optional(ATTR_MACHINE_ID): NUMBER, vol.Optional(ATTR_TYPE): WORDS}


def _wanted(request: Request) -> Permission:
    """Return the permission that is meant, as if it were new. Raise Invalid, Unknown."""
    if (ATTR_MACHINE_ID in request.data) == (ATTR_TYPE in request.data):
        raise Invalid("permission", "must be for a machine or for a type")
    return Permission(
        member_id=request.member().id or 0,
        machine_id=request.machine().id if ATTR_MACHINE_ID in request.data else None,
        type_id=request.machine_type().id if ATTR_TYPE in request.data else None,
        until=request.data.get(ATTR_UNTIL),
        granted_by=_asker(request),
    )


def _asker(request: Request) -> int | None:
    """Return the member who asks, where their Home Assistant user is linked to one."""
    members = request.facts.members.values()
    return next((one.id for one in members if one.user_id == request.by), None)


def _held(request: Request, wanted: Permission) -> Permission | None:
    """Return the permission that a member has already for the same."""
    target = (wanted.machine_id, wanted.type_id)
    for one in request.makerspace.desk.roll.permissions_of(wanted.member_id):
        if (one.machine_id, one.type_id) == target:
            return one
    return None


async def _grant_permission(request: Request) -> JsonObjectType:
    """Allow a member a machine or a type; again: until another moment."""
    wanted = _wanted(request)
    if (held := _held(request, wanted)) is not None:
        wanted = replace(held, until=wanted.until, granted_by=wanted.granted_by)
    return {"permission": await request.keep(wanted)}


async def _revoke_permission(request: Request) -> JsonObjectType:
    """Take a permission away."""
    held = _held(request, _wanted(request))
    if held is None:
        raise Unknown("permission")
    return await request.remove(Permission, held.id or 0)


async def _add_training(request: Request) -> JsonObjectType:
    """Add something to be learnt."""
    return {"training": await request.keep(Training(**request.given("name", "valid_days")))}


async def _record_training(request: Request) -> JsonObjectType:
    """Keep that a member learnt something, or learnt it anew."""
    member_id, training_id = request.member().id or 0, request.training().id or 0
    trained = Trained(
        member_id=member_id,
        training_id=training_id,
        at=request.data.get("at", request.makerspace.ledger.clock()),
        until=request.data.get(ATTR_UNTIL),
        instructor=request.data["instructor"],
    )
    known = request.makerspace.desk.roll.trained_in(member_id, training_id)
    if known is not None:
        trained = replace(trained, id=known.id, version=known.version)
    return {"trained": await request.keep(trained)}


ACTIONS: Final = (
    Action(
        name="grant_permission",
        act=_grant_permission,
        fields=MEMBER | _TARGET | {vol.Optional(ATTR_UNTIL): MOMENT},
    ),
    Action(name="revoke_permission", act=_revoke_permission, fields=MEMBER | _TARGET),
    Action(
        name="add_training",
        act=_add_training,
        fields={
            vol.Required("name"): WORDS,
            vol.Optional("valid_days"): vol.All(vol.Coerce(int), vol.Range(min=1, max=36500)),
        },
    ),
    Action(
        name="record_training",
        act=_record_training,
        fields=MEMBER
        | {
            vol.Required(ATTR_TRAINING): WORDS,
            vol.Optional("at"): MOMENT,
            vol.Optional(ATTR_UNTIL): MOMENT,
            vol.Optional("instructor", default=False): cv.boolean,
        },
    ),
)
