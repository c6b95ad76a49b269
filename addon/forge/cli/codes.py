"""Exit codes: one for each family of errors, and they stay what they are."""

from collections.abc import Mapping
from typing import Final

USAGE: Final = 2
INTERRUPTED: Final = 130
_OTHER: Final = 1

#: By the first half of an error's code.
FAMILIES: Final[Mapping[str, int]] = {
    "validation": 3,
    "too_large": 3,
    "unauthorized": 4,
    "forbidden": 4,
    "not_found": 5,
    "conflict": 6,
    "precondition": 7,
    "overloaded": 8,
    "unavailable": 9,
    "upstream": 10,
    "integrity": 11,
    "job": 12,
    "build": 13,
    "flash": 14,
    "cancelled": 15,
}


def exit_code(code: str) -> int:
    """Return the exit code of an error's code."""
    return FAMILIES.get(code.partition(".")[0], _OTHER)
