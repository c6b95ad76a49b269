"""What every command of the panel goes through: who asks, of which workshop, in which form."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from homeassistant.auth.models import User
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant

from ..data import AtelierConfigEntry, loaded_workshops
from ..errors import translated_ledger_errors
from ..makerspace import Makerspace
from .answer import ATTR_ENTRY_ID, Then, form, not_found, unauthorized
from .rights import Asker, asker


@dataclass(frozen=True, slots=True)
class Call:
    """Hold what one command asks for, of somebody who may ask it."""

    hass: HomeAssistant
    connection: ActiveConnection
    id: int
    entry: AtelierConfigEntry
    makerspace: Makerspace
    asker: Asker
    data: Mapping[str, Any]

    def asks_now(self) -> Asker:
        """Return who the user is by now: rights come and go while a connection lasts."""
        return who(self.makerspace, self.connection.user)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Describe a command: its name in the table of rights, its fields, and what it does."""

    name: str
    act: Callable[[Call], Awaitable[Any]]
    fields: Mapping[Any, Any]
    #: What follows once its result was sent: the stream of a subscription.
    then: Callable[[Call], Awaitable[None]] | None = None

    async def carry_out(
        self, hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
    ) -> tuple[Any, Then]:
        """Do what a message asks for, if its user may; return its result, and what follows."""
        call = _call(self, hass, connection, message)
        with translated_ledger_errors():
            result = await self.act(call)
        return result, None if self.then is None else partial(self.then, call)


def who(makerspace: Makerspace, user: User) -> Asker:
    """Return who a user of Home Assistant is in a workshop."""
    now = makerspace.ledger.clock()
    return asker(makerspace.desk.roll, user.id, admin=user.is_admin, now=now)


def workshops(hass: HomeAssistant) -> list[tuple[AtelierConfigEntry, Makerspace]]:
    """Return the workshops with machines that are loaded."""
    return [
        (entry, makerspace)
        for entry in loaded_workshops(hass)
        if (makerspace := entry.runtime_data.makerspace) is not None
    ]


def _call(
    command: Command, hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> Call:
    """Return a call once it is known that its user may make it; then look at its form."""
    entry_id = message.get(ATTR_ENTRY_ID)
    found = next((one for one in workshops(hass) if one[0].entry_id == entry_id), None)
    if found is None:
        if connection.user.is_admin:
            not_found("workshop")
        unauthorized()
    entry, makerspace = found
    asks = who(makerspace, connection.user)
    if not asks.may(command.name):
        unauthorized()
    data = form(message, command.fields)
    return Call(hass, connection, message["id"], entry, makerspace, asks, data)
