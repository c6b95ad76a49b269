"""Values: what may be described, and what then may arrive."""

import math
from typing import Any

import pytest

from custom_components.atelier.wire.rejection import Rejection, RejectionKind
from custom_components.atelier.wire.values import (
    Category,
    ValueSpec,
    ValueType,
    is_text,
    names,
)


def spec(**raw: Any) -> ValueSpec:
    """Return the description of a value called `v`."""
    return ValueSpec.of("v", raw)


@pytest.mark.parametrize(
    ("description", "raw", "expected"),
    [
        ({"type": "bool"}, True, True),
        ({"type": "bool"}, None, None),
        ({"type": "int"}, 7, 7),
        ({"type": "int"}, 7.0, 7),
        ({"type": "int", "min": 0, "max": 30}, 30, 30),
        ({"type": "float"}, 7, 7.0),
        ({"type": "float"}, -0.5, -0.5),
        ({"type": "text"}, "größer", "größer"),
        ({"type": "text"}, "x" * 255, "x" * 255),
        ({"type": "text"}, "", None),
        ({"type": "choice", "options": ["a", "b"]}, "b", "b"),
    ],
)
def test_a_fitting_value_is_taken(description: dict[str, Any], raw: Any, expected: Any) -> None:
    value = spec(**description).parse(raw)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("description", "raw"),
    [
        ({"type": "bool"}, 1),
        ({"type": "bool"}, "true"),
        ({"type": "bool"}, []),
        ({"type": "int"}, True),
        ({"type": "int"}, "7"),
        ({"type": "int"}, 7.5),
        ({"type": "int"}, math.nan),
        ({"type": "int"}, math.inf),
        ({"type": "int"}, 2**60),
        ({"type": "int"}, 10**400),  # only from a caller inside: no JSON number becomes this
        ({"type": "int", "max": 30}, 31),
        ({"type": "int", "min": 0}, -1),
        ({"type": "float"}, "0.5"),
        ({"type": "float"}, math.inf),
        ({"type": "float", "min": 0, "max": 1}, 1.01),
        ({"type": "text"}, "x" * 256),
        ({"type": "text"}, "a\nb"),
        ({"type": "text"}, 5),
        ({"type": "text"}, {}),
        ({"type": "choice", "options": ["a", "b"]}, "c"),
        ({"type": "choice", "options": ["a", "b"]}, ["a"]),
        ({"type": "choice", "options": ["1"]}, 1),
    ],
)
def test_a_misfit_is_rejected_with_its_key(description: dict[str, Any], raw: Any) -> None:
    with pytest.raises(Rejection, match=r"bad_value: v=") as rejected:
        spec(**description).parse(raw)
    assert rejected.value.kind is RejectionKind.BAD_VALUE


@pytest.mark.parametrize(
    "description",
    [
        {},
        {"type": "number"},
        {"type": ["int"]},
        {"type": "int", "min": "0"},
        {"type": "int", "max": True},
        {"type": "float", "step": math.nan},
        {"type": "int", "step": 0},
        {"type": "int", "step": -1},
        {"type": "int", "min": 5, "max": 4},
        {"type": "int", "unit": 5},
        {"type": "int", "unit": ""},
        {"type": "int", "unit": "x" * 65},
        {"type": "int", "icon": "mdi:x\n"},
        {"type": "int", "category": "shown"},
        {"type": "int", "category": None},
        {"type": "int", "name": 5},
        {"type": "int", "name": {"en": ""}},
        {"type": "int", "name": {"en": 5}},
        {"type": "int", "name": {"x" * 17: "y"}},
        {"type": "choice"},
        {"type": "choice", "options": []},
        {"type": "choice", "options": "ab"},
        {"type": "choice", "options": ["a", "a"]},
        {"type": "choice", "options": ["a", 5]},
        {"type": "choice", "options": ["a", []]},
        {"type": "choice", "options": [str(number) for number in range(65)]},
    ],
)
def test_a_bad_description_is_rejected(description: dict[str, Any]) -> None:
    with pytest.raises(Rejection) as rejected:
        spec(**description)
    assert rejected.value.kind is RejectionKind.BAD_DESCRIPTION


def test_a_description_keeps_what_it_says() -> None:
    made = spec(
        type="int",
        name={"en": "Volume", "it": "Volume"},
        unit="dB",
        state_class="measurement",
        category="config",
        icon="mdi:x",
        enabled=False,
        min=0,
        max=30,
        step=2,
        later_key="ignored",
        **{"class": "sound_pressure"},
    )
    assert made == ValueSpec(
        key="v",
        type=ValueType.INT,
        names={"en": "Volume", "it": "Volume"},
        unit="dB",
        device_class="sound_pressure",
        state_class="measurement",
        category=Category.CONFIG,
        icon="mdi:x",
        enabled=False,
        minimum=0,
        maximum=30,
        step=2,
    )


def test_options_belong_to_choices_only() -> None:
    assert spec(type="int", options=["a"]).options == ()


def test_one_name_is_for_all_languages() -> None:
    assert names({"name": "Öffnen"}, "v") == {"": "Öffnen"}
    assert names({}, "v") == {}


@pytest.mark.parametrize("raw", [None, 5, "", "x" * 65, "a\tb", "\u202e", "\x7f"])
def test_what_is_no_printable_text_is_none(raw: object) -> None:
    assert not is_text(raw, 64)
