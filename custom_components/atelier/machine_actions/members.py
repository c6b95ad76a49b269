"""The actions on members."""

from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..bounds import several
from ..ledger.pages import MemberOrder, MemberQuery
from ..machines.facts import Member
from .request import (
    ATTR_MACHINE_ID,
    ATTR_ROLE,
    ATTR_TRAINING,
    MEMBER,
    NUMBER,
    PAGE,
    TEXT,
    VERSION,
    WORDS,
    Action,
    Request,
    described,
    full_name,
)

_PLAIN: Final = ("name", "surname", "email", "weekly_summary", "user_id")
_ABOUT: Final = {
    vol.Optional("surname"): WORDS,
    vol.Optional("cards"): several(cv.string, 16),
    vol.Optional("email"): vol.Any(TEXT, None),
    vol.Optional("weekly_summary"): cv.boolean,
    vol.Optional("user_id"): vol.Any(WORDS, None),
}


async def _add_member(request: Request) -> JsonObjectType:
    """Add a member."""
    role_id = request.role().id or 0
    return {"member": await request.keep(Member(role_id=role_id, **_about(request)))}


async def _change_member(request: Request) -> JsonObjectType:
    """Change what is given of a member."""
    values = _about(request)
    if ATTR_ROLE in request.data:
        values["role_id"] = request.role().id
    return {"member": await request.keep(request.changed(request.member(), **values))}


def _about(request: Request) -> dict[str, Any]:
    values = request.given(*_PLAIN, "cards")
    if "cards" in values:
        values["cards"] = tuple(values["cards"])
    return values


async def _disable_member(request: Request) -> JsonObjectType:
    """Let a member in nowhere, or again where they may."""
    disabled = request.data["disabled"]
    return {"member": await request.keep(request.changed(request.member(), disabled=disabled))}


async def _remove_member(request: Request) -> JsonObjectType:
    """Remove a member, with their cards, permissions and trainings."""
    return await request.remove(Member, request.member().id or 0)


async def _list_members(request: Request) -> JsonObjectType:
    """Return a page of the members."""
    query: dict[str, Any] = request.given(
        *("search", "disabled", "has_card", "machine_id", "order", "descending"),
        *("offset", "limit"),
    )
    if ATTR_ROLE in request.data:
        query["role_id"] = request.role().id
    if ATTR_TRAINING in request.data:
        query["training_id"] = request.training().id
    page = await request.makerspace.ledger.page(MemberQuery(**query))
    role_of = request.makerspace.desk.roll.role_of
    return {
        "total": page.total,
        "members": [described(member) | {"role": role_of(member).name} for member in page.items],
    }


async def _resolve_member(request: Request) -> JsonObjectType:
    """Tell who is behind the id that entities and events name, and what they may do."""
    member = request.member()
    roll, facts = request.makerspace.desk.roll, request.facts
    role = roll.role_of(member)
    return {
        "name": full_name(member),
        "role": role.name,
        "every_machine": role.every_machine,
        "member": described(member),
        "permissions": [
            described(permission) for permission in roll.permissions_of(member.id or 0)
        ],
        "trainings": [
            described(trained) | {"training": facts.trainings[trained.training_id].name}
            for trained in facts.trained.values()
            if trained.member_id == member.id and trained.training_id in facts.trainings
        ],
    }


ACTIONS: Final = (
    Action(
        name="add_member",
        act=_add_member,
        fields={vol.Required("name"): WORDS, vol.Required(ATTR_ROLE): WORDS} | _ABOUT,
    ),
    Action(
        name="change_member",
        act=_change_member,
        fields=MEMBER
        | VERSION
        | {vol.Optional("name"): WORDS, vol.Optional(ATTR_ROLE): WORDS}
        | _ABOUT,
    ),
    Action(
        name="disable_member",
        act=_disable_member,
        fields=MEMBER | {vol.Optional("disabled", default=True): cv.boolean},
    ),
    Action(name="remove_member", act=_remove_member, fields=MEMBER),
    Action(
        name="list_members",
        act=_list_members,
        fields={
            vol.Optional("search"): WORDS,
            vol.Optional(ATTR_ROLE): WORDS,
            vol.Optional("disabled"): cv.boolean,
            vol.Optional("has_card"): cv.boolean,
            vol.Optional(ATTR_TRAINING): WORDS,
            vol.Optional(ATTR_MACHINE_ID): NUMBER,
            vol.Optional("order"): vol.All(vol.In([str(one) for one in MemberOrder]), MemberOrder),
            vol.Optional("descending"): cv.boolean,
        }
        | PAGE,
        asks=True,
    ),
    Action(name="resolve_member", act=_resolve_member, fields=MEMBER, asks=True),
)
