"""How a command of the panel ends: with its result, or with why it is not carried out."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NoReturn

from homeassistant.components.websocket_api import (
    ERR_INVALID_FORMAT,
    ERR_NOT_FOUND,
    ERR_UNAUTHORIZED,
    ActiveConnection,
)
from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

from ..const import DOMAIN
from .misfit import misfit

ATTR_ENTRY_ID: Final = "entry_id"

#: What follows once a result was sent: the stream of a subscription.
type Then = Callable[[], Awaitable[None]] | None


class Refused(Exception):
    """Say that a command is not carried out; `key` is that of its translation."""

    def __init__(self, code: str, message: str, /, *, key: str | None = None, **facts: Any) -> None:
        """Remember the reason."""
        super().__init__(message)
        self.code = code
        self.key = key or code
        self.facts = facts


def unauthorized() -> NoReturn:
    """Refuse without telling what there is."""
    raise Refused(ERR_UNAUTHORIZED, "You have no right to this")


def not_found(what: str) -> NoReturn:
    """Refuse because there is no such action, file, Forge or whatever is meant."""
    raise Refused(ERR_NOT_FOUND, f"There is no such {what}", key=f"{ERR_NOT_FOUND}_{what}")


def form(message: Mapping[str, Any], fields: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what a message holds beside its envelope, in the form that a command takes."""
    given = {
        key: value for key, value in message.items() if key not in {"id", "type", ATTR_ENTRY_ID}
    }
    checked: dict[str, Any] = vol.Schema(dict(fields))(given)
    return checked


async def answer(
    connection: ActiveConnection, id_: int, carry: Awaitable[tuple[Any, Then]]
) -> None:
    """Carry a command out, or send why not.

    What a message holds is never logged, as it may name people and cards.
    """
    try:
        result, then = await carry
    except (Refused, vol.Invalid, HomeAssistantError) as error:
        refused = _refusal(error)
        connection.send_error(
            id_,
            refused.code,
            str(refused),
            translation_key=refused.key,
            translation_domain=DOMAIN,
            translation_placeholders=refused.facts,
        )
    else:
        connection.send_result(id_, result)
        if then is not None:
            await then()


def _refusal(error: Refused | vol.Invalid | HomeAssistantError) -> Refused:
    """Return why a command is not carried out as its sender reads it."""
    match error:
        case Refused():
            return error
        case vol.Invalid():
            rule, facts = misfit(error)
            key = f"{ERR_INVALID_FORMAT}_{rule}" if rule else None
            said = f"{facts['where']}: {error.error_message}"
            return Refused(ERR_INVALID_FORMAT, said, key=key, **facts)
        case _:
            key = error.translation_key or "ledger_refused"
            return Refused(key, str(error), **error.translation_placeholders or {})
