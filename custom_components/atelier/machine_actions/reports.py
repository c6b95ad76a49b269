"""The actions that sum up: statistics, the weekly summary and whole lists as files."""

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..const import DOMAIN
from ..ledger.errors import Invalid
from ..ledger.exporting import columns_of
from ..ledger.figures import MachineFigures
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
    ATTR_ROLE,
    ATTR_SEARCH,
    ATTR_SINCE,
    ATTR_TRAINING,
    ATTR_TYPE,
    ATTR_UNTIL,
    ID,
    MOMENT,
    NUMBER,
    PERIOD,
    WORDS,
    Action,
    Request,
    hours,
    said,
)
from .sheets import SHEETS, write
from .weekly import SENTENCES, tell

#: Filters that name a fact, and what finds it.
_NAMED: Final[dict[str, Callable[[Request], Role | MachineType | Training]]] = {
    ATTR_ROLE: Request.role,
    ATTR_TRAINING: Request.training,
    ATTR_TYPE: Request.machine_type,
}
_WEEK: Final = timedelta(days=7)
#: What may be exported, and how the ledger is asked for it.
_QUERIES: Final[dict[str, type[Query]]] = {
    "uses": UseQuery,
    "members": MemberQuery,
    "interventions": InterventionQuery,
    "unknown_cards": UnknownCardQuery,
    "changes": AuditQuery,
}


async def _statistics(request: Request) -> JsonObjectType:
    """Return how long machines were used in a period, and by whom."""
    until = request.data.get(ATTR_UNTIL, request.makerspace.ledger.clock())
    figures = await request.makerspace.ledger.statistics(request.data[ATTR_SINCE], until)
    return {
        "start": said(figures.start),
        "end": said(figures.end),
        "hours": hours(figures.seconds),
        "uses": figures.uses,
        "members": figures.members,
        "by_machine": [_machine(request, one) for one in figures.by_machine],
        "by_member": [
            {"member_id": one.member_id, "hours": hours(one.seconds), "uses": one.uses}
            for one in figures.by_member
        ],
    }


def _machine(request: Request, figures: MachineFigures) -> JsonObjectType:
    return {
        "machine_id": figures.machine_id,
        "machine": request.makerspace.name_of(figures.machine_id),
        "hours": hours(figures.seconds),
        "uses": figures.uses,
        "members": figures.members,
    }


async def _weekly_summary(request: Request) -> JsonObjectType:
    """Return the last seven local days, as figures and as a text for any message."""
    until = request.data.get(ATTR_UNTIL, request.makerspace.ledger.clock())
    # Seven days on the calendar: weeks in which clocks change are an hour longer or shorter.
    end = dt_util.as_local(dt_util.utc_from_timestamp(until))
    since = (end.replace(tzinfo=None) - _WEEK).replace(tzinfo=end.tzinfo).timestamp()
    summary = await request.makerspace.ledger.weekly_summary(until, since=since)
    language = request.data.get("language", request.hass.config.language.split("-")[0])
    facts = request.facts
    members = [facts.members[one] for one in summary.recipients if one in facts.members]
    return {
        "start": said(summary.start),
        "end": said(summary.end),
        "text": tell(facts, summary, language if language in SENTENCES else "en"),
        "machines": [_machine(request, one) for one in summary.machines],
        "overdue": [
            {
                "plan_id": one.plan_id,
                "machine_id": one.machine_id,
                "machine": request.makerspace.name_of(one.machine_id),
                "hours": hours(one.seconds),
            }
            for one in summary.overdue
        ],
        "unknown_cards": len(summary.unknown_cards),
        "recipients": [member.email for member in members if member.email],
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
        raise Invalid(strange.removesuffix("_id"), "is not known of this list")
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
    **PERIOD,
}
_LANGUAGE: Final[dict[Any, Any]] = {vol.Optional("language"): vol.In(sorted(SENTENCES))}

ACTIONS: Final = (
    Action(
        name="statistics",
        act=_statistics,
        fields={vol.Required(ATTR_SINCE): MOMENT, vol.Optional(ATTR_UNTIL): MOMENT},
        asks=True,
    ),
    Action(
        name="weekly_summary",
        act=_weekly_summary,
        fields={vol.Optional(ATTR_UNTIL): MOMENT} | _LANGUAGE,
        asks=True,
    ),
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
