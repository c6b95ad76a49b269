"""The panel's commands on Home Assistant's WebSocket, and its downloads beside them."""

from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api.messages import MINIMAL_MESSAGE_SCHEMA
from homeassistant.core import HomeAssistant, callback

from .forge.kind import loaded_forges
from .panel import acting, exporting, facts, moving_in, own, settings, teaching, watching
from .panel.answer import answer
from .panel.command import Command, who, workshops
from .panel.forge import asking, fetching, sending, watching as forge_watching
from .panel.forge.command import ForgeCommand

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
FORGE_COMMANDS: Final[tuple[ForgeCommand, ...]] = (*asking.COMMANDS, *forge_watching.COMMANDS)


@callback
def async_setup_commands(hass: HomeAssistant) -> None:
    """Register the commands.

    Their form is looked at behind this door: Home Assistant would log what is wrong with it.
    """
    hass.http.register_view(exporting.DownloadView)
    hass.http.register_view(fetching.ForgeFileView)
    hass.http.register_view(fetching.ForgeOverlayView)
    hass.http.register_view(sending.ForgeUploadView)
    websocket_api.async_register_command(hass, _workshops)
    websocket_api.async_register_command(hass, _forges)
    commands: tuple[Command | ForgeCommand, ...] = (*COMMANDS, *FORGE_COMMANDS)
    for command in commands:
        websocket_api.async_register_command(
            hass, command.name, _handler(command), MINIMAL_MESSAGE_SCHEMA
        )


def _handler(command: Command | ForgeCommand) -> websocket_api.const.WebSocketCommandHandler:
    @websocket_api.async_response
    async def handle(
        hass: HomeAssistant, connection: websocket_api.ActiveConnection, message: dict[str, Any]
    ) -> None:
        await answer(connection, message["id"], command.carry_out(hass, connection, message))

    return handle


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


@websocket_api.websocket_command({"type": "atelier/forges"})
@callback
def _forges(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, message: dict[str, Any]
) -> None:
    """Tell administrators which Forges there are."""
    told = [
        {"entry_id": entry.entry_id, "title": entry.title}
        for entry in (loaded_forges(hass) if connection.user.is_admin else ())
    ]
    connection.send_result(message["id"], {"forges": told})
