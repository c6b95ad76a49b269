"""Messages: availability, events and results, good and bad."""

from typing import Any

import pytest

from custom_components.atelier.wire.messages import (
    Event,
    Result,
    encode,
    parse_availability,
    parse_event,
    parse_result,
)
from custom_components.atelier.wire.rejection import Rejection, RejectionKind
from tests.factories import encoded


@pytest.mark.parametrize(
    ("payload", "online"),
    [(b"online", True), (b"offline", False), (b" online\n", True)],
)
def test_availability_is_one_of_two_words(payload: bytes, online: bool) -> None:
    assert parse_availability(payload) is online


@pytest.mark.parametrize("payload", [b"", b"Online", b"true", b'"online"', b"x" * 65, b"\xff"])
def test_other_words_are_no_availability(payload: bytes) -> None:
    with pytest.raises(Rejection):
        parse_availability(payload)


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ({"type": "finished"}, Event("finished", None, {})),
        (
            {"type": "activated", "seq": 3, "source": "pir"},
            Event("activated", 3, {"source": "pir"}),
        ),
        (
            {"type": "x", "a": None, "b": True, "c": 1.5, "d": [1], "e": {}},
            Event("x", None, {"a": None, "b": True, "c": 1.5}),
        ),
        ({"type": "x", "a" * 65: 1, "b\n": 1, "seq": None}, Event("x", None, {})),
    ],
)
def test_an_event_has_a_type_a_number_and_plain_attributes(
    message: dict[str, Any], event: Event
) -> None:
    assert parse_event(encoded(message)) == event


def test_an_event_has_sixteen_attributes_at_most() -> None:
    event = parse_event(encoded({"type": "x"} | {f"a{number}": number for number in range(40)}))
    assert list(event.attributes) == [f"a{number}" for number in range(16)]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": None},
        {"type": 5},
        {"type": ""},
        {"type": "x" * 65},
        {"type": "a\nb"},
        {"type": ["x"]},
        {"type": "x", "seq": "1"},
        {"type": "x", "seq": 1.5},
        {"type": "x", "seq": True},
        [],
        "text",
        b"\xff",
    ],
)
def test_a_bad_event_is_rejected(message: Any) -> None:
    with pytest.raises(Rejection):
        parse_event(encoded(message))


@pytest.mark.parametrize(
    ("message", "result"),
    [
        ({"correlation_id": "a", "ok": True}, Result("a", ok=True)),
        (
            {
                "correlation_id": "a",
                "ok": False,
                "reason": "lockout",
                "message": "Wait",
                "retry_ms": 1500,
            },
            Result("a", ok=False, reason="lockout", message="Wait", retry_ms=1500),
        ),
        (
            {"correlation_id": "a", "ok": False, "reason": 5, "message": [], "retry_ms": "1"},
            Result("a", ok=False),
        ),
        ({"correlation_id": "a", "ok": False, "retry_ms": -1}, Result("a", ok=False)),
        ({"correlation_id": "a", "ok": False, "retry_ms": 10**12}, Result("a", ok=False)),
    ],
)
def test_a_result_answers_a_command(message: dict[str, Any], result: Result) -> None:
    assert parse_result(encoded(message)) == result


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"ok": True},
        {"correlation_id": "a"},
        {"correlation_id": "a", "ok": 1},
        {"correlation_id": 5, "ok": True},
        {"correlation_id": "x" * 65, "ok": True},
        {"correlation_id": "", "ok": True},
    ],
)
def test_a_bad_result_is_rejected(message: dict[str, Any]) -> None:
    with pytest.raises(Rejection) as rejected:
        parse_result(encoded(message))
    assert rejected.value.kind is RejectionKind.BAD_VALUE


def test_a_message_goes_out_as_compact_json() -> None:
    assert encode({"action": "trigger", "params": {"größe": 1}}) == (
        '{"action":"trigger","params":{"größe":1}}'
    )
