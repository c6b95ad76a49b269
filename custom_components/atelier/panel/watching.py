"""The command that streams a workshop's machines."""

from typing import Final

from .command import Call, Command
from .room import ROOMS


async def _subscribe(call: Call) -> None:
    """Begin: all that there is follows as the first event."""


async def _follow(call: Call) -> None:
    await call.hass.data[ROOMS][call.entry.entry_id].live.watch(
        call.connection,
        call.id,
        lambda: call.asks_now().may("atelier/machines/subscribe"),
    )


COMMANDS: Final = (
    Command(name="atelier/machines/subscribe", act=_subscribe, fields={}, then=_follow),
)
