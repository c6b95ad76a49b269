"""Hold what is given to its bounds; what goes beyond them is refused with the bounds."""

from collections.abc import Callable
from typing import Any

from homeassistant.helpers import config_validation as cv
import voluptuous as vol


class BeyondBounds(vol.Invalid):  # type: ignore[misc]  # Home Assistant puts a library without types in voluptuous' place
    """Tell that a value goes beyond its bounds: `rule` says in which way, `facts` the bounds."""

    def __init__(self, rule: str, message: str, least: float, most: float) -> None:
        """Remember the bounds as a sentence shows them."""
        super().__init__(message)
        self.rule = rule
        self.facts = {"least": _shown(least), "most": _shown(most)}


def number[N: (int, float)](kind: type[N], least: N, most: N) -> Callable[[Any], N]:
    """Return what takes a number within bounds, also one that is written as text."""
    coerce = vol.Coerce(kind)

    def check(given: Any) -> N:
        try:
            value: N = coerce(given)
        except OverflowError:
            raise vol.CoerceInvalid(f"expected {kind.__name__}") from None
        # What is no number (NaN) is not within anything.
        if not least <= value <= most:
            why = f"must be from {_shown(least)} to {_shown(most)}"
            raise BeyondBounds("range", why, least, most)
        return value

    return check


def words(most: int, *, least: int = 0) -> Callable[[Any], str]:
    """Return what takes text of some length."""

    def check(given: Any) -> str:
        text: str = cv.string(given)
        if not least <= len(text) <= most:
            why = f"must be {least} to {most} characters long"
            raise BeyondBounds("length", why, least, most)
        return text

    return check


def several(one: Any, most: int, *, least: int = 0) -> Callable[[Any], list[Any]]:
    """Return what takes some of a kind; a single one need not be in a list."""

    def check(given: list[Any]) -> list[Any]:
        if not least <= len(given) <= most:
            raise BeyondBounds("count", f"must be {least} to {most}", least, most)
        return given

    all_: Callable[[Any], list[Any]] = vol.All(cv.ensure_list, [one], check)
    return all_


def _shown(bound: float) -> str:
    return f"{bound:.15g}"
