"""The dialects of boards that were flashed before the contract."""

from typing import Any

import pytest

from custom_components.atelier.wire.info import read_info
from custom_components.atelier.wire.profiles import PROFILES
from custom_components.atelier.wire.reference import (
    Telemetry,
    availability,
    command,
    first_info,
    infer_value,
    profile_of,
    slug,
    state,
    telemetry_object,
    telemetry_topic,
)
from custom_components.atelier.wire.rejection import Rejection
from tests.factories import encoded, nested

COFFIN = "esp32-coffin-jumper-01"


@pytest.mark.parametrize(
    ("payload", "online"),
    [
        ("online", True),
        ("offline", False),
        ("Online", True),
        ({"status": "online"}, True),
        ({"status": "offline"}, False),
        ({"availability": "online"}, True),
        ({"state": "offline", "since": 5}, False),
        ({"status": 5, "availability": "online"}, True),
        ("armed", None),
        ({"status": "armed"}, None),
        ({"status": 5}, None),
        ({}, None),
    ],
)
def test_availability_comes_as_text_or_json(payload: Any, online: bool | None) -> None:
    assert availability(encoded(payload)) is online


@pytest.mark.parametrize("payload", [b"", b"\xff", b"{online}", b"x" * 1_000_000])
def test_what_is_neither_is_rejected(payload: bytes) -> None:
    with pytest.raises(Rejection):
        availability(payload)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("armed", "armed"),
        ("IO Error", "io_error"),
        ("Fade-Out", "fade_out"),
        ({"state": "Playing"}, "playing"),
        ({"status": "waiting"}, "waiting"),
        ({"state": 5, "status": "waiting"}, "waiting"),
        ("3 monkeys", "n3_monkeys"),
        ("größe", "gr_e"),
    ],
)
def test_states_become_ids(payload: Any, expected: str) -> None:
    assert state(encoded(payload)) == expected


@pytest.mark.parametrize("payload", [b"", b"---", "日本".encode(), b"{}", b'{"state": 5}', b"{x"])
def test_what_names_no_state_is_rejected(payload: bytes) -> None:
    with pytest.raises(Rejection):
        state(payload)


@pytest.mark.parametrize("word", ["A" * 500, "_" * 500 + "a", "9" * 500, "a" + "_" * 60 + "b"])
def test_an_id_is_never_too_long(word: str) -> None:
    try:
        made = slug(word)
    except Rejection:
        return
    assert 0 < len(made) <= 48
    assert made[0].isalpha()


def test_a_coffins_telemetry_is_told_in_the_contracts_words() -> None:
    message = {
        "fw": "1.0.0",
        "uptime_s": 83,
        "triggers": 4,
        "pir": "Motion!",
        "relay": "---",
        "solenoid_power": "Off",
        "blocked": False,
        "vol": 20,
        "rssi": -61,
    }
    assert telemetry_object(encoded(message), profile_of(COFFIN)) == Telemetry(
        values={
            "uptime_s": 83,
            "triggers": 4,
            "motion": True,
            "relay": "---",
            "solenoid": False,
            "blocked": False,
            "rssi": -61,
        },
        settings={"volume": 20},
        firmware_version="1.0.0",
    )


def test_a_word_that_the_profile_does_not_know_is_unknown() -> None:
    told = telemetry_object(encoded({"pir": "maybe", "fw": 5}), profile_of(COFFIN))
    assert told == Telemetry(values={"motion": None}, settings={})


def test_nested_telemetry_is_flattened() -> None:
    told = telemetry_object(encoded({"speakers": {"State": "PLAYING", "Count": 2}}), None)
    assert told.values == {"speakers_state": "PLAYING", "speakers_count": 2}


def test_a_key_that_makes_no_id_costs_only_itself() -> None:
    told = telemetry_object(encoded({"日本": 1, "tick": 5}), None)
    assert told.values == {"tick": 5}
    assert len(told.rejections) == 1


@pytest.mark.parametrize(
    ("path", "payload", "values"),
    [
        ("tick", b"17", {"tick": 17}),
        ("speakers/State", b"PLAYING", {"speakers_state": "PLAYING"}),
        ("hue/Temp", b"-3.5", {"hue_temp": -3.5}),
        ("hue/LightsCount", b"+4", {"hue_lightscount": 4}),
        ("door", b"True", {"door": True}),
        ("door", b"false", {"door": False}),
        ("code", b"1234567890123456", {"code": "1234567890123456"}),
        ("x", b"nan", {"x": "nan"}),
        ("x", b"1e5", {"x": "1e5"}),
        ("x", "٣".encode(), {"x": 3}),
        ("x", b"None", {"x": "None"}),
    ],
)
def test_one_topic_carries_one_value_as_text(
    path: str, payload: bytes, values: dict[str, Any]
) -> None:
    assert telemetry_topic(path, payload, None) == Telemetry(values, {})


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("door", True, {"type": "bool", "enabled": False, "category": "diagnostic"}),
        (
            "wait_s",
            5,
            {
                "type": "float",
                "state_class": "measurement",
                "unit": "s",
                "enabled": False,
                "category": "diagnostic",
            },
        ),
        ("mood", "calm", {"type": "text", "enabled": False, "category": "diagnostic"}),
        ("triggers", 5, {"type": "float", "state_class": "total_increasing"}),
        ("motion", True, {"type": "bool", "class": "motion"}),
    ],
)
def test_an_undescribed_value_is_described_by_how_it_looks(
    key: str, value: Any, expected: dict[str, Any]
) -> None:
    described = infer_value(key, value)
    assert described == expected
    parsed = read_info(
        {"contract": 0, "name": "x", "capabilities": {"telemetry": {key: described}}}
    )
    assert parsed.rejections == ()


@pytest.mark.parametrize("value", [None, [], {}, "", "x" * 256, "a\nb", 2**60])
def test_what_cannot_be_shown_is_not_described(value: Any) -> None:
    with pytest.raises(Rejection):
        infer_value("key", value)


@pytest.mark.parametrize(
    ("device_id", "model"),
    [
        (COFFIN, "Coffin Jumper"),
        ("coffin_jumper", "Coffin Jumper"),
        ("thriller_hue_nest", "Hue and Nest show"),
        ("tesla_hue_nest", "Hue and Nest show"),
        ("example_prop", None),
        ("hue_nest_2", None),
    ],
)
def test_known_ids_bring_a_profile(device_id: str, model: str | None) -> None:
    profile = profile_of(device_id)
    assert (profile.model if profile else None) == model


@pytest.mark.parametrize("device_id", [COFFIN, "tesla_hue_nest", "x", "a-_-b", "9"])
def test_the_info_written_for_a_board_is_without_fault(device_id: str) -> None:
    parsed = read_info(first_info(device_id))
    assert parsed.rejections == ()
    assert parsed.info.contract == 0
    assert parsed.info.name


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.model)
def test_profiles_speak_of_what_they_have(profile: Any) -> None:
    assert set(profile.proofs) <= set(profile.actions)
    assert set().union(*profile.proofs.values()) <= set(profile.states)
    assert set(profile.settings_from.values()) <= set(profile.settings)
    assert {target for target, _ in profile.words.values()} <= set(profile.telemetry)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, {"action": "play"}),
        ({"volume": 5}, {"action": "play", "params": {"volume": 5}, "args": {"volume": 5}}),
        ({"args": "on"}, {"action": "play", "params": {"args": "on"}, "args": "on"}),
    ],
)
def test_a_command_is_understood_by_firmware_and_workers(
    params: dict[str, Any], message: dict[str, Any]
) -> None:
    assert command("play", params) == message


def test_deep_telemetry_is_no_value() -> None:
    told = telemetry_object(b'{"a": ' + nested(900) + b"}", None)
    with pytest.raises(Rejection):
        infer_value("a", told.values["a"])
