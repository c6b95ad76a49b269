"""Payloads of every sort are taken apart or rejected, and nothing else."""

import math

import pytest

from custom_components.atelier.wire.payload import is_number, json_object, text
from custom_components.atelier.wire.rejection import Rejection, RejectionKind, excerpt
from tests.factories import nested

MEGABYTE = b"x" * 1_000_000


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b"", RejectionKind.EMPTY),
        (b" \n\t ", RejectionKind.EMPTY),
        (MEGABYTE, RejectionKind.TOO_LARGE),
        (b"\xff\xfe", RejectionKind.NOT_UTF8),
        (b"caf\xe9", RejectionKind.NOT_UTF8),
    ],
)
def test_what_is_no_text_is_rejected(payload: bytes, kind: RejectionKind) -> None:
    with pytest.raises(Rejection) as rejected:
        text(payload, 1024)
    assert rejected.value.kind is kind


@pytest.mark.parametrize(
    ("payload", "expected"),
    [(b"armed", "armed"), (b" armed\r\n", "armed"), ("größer".encode(), "größer")],
)
def test_text_is_stripped(payload: bytes, expected: str) -> None:
    assert text(payload, 1024) == expected


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b"", RejectionKind.EMPTY),
        (b'{"a": "' + MEGABYTE + b'"}', RejectionKind.TOO_LARGE),
        (b'{"a": "\xff"}', RejectionKind.NOT_UTF8),
        (b"{", RejectionKind.NOT_JSON),
        (b'{"a": 1} tail', RejectionKind.NOT_JSON),
        (b'{"a": NaN}', RejectionKind.NOT_JSON),
        (b'{"a": Infinity}', RejectionKind.NOT_JSON),
        (b'{"a": -Infinity}', RejectionKind.NOT_JSON),
        (b'{"a": 1e999}', RejectionKind.NOT_JSON),
        (b'{"a": "\\ud800"}', RejectionKind.NOT_JSON),
        (b"\xef\xbb\xbf{}", RejectionKind.NOT_JSON),
        (nested(5_000), RejectionKind.NOT_JSON),
        (b"[]", RejectionKind.NOT_AN_OBJECT),
        (b"null", RejectionKind.NOT_AN_OBJECT),
        (b"5", RejectionKind.NOT_AN_OBJECT),
        (b'"text"', RejectionKind.NOT_AN_OBJECT),
        (nested(200), RejectionKind.NOT_AN_OBJECT),
    ],
)
def test_what_is_no_json_object_is_rejected(payload: bytes, kind: RejectionKind) -> None:
    with pytest.raises(Rejection) as rejected:
        json_object(payload, 64 * 1024)
    assert rejected.value.kind is kind


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (0, True),
        (-1.5, True),
        (2**53, True),
        (2**53 + 1, False),
        (-(2**60), False),
        (10**400, False),
        (1e300, False),
        (math.nan, False),
        (math.inf, False),
        (-math.inf, False),
        (True, False),
        ("5", False),
        (None, False),
        ([1], False),
    ],
)
def test_a_number_can_be_shown_and_added_up(raw: object, expected: bool) -> None:
    assert is_number(raw) is expected


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"a\nb", "b'a\\nb'"),
        ("größe\x1b[0m", "'gr\\xf6\\xdfe\\x1b[0m'"),
        ({"a": 1}, "{'a': 1}"),
    ],
)
def test_an_excerpt_is_safe_to_log(raw: object, shown: str) -> None:
    assert excerpt(raw) == shown


def test_an_excerpt_is_short() -> None:
    assert len(excerpt(MEGABYTE)) == 80
    assert excerpt("x" * 500).endswith("…")


def test_a_rejection_says_its_kind_and_detail() -> None:
    assert str(Rejection(RejectionKind.EMPTY)) == "empty"
    assert str(Rejection(RejectionKind.BAD_ID, "'ü'")) == "bad_id: 'ü'"
