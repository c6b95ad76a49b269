"""The border where a prop's refusal becomes an error that Home Assistant shows and translates."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .ledger.errors import (
    Conflict,
    Duplicate,
    ForeignFile,
    InUse,
    Invalid,
    LedgerError,
    LedgerUnavailable,
    Overlap,
    Rule,
    Unknown,
)
from .machines.requests import Refusal, RequestRefused
from .props.errors import CommandError, Failure
from .wire.messages import Reason

#: Rules of the ledger that have a sentence for each field.
OF_A_FIELD: Final = (Rule.LENGTH, Rule.RANGE, Rule.FILTER)
_WRONG_USE: Final = (Failure.UNKNOWN_ACTION, Failure.BAD_PARAMETER)
#: Refusals that tell of something broken, and not of a moment or a wish that does not fit.
_BROKEN: Final = (Reason.FAULT, Reason.NO_PLAYER)


def translated(hass: HomeAssistant, error: CommandError) -> HomeAssistantError:
    """Return the error in which a person reads what a prop did not do, and why."""
    facts = error.facts | {"prop": _name(hass, error.facts["prop"])}
    key = str(error.failure)
    if error.failure is Failure.BAD_PARAMETER:
        key = f"{key}_{facts['misfit']}"
    if error.failure is Failure.REFUSED:
        if facts["reason"] == Reason.LOCKOUT and facts["retry_s"]:
            key = "refused_lockout_for"
        elif facts["reason"] in tuple(Reason):
            key = f"refused_{facts['reason']}"
        elif facts["message"]:
            key = "refused_saying"
    unfit = error.failure in _WRONG_USE or (
        error.failure is Failure.REFUSED and facts["reason"] not in _BROKEN
    )
    kind = ServiceValidationError if unfit else HomeAssistantError
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders=facts)


@contextmanager
def translated_errors(hass: HomeAssistant) -> Iterator[None]:
    """Translate what a prop raises inside."""
    try:
        yield
    except CommandError as error:
        raise translated(hass, error) from error


def translated_ledger(error: LedgerError) -> HomeAssistantError:
    """Return the error in which a person reads what the ledger did not keep, and why."""
    facts: dict[str, str] = {}
    match error:
        case Conflict():
            key = f"ledger_conflict_{error.what}"
        case Duplicate():
            key = f"ledger_duplicate_{error.what}"
        case InUse():
            key = f"ledger_in_use_{error.what}"
        case Unknown():
            key = f"ledger_unknown_{error.what}"
        case Invalid():
            key, facts = f"ledger_invalid_{error.rule}", error.facts
            if error.rule in OF_A_FIELD:
                key = f"{key}_{error.what}"
        case ForeignFile():
            key = f"ledger_foreign_{error.reason}"
        case Overlap():
            key = "uses_overlap"
        case LedgerUnavailable():
            key = "ledger_unavailable"
        case _:
            key = "ledger_refused"
    broken = isinstance(error, LedgerUnavailable) or key == "ledger_refused"
    kind = HomeAssistantError if broken else ServiceValidationError
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders=facts)


def translated_request(error: RequestRefused, machine: str) -> HomeAssistantError:
    """Return the error in which a person reads why a board was not asked."""
    key = f"request_{error.refusal}"
    if error.refusal is Refusal.NOT_ALLOWED:
        key = f"{key}_{error.denial}"
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"machine": machine},
    )


@contextmanager
def translated_ledger_errors() -> Iterator[None]:
    """Translate what the ledger raises inside."""
    try:
        yield
    except LedgerError as error:
        raise translated_ledger(error) from error


def _name(hass: HomeAssistant, key: str) -> str:
    """Return the name a person gave a prop, or its own."""
    for device in dr.async_get(hass).async_get_devices(identifiers={(DOMAIN, key)}):
        return device.name_by_user or device.name or key
    return key
