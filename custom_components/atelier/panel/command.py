"""What every command of the panel goes through: who asks, of which workshop, in which form."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from homeassistant.auth.models import User
from homeassistant.components.websocket_api import (
    ERR_INVALID_FORMAT,
    ERR_NOT_FOUND,
    ERR_UNAUTHORIZED,
    ActiveConnection,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

from ..const import DOMAIN
from ..data import AtelierConfigEntry, loaded_workshops
from ..errors import translated_ledger_errors
from ..makerspace import Makerspace
from .rights import Asker, asker

ATTR_ENTRY_ID: Final = "entry_id"


class Refused(Exception):
    """Say that a command is not carried out; `code` is also the key of its translation."""

    def __init__(self, code: str, message: str, **facts: str) -> None:
        """Remember the reason."""
        super().__init__(message)
        self.code = code
        self.facts = facts


def unauthorized() -> NoReturn:
    """Refuse without telling what there is."""
    raise Refused(ERR_UNAUTHORIZED, "You have no right to this")


def not_found(what: str) -> NoReturn:
    """Refuse because there is no such thing."""
    raise Refused(ERR_NOT_FOUND, f"There is no such {what}", what=what)


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


async def carry_out(
    command: Command, hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
) -> None:
    """Carry a command out, or send why not.

    What a message holds is never logged, as it may name people and cards.
    """
    try:
        call = _call(command, hass, connection, message)
        with translated_ledger_errors():
            result = await command.act(call)
    except (Refused, vol.Invalid, HomeAssistantError) as error:
        refused = _refusal(error)
        connection.send_error(
            message["id"],
            refused.code,
            str(refused),
            translation_key=refused.code,
            translation_domain=DOMAIN,
            translation_placeholders=refused.facts,
        )
    else:
        connection.send_result(message["id"], result)
        if command.then is not None:
            await command.then(call)


def _refusal(error: Refused | vol.Invalid | HomeAssistantError) -> Refused:
    """Return why a command is not carried out as its sender reads it."""
    match error:
        case Refused():
            return error
        case vol.Invalid():
            where = ".".join(str(part) for part in error.path) or "message"
            problem = error.error_message
            return Refused(ERR_INVALID_FORMAT, f"{where}: {problem}", where=where, problem=problem)
        case _:
            key = error.translation_key or "ledger_refused"
            return Refused(key, str(error), **error.translation_placeholders or {})


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
    given = {
        key: value for key, value in message.items() if key not in {"id", "type", ATTR_ENTRY_ID}
    }
    data = vol.Schema(dict(command.fields))(given)
    return Call(hass, connection, message["id"], entry, makerspace, asks, data)
