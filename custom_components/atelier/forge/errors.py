"""What can go wrong with a Forge, and how Home Assistant says it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN
from .refusals import sentence

#: What somebody asked for in a way that cannot be: not a fault of anything.
_WRONG_USE: Final = ("validation", "not_found", "conflict", "precondition")


class ForgeError(Exception):
    """The base of what can go wrong with a Forge."""


class Away(ForgeError):
    """The Forge cannot be reached."""


class NoForge(ForgeError):
    """Something else answers at the address."""

    def __str__(self) -> str:
        """Say it in the log."""
        return "what answers there is no Forge"


class Refused(ForgeError):
    """The Forge did not do it, and said why."""

    def __init__(self, code: str, message: str, facts: Mapping[str, Any]) -> None:
        """Keep what it said."""
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message
        self.facts = facts


class TokenRefused(Refused):
    """The token is not, or no longer, the Forge's."""


def translated(error: ForgeError) -> HomeAssistantError:
    """Return the error in which a person reads what a Forge did not do, and why."""
    match error:
        case TokenRefused():
            return _said("forge_token_refused")
        case Refused():
            wrong_use = error.code.partition(".")[0] in _WRONG_USE
            key, told = sentence(error.code, error.facts) or (
                "forge_refused",
                {"message": error.message, "code": error.code},
            )
            return _said(key, ServiceValidationError if wrong_use else HomeAssistantError, **told)
        case NoForge():
            return _said("forge_none")
        case _:
            return _said("forge_away")


@contextmanager
def translated_forge_errors() -> Iterator[None]:
    """Translate what a Forge's client raises inside."""
    try:
        yield
    except ForgeError as error:
        raise translated(error) from error


def _said(
    key: str, kind: type[HomeAssistantError] = HomeAssistantError, **facts: str
) -> HomeAssistantError:
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders=facts)
