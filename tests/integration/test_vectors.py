"""The scenarios that Home Assistant has a part in, from tests/vectors/props.json.

The firmware's part of them (its pins and its time) is tested with the firmware; here the
board says what the scenario makes it say, and the entities have to show it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.integration.board import Board, passes

VECTORS = {
    vector["id"]: vector
    for vector in json.loads(
        (Path(__file__).parent.parent / "vectors" / "props.json").read_text("utf-8")
    )
}

#: Where the scenarios' names of entities are found among ours.
ENTITIES = {
    "binary_sensor.connectivity": ("binary_sensor", "connectivity"),
    "binary_sensor.solenoid": ("binary_sensor", "telemetry/solenoid"),
    "button.trigger": ("button", "action/trigger"),
    "event.activity": ("event", "activity"),
    "number.volume": ("number", "setting/volume"),
    "sensor.activations": ("sensor", "telemetry/triggers"),
    "sensor.state": ("sensor", "state"),
}


def refusal(reason: str, action: str) -> list[tuple[str, Any]]:
    """Return what a board says when it refuses."""
    return [("event", {"type": "refused", "seq": 7, "reason": reason, "action": action})]


@dataclass
class Play:
    """What the board says in a scenario, before and in it."""

    #: What makes the scenario's `pre` true.
    before: list[tuple[str, Any]] = field(default_factory=list)
    #: What the board says as the scenario's `in` happens.
    then: list[tuple[str, Any]] = field(default_factory=list)
    #: How it answers, should a person press its trigger.
    refuses: str | None = None


PLAYS = {
    "C01": Play(
        before=[("availability", "offline")], then=[("availability", "online"), ("state", "armed")]
    ),
    "C03": Play(then=[("availability", "offline")]),
    "C05": Play(
        then=[
            ("state", "action"),
            ("telemetry", {"solenoid": True, "triggers": 5}),
            ("event", {"type": "activated", "seq": 2, "source": "pir"}),
        ]
    ),
    "C07": Play(
        before=[("state", "action"), ("telemetry", {"solenoid": True})],
        then=[
            ("telemetry", {"solenoid": False}),
            ("state", "armed"),
            ("event", {"type": "finished", "seq": 3}),
        ],
    ),
    "C09": Play(),
    "C11": Play(
        before=[("state", "blocked")], then=refusal("blocked", "trigger"), refuses="blocked"
    ),
    "C13": Play(then=[("state", "action")]),
    "C17": Play(
        before=[("state", "action"), ("telemetry", {"solenoid": True})],
        then=[
            ("telemetry", {"solenoid": False, "problem": True, "fault": "max_on_time"}),
            ("event", {"type": "faulted", "seq": 4, "reason": "max_on_time"}),
        ],
    ),
    "C19": Play(then=refusal("out_of_range", "set_volume")),
    "C21": Play(then=refusal("bad_arguments", "set_volume")),
    "C23": Play(),
}


@pytest.mark.parametrize("number", PLAYS)
async def test_scenario(hass: HomeAssistant, coffin: Board, number: str) -> None:
    vector, play = VECTORS[number], PLAYS[number]
    activations = int(coffin.shows("sensor", "telemetry/triggers"))
    for channel, message in play.before:
        coffin.says(channel, message)
    await hass.async_block_till_done()
    states = Counter[tuple[str, str]]()
    hass.bus.async_listen(
        "state_changed",
        lambda event: states.update([(event.data["entity_id"], event.data["new_state"].state)]),
    )
    for step in vector["in"]:
        await happens(coffin, step, play)
    for channel, message in play.then:
        coffin.says(channel, message)
    await hass.async_block_till_done()
    wants = vector["want"]
    for name in wants.keys() & ENTITIES.keys():
        check(coffin, ENTITIES[name], wants[name], activations)
    if wants.get("binary_sensor.connectivity") == "on throughout":
        assert (coffin.entity_id("binary_sensor", "connectivity"), "off") not in states
    if "state=playing" in wants.get("not", []):
        assert (coffin.entity_id("sensor", "state"), "playing") not in states


async def happens(coffin: Board, step: dict[str, Any], play: Play) -> None:
    """Do what a step of a scenario says, as far as Home Assistant has a part in it."""
    if "press" in step:
        coffin.refuses(str(play.refuses))
        with pytest.raises(HomeAssistantError):
            await coffin.press(step["press"].partition(".")[2])
    elif step.get("mqtt") == "cmd":
        coffin.says("cmd", step["p"], retain=step.get("r", False))


def check(coffin: Board, where: tuple[str, str], wanted: Any, activations: int) -> None:
    """Compare one entity with what a scenario wants of it."""
    shown = coffin.shown(*where)
    if isinstance(wanted, dict):
        assert shown.attributes["event_type"] == wanted["type"]
        for key in wanted.keys() - {"type"}:
            assert shown.attributes[key] == wanted[key]
    elif isinstance(wanted, str) and wanted.startswith("+"):
        assert int(shown.state) == activations + int(wanted)
    else:
        assert shown.state == str(wanted).removesuffix(" throughout")


async def test_a_retained_command_becomes_a_repair(
    hass: HomeAssistant, coffin: Board, entry: MockConfigEntry, issue_registry: Any
) -> None:
    step = VECTORS["C23"]["in"][0]
    coffin.says("cmd", step["p"], retain=step["r"])
    assert [issue.translation_key for issue in issue_registry.issues.values()] == [
        "retained_command"
    ]


LEGACY: dict[str, Callable[[Board], None]] = {
    "C01": lambda board: [board.says("state", state) for state in ("idle", "armed")],
    "C05": lambda board: [board.says("state", state) for state in ("playing", "action")],
}


async def test_a_board_that_was_never_reflashed_is_shown_too(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    board = Board(hass, "halloween/esp32-coffin-jumper-01")
    board.says("availability", "online", retain=True)
    LEGACY["C01"](board)
    board.says("telemetry", {"triggers": 4, "solenoid_power": "Off", "vol": 20, "fw": "1.0.0"})
    await passes(hass, 3)
    await passes(hass, 1)
    assert board.shows("sensor", "state") == "armed"
    assert board.shows("binary_sensor", "connectivity") == "on"
    assert board.shows("number", "setting/volume") == "20"
    LEGACY["C05"](board)
    board.says("telemetry", {"triggers": 5, "solenoid_power": "On"})
    await hass.async_block_till_done()
    assert board.shows("sensor", "state") == "action"
    assert board.shows("binary_sensor", "telemetry/solenoid") == "on"
    assert board.shows("sensor", "telemetry/triggers") == "5"
    assert board.shown("event", "activity").attributes["event_type"] == "activated"
