"""The actions on what people changed: who it was, and how a removal is taken back."""

from collections.abc import Mapping
from typing import Any, Final, cast

from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType, JsonValueType
import voluptuous as vol

from ..bounds import number
from ..ledger.pages import AuditQuery
from ..ledger.removing import Removal
from .request import ID, PAGE, PERIOD, WORDS, Action, Request, described, shown

_UNDO: Final = {
    vol.Required("id"): ID,
    vol.Required("kind"): cv.slug,
    vol.Required("fact_id"): number(int, 0, 2**31 - 1),
    vol.Required("at"): vol.Coerce(float),
}


async def _list_changes(request: Request) -> JsonObjectType:
    """Return a page of what was changed and by whom, the latest first."""
    query: dict[str, Any] = request.given(
        *("kind", "fact_id", "by", "action", "since", "until", "offset", "limit")
    )
    page = await request.makerspace.ledger.page(AuditQuery(**query))
    names = {by: await _name(request, by) for by in {entry.by for entry in page.items}}
    return {
        "total": page.total,
        "changes": [
            described(entry)
            | {
                "by_name": names[entry.by],
                "before": _fields(entry.before),
                "after": _fields(entry.after),
            }
            for entry in page.items
        ],
    }


async def _name(request: Request, by: str) -> str | None:
    """Return what Home Assistant calls a user; what changes things by itself is no user."""
    user = await request.hass.auth.async_get_user(by)
    return user.name if user else None


def _fields(fact: Mapping[str, Any] | None) -> JsonValueType:
    """Return a fact's fields as the trail kept them, with moments that people can read."""
    if fact is None:
        return None
    return cast("JsonValueType", {name: shown(name, value) for name, value in fact.items()})


async def _restore(request: Request) -> JsonObjectType:
    """Take a removal back, be it of a use or of anything else."""
    removal = Removal(**request.data["undo"])
    facts = await request.makerspace.restore(removal, by=request.by)
    return {"kind": removal.kind, "restored": [described(fact) for fact in facts]}


ACTIONS: Final = (
    Action(
        name="list_changes",
        act=_list_changes,
        fields={
            vol.Optional("kind"): WORDS,
            vol.Optional("fact_id"): number(int, 0, 2**31 - 1),
            vol.Optional("by"): WORDS,
            vol.Optional("action"): WORDS,
        }
        | PERIOD
        | PAGE,
        asks=True,
    ),
    Action(name="restore", act=_restore, fields={vol.Required("undo"): vol.Schema(_UNDO)}),
)
