"""The action that writes a whole list to a file, and what else makes files of lists."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..const import DOMAIN
from ..ledger.errors import Invalid, Rule
from ..ledger.exporting import columns_of
from ..ledger.pages import (
    AuditQuery,
    InterventionQuery,
    MemberQuery,
    Query,
    UnknownCardQuery,
    UseQuery,
)
from ..machines.facts import MachineType, Role, Training
from .request import (
    ATTR_MACHINE_ID,
    ATTR_MEMBER_ID,
    ATTR_PLAN_ID,
    ATTR_ROLE,
    ATTR_SEARCH,
    ATTR_TRAINING,
    ATTR_TYPE,
    ID,
    NUMBER,
    PERIOD,
    WORDS,
    Action,
    Request,
)
from .sheets import SHEETS, write

#: Filters that name a fact, and what finds it.
_NAMED: Final[dict[str, Callable[[Request], Role | MachineType | Training]]] = {
    ATTR_ROLE: Request.role,
    ATTR_TRAINING: Request.training,
    ATTR_TYPE: Request.machine_type,
}
#: What may be exported, and how the ledger is asked for it.
_QUERIES: Final[dict[str, type[Query]]] = {
    "uses": UseQuery,
    "members": MemberQuery,
    "interventions": InterventionQuery,
    "unknown_cards": UnknownCardQuery,
    "changes": AuditQuery,
}


async def _export(request: Request) -> JsonObjectType:
    """Write a list to a file that people open; return where it is."""
    list_, format_ = request.data["list"], request.data["format"]
    path = request.hass.config.path(DOMAIN, "exports", request.entry.entry_id, f"{list_}.{format_}")
    return {"path": path, "rows": await export_to(request, path)}


async def export_to(request: Request, path: str) -> int:
    """Write the list that is asked for to a file; return how many rows it has."""
    query = _query(request)
    _, rows = await write(
        request.hass, path, columns_of(query), request.makerspace.ledger.export(query)
    )
    return rows


def _query(request: Request) -> Query:
    """Return a list and the filters that are given. Raise Invalid, Unknown."""
    kind = _QUERIES[request.data["list"]]
    asked = request.given(*(str(name) for name in FILTERS))
    for name, named in _NAMED.items():
        if name in asked:
            del asked[name]
            asked[f"{name}_id"] = named(request).id
    for strange in asked.keys() - {field.name for field in fields(kind)}:
        raise Invalid(Rule.FILTER, strange.removesuffix("_id"), "is not known of this list")
    return kind(**asked)


#: What a list is exported of.
EXPORTED: Final[dict[Any, Any]] = {
    vol.Required("list"): vol.In(sorted(_QUERIES)),
    vol.Optional("format", default="csv"): vol.In(sorted(SHEETS)),
}
#: What lists can be filtered by before they are exported.
FILTERS: Final[dict[Any, Any]] = {
    vol.Optional(ATTR_SEARCH): WORDS,
    vol.Optional(ATTR_MACHINE_ID): NUMBER,
    vol.Optional(ATTR_MEMBER_ID): ID,
    vol.Optional(ATTR_TYPE): WORDS,
    vol.Optional(ATTR_ROLE): WORDS,
    vol.Optional(ATTR_TRAINING): WORDS,
    vol.Optional("disabled"): cv.boolean,
    vol.Optional("has_card"): cv.boolean,
    vol.Optional("lasting"): cv.boolean,
    vol.Optional("replay"): cv.boolean,
    vol.Optional(ATTR_PLAN_ID): ID,
    vol.Optional("kind"): WORDS,
    vol.Optional("by"): WORDS,
    vol.Optional("action"): WORDS,
    **PERIOD,
}

ACTIONS: Final = (
    Action(
        name="export",
        act=_export,
        fields=EXPORTED
        | {
            vol.Optional(ATTR_MACHINE_ID): NUMBER,
            vol.Optional(ATTR_MEMBER_ID): ID,
        }
        | PERIOD,
    ),
)
