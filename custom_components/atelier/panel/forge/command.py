"""What every command about a Forge goes through: for administrators, and of one that is loaded."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant

from ...forge import errors
from ...forge.coordinator import ForgeConfigEntry
from ...forge.kind import loaded_forges
from ..answer import ATTR_ENTRY_ID, Refused, Then, form, not_found, unauthorized


@dataclass(frozen=True, slots=True)
class ForgeCall:
    """Hold what one command asks of a Forge, of an administrator."""

    hass: HomeAssistant
    connection: ActiveConnection
    id: int
    entry: ForgeConfigEntry
    data: Mapping[str, Any]

    def may(self) -> bool:
        """Tell whether the user still may know: rights go while a connection lasts."""
        return self.connection.user.is_admin


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeCommand:
    """Describe a command about a Forge: its fields, and what it does."""

    name: str
    act: Callable[[ForgeCall], Awaitable[Any]]
    fields: Mapping[Any, Any]
    #: What follows once its result was sent: the stream of a subscription.
    then: Callable[[ForgeCall], Awaitable[None]] | None = None

    async def carry_out(
        self, hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]
    ) -> tuple[Any, Then]:
        """Do what a message asks for, if its user may; return its result, and what follows."""
        if not connection.user.is_admin:
            unauthorized()
        entry = forge_of(hass, message.get(ATTR_ENTRY_ID))
        if entry is None:
            not_found("forge")
        call = ForgeCall(hass, connection, message["id"], entry, form(message, self.fields))
        with told_as_refusal():
            result = await self.act(call)
        return result, None if self.then is None else partial(self.then, call)


def forge_of(hass: HomeAssistant, entry_id: object) -> ForgeConfigEntry | None:
    """Return the entry of a Forge that is loaded."""
    return next((one for one in loaded_forges(hass) if one.entry_id == entry_id), None)


@contextmanager
def told_as_refusal() -> Iterator[None]:
    """Tell the page what a Forge did not do, by the Forge's own code and facts."""
    try:
        yield
    except errors.ForgeError as error:
        raise _refusal(error) from error


def _refusal(error: errors.ForgeError) -> Refused:
    """Return what a page is told of a Forge's error."""
    if isinstance(error, errors.Refused) and not isinstance(error, errors.TokenRefused):
        return Refused(
            error.code,
            error.message,
            key="forge_refused",
            code=error.code,
            message=error.message,
            facts=dict(error.facts),
        )
    translated = errors.translated(error)
    return Refused(str(translated.translation_key), str(translated))


def told_of(error: errors.ForgeError) -> dict[str, Any]:
    """Return what a page is told of an error outside of a command, in a command's form."""
    refused = _refusal(error)
    return {
        "code": refused.code,
        "message": str(refused),
        "translation_key": refused.key,
        "translation_placeholders": refused.facts,
    }
