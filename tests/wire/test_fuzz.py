"""Whatever comes off the bus: the answer is a message or a Rejection, never another error."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, strategies as st
import orjson
import pytest

from custom_components.atelier.wire import info, messages, reference, topics
from custom_components.atelier.wire.payload import json_object, text
from custom_components.atelier.wire.rejection import Rejection
from tests.factories import COFFIN, LANTERN

PARSERS: dict[str, Callable[[bytes], Any]] = {
    "text": lambda payload: text(payload, 1024),
    "json_object": lambda payload: json_object(payload, 1024),
    "parse_info": info.parse_info,
    "parse_availability": messages.parse_availability,
    "parse_event": messages.parse_event,
    "parse_result": messages.parse_result,
    "reference.availability": reference.availability,
    "reference.state": reference.state,
    "reference.telemetry_object": lambda payload: reference.telemetry_object(
        payload, reference.profile_of("coffin-jumper")
    ),
    "reference.telemetry_topic": lambda payload: reference.telemetry_topic(
        payload[:40].decode(errors="replace") or "x", payload, None
    ),
}

_WORDS = sorted(
    {
        word
        for section in (COFFIN["capabilities"], LANTERN)
        for part in section.values()
        for word in part
    }
    | {"type", "min", "max", "step", "options", "name", "role", "class", "int", "float", "bool"}
    | {"text", "choice", "contract", "kind", "prop", "capabilities", "ok", "seq", "correlation_id"}
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(_WORDS)
    | st.text(max_size=20).filter(lambda word: word.isprintable() or "\n" in word)
)
KEYS = st.sampled_from(_WORDS) | st.text(st.characters(codec="utf-8"), max_size=12)
OBJECTS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
        max_leaves=12,
    ),
    max_size=8,
)


def harmless(parse: Callable[[bytes], Any], payload: bytes) -> None:
    """Parse; anything but a Rejection fails the test."""
    try:
        parse(payload)
    except Rejection as rejection:
        said = str(rejection)
    else:
        return
    assert len(said) < 300
    assert "\n" not in said


@pytest.mark.parametrize("name", PARSERS)
@given(payload=st.binary(max_size=200))
def test_no_parser_stumbles_over_bytes(name: str, payload: bytes) -> None:
    harmless(PARSERS[name], payload)


@pytest.mark.parametrize("name", PARSERS)
@given(message=OBJECTS)
def test_no_parser_stumbles_over_objects(name: str, message: dict[str, Any]) -> None:
    harmless(PARSERS[name], orjson.dumps(message))


@given(capabilities=OBJECTS, facts=OBJECTS)
def test_no_description_makes_the_reader_stumble(
    capabilities: dict[str, Any], facts: dict[str, Any]
) -> None:
    harmless(
        info.parse_info,
        orjson.dumps({"contract": 1, "name": "x"} | facts | {"capabilities": capabilities}),
    )


@given(
    section=st.sampled_from(["states", "actions", "telemetry", "settings", "events", "presets"]),
    items=st.dictionaries(st.sampled_from(_WORDS), OBJECTS, max_size=4),
    values=OBJECTS,
)
def test_what_was_described_never_stumbles_over_values(
    section: str, items: dict[str, Any], values: dict[str, Any]
) -> None:
    parsed = info.parse_info(
        orjson.dumps({"contract": 1, "name": "x", "capabilities": {section: items}})
    )
    assert info.read_info(parsed.raw()).info == parsed.info
    has = parsed.info.capabilities
    for spec in (*has.telemetry.values(), *has.settings.values()):
        for value in values.values():
            try:
                spec.parse(value)
            except Rejection:
                continue


@given(topic=st.text(st.characters(codec="utf-8"), max_size=60))
def test_topics_are_split_or_rejected(topic: str) -> None:
    try:
        device_id, channel = topics.split(f"props/{topic}", "props")
    except Rejection:
        return
    assert topics.ID_PATTERN.fullmatch(device_id)
    assert channel
