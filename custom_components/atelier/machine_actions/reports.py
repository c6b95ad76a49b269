"""The actions that sum up: statistics and the weekly summary."""

from datetime import timedelta
from typing import Any, Final

from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..ledger.figures import MachineFigures
from .request import (
    ATTR_SINCE,
    ATTR_UNTIL,
    MOMENT,
    Action,
    Request,
    hours,
    said,
)
from .weekly import SENTENCES, tell

_WEEK: Final = timedelta(days=7)


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
            {
                "member_id": one.member_id,
                "member_name": request.member_name(one.member_id),
                "hours": hours(one.seconds),
                "uses": one.uses,
            }
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
)
