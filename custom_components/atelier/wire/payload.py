"""Take payloads apart: size, encoding and JSON are checked here and nowhere else."""

from typing import Any, TypeGuard

import orjson

from .rejection import Rejection, RejectionKind, excerpt

# Beyond this a float no longer holds every whole number; no sensor of ours counts further.
LARGEST_NUMBER = 2**53


def text(payload: bytes, limit: int) -> str:
    """Return the payload, at most `limit` bytes, as stripped text; reject an empty one."""
    if len(payload) > limit:
        raise Rejection(RejectionKind.TOO_LARGE, f"{len(payload)} bytes, {limit} allowed")
    try:
        decoded = payload.decode().strip()
    except UnicodeDecodeError:
        raise Rejection(RejectionKind.NOT_UTF8, excerpt(payload)) from None
    if not decoded:
        raise Rejection(RejectionKind.EMPTY)
    return decoded


def json_object(payload: bytes, limit: int) -> dict[str, Any]:
    """Return the payload, at most `limit` bytes, as a JSON object."""
    if len(payload) > limit:
        raise Rejection(RejectionKind.TOO_LARGE, f"{len(payload)} bytes, {limit} allowed")
    if not payload:
        raise Rejection(RejectionKind.EMPTY)
    try:
        parsed = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise _why_not_json(payload) from None
    if type(parsed) is not dict:
        raise Rejection(RejectionKind.NOT_AN_OBJECT, excerpt(payload))
    return parsed


def _why_not_json(payload: bytes) -> Rejection:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return Rejection(RejectionKind.NOT_UTF8, excerpt(payload))
    return Rejection(RejectionKind.NOT_JSON, excerpt(payload))


def is_number(raw: object) -> TypeGuard[int | float]:
    """Tell whether a parsed JSON value is a number that can be shown and added up."""
    kind = type(raw)  # exact, so that a bool is none
    # Nothing of NaN, infinities and whole numbers beyond any float passes the comparison.
    return (kind is float or kind is int) and -LARGEST_NUMBER <= raw <= LARGEST_NUMBER  # type: ignore[operator]  # the kind is known, though not to mypy
