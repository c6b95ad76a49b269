"""The commands that follow a Forge: what happens in it, and what one of its jobs writes."""

from typing import Final

import voluptuous as vol

from ..answer import not_found
from .command import ForgeCall, ForgeCommand
from .relay import Relay, relay_of

_NUMBER: Final = vol.All(int, vol.Range(min=0, max=2**53))
#: What the page calls a stream: it does not know its subscription's number.
_STREAM: Final = {vol.Required("stream"): vol.All(str, vol.Match(r"^[0-9a-z-]{1,40}\Z"))}
_FOLLOW: Final = _STREAM | {vol.Optional("after"): _NUMBER}


async def _begin(call: ForgeCall) -> None:
    """Begin: what there is to hear follows as events."""


async def _events(call: ForgeCall) -> None:
    Relay(call, "events").begin()


async def _log(call: ForgeCall) -> None:
    Relay(call, f"jobs/{call.data['job_id']}/log/stream").begin()


async def _heard(call: ForgeCall) -> None:
    """Take note of what a page heard: more of it may come."""
    relay = relay_of(call, call.data["stream"])
    if relay is None:
        not_found("stream")
    relay.heard(call.data["number"])


COMMANDS: Final = (
    ForgeCommand(name="atelier/forge/events", act=_begin, fields=_FOLLOW, then=_events),
    ForgeCommand(
        name="atelier/forge/log",
        act=_begin,
        fields=_FOLLOW | {vol.Required("job_id"): vol.All(str, vol.Match(r"^[0-9a-f]{32}\Z"))},
        then=_log,
    ),
    ForgeCommand(
        name="atelier/forge/heard",
        act=_heard,
        fields=_STREAM | {vol.Required("number"): _NUMBER},
    ),
)
