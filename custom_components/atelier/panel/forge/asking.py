"""The command that asks a Forge for something, in an administrator's name."""

from typing import Any, Final

import voluptuous as vol

from ..answer import Refused
from .allowed import ALLOWED, may_ask
from .command import ForgeCall, ForgeCommand

_LONGEST: Final = 1000
_NAME: Final = vol.Match(r"^[a-z_]{1,40}\Z")
_VALUE: Final = vol.Any(bool, int, float, vol.All(str, vol.Length(max=_LONGEST)))


async def _request(call: ForgeCall) -> Any:
    """Ask, and return the Forge's answer as it is."""
    method, path = call.data["method"], call.data["path"]
    if not may_ask(method, path):
        raise Refused("forge_not_asked", "This is not asked of a Forge by its pages")
    client = call.entry.runtime_data.client.asked_by(call.connection.user.name)
    return await client.pass_on(
        method,
        path,
        query=call.data["query"],
        body=call.data.get("body"),
        key=call.data.get("idempotency_key"),
    )


COMMANDS: Final = (
    ForgeCommand(
        name="atelier/forge/request",
        act=_request,
        fields={
            vol.Required("method"): vol.In(ALLOWED),
            vol.Required("path"): vol.All(str, vol.Length(max=_LONGEST)),
            vol.Optional("query", default=dict): {
                _NAME: vol.Any(_VALUE, vol.All([_VALUE], vol.Length(max=_LONGEST)))
            },
            vol.Optional("body"): dict,
            vol.Optional("idempotency_key"): vol.All(str, vol.Match(r"^[!-~]{1,200}\Z")),
        },
    ),
)
