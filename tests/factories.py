"""Descriptions and messages of the kinds of things that tests talk about."""

from copy import deepcopy
import json
from pathlib import Path
from typing import Any, Final

#: What a coffin with Atelier's firmware publishes of itself (docs/contract.md, `info`).
COFFIN: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "integration" / "coffin.json").read_text("utf-8")
)

#: A thing with everything that a coffin has not.
LANTERN: Final[dict[str, Any]] = {
    "states": {"on": {"active": True}, "off": {}},
    "actions": {
        "flash": {"role": "trigger", "button": True, "name": "Flash"},
        "play": {"params": {"track": {"type": "int", "min": 1}}},
        "dim": {
            "params": {
                "level": {"type": "float", "min": 0, "max": 1},
                "how": {"type": "choice", "options": ["fast", "slow"]},
                "label": {"type": "text"},
                "keep": {"type": "bool"},
            }
        },
    },
    "telemetry": {
        "temperature": {"type": "float", "unit": "°C", "class": "temperature", "step": 0.1},
        "humidity": {"type": "float", "unit": "%", "class": "humidity"},
        "lamp": {"type": "bool"},
        "leak": {"type": "bool", "class": "problem"},
        "mode": {"type": "choice", "options": ["dim", "bright"]},
        "label": {"type": "text"},
        "player": {"type": "choice", "options": ["idle", "playing"]},
        "wind": {"type": "float", "unit": "m/s", "class": "temperature"},
        "since": {"type": "text", "class": "timestamp"},
        "odd": {"type": "int", "class": "no such class", "state_class": "no such class"},
    },
    "settings": {
        "display": {"type": "bool", "default": True},
        "scene": {"type": "choice", "options": ["candle", "fire"]},
        "brightness": {"type": "float", "min": 0, "max": 1, "step": 0.05},
        "delay": {"type": "int", "min": 0, "max": 5000, "unit": "ms"},
        "target": {"type": "float", "min": 5, "max": 30, "unit": "°C", "class": "temperature"},
    },
    "events": {"flashed": {}},
    "presets": {"soft": {"name": {"en": "Soft"}, "action": "dim", "params": {"level": 0.2}}},
    "player": {"status": "player", "volume": "brightness", "play": "play"},
}


def coffin_info(**changes: Any) -> dict[str, Any]:
    """Return the `info` of a coffin, with other facts where given."""
    return deepcopy(COFFIN) | {
        "name": "Crypt",
        "board": "esp32",
        "serial": "a1b2c3",
        "boot": "b00t1",
        "address": "192.0.2.7",
        **changes,
    }


def lantern_info(**changes: Any) -> dict[str, Any]:
    """Return the `info` of a lantern, with other facts where given."""
    return {
        "contract": 1,
        "kind": "prop",
        "name": "Lantern",
        "model": "Lantern",
        "capabilities": deepcopy(LANTERN),
        **changes,
    }


def described(**sections: Any) -> dict[str, Any]:
    """Return the `info` of something that has just these capabilities."""
    return {"contract": 1, "kind": "prop", "name": "Thing", "capabilities": sections}


def nested(depth: int) -> bytes:
    """Return JSON of lists in lists."""
    return b"[" * depth + b"]" * depth


def encoded(message: Any) -> bytes:
    """Return a message as bytes: JSON of an object, text as it is."""
    if isinstance(message, bytes):
        return message
    if isinstance(message, str):
        return message.encode()
    return json.dumps(message).encode()
