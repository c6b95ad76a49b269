"""One prop described twice, for core's MQTT discovery and for Atelier, and its telemetry."""

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

#: One for each workshop: Home Assistant adds 10,000 entities to a config entry and no
#: more (entity_platform.MAX_ENABLED_ENTITIES_PER_CONFIG_ENTRY; core's mqtt is exempt).
PREFIXES: Final = ("props", "yard")
PROPS_PER_WORKSHOP: Final = 500
#: An id that the contract reserves: what is said under it is heard and left alone.
NOBODY: Final = "ui"
DISCOVERY_PREFIX: Final = "homeassistant"


@dataclass(frozen=True, slots=True)
class Value:
    """Describe one telemetry value: its unit, its class and how its reading moves."""

    id: str
    name: str
    unit: str
    device_class: str
    base: float
    step: float

    def at(self, turn: int) -> float:
        """Return the reading of a turn; two turns in a row never read the same."""
        return round(self.base + (turn % 997) * self.step, 2)


VALUES: Final = (
    Value("temperature", "Temperature", "°C", "temperature", 20.0, 0.1),
    Value("humidity", "Humidity", "%", "humidity", 10.0, 0.05),
    Value("pressure", "Pressure", "hPa", "pressure", 950.0, 0.1),
    Value("voltage", "Voltage", "V", "voltage", 3.0, 0.01),
    Value("current", "Current", "A", "current", 0.5, 0.01),
    Value("power", "Power", "W", "power", 5.0, 0.1),
    Value("distance", "Distance", "mm", "distance", 100, 1),
    Value("rssi", "Signal", "dBm", "signal_strength", -90, 0.05),
)
#: Bursts by name: how many of the values change from message to message.
BURSTS: Final = {"burst_all": len(VALUES), "burst_one": 1, "burst_none": 0}
MOTION: Final = "motion"
BUTTONS: Final = {"open": "Open", "close": "Close"}


@dataclass(frozen=True, slots=True)
class Message:
    """One publish."""

    topic: str
    payload: bytes
    retain: bool = False


def prop_id(index: int) -> str:
    """Return the id of the prop with that number."""
    return f"bench-{index:04d}"


def topic(index: int, channel: str) -> str:
    """Return a topic on a prop's branch."""
    return f"{PREFIXES[index // PROPS_PER_WORKSHOP]}/{prop_id(index)}/{channel}"


def info(index: int) -> dict[str, Any]:
    """Describe the prop as docs/contract.md does."""
    telemetry: dict[str, Any] = {
        value.id: {
            "name": value.name,
            "type": "float",
            "unit": value.unit,
            "class": value.device_class,
            "state_class": "measurement",
        }
        for value in VALUES
    }
    telemetry[MOTION] = {"name": "Motion", "type": "bool", "class": "motion"}
    return {
        "contract": 1,
        "kind": "prop",
        "name": f"Bench {index}",
        "model": "Bench prop",
        "manufacturer": "Atelier",
        "firmware": {"version": "1.0.0", "hash": "0" * 64},
        "board": "unix",
        "serial": f"{index:012x}",
        "boot": f"{index:08x}",
        "address": "127.0.0.1",
        "capabilities": {
            "actions": {action: {"name": name, "button": True} for action, name in BUTTONS.items()},
            "telemetry": telemetry,
        },
    }


def discovery(index: int) -> dict[str, Any]:
    """Describe the same prop as core's MQTT device discovery does."""
    identity = prop_id(index)
    components: dict[str, Any] = {
        value.id: {
            "platform": "sensor",
            "unique_id": f"{identity}_{value.id}",
            "name": value.name,
            "state_topic": topic(index, "telemetry"),
            "value_template": f"{{{{ value_json.{value.id} }}}}",
            "unit_of_measurement": value.unit,
            "device_class": value.device_class,
            "state_class": "measurement",
        }
        for value in VALUES
    }
    components[MOTION] = {
        "platform": "binary_sensor",
        "unique_id": f"{identity}_{MOTION}",
        "name": "Motion",
        "state_topic": topic(index, "telemetry"),
        "value_template": f"{{{{ value_json.{MOTION} }}}}",
        "payload_on": "True",
        "payload_off": "False",
        "device_class": "motion",
    }
    for action, name in BUTTONS.items():
        components[action] = {
            "platform": "button",
            "unique_id": f"{identity}_{action}",
            "name": name,
            "command_topic": topic(index, "cmd"),
            "payload_press": orjson.dumps({"action": action, "params": {}}).decode(),
        }
    return {
        "device": {
            "identifiers": [identity],
            "name": f"Bench {index}",
            "model": "Bench prop",
            "manufacturer": "Atelier",
            "sw_version": "1.0.0",
            "serial_number": f"{index:012x}",
        },
        "origin": {"name": "bench", "sw_version": "1.0.0"},
        "availability": [{"topic": topic(index, "availability")}],
        "components": components,
    }


def ours(index: int) -> list[Message]:
    """Return what a prop leaves retained at the broker for Atelier."""
    return [
        Message(topic(index, "info"), orjson.dumps(info(index)), retain=True),
        online(index),
    ]


def core(index: int) -> list[Message]:
    """Return what a prop leaves retained at the broker for core's discovery."""
    config = f"{DISCOVERY_PREFIX}/device/{prop_id(index)}/config"
    return [Message(config, orjson.dumps(discovery(index)), retain=True), online(index)]


def unread(index: int, turn: int) -> Message:
    """Return telemetry that reaches Atelier and concerns nobody."""
    return Message(f"{PREFIXES[0]}/{NOBODY}/telemetry", telemetry(index, turn).payload)


def online(index: int) -> Message:
    """Return the retained word that a prop is there."""
    return Message(topic(index, "availability"), b"online", retain=True)


def telemetry(index: int, turn: int, *, changes: int = len(VALUES)) -> Message:
    """Return a prop's telemetry of a turn, in which only the first few values change."""
    readings: dict[str, Any] = {
        value.id: value.at(turn if number < changes else 0) for number, value in enumerate(VALUES)
    }
    readings[MOTION] = False
    return Message(topic(index, "telemetry"), orjson.dumps(readings))


class Fleet:
    """Speak for a number of props, one after the other, turn after turn."""

    def __init__(self, size: int) -> None:
        """Begin at turn zero."""
        self.size = size
        self._turns = count(1)

    def retained(self, side: str) -> Iterator[Message]:
        """Yield what all props leave at the broker, for side ``ours`` or ``core``."""
        for index in range(self.size):
            yield from ours(index) if side == "ours" else core(index)

    def turn(self) -> int:
        """Begin the next turn."""
        return next(self._turns)

    def telemetry(self, messages: int, *, changes: int = len(VALUES)) -> Iterator[Message]:
        """Yield messages, round robin; each prop's next one differs in so many values."""
        for number in range(messages):
            index = number % self.size
            if index == 0:
                turn = self.turn()
            yield telemetry(index, turn, changes=changes)
