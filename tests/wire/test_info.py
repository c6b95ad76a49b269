"""The `info`: one bad part costs itself, nothing else."""

from typing import Any

import pytest

from custom_components.atelier.wire.info import (
    INFO_LIMIT,
    SECTION_LIMIT,
    Capabilities,
    Info,
    Role,
    parse_info,
    read_info,
)
from custom_components.atelier.wire.rejection import Rejection, RejectionKind
from custom_components.atelier.wire.values import Category, ValueType
from tests.factories import coffin_info, described, encoded, nested


def test_a_coffin_says_who_it_is_and_what_it_has() -> None:
    parsed = parse_info(encoded(coffin_info()))
    assert parsed.rejections == ()
    info = parsed.info
    assert (info.name, info.model, info.manufacturer) == ("Crypt", "Coffin Jumper", "Atelier")
    assert (info.firmware_version, info.board, info.serial) == ("1.0.0", "esp32", "a1b2c3")
    has = info.capabilities
    assert not has.states["blocked"].armed
    assert has.states["action"].active
    trigger = has.action_with(Role.TRIGGER)
    assert trigger is not None
    assert trigger.button
    assert trigger.params["volume"].maximum == 30
    assert has.telemetry["player"].options == ("idle", "playing", "paused")
    assert has.settings["volume"].category is Category.CONFIG
    assert has.presets["whisper"].params == {"volume": 8, "track": 1}
    assert "refused" in has.events
    assert has.player is not None
    assert has.player.tracks == {1: "Scream", 2: "Organ"}


def test_what_was_read_can_be_kept_and_read_again() -> None:
    raw = coffin_info(later_key={"a": [1]})
    parsed = parse_info(encoded(raw))
    assert parsed.raw() == raw
    assert read_info(parsed.raw()) == parsed


def test_devices_of_one_model_share_their_capabilities() -> None:
    one, other = (parse_info(encoded(coffin_info(name=name))).info for name in ("A", "B"))
    assert one.capabilities is other.capabilities


def test_the_least_an_info_can_say() -> None:
    assert parse_info(b'{"contract": 1, "name": " Ghost "}').info == Info(contract=1, name="Ghost")


def test_a_later_contract_is_read_as_far_as_it_is_understood() -> None:
    parsed = parse_info(encoded(described(states={"on": {"later": True}}) | {"contract": 7}))
    assert parsed.info.contract == 7
    assert parsed.rejections == ()


@pytest.mark.parametrize(
    "change",
    [
        {"contract": None},
        {"contract": "1"},
        {"contract": True},
        {"contract": 1.0},
        {"contract": -1},
        {"contract": 0},
        {"kind": "machine"},
        {"kind": None},
        {"name": None},
        {"name": ""},
        {"name": "  "},
        {"name": 5},
        {"name": "x" * 65},
        {"name": "a\nb"},
        {"name": {"en": "Crypt"}},
    ],
)
def test_an_info_that_cannot_be_a_props_is_rejected(change: dict[str, Any]) -> None:
    with pytest.raises(Rejection) as rejected:
        parse_info(encoded(coffin_info() | change))
    assert rejected.value.kind is RejectionKind.BAD_DESCRIPTION


@pytest.mark.parametrize("payload", [b"", b"x" * 1_000_000, b"\xff", b"[]", b"{", b"online"])
def test_what_is_no_object_is_no_info(payload: bytes) -> None:
    with pytest.raises(Rejection):
        parse_info(payload)


@pytest.mark.parametrize("where", [b'"capabilities": {"states": ', b'"later": {"a": '])
@pytest.mark.parametrize("depth", [20, 300, 1_000])
def test_an_info_too_deep_to_be_kept_is_rejected(where: bytes, depth: int) -> None:
    payload = b'{"contract": 1, "name": "Deep", ' + where + nested(depth) + b"}}"
    assert len(payload) < INFO_LIMIT
    with pytest.raises(Rejection) as rejected:
        parse_info(payload)
    assert rejected.value.kind is RejectionKind.BAD_DESCRIPTION


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"model": 5}, "info.model"),
        ({"manufacturer": ""}, "info.manufacturer"),
        ({"serial": ["a"]}, "info.serial"),
        ({"address": "a\nb"}, "info.address"),
        ({"firmware": "1.0"}, "firmware="),
        ({"firmware": {"version": "newest"}}, "firmware.version="),
        ({"firmware": {"version": 1}}, "info.version"),
        ({"capabilities": []}, "capabilities="),
    ],
)
def test_a_bad_fact_is_left_out_and_reported(change: dict[str, Any], about: str) -> None:
    parsed = parse_info(encoded(coffin_info() | change))
    assert [rejection.kind for rejection in parsed.rejections] == [RejectionKind.BAD_DESCRIPTION]
    assert about in str(parsed.rejections[0])
    assert parsed.info.name == "Crypt"


@pytest.mark.parametrize(
    "version", ["1", "1.0.0", "2026.10.4", "1.0.0-rc1", "1.2+abc", "1.0b2", "0.0.0.1"]
)
def test_versions_are_dotted_numbers(version: str) -> None:
    parsed = parse_info(encoded(coffin_info(firmware={"version": version})))
    assert parsed.info.firmware_version == version


@pytest.mark.parametrize(
    ("section", "items"),
    [
        ("states", {"Bad Id": {}}),
        ("states", {"": {}}),
        ("states", {"1st": {}}),
        ("states", {"ü": {}}),
        ("states", {"x" * 49: {}}),
        ("states", {"x": True}),
        ("states", {"x": {"name": 5}}),
        ("states", []),
        ("actions", {"x": {"icon": 5}}),
        ("actions", {"x": {"params": {"p": {"type": "?"}}}}),
        ("telemetry", {"x": {}}),
        ("settings", {"x": {"type": "int"}}),
        ("settings", {"x": {"type": "text"}}),
        ("settings", {"x": {"type": "int", "min": 0}}),
        ("settings", {"x": {"type": "float", "max": 1}}),
        ("events", {"x": None}),
        ("presets", {"x": {}}),
        ("presets", {"x": {"action": "nothing"}}),
        ("presets", {"x": {"action": ["act"]}}),
        ("presets", {"x": {"action": "act", "params": []}}),
        ("player", {"status": "nothing"}),
        ("player", {"status": []}),
        ("player", {"volume": "level"}),
        ("player", "sound"),
    ],
)
def test_a_bad_item_is_left_out_and_the_others_stay(section: str, items: Any) -> None:
    good = {
        "states": {"on": {}},
        "actions": {"act": {}},
        "telemetry": {"value": {"type": "int"}},
        "settings": {"level": {"type": "int", "min": 0, "max": 9}},
        "events": {"done": {}},
        "presets": {"loud": {"action": "act"}},
        "player": {"status": "value"},
    }
    mixed = good[section] | items if isinstance(items, dict) and section != "player" else items
    parsed = parse_info(encoded(described(**(good | {section: mixed}))))
    assert parsed.rejections
    has = parsed.info.capabilities
    others = {
        "states": list(has.states),
        "actions": list(has.actions),
        "telemetry": list(has.telemetry),
        "settings": list(has.settings),
        "events": list(has.events),
        "presets": list(has.presets),
        "player": ["status"] if has.player else [],
    }
    for name, items_of in others.items():
        left_out = name == section and not isinstance(mixed, dict)
        actions_gone = name == "player" and section == "player"
        expected = list(good[name])
        if section == "actions" and name == "actions" and "params" in str(items):
            expected = [*expected, "x"]  # an action may do without one of its parameters
        assert items_of == ([] if left_out or actions_gone else expected), name


def test_sections_are_bounded() -> None:
    states = {f"s{number}": {} for number in range(SECTION_LIMIT + 10)}
    parsed = parse_info(encoded(described(states=states)))
    assert len(parsed.info.capabilities.states) == SECTION_LIMIT
    assert str(SECTION_LIMIT) in str(parsed.rejections[0])


def test_a_later_role_or_category_costs_only_itself() -> None:
    has = parse_info(
        encoded(described(actions={"act": {"role": "fly", "category": ["x"], "button": 1}}))
    ).info.capabilities
    action = has.actions["act"]
    assert (action.role, action.category, action.button) == (None, None, False)


def test_player_parts_that_do_not_exist_are_left_out() -> None:
    parsed = parse_info(
        encoded(
            described(
                telemetry={"sound": {"type": "choice", "options": ["idle"]}},
                actions={"go": {}},
                player={
                    "status": "sound",
                    "volume": "nothing",
                    "play": "go",
                    "pause": 5,
                    "tracks": {"1": "One", "x": "Ex", "2": 5, "³": "Three", "12345": "Long"},
                },
            )
        )
    )
    player = parsed.info.capabilities.player
    assert player is not None
    assert (player.volume, player.play, player.pause, player.stop) == (None, "go", None, None)
    assert player.tracks == {1: "One"}
    assert len(parsed.rejections) == 2


def test_no_capabilities_are_capabilities_too() -> None:
    assert parse_info(encoded(described())).info.capabilities == Capabilities()


def test_value_types_are_the_contracts() -> None:
    assert [str(value_type) for value_type in ValueType] == [
        "bool",
        "int",
        "float",
        "text",
        "choice",
    ]
