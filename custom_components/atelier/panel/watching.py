"""The commands that stream: a workshop's machines, and cards that are to be learnt."""

from functools import partial
from typing import Final

from .command import Call, Command
from .room import room_of


async def _begin(call: Call) -> None:
    """Begin: what there is to see follows as events."""


async def _watch(call: Call) -> None:
    may = partial(_may, call, "atelier/machines/subscribe")
    await room_of(call.hass, call.entry).live.watch(call.connection, call.id, may)


async def _learn(call: Call) -> None:
    may = partial(_may, call, "atelier/cards/learn")
    room_of(call.hass, call.entry).learning.begin(call.connection, call.id, may)


def _may(call: Call, command: str) -> bool:
    return call.asks_now().may(command)


COMMANDS: Final = (
    Command(name="atelier/machines/subscribe", act=_begin, fields={}, then=_watch),
    Command(name="atelier/cards/learn", act=_begin, fields={}, then=_learn),
)
