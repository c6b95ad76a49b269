"""The panel's commands on Home Assistant's WebSocket, and its downloads beside them."""

from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api.messages import MINIMAL_MESSAGE_SCHEMA
from homeassistant.core import HomeAssistant, callback

from .panel import acting, exporting, facts, moving_in, own, settings, teaching, watching
from .panel.command import Command, carry_out, who, workshops

COMMANDS: Final[tuple[Command, ...]] = (
    *acting.COMMANDS,
    *exporting.COMMANDS,
    *facts.COMMANDS,
    *moving_in.COMMANDS,
    *own.COMMANDS,
    *settings.COMMANDS,
    *teaching.COMMANDS,
    *watching.COMMANDS,
)


@callback
def async_setup_commands(hass: HomeAssistant) -> None:
    """Register the commands.

    Their form is looked at behind this door: Home Assistant would log what is wrong with it.
    """
    hass.http.register_view(exporting.DownloadView)
    websocket_api.async_register_command(hass, _workshops)
    for command in COMMANDS:
        websocket_api.async_register_command(
            hass, command.name, _handler(command), MINIMAL_MESSAGE_SCHEMA
        )


def _handler(command: Command) -> websocket_api.const.WebSocketCommandHandler:
    @websocket_api.async_response
    async def answer(
        hass: HomeAssistant, connection: websocket_api.ActiveConnection, message: dict[str, Any]
    ) -> None:
        await carry_out(command, hass, connection, message)

    return answer


@websocket_api.websocket_command({"type": "atelier/workshops"})
@callback
def _workshops(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, message: dict[str, Any]
) -> None:
    """Tell in which workshops the user has any right."""
    told = []
    for entry, makerspace in workshops(hass):
        asks = who(makerspace, connection.user)
        if asks.rights:
            told.append(
                {
                    "entry_id": entry.entry_id,
                    "title": entry.title,
                    "rights": sorted(asks.rights),
                    "member_id": asks.member.id if asks.member else None,
                }
            )
    connection.send_result(message["id"], {"workshops": told})
