"""Check the sections of a bundle.yaml, one function each."""

import re
from typing import Any, Final

from . import schema
from .problems import Findings

_OUTPUT_CAP_MS: Final = 600_000
_GPIO_LIMIT: Final = 48


def states(found: Findings, raw: dict[str, Any]) -> None:
    """Check the states."""
    for key, item in _items(found, raw, "states"):
        found.only(item, frozenset({"name", "armed", "active"}), f"states.{key}")
        schema.check_name(found, item.get("name"), f"states.{key}")
        schema.check_flag(found, item, "armed", f"states.{key}")
        schema.check_flag(found, item, "active", f"states.{key}")
    if raw and "booting" not in raw:
        found.add("states", "needs a state `booting`, in which every device begins")


def actions(found: Findings, raw: dict[str, Any]) -> None:
    """Check the actions and their parameters."""
    allowed = frozenset({"name", "role", "button", "category", "icon", "params"})
    for key, item in _items(found, raw, "actions"):
        where = f"actions.{key}"
        found.only(item, allowed, where)
        schema.check_name(found, item.get("name"), where)
        schema.check_choice(found, item, "role", schema.ROLES, where)
        schema.check_choice(found, item, "category", schema.CATEGORIES, where)
        schema.check_flag(found, item, "button", where)
        if "icon" in item and not schema.is_text(item["icon"]):
            found.add(f"{where}.icon", "must be text such as mdi:ghost")
        params = found.mapping(item.get("params"), f"{where}.params")
        schema.check_section(found, params, f"{where}.params")
        for name, value in params.items():
            place = f"{where}.params.{name}"
            rule = found.mapping(value, place)
            schema.check_value(found, rule, place, frozenset({"required", "default"}))
            if "default" in rule:
                schema.check_fits(found, rule, rule["default"], f"{place}.default")
        if item.get("button") and any(
            rule.get("required") for rule in params.values() if isinstance(rule, dict)
        ):
            found.add(f"{where}.button", "a button sends no parameters, but one is required")


def telemetry(found: Findings, raw: dict[str, Any]) -> None:
    """Check the telemetry values."""
    for key, item in _items(found, raw, "telemetry"):
        schema.check_value(found, item, f"telemetry.{key}", frozenset({"counter"}))
        schema.check_flag(found, item, "counter", f"telemetry.{key}")
        if item.get("counter") and item.get("type") != "int":
            found.add(f"telemetry.{key}.counter", "a counter is of type int")


def settings(found: Findings, raw: dict[str, Any]) -> None:
    """Check the settings: each has a default, and numbers have a range."""
    for key, item in _items(found, raw, "settings"):
        where = f"settings.{key}"
        schema.check_value(found, item, where, frozenset({"default"}))
        if item.get("type") in ("int", "float") and not {"min", "max"} <= item.keys():
            found.add(where, "needs min and max")
        if "default" not in item:
            found.add(where, "needs a default")
        else:
            schema.check_fits(found, item, item["default"], f"{where}.default")


def events(found: Findings, raw: dict[str, Any]) -> None:
    """Check the events."""
    for key, item in _items(found, raw, "events"):
        found.only(item, frozenset({"name"}), f"events.{key}")
        schema.check_name(found, item.get("name"), f"events.{key}")


def presets(found: Findings, raw: dict[str, Any], known: dict[str, Any]) -> None:
    """Check the presets against the actions that they use."""
    for key, item in _items(found, raw, "presets"):
        where = f"presets.{key}"
        found.only(item, frozenset({"name", "action", "params"}), where)
        schema.check_name(found, item.get("name"), where)
        action = known.get(str(item.get("action")))
        if not isinstance(action, dict):
            found.add(f"{where}.action", f"there is no action {item.get('action')}")
            continue
        rules = action.get("params") or {}
        for name, value in found.mapping(item.get("params"), f"{where}.params").items():
            if name not in rules:
                found.add(f"{where}.params.{name}", "the action has no such parameter")
            else:
                schema.check_fits(found, rules[name], value, f"{where}.params.{name}")


def player(found: Findings, raw: dict[str, Any], sections: dict[str, dict[str, Any]]) -> None:
    """Check that the player names values and actions that exist."""
    places = {
        "status": "telemetry",
        "volume": "settings",
        "play": "actions",
        "pause": "actions",
        "resume": "actions",
        "stop": "actions",
    }
    found.only(raw, frozenset(places) | {"tracks"}, "player")
    if raw and "status" not in raw:
        found.add("player.status", "is needed: the telemetry value that says idle, playing, paused")
    for key, section in places.items():
        if key in raw and raw[key] not in sections[section]:
            found.add(f"player.{key}", f"there is no {raw[key]} in {section}")
    for number, title in found.mapping(raw.get("tracks"), "player.tracks").items():
        if re.fullmatch(r"[1-9]\d{0,3}", number) is None or int(number) > schema.TRACK_LIMIT:
            found.add(
                f"player.tracks.{number}", f"must be a quoted number, 1 to {schema.TRACK_LIMIT}"
            )
        if not schema.is_text(title):
            found.add(f"player.tracks.{number}", "must be text")


def pins(found: Findings, raw: dict[str, Any]) -> None:
    """Check the wiring: numbers in range, none used twice, outputs bounded."""
    allowed = frozenset(
        {*schema.PIN_NUMBERS, "direction", "pull", "off", "max_on_ms", "off_when_offline", "wire"}
        | {"uart", "i2c", "spi", "address", "chip"}
    )
    used: dict[int, str] = {}
    for key, item in _items(found, raw, "pins"):
        where = f"pins.{key}"
        found.only(item, allowed, where)
        if not schema.is_text(item.get("wire")):
            found.add(f"{where}.wire", "is needed: what is connected, for people")
        schema.check_choice(found, item, "chip", schema.CHIPS, where)
        for name in schema.PIN_NUMBERS:
            if name not in item:
                continue
            number = item[name]
            if not isinstance(number, int) or not 0 <= number <= _GPIO_LIMIT:
                found.add(f"{where}.{name}", f"must be a GPIO number, 0 to {_GPIO_LIMIT}")
            elif number in used:
                found.add(f"{where}.{name}", f"GPIO {number} is taken by {used[number]}")
            else:
                used[number] = key
        if item.get("direction") == "out":
            _output(found, item, where)
        elif "gpio" in item and item.get("direction") != "in":
            found.add(f"{where}.direction", "must be in or out")


def _output(found: Findings, item: dict[str, Any], where: str) -> None:
    cap = item.get("max_on_ms")
    if not isinstance(cap, int) or not 0 < cap <= _OUTPUT_CAP_MS:
        found.add(f"{where}.max_on_ms", "an output needs a cap, in ms: nothing stays on")
    if item.get("off", 0) not in (0, 1):
        found.add(f"{where}.off", "must be 0 or 1: the level that switches it off")


def _items(found: Findings, raw: dict[str, Any], section: str) -> list[tuple[str, dict[str, Any]]]:
    schema.check_section(found, raw, section)
    return [(key, found.mapping(item, f"{section}.{key}")) for key, item in raw.items()]
