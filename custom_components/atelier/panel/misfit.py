"""Say what is wrong with the form of a command: which field, and why."""

from collections.abc import Mapping
from typing import Final

import voluptuous as vol

from ..bounds import BeyondBounds

#: By what a schema calls its errors; of all others only the place is said.
FORM_RULES: Final[Mapping[str, str]] = {
    "coerce": "number",
    "datetime": "moment",
    "extra_keys_not_allowed": "unknown",
    "not_in_list": "choice",
    "required": "missing",
}


def misfit(error: vol.Invalid) -> tuple[str | None, dict[str, str]]:
    """Return the rule that a form breaks first, None where it has no name, and the facts."""
    if isinstance(error, vol.MultipleInvalid):
        error = error.errors[0]
    where = {"where": ".".join(str(part) for part in error.path) or "message"}
    if isinstance(error, BeyondBounds):
        return error.rule, where | error.facts
    # Home Assistant's schemas name their errors, voluptuous' own do not.
    return FORM_RULES.get(getattr(error, "code", None) or ""), where
