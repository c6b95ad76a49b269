"""A board of the reference system, which neither describes itself nor answers."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from custom_components.atelier.props.errors import CommandError, Failure
from custom_components.atelier.props.prop import Outcome, Prop
from custom_components.atelier.wire.info import SECTION_LIMIT, Role, read_info
from custom_components.atelier.wire.messages import Event
from custom_components.atelier.wire.reference import first_info
from custom_components.atelier.wire.rejection import Rejection, RejectionKind
from tests.factories import coffin_info
from tests.props.conftest import StrawBus, tell

type MakeBoard = Callable[..., Prop]

COFFIN = "esp32-coffin-jumper-01"
SHOW = "thriller_hue_nest"


@pytest.fixture
def board(make_prop: Callable[..., Prop]) -> MakeBoard:
    """Return what makes a board of its id."""
    return lambda device_id, **more: make_prop(first_info(device_id), device_id, **more)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait only moments for a board to show what it did."""
    monkeypatch.setattr("custom_components.atelier.props.reference._PROOF_TIMEOUT_S", 0.02)


@pytest.fixture
def events(bus: StrawBus) -> list[Event]:
    """Return the notebook of events."""
    return []


@pytest.mark.parametrize(
    ("channel", "payload", "online"),
    [
        ("availability", "online", True),
        ("availability", {"status": "offline"}, False),
        ("status", "online", True),
        ("status", {"status": "offline"}, False),
        ("status/availability", "online", True),
    ],
)
def test_availability_in_each_dialect(
    board: MakeBoard, channel: str, payload: Any, *, online: bool
) -> None:
    prop = board(COFFIN, online=False)
    tell(prop, channel, payload)
    assert prop.online is online


def test_availability_that_says_neither_is_rejected(board: MakeBoard) -> None:
    with pytest.raises(Rejection):
        tell(board(COFFIN), "availability", "armed")


@pytest.mark.parametrize("channel", ["state", "status"])
def test_the_state_in_each_dialect(board: MakeBoard, channel: str) -> None:
    prop = board(COFFIN)
    tell(prop, channel, "IO Error")
    assert prop.state == "io_error"


def test_what_a_boards_states_tell_of_its_doings(board: MakeBoard) -> None:
    prop = board(COFFIN)
    heard: list[str] = []
    prop.on_event.listen(lambda event: heard.append(event.type))
    for state in ("armed", "playing", "action", "armed", "blocked"):
        tell(prop, "state", state)
    assert heard == ["activated", "finished"]


def test_retained_states_tell_of_no_doings(board: MakeBoard) -> None:
    prop = board(COFFIN)
    heard: list[Event] = []
    prop.on_event.listen(heard.append)
    tell(prop, "state", "action", retained=True)
    tell(prop, "status/warn", "old", retained=True)
    tell(prop, "status/error", "old", retained=True)
    assert heard == []
    assert (prop.state, prop.error) == ("action", "old")


def test_complaints_are_events_and_an_error_stands_until_the_next_state(board: MakeBoard) -> None:
    prop = board(SHOW)
    heard: list[Event] = []
    prop.on_event.listen(heard.append)
    tell(prop, "status/warn", "Unknown action: fly")
    assert prop.error is None
    tell(prop, "status/error", "KeyError: 'green'")
    assert prop.error == "KeyError: 'green'"
    tell(prop, "state", "stopped")
    assert prop.error is None
    assert [(event.type, event.attributes) for event in heard] == [
        ("warning", {"message": "Unknown action: fly"}),
        ("error", {"message": "KeyError: 'green'"}),
    ]


def test_telemetry_as_one_object(board: MakeBoard) -> None:
    prop = board(COFFIN)
    tell(prop, "telemetry", {"fw": "1.0.0", "triggers": 4, "pir": "Motion!", "vol": 20})
    assert prop.telemetry.current == {"triggers": 4, "motion": True}
    assert prop.settings.current == {"volume": 20}
    assert prop.info.firmware_version == "1.0.0"


def test_telemetry_with_a_topic_for_each_key(board: MakeBoard) -> None:
    prop = board(SHOW)
    tell(prop, "telemetry/speakers/State", "PLAYING")
    tell(prop, "telemetry/tick", "17")
    tell(prop, "uptime", "83")
    assert prop.telemetry.current == {"speakers_state": "PLAYING", "tick": 17.0, "uptime_s": 83.0}


def test_what_nobody_described_is_described_as_it_comes(board: MakeBoard) -> None:
    prop = board("example_prop")
    described: list[Prop] = []
    prop.on_described.listen(described.append)
    tell(prop, "telemetry", {"fires": 1, "mood": "calm"})
    tell(prop, "telemetry", {"fires": 2, "mood": "wild"})
    assert prop.telemetry.current == {"fires": 2.0, "mood": "wild"}
    assert described == [prop]


def test_a_number_that_turns_out_to_be_text_becomes_text(board: MakeBoard) -> None:
    prop = board("example_prop")
    tell(prop, "telemetry/code", "12")
    tell(prop, "telemetry/code", "12b")
    tell(prop, "telemetry/code", "13")
    assert prop.telemetry.current == {"code": "13"}


def test_what_a_profile_describes_stays_as_described(board: MakeBoard, bus: StrawBus) -> None:
    prop = board(COFFIN)
    tell(prop, "telemetry", {"triggers": "many"})
    assert prop.telemetry.current == {}
    assert bus.kinds == [RejectionKind.BAD_VALUE]


def test_what_cannot_be_shown_costs_only_itself(board: MakeBoard, bus: StrawBus) -> None:
    prop = board("example_prop")
    tell(prop, "telemetry", {"list": [1], "long": "x" * 300, "日本": 1, "tick": 5})
    assert prop.telemetry.current == {"tick": 5.0}
    assert bus.kinds == [RejectionKind.BAD_VALUE] * 3


def test_a_board_that_invents_keys_is_bounded(board: MakeBoard, bus: StrawBus) -> None:
    prop = board("example_prop")
    for number in range(SECTION_LIMIT + 5):
        tell(prop, f"telemetry/key{number}", "1")
    assert len(prop.telemetry.specs) == SECTION_LIMIT
    assert bus.kinds == [RejectionKind.TOO_MANY_ENTITIES] * 5


@pytest.mark.parametrize("channel", ["unknown", "telemetryx/a", "state/x", "telemetry/", "cmd/x"])
def test_other_channels_are_nobodys(board: MakeBoard, channel: str) -> None:
    assert board(COFFIN).dialect.route(channel) is None


# Commands


def obeys(prop: Prop, bus: StrawBus, *states: str) -> None:
    """Let a board show states after a command."""

    def show(_topic: str, _payload: str) -> None:
        for state in states:
            tell(prop, "state", state)

    bus.on_publish = show


async def test_a_state_proves_that_a_command_was_done(board: MakeBoard, bus: StrawBus) -> None:
    prop = board(COFFIN)
    obeys(prop, bus, "playing", "action")
    assert await prop.command("trigger", {"volume": 12}) == Outcome(confirmed=True)
    assert orjson.loads(bus.published[0][1]) == {
        "action": "trigger",
        "params": {"volume": 12},
        "args": {"volume": 12},
    }


async def test_being_where_one_is_told_to_go_is_proof(board: MakeBoard, bus: StrawBus) -> None:
    prop = board(COFFIN)
    tell(prop, "state", "blocked")
    assert (await prop.act(Role.DISARM)).confirmed


async def test_an_action_under_way_does_not_prove_another(board: MakeBoard) -> None:
    prop = board(COFFIN)
    tell(prop, "state", "action")
    with pytest.raises(CommandError) as error:
        await prop.command("trigger")
    assert error.value.failure is Failure.UNPROVEN
    assert error.value.facts["state"] == "action"


async def test_without_proof_a_command_is_not_confirmed(board: MakeBoard) -> None:
    with pytest.raises(CommandError) as error:
        await board(COFFIN).command("trigger")
    assert error.value.failure is Failure.UNPROVEN
    assert error.value.facts["state"] == "unknown"


@pytest.mark.parametrize(
    ("device_id", "action", "params"),
    [
        ("example_prop", "trigger", {}),
        (SHOW, "chromecast", {"args": "volume_up"}),
        (COFFIN, "no_such_action", {"anything": [1, 2]}),
    ],
)
async def test_what_no_state_could_prove_is_sent_unconfirmed(
    board: MakeBoard, bus: StrawBus, device_id: str, action: str, params: dict[str, Any]
) -> None:
    assert await board(device_id).command(action, params) == Outcome(confirmed=False)
    assert len(bus.published) == 1


async def test_a_setting_is_set_by_its_action(board: MakeBoard, bus: StrawBus) -> None:
    await board(COFFIN).set("volume", 12)
    assert orjson.loads(bus.published[0][1])["action"] == "set_volume"
    assert orjson.loads(bus.published[0][1])["params"] == {"volume": 12}


@pytest.mark.parametrize("params", [{"volume": 31}, {"volume": "loud"}])
async def test_known_parameters_are_checked(
    board: MakeBoard, bus: StrawBus, params: dict[str, Any]
) -> None:
    with pytest.raises(CommandError) as error:
        await board(COFFIN).command("trigger", params)
    assert error.value.failure is Failure.BAD_PARAMETER
    assert bus.published == []


@pytest.mark.parametrize("params", [{"x": {1}}, {"x": 10**400}, {"x": "\ud800"}, {1: 2}])
async def test_what_no_message_can_carry_is_not_sent(
    board: MakeBoard, bus: StrawBus, params: dict[Any, Any]
) -> None:
    with pytest.raises(CommandError) as error:
        await board("example_prop").command("do", params)
    assert error.value.failure is Failure.BAD_PARAMETER
    assert bus.published == []


async def test_further_parameters_of_an_old_board_are_passed_on(
    board: MakeBoard, bus: StrawBus
) -> None:
    prop = board(COFFIN)
    obeys(prop, bus, "action")
    assert (await prop.command("trigger", {"colour": "red"})).confirmed


async def test_a_proven_action_that_its_kept_description_lacks(
    make_prop: Callable[..., Prop], bus: StrawBus
) -> None:
    kept = first_info(COFFIN)
    del kept["capabilities"]["actions"]["trigger"]
    prop = make_prop(kept, COFFIN)
    obeys(prop, bus, "action")
    assert (await prop.command("trigger")).confirmed


def test_a_reflashed_board_speaks_the_contract_from_then_on(board: MakeBoard) -> None:
    prop = board(COFFIN)
    tell(prop, "status/error", "old trouble")
    prop.describe(read_info(coffin_info()))
    assert prop.described_itself
    assert prop.error is None
    assert prop.dialect.route("status/error") is None
    tell(prop, "event", {"type": "booted", "seq": 1})
