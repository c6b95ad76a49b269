"""A prop that speaks the contract."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from custom_components.atelier.props.errors import CommandError, Failure
from custom_components.atelier.props.prop import Outcome, Prop
from custom_components.atelier.wire.info import Role, read_info
from custom_components.atelier.wire.messages import Event
from custom_components.atelier.wire.rejection import Rejection, RejectionKind
from tests.factories import coffin_info, described, lantern_info
from tests.props.conftest import StrawBus, tell

type MakeProp = Callable[..., Prop]


@pytest.fixture
def coffin(make_prop: MakeProp) -> Prop:
    """Return a coffin that is there."""
    return make_prop(coffin_info(), "coffin-1")


@pytest.fixture
def answering(bus: StrawBus, coffin: Prop) -> Callable[..., None]:
    """Return what makes the coffin answer its next commands."""

    def answer(**result: Any) -> None:
        def reply(_topic: str, payload: str) -> None:
            correlation_id = orjson.loads(payload)["correlation_id"]
            tell(coffin, "result", {"correlation_id": correlation_id} | result)

        bus.on_publish = reply

    return answer


def test_it_is_there_while_it_says_so_and_the_broker_is(coffin: Prop, bus: StrawBus) -> None:
    assert coffin.available
    bus.connected = False
    assert not coffin.available
    bus.connected = True
    tell(coffin, "availability", "offline")
    assert not coffin.available


def test_a_live_message_is_a_sign_of_life_and_a_retained_one_is_not(make_prop: MakeProp) -> None:
    prop = make_prop(coffin_info(), online=False)
    tell(prop, "state", "armed", retained=True)
    assert prop.online is None
    tell(prop, "telemetry", {"motion": True})
    assert prop.online


def test_its_presence_is_told_once(make_prop: MakeProp) -> None:
    prop = make_prop(coffin_info(), online=False)
    told: list[bool | None] = []
    prop.on_online.listen(lambda: told.append(prop.online))
    for word in ("online", "online", "offline"):
        tell(prop, "availability", word)
    assert told == [True, False]


def test_its_state_is_told_when_it_changes(coffin: Prop) -> None:
    told: list[str | None] = []
    coffin.on_state.listen(lambda: told.append(coffin.state))
    for state in ("armed", "armed", "action"):
        tell(coffin, "state", state)
    assert told == ["armed", "action"]


def test_a_state_it_never_described_is_unknown_and_told(coffin: Prop) -> None:
    told: list[str | None] = []
    coffin.on_state.listen(lambda: told.append(coffin.undeclared_state))
    for state in ("flying", "falling"):
        with pytest.raises(Rejection) as rejected:
            tell(coffin, "state", state)
        assert rejected.value.kind is RejectionKind.UNKNOWN_STATE
        assert coffin.state is None
    tell(coffin, "state", "armed")
    assert told == ["flying", "falling", None]


def test_without_described_states_any_is_shown(make_prop: MakeProp) -> None:
    prop = make_prop(described())
    tell(prop, "state", "Whatever it says")
    assert prop.state == "Whatever it says"


@pytest.mark.parametrize("state", ["", "x" * 300, "a\nb", b"\xff"])
def test_what_cannot_be_shown_is_no_state(make_prop: MakeProp, state: Any) -> None:
    prop = make_prop(described())
    with pytest.raises(Rejection):
        tell(prop, "state", state)
    assert prop.state is None


def test_settings_are_taken(coffin: Prop) -> None:
    tell(coffin, "settings", {"volume": 12, "lockout": 7000, "later": 1}, retained=True)
    assert coffin.settings.current == {"volume": 12, "lockout": 7000}


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        ([{"type": "activated", "seq": 1}, {"type": "activated", "seq": 1}], 1),
        ([{"type": "activated", "seq": 1}, {"type": "activated", "seq": 2}], 2),
        ([{"type": "activated"}, {"type": "activated"}], 2),
    ],
)
def test_an_event_delivered_twice_is_one(
    coffin: Prop, messages: list[dict[str, Any]], told: int
) -> None:
    heard: list[Event] = []
    coffin.on_event.listen(heard.append)
    for message in messages:
        tell(coffin, "event", message)
    assert len(heard) == told


def test_after_a_boot_events_count_anew(coffin: Prop) -> None:
    heard: list[Event] = []
    coffin.on_event.listen(heard.append)
    tell(coffin, "event", {"type": "booted", "seq": 1})
    coffin.describe(read_info(coffin_info(boot="another")))
    tell(coffin, "event", {"type": "booted", "seq": 1})
    assert len(heard) == 2


def test_what_happened_once_does_not_happen_again_from_a_retained_message(coffin: Prop) -> None:
    heard: list[Event] = []
    coffin.on_event.listen(heard.append)
    tell(coffin, "event", {"type": "activated", "seq": 1}, retained=True)
    assert heard == []


def test_an_event_it_never_described_is_rejected(coffin: Prop) -> None:
    with pytest.raises(Rejection) as rejected:
        tell(coffin, "event", {"type": "exploded"})
    assert rejected.value.kind is RejectionKind.UNKNOWN_EVENT


def test_channels_of_the_contract_only(coffin: Prop) -> None:
    assert coffin.dialect.route("status") is None
    assert coffin.dialect.route("telemetry/x") is None
    tell(coffin, "update", b"\xff")  # not ours to read


# Commands


async def test_a_command_goes_out_with_its_parameters(
    coffin: Prop, bus: StrawBus, answering: Callable[..., None]
) -> None:
    answering(ok=True, message="Boo")
    outcome = await coffin.command("trigger", {"volume": 12})
    assert outcome == Outcome(confirmed=True, message="Boo")
    ((topic, payload),) = bus.published
    assert topic == "props/coffin-1/cmd"
    sent = orjson.loads(payload)
    assert (sent["action"], sent["params"]) == ("trigger", {"volume": 12})
    assert 0 < len(sent["correlation_id"]) <= 64


async def test_a_setting_goes_out_alone(
    coffin: Prop, bus: StrawBus, answering: Callable[..., None]
) -> None:
    answering(ok=True)
    await coffin.set("volume", 12)
    ((topic, payload),) = bus.published
    assert topic == "props/coffin-1/settings/set"
    assert orjson.loads(payload)["volume"] == 12


async def test_a_role_finds_its_action(
    coffin: Prop, bus: StrawBus, answering: Callable[..., None]
) -> None:
    answering(ok=True)
    await coffin.act(Role.DISARM)
    assert orjson.loads(bus.published[0][1])["action"] == "block"


async def test_a_refusal_says_why(coffin: Prop, answering: Callable[..., None]) -> None:
    answering(ok=False, reason="lockout", message="Resting", retry_ms=4400)
    with pytest.raises(CommandError) as error:
        await coffin.command("trigger")
    assert error.value.failure is Failure.REFUSED
    assert error.value.facts == {
        "prop": "props/coffin-1",
        "action": "trigger",
        "reason": "lockout",
        "message": "Resting",
        "retry_s": "4",
    }


async def test_silence_is_no_answer(coffin: Prop) -> None:
    with pytest.raises(CommandError) as error:
        await coffin.command("trigger")
    assert error.value.failure is Failure.TIMEOUT
    assert error.value.facts["seconds"] == "0.05"


async def test_nothing_is_sent_to_who_is_not_there(coffin: Prop, bus: StrawBus) -> None:
    coffin.set_online(online=False)
    with pytest.raises(CommandError) as error:
        await coffin.command("trigger")
    assert error.value.failure is Failure.OFFLINE
    assert bus.published == []


async def test_nothing_is_sent_without_a_broker(coffin: Prop, bus: StrawBus) -> None:
    bus.connected = False
    with pytest.raises(CommandError) as error:
        await coffin.command("trigger")
    assert error.value.failure is Failure.BROKER


async def test_the_broker_may_go_at_the_last_moment(coffin: Prop, bus: StrawBus) -> None:
    def gone(_topic: str, _payload: str) -> None:
        raise ConnectionError

    bus.on_publish = gone
    with pytest.raises(CommandError) as error:
        await coffin.command("trigger")
    assert error.value.failure is Failure.BROKER


async def test_a_command_under_way_is_given_up_when_the_workshop_closes(
    coffin: Prop, bus: StrawBus
) -> None:
    bus.command_timeout_s = 60
    bus.on_publish = lambda *_: coffin.commands.close()
    with pytest.raises(CommandError) as error:
        await coffin.command("trigger")
    assert error.value.failure is Failure.STOPPING


@pytest.mark.parametrize(
    ("params", "parameter"),
    [
        ({"volume": 31}, "volume"),
        ({"volume": "12"}, "volume"),
        ({"volume": 10**400}, "volume"),
        ({"volume": {1, 2}}, "volume"),
        ({"loudness": 5}, "loudness"),
        ({"volume": 5, "x": 1}, "x"),
        ({5: 5}, "5"),
    ],
)
async def test_a_parameter_that_does_not_fit_is_not_sent(
    coffin: Prop, bus: StrawBus, params: dict[Any, Any], parameter: str
) -> None:
    with pytest.raises(CommandError) as error:
        await coffin.command("trigger", params)
    assert error.value.failure is Failure.BAD_PARAMETER
    assert error.value.facts["parameter"] == parameter
    assert bus.published == []


async def test_an_action_it_has_not_is_not_sent(coffin: Prop, bus: StrawBus) -> None:
    with pytest.raises(CommandError) as error:
        await coffin.command("fly")
    assert error.value.failure is Failure.UNKNOWN_ACTION
    assert "trigger" in error.value.facts["actions"]
    assert bus.published == []


async def test_a_role_that_nothing_has_is_an_unknown_action(make_prop: MakeProp) -> None:
    with pytest.raises(CommandError) as error:
        await make_prop(described()).act(Role.STOP)
    assert error.value.failure is Failure.UNKNOWN_ACTION
    assert error.value.facts["actions"] == "-"


# Described anew


def test_the_same_description_again_is_no_news(coffin: Prop) -> None:
    told: list[Prop] = []
    coffin.on_described.listen(told.append)
    coffin.describe(read_info(coffin_info()))
    assert told == []
    coffin.describe(read_info(coffin_info(name="Tomb")))
    assert told == [coffin]


def test_values_whose_description_stayed_stay_known(coffin: Prop) -> None:
    tell(coffin, "telemetry", {"motion": True, "triggers": 4})
    info = coffin_info()
    info["capabilities"]["telemetry"]["triggers"]["type"] = "float"
    coffin.describe(read_info(info))
    assert coffin.telemetry.current == {"motion": True}


@pytest.mark.parametrize(
    ("serials", "doubled"),
    [
        (["a1b2c3", "a1b2c3"], 0),
        (["other"], 0),
        (["other", "a1b2c3"], 1),
        ([None, "a1b2c3"], 0),
    ],
)
def test_serials_that_take_turns_are_two_boards(
    coffin: Prop, serials: list[str | None], doubled: int
) -> None:
    told: list[Prop] = []
    coffin.on_doubled.listen(told.append)
    for number, serial in enumerate(serials):
        coffin.describe(read_info(coffin_info(serial=serial, boot=f"b{number}")))
    assert len(told) == doubled


def test_uptimes_that_take_turns_are_two_boards(coffin: Prop) -> None:
    told: list[Prop] = []
    coffin.on_doubled.listen(told.append)
    for uptime in (5_000, 60, 5_001, None):
        tell(coffin, "telemetry", {"uptime_s": uptime})
    assert told == [coffin]


def test_a_problem_value_is_not_the_props_own_error(make_prop: MakeProp) -> None:
    lantern = make_prop(lantern_info())
    tell(lantern, "telemetry", {"leak": True})
    assert lantern.error is None
    assert lantern.telemetry.current["leak"] is True
