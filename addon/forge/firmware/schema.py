"""What may stand in a bundle.yaml (docs/contract.md, «capabilities», and the board's side)."""

import math
import re
from typing import Any, Final

from .problems import Findings

ID: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")
FILE: Final = re.compile(r"[a-z][a-z0-9_]{0,31}\.py")
MODULE: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
VERSION: Final = re.compile(r"\d{1,5}\.\d{1,5}\.\d{1,5}")
LANGUAGES: Final = ("en", "it")
BOARDS: Final = frozenset({"esp32", "esp32c3", "esp32s2", "esp32s3", "unix"})
ROLES: Final = frozenset(
    {"trigger", "stop", "arm", "disarm", "restart", "identify", "reset_counter"}
)
CATEGORIES: Final = frozenset({"config", "diagnostic"})
TYPES: Final = frozenset({"bool", "int", "float", "text", "choice"})
#: Keys of a pin that are GPIO numbers, and the chips that a bus may lead to.
PIN_NUMBERS: Final = ("gpio", "tx", "rx", "sda", "scl", "sck", "mosi", "miso", "cs", "rst")
CHIPS: Final = frozenset({"hd44780", "mfrc522", "ssd1306"})
NAME_LIMIT: Final = 64
SECTION_LIMIT: Final = 64
TRACK_LIMIT: Final = 2999
#: As long as a state of Home Assistant.
TEXT_LIMIT: Final = 255

_VALUE_KEYS: Final = frozenset(
    [
        "type",
        "name",
        "unit",
        "class",
        "state_class",
        "category",
        "icon",
        "enabled",
        "options",
        "min",
        "max",
        "step",
    ]
)
_TEXT_KEYS: Final = ("unit", "class", "state_class", "icon")


def check_name(found: Findings, raw: Any, where: str) -> None:
    """Check a name in every language."""
    if not isinstance(raw, dict) or set(raw) != set(LANGUAGES):
        found.add(where, f"needs a name in {' and '.join(LANGUAGES)}: name: {{en: …, it: …}}")
        return
    for language, text in raw.items():
        if not is_text(text):
            found.add(f"{where}.{language}", f"must be printable text, 1 to {NAME_LIMIT} long")


def is_text(raw: object) -> bool:
    """Tell whether something is a printable text of the usual length."""
    return isinstance(raw, str) and 0 < len(raw) <= NAME_LIMIT and raw.isprintable()


def is_number(raw: object) -> bool:
    """Tell whether something is a finite number."""
    return isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw)


def check_section(found: Findings, raw: dict[str, Any], where: str) -> None:
    """Check the ids of a section and their number."""
    if len(raw) > SECTION_LIMIT:
        found.add(where, f"has {len(raw)} entries, {SECTION_LIMIT} are allowed")
    for key in raw:
        if ID.fullmatch(key) is None:
            found.add(f"{where}.{key}", "an id is 1 to 48 of a-z, 0-9 and _, a letter first")


def check_value(found: Findings, raw: dict[str, Any], where: str, extra: frozenset[str]) -> None:
    """Check the description of a value; `extra` are keys allowed beside the usual ones."""
    found.only(raw, _VALUE_KEYS | extra, where)
    check_name(found, raw.get("name"), where)
    kind = raw.get("type")
    if kind not in TYPES:
        found.add(f"{where}.type", f"must be one of {', '.join(sorted(TYPES))}")
    for key in _TEXT_KEYS:
        if key in raw and not is_text(raw[key]):
            found.add(f"{where}.{key}", "must be text")
    check_choice(found, raw, "category", CATEGORIES, where)
    check_flag(found, raw, "enabled", where)
    numbers = {key: raw[key] for key in ("min", "max", "step") if key in raw}
    for key, number in numbers.items():
        if not is_number(number):
            found.add(f"{where}.{key}", "must be a number")
            return
    if "min" in numbers and "max" in numbers and numbers["min"] > numbers["max"]:
        found.add(where, "min is above max")
    if numbers.get("step", 1) <= 0:
        found.add(f"{where}.step", "must be above 0")
    options = raw.get("options")
    if (kind == "choice") != (options is not None):
        found.add(f"{where}.options", "goes with type choice, and only with it")
    elif options is not None and not (
        isinstance(options, list)
        and 0 < len(options) <= SECTION_LIMIT
        and all(is_text(option) for option in options)
        and len(set(options)) == len(options)
    ):
        found.add(f"{where}.options", "must be a list of different texts")


def check_fits(found: Findings, rule: dict[str, Any], value: Any, where: str) -> None:
    """Check that a default or a preset's parameter is of the described type and range."""
    kind = rule.get("type")
    fits = (
        (kind == "bool" and isinstance(value, bool))
        or (kind == "text" and isinstance(value, str) and 0 < len(value) <= TEXT_LIMIT)
        or (kind == "choice" and value in (rule.get("options") or ()))
        or (kind == "float" and is_number(value))
        or (kind == "int" and isinstance(value, int) and not isinstance(value, bool))
    )
    if not fits:
        found.add(where, f"does not fit type {kind}")
        return
    low, high = rule.get("min"), rule.get("max")
    if (is_number(low) and value < low) or (is_number(high) and value > high):
        found.add(where, f"is outside {low} to {high}")


def check_choice(
    found: Findings, raw: dict[str, Any], key: str, allowed: frozenset[str], where: str
) -> None:
    """Check a key that takes one of a few words."""
    if key in raw and raw[key] not in allowed:
        found.add(f"{where}.{key}", f"must be one of {', '.join(sorted(allowed))}")


def check_flag(found: Findings, raw: dict[str, Any], key: str, where: str) -> None:
    """Check a key that takes true or false."""
    if key in raw and not isinstance(raw[key], bool):
        found.add(f"{where}.{key}", "must be true or false")
